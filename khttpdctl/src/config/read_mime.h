// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/reading.h"

namespace khttpd::config {

/// Reads [mime]. The type of an extension takes the place of one that an earlier file has for it.
void read_mime(Reading &reading, const toml::node &node);

} // namespace khttpd::config
