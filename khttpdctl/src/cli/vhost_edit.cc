// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/running.h"
#include "cli/set.h"
#include "config/account.h"
#include "config/of_settings.h"
#include "config/resolve.h"
#include "config/root.h"
#include "config/setting.h"
#include "config/vhost_setting.h"

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

Error exists(const std::string &name, const std::string &where) {
    return {ExitCode::config,
            fmt::format("'{}' is a name of a virtual host already{}", name, where),
            fmt::format("khttpdctl vhost del {}", name)};
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
    auto names = config::parse_host_names(options.names);
    if (!names)
        return names.error();
    config::HostConfig host;
    host.names = std::move(*names);
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
        return config::missing_vhost(name);
    const Source place = place_of(before, *host);
    if (place.file != context.paths.own_file())
        return read_only("the virtual host " + name, place);
    return config::OwnEdit{config::RemoveHost{host->names.front()}};
}

/// A virtual host that is changed.
struct ChangedVhost {
    std::string first; ///< its first name before
    bool moved;        ///< it gets another document root
    config::HostConfig host;
};

/// What @make makes of the host of @config that a request for @name is for.
Result<ChangedVhost> change_vhost(const config::Config &config, const std::string &name,
                                  const VhostChange &make) {
    const config::HostConfig *host = config::find_vhost(config.vhosts, name);
    if (host == nullptr)
        return config::missing_vhost(name);
    auto changed = make(*host);
    if (!changed)
        return changed.error();
    return ChangedVhost{host->names.front(), changed->root != host->root, std::move(*changed)};
}

/// Refuses names that other hosts of the files have, and another first name for a host of another
/// file, as files mean the same host by that.
Result<void> check_names(const Context &context, const ChangedVhost &changed,
                         const config::Config &before) {
    const config::HostConfig &host = *find(before.vhosts, changed.first);
    for (const std::string &name : changed.host.names)
        if (const config::HostConfig *other = find(before.vhosts, name);
            other != nullptr && other != &host)
            return exists(name, ", in " + place_of(before, *other).text());
    const Source place = place_of(before, host);
    if (changed.host.names.front() == changed.first || place.file == context.paths.own_file())
        return {};
    return read_only("the first name of " + host_key(host.names), place);
}

/// Checks the document root, where it is another.
Result<void> check_changed(const Context &context, const ChangedVhost &changed,
                           const config::Config &config) {
    if (!changed.moved)
        return {};
    return check_root(context, changed.host,
                      config::resolve_host(config.settings.hosts.site, changed.host).lists(),
                      config);
}

/// Puts the host that @changed makes in @config, whatever later files say, among @hosts, of the
/// running server.
Result<void> replace_vhost(Hosts &hosts, config::Config config, const ChangedVhost &changed) {
    remove(hosts.vhosts, changed.first);
    for (const std::string &name : changed.host.names)
        if (find(hosts.vhosts, name) != nullptr)
            return exists(name, " of the running server");
    std::erase_if(config.vhosts, [&](const config::HostConfig &other) {
        return other.names.front() == changed.first ||
               other.names.front() == changed.host.names.front();
    });
    config.vhosts.push_back(changed.host);
    auto resolved = config::resolved_hosts(std::move(config));
    if (!resolved)
        return resolved.error();
    hosts.vhosts.push_back(*find(resolved->vhosts, changed.host.names.front()));
    sort_hosts(hosts.vhosts);
    return {};
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
    const std::string asked = config::host_name(options.name);
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
            return options.edit.runtime ? Result<Change>{config::missing_vhost(name)}
                                        : Result<Change>{Change{}};
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

Result<int> set_vhost(const Context &context, const KeyEdit &asked, const std::string &name,
                      const VhostChange &make) {
    std::optional<ChangedVhost> saved;
    Edit edit;
    edit.keys = {asked.key};
    edit.unsets = !asked.value;
    edit.file = [&](const config::Config &before) -> Result<std::vector<config::OwnEdit>> {
        auto changed = change_vhost(before, name, make);
        if (!changed)
            return changed.error();
        if (const auto fit = check_names(context, *changed, before); !fit)
            return fit.error();
        saved = std::move(*changed);
        return std::vector<config::OwnEdit>{config::RemoveHost{saved->first},
                                            config::AddHost{saved->host}};
    };
    edit.check = [&](const config::Config &config) {
        return saved ? check_changed(context, *saved, config) : Result<void>{};
    };
    edit.live = [&](netlink::Client &client, const Server &server,
                    const config::Config &config) -> Result<Change> {
        auto change = change_of_hosts(client, server);
        if (!change)
            return change;
        if (saved) {
            // What is only unset leaves the word to later files.
            if (!asked.value)
                saved->host = *config::find_vhost(config.vhosts, saved->first);
            if (const auto put = replace_vhost(*change->hosts, config, *saved); !put)
                return put.error();
            return change;
        }
        const config::Config running = config::config_of(*change->hosts);
        const auto changed = change_vhost(running, name, make);
        if (!changed)
            return changed.error();
        if (const auto fits = check_changed(context, *changed, config); !fits)
            return fits.error();
        if (const auto put = replace_vhost(*change->hosts, running, *changed); !put)
            return put.error();
        return change;
    };
    return carry_out(context, asked.options, edit);
}

} // namespace khttpd::cli
