// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "config/config.h"

namespace khttpd::config {

/// Lets a rule inherit from those with shorter prefixes that match it, since the kernel applies the
/// one with the longest prefix alone: its fields are put over theirs by name, what they leave out
/// is left out, and a Cache-Control, Expires, listing or list of origins of its own counts before
/// theirs, and so does a list of addresses. Redirections are not inherited. Afterwards
/// no empty string or list of origins stands for nothing.
std::vector<Rule> merge_rules(std::vector<Rule> rules);

/// The rules that merge_rules() makes @merged of, each with little more than what it does not
/// inherit.
std::vector<Rule> unmerge_rules(const std::vector<Rule> &merged);

/// The virtual host that @given makes beside the default host @site, of which it takes the values
/// that it does not have itself.
Host resolve_host(const Host &site, const HostConfig &given);

/// Makes the hosts in config.settings of what all files say of them, a virtual host with the values
/// of [site] where it has none of its own; appends what is wrong with the whole to @diagnostics.
void resolve_hosts(Config &config, Diagnostics &diagnostics);

/// The hosts that @config makes, or ExitCode::config with what is wrong with them.
Result<Hosts> resolved_hosts(Config config);

} // namespace khttpd::config
