// SPDX-License-Identifier: GPL-2.0-or-later
#include "stats/history.h"

namespace khttpd::stats {
namespace {

constexpr double length = 60;
/// A timer of a second is now and then early.
constexpr double least = 0.95;

} // namespace

void History::add(const Interval &interval, std::uint64_t connections) {
    unfinished_.seconds += interval.seconds;
    unfinished_.requests += static_cast<double>(interval.counts.requests);
    unfinished_.bytes_out += static_cast<double>(interval.counts.bytes_out);
    if (unfinished_.seconds < least)
        return;
    moments_.push_back({unfinished_.seconds, unfinished_.requests / unfinished_.seconds,
                        unfinished_.bytes_out / unfinished_.seconds,
                        static_cast<double>(connections)});
    unfinished_ = {};

    double seconds = 0;
    auto oldest = moments_.end();
    while (oldest != moments_.begin() && seconds < length)
        seconds += (--oldest)->seconds;
    moments_.erase(moments_.begin(), oldest);
}

void History::clear() {
    moments_.clear();
    unfinished_ = {};
}

} // namespace khttpd::stats
