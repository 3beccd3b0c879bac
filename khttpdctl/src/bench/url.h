// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace khttpd::bench {

/// What an http URL (RFC 9110, section 4.2.1) says of where to ask, and for what.
struct Url {
    std::string host;        ///< a name or an address, without brackets
    std::uint16_t port = 80; ///< from 1
    std::string authority;   ///< as it was written: the value of Host
    std::string target;      ///< path and query; a fragment is not the server's business
};

/// An error is one of the command line.
Result<Url> parse_url(std::string_view text);

} // namespace khttpd::bench
