// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/duration.h"

#include <charconv>
#include <limits>

namespace khttpd::config {
namespace {

std::int64_t seconds_of(std::string_view unit) {
    if (unit == "s")
        return 1;
    if (unit == "m")
        return 60;
    if (unit == "h")
        return 3600;
    if (unit == "d")
        return 86400;
    return unit == "w" ? 7 * 86400 : 0;
}

} // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    const char *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, count);
    const std::int64_t unit = seconds_of({end, static_cast<std::size_t>(last - end)});
    if (error != std::errc{} || unit == 0 || count < 0 ||
        count > std::numeric_limits<std::int64_t>::max() / unit)
        return std::nullopt;
    return count * unit;
}

} // namespace khttpd::config
