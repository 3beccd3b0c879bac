// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/request.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"

namespace khttpd::bench {
namespace {

/// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) {
    constexpr std::string_view characters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return !text.empty() && text.find_first_not_of(characters) == text.npos;
}

bool is_control(char c) {
    return (c >= '\0' && c < ' ' && c != '\t') || c == '\x7f';
}

bool is_field(std::string_view field) {
    const std::size_t colon = field.find(':');
    return colon != field.npos && is_token(field.substr(0, colon)) &&
           std::ranges::none_of(field, is_control);
}

bool is_host(std::string_view field) {
    return in_lower_case(field).starts_with("host:");
}

} // namespace

Result<std::string> make_request(const Url &url, const std::vector<std::string> &fields,
                                 bool keep_alive) {
    std::string head = fmt::format("GET {} HTTP/1.1\r\n", url.target);
    if (std::ranges::none_of(fields, is_host))
        head += fmt::format("Host: {}\r\n", url.authority);
    for (const std::string &field : fields) {
        if (!is_field(field))
            return Error{ExitCode::usage, fmt::format("'{}' is no header field", printable(field)),
                         "such as --header 'Accept-Encoding: gzip'"};
        head += field + "\r\n";
    }
    if (!keep_alive)
        head += "Connection: close\r\n";
    return head + "\r\n";
}

} // namespace khttpd::bench
