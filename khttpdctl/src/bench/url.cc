// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/url.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/port.h"
#include "base/text.h"
#include "model/listener.h"

namespace khttpd::bench {
namespace {

constexpr std::string_view scheme = "http://";

Error wrong(std::string_view url, std::string_view what, std::string hint) {
    return {ExitCode::usage, fmt::format("'{}': {}", printable(url), what), std::move(hint)};
}

/// Printable ASCII but the space: everything else has to be percent-encoded.
bool is_graphic(char c) {
    return c > ' ' && c < '\x7f';
}

/// A port as it stands behind the colon; empty is the default one.
std::optional<std::uint16_t> port_behind_colon(std::string_view text) {
    return text.empty() ? std::optional<std::uint16_t>{80} : parse_port(text);
}

bool is_ipv6_address(std::string_view text) {
    const auto address = Address::parse(text);
    return address && address->is_v6();
}

/// Fills in what @url.authority says; returns what is wrong with it, or nothing.
std::string_view read_authority(Url &url) {
    const std::string_view text = url.authority;
    if (text.find('@') != text.npos)
        return "a user name cannot be given here";
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
    if (bracket == text.npos)
        return "the address has no ']'";
    const std::size_t colon = std::min(text.find(':', bracket), text.size());
    url.host = bracket > 0 ? text.substr(1, bracket - 1) : text.substr(0, colon);
    if (url.host.empty())
        return "there is no host";
    if (bracket > 0 && (!is_ipv6_address(url.host) || colon != bracket + 1))
        return "this is no IPv6 address";
    const auto port = port_behind_colon(text.substr(std::min(colon + 1, text.size())));
    if (!port)
        return "a port is a number from 1 to 65535";
    url.port = *port;
    return {};
}

} // namespace

Result<Url> parse_url(std::string_view text) {
    if (!in_lower_case(text).starts_with(scheme)) {
        if (text.find("://") != text.npos)
            return wrong(text, "only http:// can be asked", "");
        return wrong(text, "this is no URL", fmt::format("{}{}", scheme, printable(text)));
    }
    if (!std::ranges::all_of(text, is_graphic))
        return wrong(text, "it has a character that cannot stand in a URL",
                     "%20 is a space, and every other octet can be written so, too");

    const std::string_view rest = text.substr(scheme.size(), text.find('#') - scheme.size());
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    Url url;
    url.authority = rest.substr(0, end);
    url.target = rest.substr(end);
    if (!url.target.starts_with('/'))
        url.target.insert(0, 1, '/');
    const std::string_view fault = read_authority(url);
    if (!fault.empty())
        return wrong(text, fault,
                     "such as http://example.org/, http://127.0.0.1:8080/ or http://[::1]/");
    return url;
}

} // namespace khttpd::bench
