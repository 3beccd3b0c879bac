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

/// Checks what only the system can tell of the value that @key has in @config: that the root, the
/// accounts and the file of media types exist and fit.
Result<void> check_value(const Context &context, const std::string &key,
                         const config::Config &config) {
    if (key == config::mime_file_key) {
        const auto verified = mime_of(config);
        if (!verified)
            return verified.error();
        for (const std::string &warning : verified->warnings)
            context.warn(warning);
        for (const std::string &remark : verified->remarks)
            context.detail(remark);
        return {};
    }
    if (key != "server.root" && !is_account(key))
        return {};
    const auto account = config::find_account(config.user, config.group);
    if (!account)
        return account.error();
    // Only a server that runs needs a root.
    if (key != "server.root" || config.settings.root.empty())
        return {};
    const auto warnings = config::check_root(
        {config.settings.root, key, config.settings.hosts.site.lists()}, *account);
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

Result<void> add_root(Change &change, const config::Config &config) {
    if (config.settings.root.empty())
        return Error{ExitCode::config,
                     "server.root: the running server needs a document root, and no other file has "
                     "one",
                     "khttpdctl set-root DIR, or 'systemctl stop khttpd' first"};
    change.root = config.settings.root;
    return {};
}

Result<void> add_mime(Change &change, const config::Config &config) {
    auto verified = mime_of(config);
    if (!verified)
        return verified.error();
    change.mime = std::move(verified->settings.mime);
    return {};
}

/// Adds what to ask of a running server for @key to have the value there that it has in @config.
Result<void> add_value(Change &change, const std::string &key, const config::Config &config,
                       netlink::Client &client, const Server &server) {
    if (is_account(key)) {
        const auto account = config::find_account(config.user, config.group);
        if (!account)
            return account.error();
        change.uid = account->uid;
        change.gid = account->gid;
    } else if (config::find_site_key(key) != nullptr) {
        // The virtual hosts inherit it, and the kernel takes hosts as a whole.
        change.hosts = config.settings.hosts;
    } else if (const auto status = config::find_error_page(key)) {
        return add_error_page(change, *status, config::value_text(config, key), client, server);
    } else if (key == config::mime_file_key) {
        return add_mime(change, config);
    } else if (const auto queue = find_cpumask(key)) {
        change.cpumasks[*queue] = config.settings.cpumasks[*queue];
    } else if (key == "server.root") {
        return add_root(change, config);
    } else if (key == "listener") {
        change.listeners = config.settings.listeners;
    } else {
        const Number *number = config::find_number(key);
        change.numbers.push_back({number, config.settings.*number->member});
    }
    return {};
}

/// Has @edit check and apply the values that its keys have in the files and @settings.
void use_values(const Context &context, Edit &edit, const std::vector<Setting> &settings) {
    edit.check = [&context, keys = edit.keys,
                  settings](const config::Config &config) -> Result<void> {
        const config::Config changed = with_settings(config, settings);
        for (const std::string &key : keys)
            if (const auto fits = check_value(context, key, changed); !fits)
                return fits.error();
        return {};
    };
    edit.live = [keys = edit.keys, settings](netlink::Client &client, const Server &server,
                                             const config::Config &config) -> Result<Change> {
        const config::Config changed = with_settings(config, settings);
        Change change;
        for (const std::string &key : keys)
            if (const auto added = add_value(change, key, changed, client, server); !added)
                return added.error();
        return change;
    };
}

Result<int> set_value(const Context &context, const KeyEdit &asked) {
    const auto config = config::load(context.paths);
    if (!config)
        return config.error();
    const auto setting = config::parse_setting(asked.key, *asked.value, *config);
    if (!setting)
        return setting.error();
    return set_all(context, asked.options, {*setting});
}

Result<int> unset_value(const Context &context, const KeyEdit &asked) {
    Edit edit;
    edit.keys = {asked.key};
    edit.unsets = true;
    edit.file = [&](const config::Config &before) -> Result<std::vector<config::OwnEdit>> {
        if (const auto fit = check_removal(context, before, asked.key); !fit)
            return fit.error();
        return std::vector<config::OwnEdit>{config::Unset{asked.key}};
    };
    use_values(context, edit, {});
    return carry_out(context, asked.options, edit);
}

/// Gives a rule of a virtual host, or something in it, a value, or takes it away.
Result<int> set_rule_of_vhost(const Context &context, const KeyEdit &asked,
                              const config::RuleKey &key) {
    return set_vhost(context, asked, key.vhost,
                     [&](const config::HostConfig &host) -> Result<config::HostConfig> {
                         const auto rule = config::changed_rule(host, key, asked.value);
                         if (!rule)
                             return rule.error();
                         config::HostConfig changed = host;
                         config::replace_rule(changed, key.prefix, *rule);
                         return changed;
                     });
}

/// Has what is asked for done, whatever the key is one of.
Result<int> edit_key(const Context &context, const KeyEdit &asked) {
    if (const auto known = config::check_key(asked.key); !known)
        return known.error();
    if (const auto rule = config::find_rule_key(asked.key))
        return rule->vhost.empty() ? set_rule(context, asked, *rule)
                                   : set_rule_of_vhost(context, asked, *rule);
    if (const auto vhost = config::find_vhost_key(asked.key))
        return set_vhost(context, asked, vhost->name, [&](const config::HostConfig &host) {
            return config::changed_vhost(host, *vhost, asked.value);
        });
    if (const auto extension = config::find_mime_extension(asked.key))
        return set_mime_type(context, asked, *extension);
    return asked.value ? set_value(context, asked) : unset_value(context, asked);
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
    use_values(context, edit, settings);
    return carry_out(context, options, edit);
}

Result<int> set(const Context &context, const SetOptions &options) {
    return edit_key(context, {options.key, options.value, options.edit});
}

Result<int> unset(const Context &context, const UnsetOptions &options) {
    EditOptions edit;
    edit.json = options.json;
    return edit_key(context, {options.key, std::nullopt, edit});
}

} // namespace khttpd::cli
