// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/running.h"
#include "cli/units.h"
#include "config/duration.h"

namespace khttpd::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr std::chrono::milliseconds poll_interval{250};

/// How long is waited.
struct Patience {
    seconds least;
    seconds most;
};

/// Seconds in @text, the value of @option; at most those of a year, so that they can be added.
Result<seconds> parse_time(std::string_view option, std::string_view text) {
    constexpr std::int64_t most = 366 * 86400;
    const auto parsed = config::parse_duration(text);
    if (!parsed || *parsed > most)
        return Error{ExitCode::usage, fmt::format("{}: expected a time, not '{}'", option, text),
                     "for example 10s or 2m"};
    return seconds{*parsed};
}

Result<Patience> parse(const DrainOptions &options) {
    const auto least = parse_time("--grace", options.grace);
    if (!least)
        return least.error();
    const auto most = parse_time("--timeout", options.timeout);
    if (!most)
        return most.error();
    if (*least > *most)
        return Error{ExitCode::usage,
                     fmt::format("--grace, {}, is longer than --timeout, {}", options.grace,
                                 options.timeout),
                     "the grace time is a part of what --timeout allows"};
    return Patience{*least, *most};
}

Result<void> set_draining(netlink::Client &client, bool on) {
    Change change;
    change.drain = on;
    if (const auto changed = client.change(change); !changed)
        return changed.error();
    return {};
}

Error left_open(std::uint64_t connections, seconds time) {
    return {ExitCode::temporary,
            fmt::format("after {}, {} {} left", age(static_cast<std::uint64_t>(time.count())),
                        grouped(connections),
                        connections == 1 ? "connection is" : "connections are"),
            "'khttpdctl connections' shows them, and 'khttpdctl connections kill' ends them"};
}

/// Waits until no connection is left; false where the server was stopped before.
Result<bool> wait_until_drained(netlink::Client &client, const Patience &patience) {
    const auto begin = Clock::now();
    for (;;) {
        const auto server = client.server();
        if (!server)
            return server.error();
        if (server->state != KHTTPD_STATE_RUNNING)
            return false;
        if (!server->draining)
            return Error{ExitCode::temporary, "the server does not drain any more",
                         "somebody ended that meanwhile, or started the server anew"};
        const auto passed = Clock::now() - begin;
        const auto stats = client.stats();
        if (!stats)
            return stats.error();
        if (stats->connections == 0 && passed >= patience.least)
            return true;
        if (passed >= patience.most)
            return left_open(stats->connections, patience.most);
        std::this_thread::sleep_for(
            std::min<Clock::duration>(poll_interval, patience.most - passed));
    }
}

} // namespace

Result<int> drain(const Context &context, const DrainOptions &options) {
    const auto patience = parse(options);
    if (!patience)
        return patience.error();
    auto running = running_server(context);
    if (!running)
        return running.error();
    if (!*running)
        return Error{ExitCode::unavailable, "the server is not running",
                     "'khttpdctl doctor' tells why"};
    netlink::Client &client = (*running)->client;
    if (const auto set = set_draining(client, !options.off); !set)
        return set.error();
    if (options.off || !options.wait) {
        context.say(options.off ? "not draining" : "draining");
        return 0;
    }
    const auto drained = wait_until_drained(client, *patience);
    if (!drained)
        return drained.error();
    context.say(*drained ? "drained" : "the server was stopped before it was drained");
    return 0;
}

} // namespace khttpd::cli
