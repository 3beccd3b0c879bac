// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/stop.h"

#include <poll.h>

#include <algorithm>

#include <fmt/chrono.h>

namespace khttpd::control {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How long to believe that no event means no change.
constexpr milliseconds poll_interval{500};

/// Sleeps until there may be news.
void await_event(netlink::EventSource &events, milliseconds at_most) {
    pollfd waiting{.fd = events.fd(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(at_most.count())) > 0)
        // Only a reason to look: the state itself is read below.
        (void)events.read();
}

} // namespace

Result<Server> request_stop(netlink::Client &client) {
    Change stop;
    stop.state = KHTTPD_STATE_STOPPED;
    auto changed = client.change(stop);
    if (!changed)
        return changed.error();
    return std::move(changed->server);
}

Result<bool> stop_and_wait(netlink::Client &client, milliseconds patience, bool now) {
    const auto events = client.subscribe();
    if (!events)
        return events.error();
    auto server = client.server();
    if (!server)
        return server.error();
    if (server->state == KHTTPD_STATE_STOPPED)
        return false;
    if (!now)
        patience += milliseconds{server->settings.drain_ms};
    if (server->state == KHTTPD_STATE_RUNNING)
        server = request_stop(client);
    if (server && server->state == KHTTPD_STATE_STOPPING && now)
        server = request_stop(client);
    if (!server)
        return server.error();

    const auto deadline = Clock::now() + patience;
    for (;;) {
        server = client.server();
        if (!server)
            return server.error();
        if (server->state != KHTTPD_STATE_STOPPING)
            return true;
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
        if (left.count() <= 0)
            return Error{
                ExitCode::temporary,
                fmt::format("the server is still closing its connections after {}", patience),
                now ? "'khttpdctl status' shows when it has stopped"
                    : "'khttpdctl stop --now' cuts them off"};
        await_event(**events, std::min(left, poll_interval));
    }
}

} // namespace khttpd::control
