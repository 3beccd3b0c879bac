// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/running.h"
#include "config/account.h"
#include "config/protocol.h"
#include "config/resolve.h"
#include "config/root.h"
#include "config/setting.h"

namespace khttpd::cli {
namespace {

/// The one that has @name; works for hosts of the kernel and for those of the files.
template<typename T>
const T *find(const std::vector<T> &hosts, const std::string &name) {
    for (const T &host : hosts)
        if (std::find(host.names.begin(), host.names.end(), name) != host.names.end())
            return &host;
    return nullptr;
}

Error missing(const std::string &name) {
    return {ExitCode::no_root, fmt::format("there is no virtual host {}", name),
            "'khttpdctl vhost list' shows the virtual hosts"};
}

Error exists(const std::string &name, const std::string &where) {
    return {ExitCode::config,
            fmt::format("'{}' is a name of a virtual host already{}", name, where),
            fmt::format("khttpdctl vhost del {}", name)};
}

/// @text as the files have it: with brackets around an IPv6 address, which the command line need
/// not have, and CLI11 takes away where there can be several names.
std::string host_name(const std::string &text) {
    const auto address = Address::parse(text);
    return address && address->is_v6() ? fmt::format("[{}]", text) : text;
}

/// Understands "KEY=VALUE".
Result<void> take_value(config::HostConfig &host, const std::string &text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
        return Error{ExitCode::usage, fmt::format("expected KEY=VALUE, not '{}'", text),
                     "for example --set listing=true"};
    const auto setting =
        config::parse_setting("site." + text.substr(0, equals), text.substr(equals + 1), {});
    if (!setting)
        return setting.error();
    config::assign(host, *setting);
    return {};
}

Result<config::HostConfig> parse(const VhostAddOptions &options) {
    config::HostConfig host;
    for (const std::string &text : options.names) {
        const std::string name = host_name(text);
        if (!config::is_host_name(name))
            return Error{ExitCode::usage,
                         fmt::format("expected a host name or address in lower case, or \"*.\" and "
                                     "a host name, not '{}'",
                                     name),
                         "khttpd.conf(5) describes the names of virtual hosts"};
        if (find(std::vector{host}, name) != nullptr)
            return Error{ExitCode::usage, fmt::format("'{}' is given twice", name), "once will do"};
        host.names.push_back(name);
    }
    if (!options.root.empty()) {
        const auto root = config::parse_setting("server.root", options.root, {});
        if (!root)
            return root.error();
        host.root = std::get<std::string>(root->value);
    }
    for (const std::string &text : options.values)
        if (const auto taken = take_value(host, text); !taken)
            return taken.error();
    return host;
}

Result<void> check_root(const Context &context, const config::HostConfig &host, bool listing,
                        const config::Config &config) {
    if (host.root.empty())
        return {};
    const auto account = config::find_account(config.user, config.group);
    if (!account)
        return account.error();
    const auto warnings =
        config::check_root({host.root, host_key(host.names) + ".root", listing}, *account);
    if (!warnings)
        return warnings.error();
    for (const std::string &warning : *warnings)
        context.warn(warning);
    return {};
}

void remove(std::vector<Host> &hosts, const std::string &first) {
    std::erase_if(hosts, [&](const Host &host) { return host.names.front() == first; });
}

/// Where the host stands that has @name in the files.
Source place_of(const config::Config &config, const config::HostConfig &host) {
    const auto place = config.sources.find(host_key(host.names));
    return place != config.sources.end() ? place->second : Source{};
}

/// What removes the host with @name from the own file.
Result<config::OwnEdit> removal(const Context &context, const config::Config &before,
                                const std::string &name) {
    const config::HostConfig *host = find(before.vhosts, name);
    if (host == nullptr)
        return missing(name);
    const Source place = place_of(before, *host);
    if (place.file != context.paths.own_file())
        return read_only("the virtual host " + name, place);
    return config::OwnEdit{config::RemoveHost{host->names.front()}};
}

} // namespace

Result<int> vhost_add(const Context &context, const VhostAddOptions &options) {
    const auto host = parse(options);
    if (!host)
        return host.error();

    Edit edit;
    edit.keys = {host_key(host->names)};
    edit.file = [&](const config::Config &before) -> Result<std::vector<config::OwnEdit>> {
        for (const std::string &name : host->names)
            if (const config::HostConfig *other = find(before.vhosts, name))
                return exists(name, ", in " + place_of(before, *other).text());
        return std::vector<config::OwnEdit>{config::AddHost{*host}};
    };
    edit.check = [&](const config::Config &config) {
        return check_root(context, *host,
                          config::resolve_host(config.settings.hosts.site, *host).lists(), config);
    };
    edit.live = [&](netlink::Client &client, const Server &server,
                    const config::Config &) -> Result<Change> {
        auto change = change_of_hosts(client, server);
        if (!change)
            return change;
        for (const std::string &name : host->names)
            if (find(change->hosts->vhosts, name) != nullptr)
                return exists(name, " of the running server");
        change->hosts->vhosts.push_back(config::resolve_host(change->hosts->site, *host));
        sort_hosts(change->hosts->vhosts);
        return change;
    };
    return carry_out(context, options.edit, edit);
}

Result<int> vhost_del(const Context &context, const VhostDelOptions &options) {
    const std::string asked = host_name(options.name);
    std::string first;
    Edit edit;
    edit.keys = {host_key({asked})};
    edit.file = [&](const config::Config &before) -> Result<std::vector<config::OwnEdit>> {
        const auto removed = removal(context, before, asked);
        if (!removed)
            return removed.error();
        first = std::get<config::RemoveHost>(*removed).name;
        return std::vector<config::OwnEdit>{*removed};
    };
    edit.live = [&](netlink::Client &client, const Server &server,
                    const config::Config &config) -> Result<Change> {
        auto change = change_of_hosts(client, server);
        if (!change)
            return change;
        const std::string name = options.edit.runtime ? asked : first;
        const Host *running = find(change->hosts->vhosts, name);
        if (running == nullptr)
            return options.edit.runtime ? Result<Change>{missing(name)} : Result<Change>{Change{}};
        remove(change->hosts->vhosts, std::string{running->names.front()});
        if (options.edit.runtime)
            return change;
        // One of an earlier file may come to light again.
        if (const Host *other = find(config.settings.hosts.vhosts, name)) {
            change->hosts->vhosts.push_back(*other);
            sort_hosts(change->hosts->vhosts);
        }
        return change;
    };
    return carry_out(context, options.edit, edit);
}

} // namespace khttpd::cli
