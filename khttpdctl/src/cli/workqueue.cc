// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>

#include <fmt/ostream.h>

#include "base/nearest.h"
#include "cli/commands.h"
#include "cli/running.h"
#include "cli/set.h"
#include "cli/setting_json.h"
#include "config/load.h"
#include "control/cpumask.h"

namespace khttpd::cli {
namespace {

/// By enum khttpd_queue.
constexpr std::array<std::string_view, 2> queue_names = {"hot", "cold"};
constexpr std::array<std::string_view, 3> leaves = {"flags", "max-active", "cpumask"};

std::string key_of(std::string_view queue, std::string_view leaf) {
    return fmt::format("workqueue.{}.{}", queue, leaf);
}

/// The names that the kernel gave the workqueues of a running server.
Result<std::array<std::string, 2>> kernel_names(const Context &context) {
    auto running = running_server(context);
    if (!running)
        return running.error();
    return *running ? std::move((*running)->server.workqueues) : std::array<std::string, 2>{};
}

void print_queue(std::ostream &out, std::string_view queue, const std::string &name,
                 const config::Config &saved, const std::optional<config::Config> &running) {
    fmt::print(out, "{:<4}  {}\n", queue, name.empty() ? "(not running)" : name);
    for (const std::string_view leaf : leaves) {
        const std::string key = key_of(queue, leaf);
        const std::string value = config::value_text(saved, key);
        const std::string now = running ? config::value_text(*running, key) : value;
        const bool other = now != value && !(leaf == "cpumask" && value.empty());
        fmt::print(out, "  {:<10}  {}{}\n", leaf,
                   !value.empty()      ? value
                   : leaf != "cpumask" ? "none"
                   : now.empty()       ? "any"
                                       : now,
                   other ? fmt::format("  # in the kernel: {}", now.empty() ? "none" : now) : "");
    }
}

Json queue_json(std::string_view queue, const std::string &name, const config::Config &saved,
                const std::optional<config::Config> &running) {
    Json json = Json::object();
    json["name"] = name.empty() ? Json(nullptr) : Json(name);
    for (const auto &[member, config] :
         {std::pair{"saved", &saved}, std::pair{"running", running ? &*running : nullptr}}) {
        json[member] = nullptr;
        if (config == nullptr)
            continue;
        json[member] = Json::object();
        for (const std::string_view leaf : leaves)
            json[member][std::string{leaf}] = setting_json(*config, key_of(queue, leaf));
    }
    return json;
}

} // namespace

Result<int> wq_show(const Context &context, const WqShowOptions &options) {
    const auto saved = config::load(context.paths);
    if (!saved)
        return saved.error();
    const auto running = running_config(context);
    if (!running)
        return running.error();
    const auto names = kernel_names(context);
    if (!names)
        return names.error();
    Json json = json_object();
    for (std::size_t queue = 0; queue < queue_names.size(); ++queue) {
        const std::string_view name = queue_names[queue];
        if (options.json)
            json[std::string{name}] = queue_json(name, (*names)[queue], *saved, *running);
        else
            print_queue(context.out, name, (*names)[queue], *saved, *running);
    }
    if (options.json)
        fmt::print(context.out, "{}\n", json_text(json));
    return 0;
}

Result<int> wq_set(const Context &context, const WqSetOptions &options) {
    if (std::find(queue_names.begin(), queue_names.end(), options.queue) == queue_names.end())
        return Error{ExitCode::usage,
                     fmt::format("there is no workqueue '{}'{}", options.queue,
                                 did_you_mean(options.queue, queue_names)),
                     "the workqueues are hot and cold"};
    const auto config = config::load(context.paths);
    if (!config)
        return config.error();
    std::vector<config::Setting> settings;
    for (const auto &[leaf, value] :
         {std::pair{leaves[0], &options.flags}, std::pair{leaves[1], &options.max_active},
          std::pair{leaves[2], &options.cpumask}}) {
        if (!*value)
            continue;
        const auto setting = config::parse_setting(key_of(options.queue, leaf), **value, *config);
        if (!setting)
            return setting.error();
        settings.push_back(*setting);
    }
    if (settings.empty())
        return Error{ExitCode::usage, "there is nothing to set",
                     "give --flags, --max-active or --cpumask"};
    return set_all(context, options.edit, settings);
}

} // namespace khttpd::cli
