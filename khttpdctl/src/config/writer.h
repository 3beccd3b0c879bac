// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/toml.h"

namespace khttpd::config {

// The inverse of reading: settings as the TOML that says them.

/// Puts the value of a number where the reader expects it.
void put_number(toml::table &table, const Number &number, std::uint32_t value);

toml::array word_list(const std::vector<std::string> &words);

/// The [[listener]] tables; only with @defaults what is so by itself, too.
toml::array listener_tables(const std::vector<Listener> &listeners, bool defaults);

/// A rule without its prefix.
toml::table rule_table(const Rule &rule);

/// A [[rule]] table.
toml::table prefixed_rule_table(const Rule &rule);

/// A [[vhost]] table, with its rules in it.
toml::table vhost_table(const HostConfig &host);

/// Everything that @config says, defaults included. What virtual hosts take from [site] and rules
/// from others is said once, there.
toml::table whole_table(const Config &config);

/// The text of a file, its tables in the order of khttpd.conf(5).
std::string file_text(const toml::table &table);

/// A value on one line.
std::string line_text(const toml::node &node);

} // namespace khttpd::config
