// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include <fmt/core.h>

#include "config/account.h"
#include "config/root.h"
#include "doctor/checks.h"
#include "host/socket_table.h"

namespace khttpd::doctor {
namespace {

Finding wrong_configuration(const Error &error) {
    constexpr std::string_view name = "configuration";
    const std::string text = error.details.empty() ? error.message : error.details.front().text();
    if (error.subject == "server.root")
        return {name, Verdict::fail, text, {"khttpdctl set-root DIRECTORY"}, error.code};
    return {name, Verdict::fail, text, {"khttpdctl check"}, error.code};
}

/// Whether somebody with more rights has to look at @path.
bool is_hidden(const std::string &path) {
    struct stat status;
    return stat(path.c_str(), &status) < 0 && errno == EACCES;
}

Finding root_finding(const config::RootUse &root, const config::Account &account) {
    constexpr std::string_view name = "root";
    if (is_hidden(root.path))
        return {name,
                Verdict::warn,
                fmt::format("{}: {} is hidden from this user", root.key, root.path),
                {"sudo khttpdctl doctor"}};
    const auto warnings = config::check_root(root, account);
    if (!warnings)
        return {name,
                Verdict::fail,
                warnings.error().message,
                {warnings.error().hint},
                warnings.error().code};
    if (!warnings->empty())
        return {name, Verdict::warn, fmt::format("{}: {}", root.key, warnings->front())};
    return {name, Verdict::ok,
            fmt::format("{}: user {} can search {}", root.key, config::user_name(account.uid),
                        root.path)};
}

/// Who has the socket of another server at @endpoint, and how it gives way.
Finding taken(const std::string &endpoint, std::uint32_t port, const host::ListeningSocket &socket,
              const Patient &patient) {
    constexpr std::string_view name = "port";
    const std::string look = fmt::format("ss -ltnp 'sport = :{}'", port);
    const auto owner = host::find_owner(patient.machine.proc, socket);
    if (!owner)
        return {name,
                Verdict::fail,
                fmt::format("{} is in use by a process that this user cannot see, or by the kernel",
                            endpoint),
                {(patient.may_change() ? "" : "sudo ") + look},
                ExitCode::os_error};
    return {name,
            Verdict::fail,
            fmt::format("{} is in use by {}, process {}", endpoint, owner->name, owner->pid),
            {owner->unit.empty() ? fmt::format("kill {}", owner->pid)
                                 : fmt::format("systemctl stop {}", owner->unit)},
            ExitCode::os_error};
}

Finding port_finding(const Listener &listener, const std::vector<host::ListeningSocket> &sockets,
                     const Patient &patient) {
    constexpr std::string_view name = "port";
    const std::string endpoint = listener.endpoint();
    if (patient.serves()) {
        const auto &own = (*patient.server)->settings.listeners;
        if (std::any_of(own.begin(), own.end(),
                        [&](const Listener &each) { return each.endpoint() == endpoint; }))
            return {name, Verdict::ok, endpoint + " is the server's"};
    }
    const auto other = std::find_if(sockets.begin(), sockets.end(),
                                    [&](const auto &socket) { return socket.excludes(listener); });
    if (other != sockets.end())
        return taken(endpoint, listener.port, *other, patient);
    return {name, Verdict::ok, endpoint + " is free"};
}

} // namespace

Findings check_configuration(const Patient &patient) {
    if (!patient.config)
        return {wrong_configuration(patient.config.error())};
    const auto verified = config::verify(*patient.config);
    // The document roots have a check of their own.
    if (!verified && verified.error().code != ExitCode::no_root)
        return {wrong_configuration(verified.error())};
    return {{"configuration", Verdict::ok,
             fmt::format("{} is valid", patient.machine.paths.directory.string())}};
}

Findings check_roots(const Patient &patient) {
    if (!patient.config || patient.config->settings.root.empty())
        return {};
    const auto account = config::find_account(patient.config->user, patient.config->group);
    if (!account)
        return {};
    Findings findings;
    for (const config::RootUse &root : config::roots_of(patient.config->settings))
        findings.push_back(root_finding(root, *account));
    return findings;
}

Findings check_ports(const Patient &patient) {
    if (!patient.config)
        return {};
    const auto sockets = host::listening_sockets(patient.machine.proc);
    Findings findings;
    for (const Listener &listener : patient.config->settings.listeners)
        findings.push_back(port_finding(listener, sockets, patient));
    return findings;
}

} // namespace khttpd::doctor
