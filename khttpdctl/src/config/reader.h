// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "config/config.h"

namespace khttpd::config {

/// Lets the settings in @text, TOML, override those in @config; appends what is wrong to
/// @diagnostics.
/// @file names the text in diagnostics.
void read_text(std::string_view text, const std::string &file, Config &config,
               Diagnostics &diagnostics);

} // namespace khttpd::config
