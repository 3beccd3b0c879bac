// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "stats/rates.h"

namespace khttpd::stats {

/// Some time of the last minute; rates are per second.
struct Moment {
    double seconds = 0; ///< how long it is
    double requests = 0;
    double bytes_out = 0;
    double connections = 0; ///< open at its end
};

/// The last minute in moments of a second, or of what lies between two samples where that is more.
class History {
  public:
    /// The next @interval, at whose end @connections were open.
    void add(const Interval &interval, std::uint64_t connections);

    void clear();

    /// The oldest first.
    const std::vector<Moment> &moments() const { return moments_; }

  private:
    std::vector<Moment> moments_;
    Moment unfinished_; ///< with counts instead of rates
};

} // namespace khttpd::stats
