// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace khttpd {

/// @text with the letters of ASCII in lower case, whatever the locale.
std::string in_lower_case(std::string_view text);
/// @text with control characters replaced, so that it stays on its line and cannot steer the
/// terminal.
std::string printable(std::string_view text);

} // namespace khttpd
