// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "bench/tally.h"

namespace khttpd::bench {

/// What a load has shown.
struct Report {
    Tally tally = {};
    double seconds = 0; ///< from the beginning to the end, or to the last response if that is later
    std::uint64_t idle_opened = 0; ///< idle connections that could be made
    std::uint64_t idle_ended = 0;  ///< those of them that the server ended
    bool interrupted = false;      ///< by a signal
};

/// Makes the load. SIGINT, SIGTERM and SIGHUP end it.
Result<Report> run(const Plan &plan);

} // namespace khttpd::bench
