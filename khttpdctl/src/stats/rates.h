// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "model/stats.h"

namespace khttpd::stats {

/// What happened during some time of one run of the server.
struct Interval {
    double seconds = 0; ///< more than 0
    Stats counts;       ///< what was counted in it; `connections` means nothing here

    /// Per second.
    double rate(std::uint64_t count) const { return static_cast<double>(count) / seconds; }
};

/// From @before to @after, by the kernel's clock; nothing where no time passed or the server was
/// started anew in between, so that no rate is ever negative.
std::optional<Interval> between(const Stats &before, const Stats &after);

/// From the server's start to @now; nothing while it is stopped.
std::optional<Interval> since_start(const Stats &now);

} // namespace khttpd::stats
