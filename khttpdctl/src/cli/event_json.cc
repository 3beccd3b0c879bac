// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/event_json.h"

#include "cli/difference_json.h"
#include "cli/setting_json.h"
#include "config/of_settings.h"

namespace khttpd::cli {
namespace {

void put(Json &json, const events::StateChanged &event) {
    json["state"] = event.state;
    json["generation"] = event.generation;
}

void put(Json &json, const events::ConfigurationApplied &event) {
    json["generation"] = event.generation;
    json["differences"] =
        differences_json(event.differences(), {"before", config::config_of(event.before)},
                         {"after", config::config_of(event.after)});
}

void put(Json &json, const events::ListenerUp &event) {
    put_listener(json["listener"], event.listener);
}

void put(Json &json, const events::ListenerDown &event) {
    put_listener(json["listener"], event.listener);
}

void put(Json &json, const LimitReached &event) {
    json["reason"] = refusal_name(event.reason);
    json["count"] = event.count;
}

void put(Json &, const events::EventsLost &) {}

} // namespace

Json event_json(const events::Event &event, const std::string &time) {
    Json json = json_object();
    json["time"] = time;
    json["event"] = events::name(event);
    std::visit([&](const auto &each) { put(json, each); }, event);
    return json;
}

} // namespace khttpd::cli
