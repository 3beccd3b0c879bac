// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "bench/url.h"

namespace khttpd::bench {

/// The head of a GET request for @url with @fields, each "NAME: VALUE", of which a Host replaces
/// that of the URL. An error is one of the command line.
Result<std::string> make_request(const Url &url, const std::vector<std::string> &fields,
                                 bool keep_alive);

} // namespace khttpd::bench
