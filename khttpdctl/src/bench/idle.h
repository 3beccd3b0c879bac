// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "base/unique_fd.h"
#include "bench/plan.h"

namespace khttpd::bench {

/// Connections on which nothing is sent, for as long as this lives.
class IdleConnections {
  public:
    /// Opens as many as the plan wants, or as many as can be until one takes longer than the plan's
    /// timeout or fails.
    explicit IdleConnections(const Plan &plan);

    std::uint64_t opened() const { return sockets_.size(); }

    /// How many of them the server has ended.
    std::uint64_t ended() const;

  private:
    bool open(const Plan &plan, std::size_t count);

    std::vector<UniqueFd> sockets_;
};

} // namespace khttpd::bench
