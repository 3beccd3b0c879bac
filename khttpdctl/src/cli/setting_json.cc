// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/setting_json.h"

#include "cli/toml_json.h"
#include "config/rule_setting.h"
#include "config/setting.h"
#include "config/vhost_setting.h"

namespace khttpd::cli {
namespace {

Json listeners_json(const std::vector<Listener> &listeners) {
    Json list = Json::array();
    for (const Listener &listener : listeners)
        put_listener(list.emplace_back(Json::object()), listener);
    return list;
}

Json value_json(const config::HostValue &value) {
    return std::visit([](const auto &one) { return Json(one); }, value);
}

} // namespace

void put_listener(Json &json, const Listener &listener) {
    json["address"] = listener.address.text();
    json["port"] = listener.port;
    json["v6only"] = listener.v6only;
    json["device"] = listener.device;
    for (const ListenerNumber &number : listener_numbers)
        json[number.name] = listener.*number.value;
}

Json setting_json(const config::Config &config, std::string_view key) {
    if (key == "listener")
        return listeners_json(config.settings.listeners);
    if (const config::HostKey *site = config::find_site_key(key))
        return value_json(config::value_of(config.settings.hosts.site, *site));
    if (const auto rule = config::find_rule_key(key)) {
        const config::HostConfig *host = config::host_of(config, *rule);
        const auto table = host != nullptr ? config::find_rule(*host, rule->prefix) : std::nullopt;
        const toml::node *part = table ? config::part_of(*table, *rule) : nullptr;
        return part != nullptr ? toml_json(*part) : Json(nullptr);
    }
    if (const auto vhost = config::find_vhost_key(key)) {
        const auto value = config::vhost_value(config.settings, *vhost);
        return value ? value_json(*value) : Json(nullptr);
    }
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
    if (number->kind == Number::Kind::choice)
        return number_text(*number, value);
    Json names = Json::array();
    for (const std::string_view name : flag_names())
        if (value & *parse_flag(name))
            names.push_back(name);
    return names;
}

} // namespace khttpd::cli
