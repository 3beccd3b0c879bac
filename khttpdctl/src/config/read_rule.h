// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <string_view>

#include "config/host_config.h"
#include "config/reading.h"

namespace khttpd::config {

/// The keys of a rule.
inline constexpr std::array<std::string_view, 12> rule_leaves = {
    "prefix",   "fields", "remove",  "cache-control", "expires", "listing",
    "redirect", "status", "origins", "allow",         "deny",    "readiness"};

inline constexpr std::string_view expected_redirect_status = "301, 302, 303, 307 or 308";

/// Reads [[rule]] or [[vhost.rule]], @node, into the rules of @host. One for a prefix that @host
/// has from an earlier file takes the place of that.
void read_rules(Reading &reading, const toml::node &node, HostConfig &host);

} // namespace khttpd::config
