// SPDX-License-Identifier: GPL-2.0-or-later
#include <set>
#include <vector>

#include <fmt/ostream.h>

#include "cli/commands.h"
#include "cli/running.h"
#include "cli/set.h"
#include "cli/setting_json.h"
#include "config/load.h"
#include "config/protocol.h"
#include "config/vhost_setting.h"

namespace khttpd::cli {
namespace {

/// The keys that the files or the running server have a value for.
std::vector<std::string> keys_of(const config::Config &config,
                                 const std::optional<config::Config> &running) {
    std::vector<std::string> keys = config::given_keys(config);
    const std::set<std::string> known{keys.begin(), keys.end()};
    if (running)
        for (std::string &key : config::given_keys(*running))
            if (known.count(key) == 0)
                keys.push_back(std::move(key));
    return keys;
}

/// Has @running say its rules as @config does, where they come to the same: a rule of a file may
/// repeat what it inherits.
void say_rules(config::Config &running, const config::Config &config) {
    if (running.settings.hosts.site.rules == config.settings.hosts.site.rules)
        running.site.rules = config.site.rules;
    for (config::HostConfig &host : running.vhosts) {
        const std::string &name = host.names.front();
        const Host *want = config::find_vhost(config.settings.hosts.vhosts, name);
        if (want != nullptr &&
            want->rules == config::find_vhost(running.settings.hosts.vhosts, name)->rules)
            host.rules = config::find_vhost(config.vhosts, name)->rules;
    }
}

/// Has @running say beside the file of media types of @config what it has to, and what @config
/// says.
void say_mime_types(config::Config &running, const config::Config &config) {
    const auto verified = mime_of(config);
    if (!verified)
        return;
    const MimeTable want = config::mime_in_use(verified->settings.mime);
    running.mime_types = config::mime_in_use(running.settings.mime);
    std::erase_if(running.mime_types, [&](const auto &each) {
        const auto same = want.find(each.first);
        return config.mime_types.count(each.first) == 0 && same != want.end() &&
               same->second == each.second;
    });
}

/// The settings of the running server, said as @config does where they come to the same.
Result<std::optional<config::Config>> running_beside(const config::Config &config,
                                                     const Context &context) {
    auto running = running_config(context);
    if (running && *running) {
        say_rules(**running, config);
        say_mime_types(**running, config);
    }
    return running;
}

/// Fails where @key is something of a virtual host that neither @config nor @running has.
Result<void> check_host(std::string_view key, const config::Config &config,
                        const std::optional<config::Config> &running) {
    const auto vhost = config::split_vhost(key);
    if (!vhost || config::find_vhost(config.vhosts, vhost->name) != nullptr ||
        (running && config::find_vhost(running->vhosts, vhost->name) != nullptr))
        return {};
    return config::missing_vhost(vhost->name);
}

Json settings_json(const config::Config &config, const std::vector<std::string> &keys) {
    Json settings = Json::object();
    for (const std::string &key : keys)
        settings[key] = setting_json(config, key);
    return settings;
}

Json kernel_json(const config::Config &running, const std::vector<std::string> &keys) {
    Json settings = settings_json(running, keys);
    // It has the media types, but does not know what file they were read from.
    if (settings.contains(config::mime_file_key))
        settings[config::mime_file_key] = nullptr;
    return settings;
}

void print_all(const Context &context, const config::Config &config,
               const std::optional<config::Config> &running) {
    for (const std::string &key : keys_of(config, running)) {
        const std::string value = config::value_text(config, key);
        fmt::print(context.out, "{:<25} = {}", key, value);
        if (running && key != config::mime_file_key &&
            setting_json(*running, key) != setting_json(config, key))
            fmt::print(context.out, "  # in the kernel: {}", config::value_text(*running, key));
        fmt::print(context.out, "\n");
    }
}

} // namespace

Result<int> get(const Context &context, const GetOptions &options) {
    if (!options.key.empty())
        if (const auto known = config::check_key(options.key); !known)
            return known.error();
    const auto config = config::load(context.paths);
    if (!config)
        return config.error();
    if (!options.key.empty() && !options.json) {
        if (const auto known = check_host(options.key, *config, {}); !known)
            return known.error();
        fmt::print(context.out, "{}\n", config::value_text(*config, options.key));
        return 0;
    }

    const auto running = running_beside(*config, context);
    if (!running)
        return running.error();
    if (!options.json) {
        print_all(context, *config, *running);
        return 0;
    }
    if (const auto known = check_host(options.key, *config, *running); !known)
        return known.error();
    const std::vector<std::string> keys =
        options.key.empty() ? keys_of(*config, *running) : std::vector{options.key};
    Json json = json_object();
    json["settings"] = settings_json(*config, keys);
    json["kernel"] = *running ? kernel_json(**running, keys) : Json(nullptr);
    fmt::print(context.out, "{}\n", json_text(json));
    return 0;
}

} // namespace khttpd::cli
