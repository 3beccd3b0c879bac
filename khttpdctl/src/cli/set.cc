// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/set.h"

#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/running.h"
#include "config/account.h"
#include "config/load.h"
#include "config/root.h"
#include "config/vhost_setting.h"

namespace khttpd::cli {
namespace {

using config::Setting;

bool is_account(const std::string &key) {
    return key == "server.user" || key == "server.group";
}

/// @config with the settings, whatever later files say.
config::Config with_settings(config::Config config, const std::vector<Setting> &settings) {
    for (const Setting &setting : settings)
        config::override(config, setting);
    return config;
}

/// Checks what only the system can tell: that the root, the accounts and the file of media types
/// exist and fit.
Result<void> check_setting(const Context &context, const Setting &setting,
                           const config::Config &config) {
    if (setting.key == config::mime_file_key) {
        const auto verified = mime_of(config);
        if (!verified)
            return verified.error();
        for (const std::string &warning : verified->warnings)
            context.warn(warning);
        for (const std::string &remark : verified->remarks)
            context.detail(remark);
        return {};
    }
    if (setting.key != "server.root" && !is_account(setting.key))
        return {};
    const auto account = config::find_account(config.user, config.group);
    if (!account)
        return account.error();
    if (setting.key != "server.root")
        return {};
    const auto warnings = config::check_root(
        {std::get<std::string>(setting.value), setting.key, config.settings.hosts.site.lists()},
        *account);
    if (!warnings)
        return warnings.error();
    for (const std::string &warning : *warnings)
        context.warn(warning);
    return {};
}

/// Adds another error page for the default host of a running server, whose hosts are otherwise as
/// they are: none inherits it.
Result<void> add_error_page(Change &change, std::uint32_t status, const std::string &path,
                            netlink::Client &client, const Server &server) {
    auto others = change_of_hosts(client, server);
    if (!others)
        return others.error();
    change.expect_generation = others->expect_generation;
    change.hosts = std::move(others->hosts);
    auto &pages = change.hosts->site.error_pages;
    if (path.empty())
        pages.erase(status);
    else
        pages[status] = path.substr(1);
    return {};
}

Result<void> add_mime(Change &change, const config::Config &config) {
    auto verified = mime_of(config);
    if (!verified)
        return verified.error();
    change.mime = std::move(verified->settings.mime);
    return {};
}

/// Adds what to ask of a running server. @config has the setting.
Result<void> add_setting(Change &change, const Setting &setting, const config::Config &config,
                         netlink::Client &client, const Server &server) {
    if (is_account(setting.key)) {
        const auto account = config::find_account(config.user, config.group);
        if (!account)
            return account.error();
        change.uid = account->uid;
        change.gid = account->gid;
    } else if (config::find_site_key(setting.key) != nullptr) {
        // The virtual hosts inherit it, and the kernel takes hosts as a whole.
        change.hosts = config.settings.hosts;
    } else if (const auto status = config::find_error_page(setting.key)) {
        return add_error_page(change, *status, std::get<std::string>(setting.value), client,
                              server);
    } else if (setting.key == config::mime_file_key) {
        return add_mime(change, config);
    } else if (const auto queue = find_cpumask(setting.key)) {
        change.cpumasks[*queue] = std::get<std::string>(setting.value);
    } else if (const auto *root = std::get_if<std::string>(&setting.value)) {
        change.root = *root;
    } else if (const auto *listeners = std::get_if<std::vector<Listener>>(&setting.value)) {
        change.listeners = *listeners;
    } else {
        change.numbers.push_back(
            {config::find_number(setting.key), std::get<std::uint32_t>(setting.value)});
    }
    return {};
}

/// Gives a rule of a virtual host, or something in it, a value.
Result<int> set_rule_of_vhost(const Context &context, const SetOptions &options,
                              const config::RuleKey &key) {
    return set_vhost(context, options, key.vhost,
                     [&](const config::HostConfig &host) -> Result<config::HostConfig> {
                         const auto rule = config::changed_rule(host, key, options.value);
                         if (!rule)
                             return rule.error();
                         config::HostConfig changed = host;
                         config::replace_rule(changed, key.prefix, *rule);
                         return changed;
                     });
}

} // namespace

Result<config::Verified> mime_of(const config::Config &config) {
    config::Verified verified{config.settings, {}, {}};
    if (const auto added = config::add_mime(config, verified); !added)
        return added.error();
    return verified;
}

Result<int> set_all(const Context &context, const EditOptions &options,
                    const std::vector<Setting> &settings) {
    Edit edit;
    for (const Setting &setting : settings)
        edit.keys.push_back(setting.key);
    edit.file = [&](const config::Config &) -> Result<std::vector<config::OwnEdit>> {
        return std::vector<config::OwnEdit>{settings.begin(), settings.end()};
    };
    edit.check = [&](const config::Config &config) -> Result<void> {
        const config::Config changed = with_settings(config, settings);
        for (const Setting &setting : settings)
            if (const auto fits = check_setting(context, setting, changed); !fits)
                return fits.error();
        return {};
    };
    edit.live = [&](netlink::Client &client, const Server &server,
                    const config::Config &config) -> Result<Change> {
        const config::Config changed = with_settings(config, settings);
        Change change;
        for (const Setting &setting : settings)
            if (const auto added = add_setting(change, setting, changed, client, server); !added)
                return added.error();
        return change;
    };
    return carry_out(context, options, edit);
}

Result<int> set(const Context &context, const SetOptions &options) {
    if (const auto known = config::check_key(options.key); !known)
        return known.error();
    if (const auto rule = config::find_rule_key(options.key))
        return rule->vhost.empty() ? set_rule(context, options, *rule)
                                   : set_rule_of_vhost(context, options, *rule);
    if (const auto vhost = config::find_vhost_key(options.key))
        return set_vhost(context, options, vhost->name, [&](const config::HostConfig &host) {
            return config::changed_vhost(host, *vhost, options.value);
        });
    if (const auto extension = config::find_mime_extension(options.key))
        return set_mime_type(context, options, *extension);
    const auto config = config::load(context.paths);
    if (!config)
        return config.error();
    const auto setting = config::parse_setting(options.key, options.value, *config);
    if (!setting)
        return setting.error();
    return set_all(context, options.edit, {*setting});
}

} // namespace khttpd::cli
