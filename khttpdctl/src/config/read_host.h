// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/reading.h"

namespace khttpd::config {

/// Reads [site]; a value takes the place of one in an earlier file.
void read_site(Reading &reading, const toml::node &node);

/// Reads [[vhost]]; one takes the place of one in an earlier file with the same first name.
void read_vhosts(Reading &reading, const toml::node &node);

} // namespace khttpd::config
