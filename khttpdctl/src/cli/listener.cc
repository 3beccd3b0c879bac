// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include <fmt/ostream.h>

#include "cli/commands.h"
#include "cli/running.h"
#include "cli/setting_json.h"
#include "cli/units.h"
#include "config/load.h"

namespace khttpd::cli {
namespace {

using Listeners = std::vector<Listener>;

Result<Listener> parse(const std::string &text) {
    if (const auto listener = parse_endpoint(text))
        return *listener;
    return Error{ExitCode::usage,
                 fmt::format("expected ADDRESS:PORT or [ADDRESS]:PORT, not '{}'", text),
                 "for example 192.0.2.1:80, or [::]:8080 for all addresses"};
}

const Listener *find(const Listeners &listeners, const std::string &endpoint) {
    const auto found = std::find_if(listeners.begin(), listeners.end(), [&](const Listener &each) {
        return each.endpoint() == endpoint;
    });
    return found != listeners.end() ? &*found : nullptr;
}

Listeners without(Listeners listeners, const std::string &endpoint) {
    std::erase_if(listeners, [&](const Listener &each) { return each.endpoint() == endpoint; });
    return listeners;
}

bool equal(const Listeners &a, const Listeners &b) {
    return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin());
}

Error exists(const std::string &endpoint) {
    return {ExitCode::config, fmt::format("there is a listener {} already", endpoint),
            fmt::format("to change it: khttpdctl listener del {0}; khttpdctl listener add {0} ...",
                        endpoint)};
}

Error missing(const std::string &endpoint) {
    return {ExitCode::no_root, fmt::format("there is no listener {}", endpoint),
            "'khttpdctl listener list' shows the listeners"};
}

Error last(const std::string &endpoint) {
    return {ExitCode::config, fmt::format("{} is the only listener", endpoint),
            "add another one first, or 'systemctl stop khttpd'"};
}

/// Where the list stands that counts; nullptr for the default one.
const Source *place_of(const config::Config &config) {
    const auto place = config.sources.find("listener");
    return place != config.sources.end() ? &place->second : nullptr;
}

/// Refuses where a file that is read later has the last word. Otherwise tells what becomes of the
/// listeners that stand elsewhere, or nowhere.
Result<void> explain(const Context &context, const config::Config &before) {
    const std::filesystem::path own = context.paths.own_file();
    const Source *place = place_of(before);
    if (place == nullptr) {
        context.hint(
            fmt::format("the default listener is named in {} now, beside others", own.string()));
        return {};
    }
    const std::filesystem::path file = place->file;
    if (file == own)
        return {};
    if (file != context.paths.main_file() && file > own)
        return Error{
            ExitCode::config,
            fmt::format("{} has the listeners, and counts after {}", place->text(), own.string()),
            "change it there; with --runtime, the running server alone is changed"};
    context.warn(fmt::format("{} has all listeners from now on; those in {} no longer count",
                             own.string(), place->text()));
    return {};
}

/// What has to stand in the own file for @wanted to be the listeners.
Result<std::vector<config::OwnEdit>> edits(const Context &context, const Listeners &wanted) {
    const auto others = config::load_without(context.paths, "listener");
    if (!others)
        return others.error();
    // Where the other files, or the default, say the same, they may have the word again.
    if (equal(others->settings.listeners, wanted))
        return std::vector<config::OwnEdit>{config::Unset{"listener"}};
    return std::vector<config::OwnEdit>{config::Setting{"listener", wanted}};
}

/// The listeners of the running server, to be replaced unless somebody else does so meanwhile.
Result<Change> change_of(netlink::Client &client, const Server &server) {
    const auto open = client.listeners();
    if (!open)
        return open.error();
    Change change;
    change.expect_generation = server.generation;
    change.listeners.emplace();
    for (const netlink::OpenListener &each : *open)
        change.listeners->push_back(each.listener);
    return change;
}

/// A listener in the files, in the running server or in both.
struct Row {
    Listener listener;
    std::optional<netlink::OpenListener> open;
    bool saved = false;
    bool changed = false; ///< other settings are saved than it has
};

/// Those of the running server, if there is one.
Result<std::vector<netlink::OpenListener>> open_listeners(const Context &context) {
    auto running = running_server(context);
    if (!running)
        return running.error();
    if (!*running)
        return std::vector<netlink::OpenListener>{};
    return (*running)->client.listeners();
}

Result<std::vector<Row>> collect(const Context &context) {
    const auto config = config::load(context.paths);
    if (!config)
        return config.error();
    const auto open = open_listeners(context);
    if (!open)
        return open.error();
    Listeners saved = config->settings.listeners;
    std::vector<Row> rows;
    for (const netlink::OpenListener &each : *open) {
        const std::string name = each.listener.endpoint();
        const Listener *same = find(saved, name);
        rows.push_back(
            {each.listener, each, same != nullptr, same != nullptr && *same != each.listener});
        saved = without(std::move(saved), name);
    }
    for (const Listener &each : saved)
        rows.push_back({each, std::nullopt, true, false});
    return rows;
}

/// What is not as it is by itself: " v6only backlog=9".
std::string settings_text(const Listener &listener) {
    std::string text = listener.v6only ? " v6only" : "";
    for (const ListenerNumber &number : listener_numbers)
        if (listener.*number.value != number.otherwise)
            text += fmt::format(" {}={}", number.name, listener.*number.value);
    return text;
}

Json row_json(const Row &row) {
    Json json = Json::object();
    json["id"] = row.open ? Json(row.open->id) : Json(nullptr);
    put_listener(json, row.listener);
    json["connections"] = row.open ? Json(row.open->connections) : Json(nullptr);
    json["open"] = row.open.has_value();
    json["saved"] = row.saved;
    json["changed"] = row.changed;
    return json;
}

void print_row(std::ostream &out, const Row &row) {
    std::string state =
        row.open ? fmt::format("{} connections", grouped(row.open->connections)) : "not open";
    if (!row.saved)
        state += ", not saved";
    if (row.changed)
        state += ", saved with other settings";
    fmt::print(out, "{:<24}  {}{}\n", row.listener.endpoint(), state, settings_text(row.listener));
}

} // namespace

