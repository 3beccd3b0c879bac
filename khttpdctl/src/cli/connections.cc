// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <limits>

#include <fmt/ostream.h>

#include "base/nearest.h"
#include "base/port.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/units.h"
#include "config/duration.h"
#include "model/connection.h"

namespace khttpd::cli {
namespace {

Error unusable(std::string_view option, std::string_view expected, std::string_view text,
               std::string_view hint) {
    return {ExitCode::usage, fmt::format("{}: expected {}, not '{}'", option, expected, text),
            std::string{hint}};
}

/// "51234" or "1024-2047".
std::optional<ConnectionFilter::Ports> parse_ports(std::string_view text) {
    const auto dash = text.find('-');
    const auto first = parse_port(text.substr(0, dash));
    const auto last = dash == text.npos ? first : parse_port(text.substr(dash + 1));
    if (!first || !last || *first > *last)
        return std::nullopt;
    return ConnectionFilter::Ports{*first, *last};
}

/// The milliseconds in "90s" or "15m".
std::optional<std::uint64_t> parse_age(std::string_view text) {
    const auto seconds = config::parse_duration(text);
    if (!seconds || *seconds > std::numeric_limits<std::int64_t>::max() / 1000)
        return std::nullopt;
    return 1000 * static_cast<std::uint64_t>(*seconds);
}

/// The mask of the states in "idle,head".
Result<std::uint32_t> parse_states(std::string_view text) {
    std::uint32_t states = 0;
    for (;;) {
        const auto comma = text.find(',');
        const std::string_view name = text.substr(0, comma);
        const auto state = parse_connection_state(name);
        if (!state)
            return Error{
                ExitCode::usage,
                fmt::format("--state: there is no state '{}'{}", name,
                            did_you_mean(name, connection_state_names())),
                fmt::format("the states are: {}", fmt::join(connection_state_names(), ", "))};
        states |= *state;
        if (comma == text.npos)
            return states;
        text.remove_prefix(comma + 1);
    }
}

Result<ConnectionFilter> parse(const ConnectionsOptions &options) {
    ConnectionFilter filter;
    if (options.from && !(filter.from = Block::parse(*options.from)))
        return unusable("--from", "an address or a block of addresses", *options.from,
                        "for example 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32");
    if (options.port && !(filter.ports = parse_ports(*options.port)))
        return unusable("--port", "a port, or the first and the last of several", *options.port,
                        "for example 51234 or 1024-2047");
    if (options.local_port && !(filter.local_port = parse_port(*options.local_port)))
        return unusable("--local-port", "a port", *options.local_port, "for example 80");
    if (options.older_than && !(filter.min_age_ms = parse_age(*options.older_than)))
        return unusable("--older-than", "a time", *options.older_than,
                        "for example 90s, 15m or 2h");
    if (options.state) {
        const auto states = parse_states(*options.state);
        if (!states)
            return states.error();
        filter.states = *states;
    }
    return filter;
}

/// The oldest first.
void sort(std::vector<Connection> &connections) {
    std::sort(connections.begin(), connections.end(), [](const Connection &a, const Connection &b) {
        return a.age_ms != b.age_ms ? a.age_ms > b.age_ms : a.client() < b.client();
    });
}

Json connection_json(const Connection &connection) {
    return {
        {"address", connection.address.text()}, {"port", connection.port},
        {"local_port", connection.local_port},  {"state", connection_state_name(connection.state)},
        {"age_ms", connection.age_ms},          {"requests", connection.requests}};
}

void print_table(std::ostream &out, const std::vector<Connection> &connections) {
    if (connections.empty())
        return;
    constexpr std::string_view client = "client";
    std::size_t width = client.size();
    for (const Connection &each : connections)
        width = std::max(width, each.client().size());
    fmt::print(out, "{:<{}} {:>5}  {:<7} {:>7} {:>9}\n", client, width, "local", "state", "age",
               "requests");
    for (const Connection &each : connections)
        fmt::print(out, "{:<{}} {:>5}  {:<7} {:>7} {:>9}\n", each.client(), width, each.local_port,
                   connection_state_name(each.state), age(each.age_ms / 1000),
                   grouped(each.requests));
}

} // namespace

Result<int> connections(const Context &context, const ConnectionsOptions &options) {
    const auto filter = parse(options);
    if (!filter)
        return filter.error();
    auto client = context.client();
    if (!client)
        return client.error();
    auto open = client->connections(*filter);
    if (!open)
        return open.error();
    sort(*open);
    if (!options.json) {
        print_table(context.out, *open);
        return 0;
    }
    Json json = json_object();
    json["connections"] = Json::array();
    for (const Connection &each : *open)
        json["connections"].push_back(connection_json(each));
    fmt::print(context.out, "{}\n", json_text(json));
    return 0;
}

Result<int> connections_kill(const Context &context, const ConnectionsOptions &options, bool all) {
    const auto filter = parse(options);
    if (!filter)
        return filter.error();
    if (filter->empty() && !all)
        return Error{ExitCode::usage, "nothing says which connections are to be ended",
                     "an option such as --from says it, or --all for every connection"};
    if (!filter->empty() && all)
        return Error{ExitCode::usage, "--all leaves nothing to be said by other options",
                     "leave out --all to end only the connections that they mean"};
    auto client = context.client();
    if (!client)
        return client.error();
    const auto killed = client->kill_connections(*filter);
    if (!killed)
        return killed.error();
    if (options.json) {
        Json json = json_object();
        json["killed"] = *killed;
        fmt::print(context.out, "{}\n", json_text(json));
        return 0;
    }
    context.say(
        fmt::format("{} {} ended", grouped(*killed), *killed == 1 ? "connection" : "connections"));
    return 0;
}

} // namespace khttpd::cli
