// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <vector>

#include "bench/connection.h"

namespace khttpd::bench {

/// The part of a load that one thread makes, by one loop over the events of all its connections.
class Worker {
  public:
    /// @number: from 0; the threads of the plan share its connections and requests evenly.
    Worker(const Plan &plan, std::uint32_t number);
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    /// Asks until all is asked or @end has come, and waits for the responses; or until @stop, which
    /// waits for nothing.
    void run(Clock::time_point end, const std::atomic<bool> &stop);

    const Tally &tally() const { return work_.tally; }

  private:
    void wait(Clock::time_point until);
    void tick(Clock::time_point now);

    UniqueFd epoll_;
    Work work_;
    std::vector<Connection> connections_;
};

} // namespace khttpd::bench
