// SPDX-License-Identifier: GPL-2.0-or-later
#include <vector>

#include <fmt/ostream.h>

#include "cli/commands.h"
#include "cli/json.h"
#include "config/account.h"
#include "config/load.h"
#include "config/setting.h"

namespace khttpd::cli {
namespace {

/// The settings of the running server in the form of a configuration; nothing while none runs.
Result<std::optional<config::Config>> running_config(const Context &context) {
    auto client = context.client_if_loaded();
    if (!client)
        return client.error();
    if (!*client)
        return std::nullopt;
    auto server = (*client)->everything();
    if (!server)
        return server.error();
    if (server->state != KHTTPD_STATE_RUNNING)
        return std::nullopt;
    config::Config config;
    config.user = config::user_name(server->settings.uid);
    config.group = config::group_name(server->settings.gid);
    config.settings = std::move(server->settings);
    return std::optional{std::move(config)};
}

Json listeners_json(const std::vector<Listener> &listeners) {
    Json list = Json::array();
    for (const Listener &listener : listeners) {
        Json json = {{"address", listener.address.text()},
                     {"port", listener.port},
                     {"v6only", listener.v6only}};
        for (const ListenerNumber &number : listener_numbers)
            json[number.name] = listener.*number.value;
        list.push_back(std::move(json));
    }
    return list;
}

Json value_json(const config::Config &config, std::string_view key) {
    if (key == "listener")
        return listeners_json(config.settings.listeners);
    if (const config::HostKey *site = config::find_site_key(key))
        return std::visit([](const auto &value) { return Json(value); },
                          config::value_of(config.settings.hosts.site, *site));
    const Number *number = config::find_number(key);
    if (number == nullptr) {
        const std::string text = config::value_text(config, key);
        return text.empty() ? Json(nullptr) : Json(text);
    }
    const std::uint32_t value = config.settings.*number->member;
    if (number->kind == Number::Kind::integer)
        return value;
    if (number->kind == Number::Kind::toggle)
        return value != 0;
    Json names = Json::array();
    for (const std::string_view name : flag_names())
        if (value & *parse_flag(name))
            names.push_back(name);
    return names;
}

Json settings_json(const config::Config &config, const std::vector<std::string_view> &keys) {
    Json settings = Json::object();
    for (const std::string_view key : keys)
        settings[std::string{key}] = value_json(config, key);
    return settings;
}

void print_all(const Context &context, const config::Config &config,
               const std::optional<config::Config> &running) {
    for (const std::string_view key : config::all_keys()) {
        const std::string value = config::value_text(config, key);
        fmt::print(context.out, "{:<25} = {}", key, value);
        if (running && value_json(*running, key) != value_json(config, key))
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
