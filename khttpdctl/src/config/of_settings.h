// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/config.h"

namespace khttpd::config {

/// What files would have to say for a server to have @settings. Values that a virtual host shares
/// with the default host, and a rule with the one that it inherits from, are said there alone.
Config config_of(Settings settings);

/// The same of @hosts alone.
Config config_of(const Hosts &hosts);

} // namespace khttpd::config
