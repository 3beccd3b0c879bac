// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace khttpd::config {

/// Seconds in "90s", "15m", "1h", "30d" or "4w"; nothing where it is none of these, or more than 64
/// bits of them.
std::optional<std::int64_t> parse_duration(std::string_view text);

} // namespace khttpd::config
