// SPDX-License-Identifier: GPL-2.0-or-later
#include "stats/rates.h"

#include "stats/histogram.h"

namespace khttpd::stats {
namespace {

/// Counters of other CPUs are read while they count, so one may lag behind an earlier sum.
std::uint64_t grown(std::uint64_t before, std::uint64_t after) {
    return after > before ? after - before : 0;
}

std::map<std::uint32_t, std::uint64_t> grown(const std::map<std::uint32_t, std::uint64_t> &before,
                                             const std::map<std::uint32_t, std::uint64_t> &after) {
    std::map<std::uint32_t, std::uint64_t> result;
    for (const auto &[key, count] : after) {
        const auto old = before.find(key);
        result[key] = grown(old != before.end() ? old->second : 0, count);
    }
    return result;
}

} // namespace

std::optional<Interval> between(const Stats &before, const Stats &after) {
    if (after.started_ns == 0 || after.started_ns != before.started_ns ||
        after.now_ns <= before.now_ns)
        return std::nullopt;
    Interval interval;
    interval.seconds = static_cast<double>(after.now_ns - before.now_ns) / 1e9;
    interval.counts.requests = grown(before.requests, after.requests);
    interval.counts.accepted = grown(before.accepted, after.accepted);
    interval.counts.bytes_in = grown(before.bytes_in, after.bytes_in);
    interval.counts.bytes_out = grown(before.bytes_out, after.bytes_out);
    interval.counts.cache_hits = grown(before.cache_hits, after.cache_hits);
    interval.counts.cache_misses = grown(before.cache_misses, after.cache_misses);
    interval.counts.cache_evictions = grown(before.cache_evictions, after.cache_evictions);
    interval.counts.cache_stale = grown(before.cache_stale, after.cache_stale);
    interval.counts.fast = grown(before.fast, after.fast);
    interval.counts.status = grown(before.status, after.status);
    interval.counts.refused = grown(before.refused, after.refused);
    interval.counts.latency = difference(before.latency, after.latency);
    return interval;
}

std::optional<Interval> since_start(const Stats &now) {
    Stats start;
    start.started_ns = now.started_ns;
    start.now_ns = now.started_ns;
    return between(start, now);
}

} // namespace khttpd::stats
