// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/toml.h"

namespace khttpd::config {

/// What the readers of the parts of a file share: where they are, what they fill, and how they
/// complain. A value that is wrong is complained of and left out.
class Reading {
  public:
    Reading(std::string file, Config &config, Diagnostics &diagnostics)
        : file_(std::move(file)), config_(config), diagnostics_(diagnostics) {}

    Config &config() { return config_; }

    const std::string &file() const { return file_; }

    Source place(const toml::source_region &region) const {
        return {file_, region.begin.line, region.begin.column};
    }

    /// Remembers that the value of @key stands at @node.
    void remember(const std::string &key, const toml::node &node) {
        config_.sources[key] = place(node.source());
    }

    /// Forgets where @key and everything in it stands, because a later file replaces it.
    void forget(const std::string &key);

    void complain(const toml::source_region &region, std::string message);
    /// "KEY: expected WHAT, not a string"
    void expected(const std::string &key, std::string_view what, const toml::node &node);
    /// "KEY: expected WHAT, not 'VALUE'"
    void unfit(const std::string &key, std::string_view what, const toml::node &node,
               std::string_view value, std::string_view meant = {});
    /// Names the likely one among @known, the keys of @table, or among all others.
    void unknown_key(const std::string &table, const toml::key &key,
                     std::span<const std::string_view> known);

    /// The table that @node is.
    const toml::table *table(const std::string &key, const toml::node &node);
    /// The tables in double brackets that @node is, 1 to @max of them.
    std::vector<const toml::table *> tables(const std::string &key, const toml::node &node,
                                            std::size_t max);
    std::optional<bool> flag(const std::string &key, const toml::node &node);
    std::optional<std::uint32_t> integer(const std::string &key, const toml::node &node,
                                         std::int64_t min, std::int64_t max);
    /// What to say behind the message about a word that does not fit, if anything.
    using Meant = std::string (*)(std::string_view word);

    /// A string that @fits; @what is expected. None has a NUL.
    std::optional<std::string> word(const std::string &key, std::string_view what,
                                    const toml::node &node, bool (*fits)(std::string_view),
                                    Meant meant = nullptr);
    /// A list of at most @max such strings, each once.
    std::optional<std::vector<std::string>> words(const std::string &key, std::string_view what,
                                                  const toml::node &node, std::size_t max,
                                                  bool (*fits)(std::string_view),
                                                  Meant meant = nullptr);

  private:
    std::string file_;
    Config &config_;
    Diagnostics &diagnostics_;
};

} // namespace khttpd::config
