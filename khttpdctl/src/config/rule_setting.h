// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/config.h"
#include "config/toml.h"

namespace khttpd::config {

/// A rule, "rule[/img]" or "vhost[example.org].rule[/img]", or something in it,
/// "rule[/img].expires" or "rule[/img].fields.X-One".
struct RuleKey {
    std::string vhost; ///< whose it is, as the key has it; empty for the default host
    std::string prefix;
    std::string leaf;  ///< empty for the rule as a whole
    std::string field; ///< a name of one of "fields"; empty for all of a leaf
};

/// Whether @key is written like one.
bool is_like_rule(std::string_view key);

/// Takes @key apart; nothing where it is none.
std::optional<RuleKey> find_rule_key(std::string_view key);

/// Fails with ExitCode::usage unless @key, which is written like one, is one.
Result<void> check_rule_key(std::string_view key);

/// The host that has the rule of @key, or nullptr.
const HostConfig *host_of(const Config &config, const RuleKey &key);

/// What @host says of the rule for @prefix, without that; nothing where there is none.
std::optional<toml::table> find_rule(const HostConfig &host, std::string_view prefix);

/// What @rule says of @key; nullptr where it says nothing.
const toml::node *part_of(const toml::table &rule, const RuleKey &key);

/// What @host says of @key, as changed_rule() would take it; empty where it says nothing.
std::string rule_text(const HostConfig &host, const RuleKey &key);

/// What the rule of @host becomes that is to have the value @text for @key, or to say nothing of it
/// where there is none, and nothing where it goes; ExitCode::usage where @text is no such value.
Result<std::optional<Rule>> changed_rule(const HostConfig &host, const RuleKey &key,
                                         const std::optional<std::string> &text);

/// Puts @rule in the place of the one that @host has for @prefix, or nothing.
void replace_rule(HostConfig &host, std::string_view prefix, const std::optional<Rule> &rule);

} // namespace khttpd::config
