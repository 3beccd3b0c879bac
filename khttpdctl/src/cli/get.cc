// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <vector>

#include <fmt/ostream.h>

#include "cli/commands.h"
#include "cli/running.h"
#include "cli/setting_json.h"
#include "config/load.h"
#include "config/setting.h"

namespace khttpd::cli {
namespace {

/// The keys that the files or the running server have a value for.
std::vector<std::string> keys_of(const config::Config &config,
                                 const std::optional<config::Config> &running) {
    std::vector<std::string> keys = config::given_keys(config);
    if (running)
        for (const std::string &key : config::given_keys(*running))
            if (std::find(keys.begin(), keys.end(), key) == keys.end())
                keys.push_back(key);
    return keys;
}

/// The settings of the running server. Rules that come to the same are said as the files say them,
/// where a rule may repeat what it inherits.
Result<std::optional<config::Config>> running_beside(const config::Config &config,
                                                     const Context &context) {
    auto running = running_config(context);
    if (running && *running &&
        (*running)->settings.hosts.site.rules == config.settings.hosts.site.rules)
        (*running)->site.rules = config.site.rules;
    return running;
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
    const std::vector<std::string> keys =
        options.key.empty() ? keys_of(*config, *running) : std::vector{options.key};
    Json json = json_object();
    json["settings"] = settings_json(*config, keys);
    json["kernel"] = *running ? kernel_json(**running, keys) : Json(nullptr);
    fmt::print(context.out, "{}\n", json_text(json));
    return 0;
}

} // namespace khttpd::cli
