// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/core.h>

#include "cli/commands.h"
#include "config/account.h"
#include "config/load.h"
#include "config/own_file.h"
#include "config/root.h"
#include "config/setting.h"

namespace khttpd::cli {
namespace {

bool is_account(const std::string &key) {
    return key == "server.user" || key == "server.group";
}

/// @config with the setting, whatever later files say.
config::Config with_setting(config::Config config, const config::Setting &setting) {
    config::override(config, setting);
    return config;
}

/// Checks what only the system can tell: that the root and the accounts exist and fit.
Result<void> check_setting(const Context &context, const config::Setting &setting,
                           const config::Config &config) {
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

/// What to ask of a running server. @config has the setting; its accounts exist.
Result<Change> change_for(const config::Setting &setting, const config::Config &config) {
    Change change;
    if (is_account(setting.key)) {
        const auto account = config::find_account(config.user, config.group);
        if (!account)
            return account.error();
        change.uid = account->uid;
        change.gid = account->gid;
    } else if (config::find_site_key(setting.key) != nullptr) {
        // The virtual hosts inherit it, and the kernel takes hosts as a whole.
        change.hosts = config.settings.hosts;
    } else if (const auto *root = std::get_if<std::string>(&setting.value)) {
        change.root = *root;
    } else if (const auto *listeners = std::get_if<std::vector<Listener>>(&setting.value)) {
        change.listeners = *listeners;
    } else {
        change.numbers.push_back(
            {config::find_number(setting.key), std::get<std::uint32_t>(setting.value)});
    }
    return change;
}

/// Changes the server if one is running, and tells whether that was so.
Result<bool> apply_live(const Context &context, const config::Setting &setting,
                        const config::Config &config) {
    auto client = context.client_if_loaded();
    if (!client)
        return client.error();
    if (!*client)
        return false;
    const auto server = (*client)->server();
    if (!server)
        return server.error();
    if (server->state != KHTTPD_STATE_RUNNING)
        return false;
    const auto change = change_for(setting, config);
    if (!change)
        return change.error();
    const auto changed = (*client)->change(*change);
    if (!changed)
        return changed.error();
    if (!changed->warning.empty())
        context.warn(changed->warning);
    return true;
}

void warn_if_overridden(const Context &context, const std::string &key,
                        const config::Config &config) {
    const auto place = config.sources.find(key);
    if (place != config.sources.end() && place->second.file != context.paths.own_file())
        context.warn(fmt::format("{} overrides this at the next start", place->second.text()));
}

Result<int> set_runtime(const Context &context, const config::Setting &setting,
                        const config::Config &config) {
    const config::Config changed = with_setting(config, setting);
    if (const auto fits = check_setting(context, setting, changed); !fits)
        return fits.error();
    const auto live = apply_live(context, setting, changed);
    if (!live)
        return live.error();
    if (!*live)
        return Error{ExitCode::unavailable, "the server is not running",
                     "without --runtime the setting is saved for the next start"};
    context.say(fmt::format("{}: applied to the running server, not saved", setting.key));
    return 0;
}

} // namespace

Result<int> set(const Context &context, const SetOptions &options) {
    if (const auto known = config::check_key(options.key); !known)
        return known.error();
    const auto config = config::load(context.paths);
    if (!config)
        return config.error();
    const auto setting = config::parse_setting(options.key, options.value, *config);
    if (!setting)
        return setting.error();
    if (options.runtime)
        return set_runtime(context, *setting, *config);

    // In this order a failure anywhere leaves both the file and the server as they were.
    auto saved = config::OwnFileChange::prepare(context.paths, *setting);
    if (!saved)
        return saved.error();
    const config::Config changed = with_setting(saved->config(), *setting);
    if (const auto fits = check_setting(context, *setting, changed); !fits)
        return fits.error();
    const auto live = apply_live(context, *setting, changed);
    if (!live)
        return live.error();
    if (const auto committed = saved->commit(); !committed)
        return committed.error();
    warn_if_overridden(context, setting->key, saved->config());
    context.say(
        fmt::format("{}: saved; {}", setting->key,
                    *live ? "applied to the running server" : "takes effect at the next start"));
    return 0;
}

} // namespace khttpd::cli
