// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/tally.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace khttpd::bench {

void Tally::add(const Tally &other) {
    std::ranges::transform(status, other.status, status.begin(), std::plus{});
    std::ranges::transform(failures, other.failures, failures.begin(), std::plus{});
    bytes += other.bytes;
    latency.add(other.latency);
    last_response = std::max(last_response, other.last_response);
}

std::uint64_t Tally::good() const {
    return std::accumulate(status.begin() + 200, status.begin() + 400, std::uint64_t{0});
}

std::uint64_t Tally::bad_status() const {
    return latency.total() - good();
}

std::uint64_t Tally::failed(Failure failure) const {
    return failures[static_cast<std::size_t>(failure)];
}

std::uint64_t Tally::socket_errors() const {
    return std::accumulate(failures.begin(), failures.end(), std::uint64_t{0}) -
           failed(Failure::malformed);
}

std::uint64_t Tally::requests() const {
    return latency.total() + std::accumulate(failures.begin(), failures.end(), std::uint64_t{0});
}

} // namespace khttpd::bench
