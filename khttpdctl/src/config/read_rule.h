// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/host_config.h"
#include "config/reading.h"

namespace khttpd::config {

/// Reads [[rule]] or [[vhost.rule]], @node, into the rules of @host. One for a prefix that @host
/// has from an earlier file takes the place of that.
void read_rules(Reading &reading, const toml::node &node, HostConfig &host);

} // namespace khttpd::config
