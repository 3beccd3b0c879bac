// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace khttpd {

/// The port that @text writes in decimal digits, 1 to 65535; nothing where it is none.
std::optional<std::uint16_t> parse_port(std::string_view text);

} // namespace khttpd
