// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "config/config.h"
#include "config/file.h"
#include "config/setting.h"

namespace khttpd::config {

/// Leaves a key to the other files and to its default.
struct Unset {
    std::string key;
};

/// Adds a virtual host.
struct AddHost {
    HostConfig host;
};

/// Removes the virtual host with this first name.
struct RemoveHost {
    std::string name;
};

/// Puts a rule of the default host in the place of the one with this prefix, or nothing.
struct ReplaceRule {
    std::string prefix;
    std::optional<Rule> rule;
};

/// Gives an extension this media type instead of any other, or none where it is empty.
struct ReplaceType {
    std::string extension;
    std::string type;
};

/// What is to be different in the file.
using OwnEdit = std::variant<Setting, Unset, AddHost, RemoveHost, ReplaceRule, ReplaceType>;

/// Decides what is to be different, from what all files say @before.
using OwnEdits = std::function<Result<std::vector<OwnEdit>>(const Config &before)>;

/// What all files say if this program's own left @key to the others.
Result<Config> load_without(const Paths &paths, const std::string &key);

/// A change to the one configuration file that this program writes. Nothing is changed until
/// commit(), and nobody else can change the file meanwhile.
class OwnFileChange {
  public:
    /// Prepares @edits of what the file says, and checks the result together with the other files.
    static Result<OwnFileChange> prepare(const Paths &paths, const OwnEdits &edits);
    static Result<OwnFileChange> prepare(const Paths &paths, const std::vector<OwnEdit> &edits);

    /// Whether there was nothing to be different.
    bool empty() const { return empty_; }

    /// What all files say once this is committed.
    const Config &config() const { return config_; }

    Result<void> commit() { return staged_.commit(); }

  private:
    OwnFileChange(UniqueFd lock, bool empty, Config config, StagedFile staged)
        : lock_(std::move(lock)),
          empty_(empty),
          config_(std::move(config)),
          staged_(std::move(staged)) {}

    UniqueFd lock_; ///< of the directory; released when closed
    bool empty_;
    Config config_;
    StagedFile staged_;
};

} // namespace khttpd::config