Result<int> listener_add(const Context &context, const ListenerAddOptions &options) {
    const auto endpoint = parse(options.endpoint);
    if (!endpoint)
        return endpoint.error();
    Listener listener = *endpoint;
    listener.v6only = options.listener.v6only;
    for (const ListenerNumber &number : listener_numbers)
        listener.*number.value = options.listener.*number.value;
    const std::string name = listener.endpoint();
    if (listener.v6only && !listener.address.is_v6())
        return Error{ExitCode::usage, "--v6only means nothing to an IPv4 address", "leave it out"};

    Edit edit;
    edit.keys = {"listener " + name};
    edit.file = [&](const config::Config &before) -> Result<std::vector<config::OwnEdit>> {
        Listeners wanted = before.settings.listeners;
        if (find(wanted, name) != nullptr)
            return exists(name);
        if (const auto fine = explain(context, before); !fine)
            return fine.error();
        wanted.push_back(listener);
        return edits(context, wanted);
    };
    edit.live = [&](netlink::Client &client, const Server &server,
                    const config::Config &) -> Result<Change> {
        auto change = change_of(client, server);
        if (!change)
            return change;
        if (options.edit.runtime && find(*change->listeners, name) != nullptr)
            return exists(name);
        change->listeners = without(std::move(*change->listeners), name);
        change->listeners->push_back(listener);
        return change;
    };
    return carry_out(context, options.edit, edit);
}

Result<int> listener_del(const Context &context, const ListenerDelOptions &options) {
    const auto endpoint = parse(options.endpoint);
    if (!endpoint)
        return endpoint.error();
    const std::string name = endpoint->endpoint();

    Edit edit;
    edit.keys = {"listener " + name};
    edit.file = [&](const config::Config &before) -> Result<std::vector<config::OwnEdit>> {
        if (find(before.settings.listeners, name) == nullptr)
            return missing(name);
        const Listeners wanted = without(before.settings.listeners, name);
        if (wanted.empty())
            return last(name);
        if (const auto fine = explain(context, before); !fine)
            return fine.error();
        return edits(context, wanted);
    };
    edit.live = [&](netlink::Client &client, const Server &server,
                    const config::Config &) -> Result<Change> {
        auto change = change_of(client, server);
        if (!change)
            return change;
        if (find(*change->listeners, name) == nullptr)
            return options.edit.runtime ? Result<Change>{missing(name)} : Result<Change>{Change{}};
        change->listeners = without(std::move(*change->listeners), name);
        if (change->listeners->empty())
            return last(name);
        return change;
    };
    return carry_out(context, options.edit, edit);
}

Result<int> listener_list(const Context &context, const ListenerListOptions &options) {
    const auto rows = collect(context);
    if (!rows)
        return rows.error();
    if (options.json) {
        Json json = json_object();
        json["listeners"] = Json::array();
        for (const Row &row : *rows)
            json["listeners"].push_back(row_json(row));
        fmt::print(context.out, "{}\n", json_text(json));
        return 0;
    }
    for (const Row &row : *rows)
        print_row(context.out, row);
    return 0;
}

} // namespace khttpd::cli
