// SPDX-License-Identifier: GPL-2.0-or-later
#include <vector>

#include <fmt/ostream.h>

#include "cli/commands.h"
#include "cli/running.h"
#include "cli/setting_json.h"
#include "config/load.h"
#include "config/setting.h"

namespace khttpd::cli {
namespace {

Json settings_json(const config::Config &config, const std::vector<std::string_view> &keys) {
    Json settings = Json::object();
    for (const std::string_view key : keys)
        settings[std::string{key}] = setting_json(config, key);
    return settings;
}

void print_all(const Context &context, const config::Config &config,
               const std::optional<config::Config> &running) {
    for (const std::string_view key : config::all_keys()) {
        const std::string value = config::value_text(config, key);
        fmt::print(context.out, "{:<25} = {}", key, value);
        if (running && setting_json(*running, key) != setting_json(config, key))
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

    const auto running = running_config(context);
    if (!running)
        return running.error();
    if (!options.json) {
        print_all(context, *config, *running);
        return 0;
    }
    const std::vector<std::string_view> keys =
        options.key.empty() ? config::all_keys() : std::vector<std::string_view>{options.key};
    Json json = json_object();
    json["settings"] = settings_json(*config, keys);
    json["kernel"] = *running ? settings_json(**running, keys) : Json(nullptr);
    fmt::print(context.out, "{}\n", json_text(json));
    return 0;
}

} // namespace khttpd::cli
