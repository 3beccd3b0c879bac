// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace khttpd {

/// One bucket of the latency histogram.
struct Bucket {
    std::uint64_t below_ns = 0; ///< upper bound, exclusive; 0 for the last bucket, which has none
    std::uint64_t count = 0;
    bool operator==(const Bucket &) const = default;
};

/// The counters of a server, summed over the CPUs; all count from its start.
struct Stats {
    std::uint64_t started_ns = 0; ///< CLOCK_BOOTTIME; tells one run of the server from the next
    std::uint64_t now_ns = 0;     ///< CLOCK_BOOTTIME when the counters were read
    std::uint64_t generation = 0;
    std::uint64_t requests = 0;
    std::uint64_t accepted = 0;
    std::uint64_t connections = 0;   ///< open now
    std::uint64_t cache_entries = 0; ///< there are now
    std::uint64_t cache_bytes = 0;   ///< of memory that they take
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t cache_hits = 0;
    std::uint64_t cache_misses = 0;
    std::uint64_t cache_evictions = 0;              ///< for want of room
    std::uint64_t cache_stale = 0;                  ///< because something changed
    std::uint64_t fast = 0;                         ///< requests that were answered in the softirq
    std::uint64_t log_records = 0;                  ///< of the access log
    std::uint64_t log_lost = 0;                     ///< of them, and those without room
    std::map<std::uint32_t, std::uint64_t> status;  ///< by status code
    std::map<std::uint32_t, std::uint64_t> refused; ///< by enum khttpd_refusal
    std::vector<Bucket> latency;                    ///< ascending, empty buckets left out
};

/// Somebody was refused, or held up, for a limit.
struct LimitReached {
    std::uint32_t reason = 0; ///< enum khttpd_refusal
    std::uint64_t count = 0;  ///< how often since the start
};

/// Name of a reason of enum khttpd_refusal, or "other" for one that is newer than this program.
std::string_view refusal_name(std::uint32_t reason);

} // namespace khttpd
