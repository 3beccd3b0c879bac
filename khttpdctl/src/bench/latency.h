// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace khttpd::bench {

/// Counts times. Each doubling has 64 buckets of the same width, so that what is told of a time is
/// at most 1/64 too much, whatever its magnitude; the kernel's own histogram has four.
class Latency {
  public:
    Latency();

    void count(std::uint64_t ns);
    void add(const Latency &other);

    std::uint64_t total() const { return total_; }

    /// The time in ns that a share of @share (more than 0, at most 1) of what was counted did not
    /// exceed, rounded up within its bucket, but not above the longest; nothing where nothing was
    /// counted.
    std::optional<std::uint64_t> quantile(double share) const;

  private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t total_ = 0;
    std::uint64_t max_ = 0;
};

} // namespace khttpd::bench
