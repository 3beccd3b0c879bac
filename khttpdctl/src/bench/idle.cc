// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/idle.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace khttpd::bench {
namespace {

/// Fewer than any server's backlog has room for.
constexpr std::size_t at_once = 64;

bool has_ended(const UniqueFd &socket) {
    char octet;
    // The server has no reason to send anything, unless it is about to close the connection.
    return recv(socket.get(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
}

} // namespace

IdleConnections::IdleConnections(const Plan &plan) {
    while (opened() < plan.idle && open(plan, std::min(at_once, plan.idle - sockets_.size())))
        continue;
}

/// Opens @count more; false if one of them cannot be had.
bool IdleConnections::open(const Plan &plan, std::size_t count) {
    std::vector<UniqueFd> started;
    for (std::size_t i = 0; i < count; ++i)
        started.push_back(start_connecting(plan.address));
    const auto until = Clock::now() + plan.timeout;
    for (UniqueFd &socket : started) {
        const auto patience = std::max<Clock::duration>(until - Clock::now(), {});
        if (!socket || wait_until_connected(socket, patience) != 0)
            return false;
        sockets_.push_back(std::move(socket));
    }
    return true;
}

std::uint64_t IdleConnections::ended() const {
    return static_cast<std::uint64_t>(std::ranges::count_if(sockets_, has_ended));
}

} // namespace khttpd::bench
