// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/port.h"

#include <charconv>

namespace khttpd {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, port);
    if (error != std::errc{} || end != last || port == 0)
        return std::nullopt;
    return port;
}

} // namespace khttpd
