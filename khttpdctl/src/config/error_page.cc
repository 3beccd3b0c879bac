// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/error_page.h"

#include <charconv>

#include "config/protocol.h"

namespace khttpd::config {

bool is_error_page_or_none(std::string_view text) {
    return text.empty() || is_file_path(text);
}

std::optional<std::uint32_t> parse_error_status(std::string_view text) {
    std::uint32_t status = 0;
    const char *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, status);
    // There is one way to write each.
    if (error != std::errc{} || end != last || status < 400 || status > 599 || text.size() != 3)
        return std::nullopt;
    return status;
}

void assign_error_page(HostConfig &host, std::uint32_t status, const std::string &path) {
    if (path.empty())
        host.error_pages.erase(status);
    else
        host.error_pages[status] = path;
}

} // namespace khttpd::config
