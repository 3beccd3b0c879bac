// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/ostream.h>

#include "base/version.h"
#include "cli/commands.h"
#include "cli/setting_json.h"
#include "cli/units.h"
#include "config/account.h"

namespace khttpd::cli {
namespace {

// The Linux Standard Base's exit codes of "status".
constexpr int lsb_running = 0;
constexpr int lsb_stopped = 3;
constexpr int lsb_unknown = 4;

struct Report {
    host::ModuleState module = host::ModuleState::missing;
    Server server; ///< as it is without the module, where that is not loaded
    std::vector<netlink::OpenListener> listeners;
    std::size_t vhosts = 0; ///< beside the default host
    Stats stats;

    bool running() const { return server.state == KHTTPD_STATE_RUNNING; }

    /// Seconds since the start, by the kernel's clock.
    std::uint64_t uptime() const {
        return server.started_ns != 0 && stats.now_ns > server.started_ns
                   ? (stats.now_ns - server.started_ns) / 1'000'000'000
                   : 0;
    }
};

Result<Report> collect(const Context &context) {
    Report report;
    report.module = context.module_state();
    if (report.module != host::ModuleState::loaded)
        return report;
    auto client = context.client();
    if (!client)
        return client.error();
    auto server = client->server();
    if (!server)
        return server.error();
    auto listeners = client->listeners();
    if (!listeners)
        return listeners.error();
    const auto hosts = client->hosts();
    if (!hosts)
        return hosts.error();
    auto stats = client->stats();
    if (!stats)
        return stats.error();
    report.server = std::move(*server);
    report.listeners = std::move(*listeners);
    report.vhosts = hosts->vhosts.size();
    report.stats = std::move(*stats);
    return report;
}

Json report_json(const Report &report) {
    const Server &server = report.server;
    const bool loaded = report.module == host::ModuleState::loaded;
    const bool up = server.state != KHTTPD_STATE_STOPPED;
    Json json = json_object();
    json["state"] = state_name(server.state);
    json["draining"] = server.draining;
    json["khttpdctl"] = tool_version();
    json["module"] = loaded ? Json(server.version) : Json(nullptr);
    json["generation"] = server.generation;
    json["root"] = up ? Json(server.settings.root) : Json(nullptr);
    json["user"] = up ? Json(config::user_name(server.settings.uid)) : Json(nullptr);
    json["group"] = up ? Json(config::group_name(server.settings.gid)) : Json(nullptr);
    json["vhosts"] = report.vhosts;
    json["uptime_seconds"] = report.uptime();
    json["connections"] = report.stats.connections;
    json["listeners"] = Json::array();
    for (const auto &[listener, id, connections] : report.listeners) {
        Json &entry = json["listeners"].emplace_back(Json{{"id", id}});
        put_listener(entry, listener);
        entry["connections"] = connections;
    }
    return json;
}

void print_line(std::ostream &out, std::string_view name, const std::string &value) {
    fmt::print(out, "{:<12} {}\n", name, value);
}

void print_report(const Context &context, const Report &report) {
    const Server &server = report.server;
    std::ostream &out = context.out;
    if (report.module != host::ModuleState::loaded) {
        print_line(out, "state", "stopped (the module is not loaded)");
        print_line(out, "version", fmt::format("khttpdctl {}", tool_version()));
        return;
    }
    std::string state{state_name(server.state)};
    if (report.running())
        state += fmt::format(" for {}", age(report.uptime()));
    if (server.draining)
        state += ", draining";
    print_line(out, "state", state);
    print_line(out, "version",
               fmt::format("module {}, khttpdctl {}", server.version, tool_version()));
    print_line(out, "generation", fmt::to_string(server.generation));
    if (server.state == KHTTPD_STATE_STOPPED)
        return;
    print_line(out, "root", server.settings.root);
    print_line(out, "files as",
               fmt::format("user {}, group {}", config::user_name(server.settings.uid),
                           config::group_name(server.settings.gid)));
    if (report.vhosts != 0)
        print_line(out, "vhosts", grouped(report.vhosts));
    print_line(out, "connections", grouped(report.stats.connections));
    for (const netlink::OpenListener &open : report.listeners)
        print_line(
            out, "listener",
            fmt::format("{}  {} connections", open.listener.endpoint(), grouped(open.connections)));
}

} // namespace

Result<int> status(const Context &context, const StatusOptions &options) {
    const auto report = collect(context);
    if (!report) {
        context.report(report.error());
        return lsb_unknown;
    }
    if (options.json)
        fmt::print(context.out, "{}\n", json_text(report_json(*report)));
    else
        print_report(context, *report);
    if (report->module == host::ModuleState::missing)
        context.hint("the running kernel has no khttpd module; 'khttpdctl doctor' tells why");
    if (report->module == host::ModuleState::loaded)
        context.compare_versions(report->server.version,
                                 doctor::installed_version(context.machine()));
    return report->running() ? lsb_running : lsb_stopped;
}

} // namespace khttpd::cli
