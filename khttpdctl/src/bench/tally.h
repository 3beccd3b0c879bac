// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "bench/latency.h"
#include "bench/plan.h"

namespace khttpd::bench {

/// Why a request has no response. What happens to a connection happens to all that it has
/// unanswered.
enum class Failure : std::uint8_t {
    connect,   ///< there was no connection
    reset,     ///< the server reset the connection
    closed,    ///< the server closed it before the end of the response
    timeout,   ///< the response was not complete in time
    malformed, ///< what came is not a response
};

inline constexpr std::array<std::string_view, 5> failure_names = {"connect", "reset", "closed",
                                                                  "timeout", "malformed"};

/// What became of requests.
struct Tally {
    std::array<std::uint64_t, 600> status = {}; ///< complete responses by status code
    std::array<std::uint64_t, failure_names.size()> failures = {}; ///< by enum Failure
    std::uint64_t bytes = 0;                                       ///< received
    Latency latency = {};                                          ///< of complete responses
    Clock::time_point last_response{};                             ///< when that was complete

    void add(const Tally &other);

    /// Requests that were answered with 2xx or 3xx.
    std::uint64_t good() const;
    /// Requests that were answered otherwise, if it was an answer.
    std::uint64_t bad_status() const;
    std::uint64_t failed(Failure failure) const;
    /// Requests of which the server got rid without an answer, or that never came to it.
    std::uint64_t socket_errors() const;
    /// All requests that came to an end.
    std::uint64_t requests() const;
};

} // namespace khttpd::bench
