// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/worker.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <limits>

namespace khttpd::bench {
namespace {

/// How often timeouts and whether to stop are looked after.
constexpr std::chrono::milliseconds interval{50};
constexpr std::size_t buffer_octets = 64 << 10;
constexpr int events_at_once = 128;

/// What falls to the share with @number when @whole is divided among @shares.
std::uint64_t share(std::uint64_t whole, std::uint32_t shares, std::uint32_t number) {
    return whole / shares + (number < whole % shares ? 1 : 0);
}

std::string repeated(const std::string &text, std::uint32_t times) {
    std::string all;
    for (std::uint32_t i = 0; i < times; ++i)
        all += text;
    return all;
}

} // namespace

Worker::Worker(const Plan &plan, std::uint32_t number)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      work_{.plan = plan,
            .epoll = epoll_.get(),
            .batch = repeated(plan.request, plan.pipeline),
            .buffer = std::vector<char>(buffer_octets),
            .left = plan.requests ? share(*plan.requests, plan.threads, number)
                                  : std::numeric_limits<std::uint64_t>::max()} {
    const std::uint64_t mine = share(plan.connections, plan.threads, number);
    connections_.reserve(mine);
    for (std::uint64_t i = 0; i < mine; ++i)
        connections_.emplace_back(work_);
}

void Worker::run(Clock::time_point end, const std::atomic<bool> &stop) {
    Clock::time_point next_tick = Clock::now();
    while (!stop) {
        const auto now = Clock::now();
        if (now >= end) {
            work_.over = true;
            work_.left = 0;
        }
        if (work_.left == 0 && work_.unanswered == 0)
            return;
        // The first opens the connections.
        if (now >= next_tick) {
            tick(now);
            next_tick = now + interval;
        }
        wait(work_.over ? next_tick : std::min(next_tick, end));
    }
}

void Worker::tick(Clock::time_point now) {
    for (Connection &connection : connections_)
        connection.on_tick(now);
}

void Worker::wait(Clock::time_point until) {
    using std::chrono::milliseconds;
    std::array<epoll_event, events_at_once> events;
    const auto ms = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
    const int ready = epoll_wait(epoll_.get(), events.data(), events_at_once,
                                 static_cast<int>(std::max<milliseconds::rep>(ms, 0)));
    for (int i = 0; i < ready; ++i) {
        auto *connection = static_cast<Connection *>(events[i].data.ptr);
        connection->on_event(events[i].events, Clock::now());
    }
}

} // namespace khttpd::bench
