// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/stats.h"

namespace khttpd::stats {

/// A point of a distribution of times.
struct Quantile {
    double ns = 0;
    bool at_least = false; ///< it lies in the bucket that has no upper bound

    bool operator==(const Quantile &) const = default;
};

/// Lower bound, in ns, of the bucket at @index. Empty buckets are left out of @buckets, so it is
/// told from the bucket itself: the module has one below 1,024 ns and four for each doubling from
/// there.
std::uint64_t lower_bound(const std::vector<Bucket> &buckets, std::size_t index);

std::uint64_t total(const std::vector<Bucket> &buckets);

/// The time that a share of @share (0 to 1) of what was counted did not exceed. Within a bucket the
/// counts are taken to be spread evenly. Nothing where nothing was counted.
std::optional<Quantile> quantile(const std::vector<Bucket> &buckets, double share);

/// What was counted between the two; @before is of the same run of the server.
std::vector<Bucket> difference(const std::vector<Bucket> &before, const std::vector<Bucket> &after);

} // namespace khttpd::stats
