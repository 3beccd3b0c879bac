// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "bench/address.h"

namespace khttpd::bench {

using Clock = std::chrono::steady_clock;

/// What load a server is to get.
struct Plan {
    Address address = {};
    std::string request = {};      ///< head of the request, which is always the same
    std::uint32_t connections = 1; ///< that are asked on, at least one for each thread
    std::uint32_t threads = 1;
    std::uint32_t pipeline = 1; ///< requests that may be unanswered on a connection
    bool keep_alive = true;     ///< else each request has a connection of its own
    std::uint32_t idle = 0;     ///< connections beside those, on which nothing is sent
    std::optional<std::uint64_t> requests = {};            ///< to be made
    std::optional<std::chrono::nanoseconds> duration = {}; ///< after which no more are made
    std::chrono::nanoseconds timeout = {};                 ///< of connecting, and of a response
};

} // namespace khttpd::bench
