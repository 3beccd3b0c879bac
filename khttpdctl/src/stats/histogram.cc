// SPDX-License-Identifier: GPL-2.0-or-later
#include "stats/histogram.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace khttpd::stats {

std::uint64_t lower_bound(const std::vector<Bucket> &buckets, std::size_t index) {
    constexpr std::uint64_t first_bound = 1024;
    const std::uint64_t previous = index > 0 ? buckets[index - 1].below_ns : 0;
    const std::uint64_t bound = buckets[index].below_ns;
    if (bound <= first_bound)
        return previous;
    return std::max(previous, bound - std::bit_floor(bound - 1) / 4);
}

std::uint64_t total(const std::vector<Bucket> &buckets) {
    return std::accumulate(
        buckets.begin(), buckets.end(), std::uint64_t{0},
        [](std::uint64_t sum, const Bucket &bucket) { return sum + bucket.count; });
}

std::optional<Quantile> quantile(const std::vector<Bucket> &buckets, double share) {
    const double rank = share * static_cast<double>(total(buckets));
    double passed = 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        const auto count = static_cast<double>(buckets[i].count);
        if (count == 0 || passed + count < rank) {
            passed += count;
            continue;
        }
        const auto low = static_cast<double>(lower_bound(buckets, i));
        if (buckets[i].below_ns == 0)
            return Quantile{low, true};
        const double width = static_cast<double>(buckets[i].below_ns) - low;
        return Quantile{low + width * (rank - passed) / count, false};
    }
    return std::nullopt;
}

std::vector<Bucket> difference(const std::vector<Bucket> &before,
                               const std::vector<Bucket> &after) {
    std::vector<Bucket> result;
    for (const Bucket &bucket : after) {
        const auto old = std::find_if(before.begin(), before.end(), [&](const Bucket &other) {
            return other.below_ns == bucket.below_ns;
        });
        const std::uint64_t had = old != before.end() ? old->count : 0;
        if (bucket.count > had)
            result.push_back({bucket.below_ns, bucket.count - had});
    }
    return result;
}

} // namespace khttpd::stats
