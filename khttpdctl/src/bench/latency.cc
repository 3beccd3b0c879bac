// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/latency.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace khttpd::bench {
namespace {

// A bucket is known by the seven highest bits of its times, of which the first is set, and by how
// many bits follow. Times below 128 ns have a bucket each.
constexpr std::size_t precision = 6;
constexpr std::size_t number_of_buckets = (64 - precision + 1) << precision;

std::size_t bucket_of(std::uint64_t ns) {
    const auto width = static_cast<std::size_t>(std::bit_width(ns));
    const std::size_t following = width > precision + 1 ? width - precision - 1 : 0;
    return (following << precision) + (ns >> following);
}

/// The longest time that is counted in the bucket.
std::uint64_t longest_in(std::size_t bucket) {
    const std::size_t group = bucket >> precision;
    const std::size_t following = group > 1 ? group - 1 : 0;
    const std::uint64_t highest_bits = bucket - (following << precision);
    return ((highest_bits + 1) << following) - 1;
}

} // namespace

Latency::Latency() : buckets_(number_of_buckets) {}

void Latency::count(std::uint64_t ns) {
    ++buckets_[bucket_of(ns)];
    ++total_;
    max_ = std::max(max_, ns);
}

void Latency::add(const Latency &other) {
    std::ranges::transform(buckets_, other.buckets_, buckets_.begin(), std::plus{});
    total_ += other.total_;
    max_ = std::max(max_, other.max_);
}

std::optional<std::uint64_t> Latency::quantile(double share) const {
    const double rank = std::ceil(share * static_cast<double>(total_));
    std::uint64_t passed = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        passed += buckets_[bucket];
        if (passed > 0 && static_cast<double>(passed) >= rank)
            return std::min(longest_in(bucket), max_);
    }
    return std::nullopt;
}

} // namespace khttpd::bench
