// SPDX-License-Identifier: GPL-2.0-or-later
#include "events/event.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace khttpd::events {
namespace {

bool runs(const Server &server) {
    return server.state == KHTTPD_STATE_RUNNING;
}

/// Those of @some that are not among @others. How a listener is configured makes no other one of
/// it.
std::vector<Listener> without(const std::vector<Listener> &some,
                              const std::vector<Listener> &others) {
    std::vector<Listener> rest;
    std::copy_if(some.begin(), some.end(), std::back_inserter(rest), [&](const Listener &one) {
        return std::none_of(others.begin(), others.end(), [&](const Listener &other) {
            return one.endpoint() == other.endpoint();
        });
    });
    return rest;
}

/// How @before would have ended.
Server stopped(const Server &before) {
    Server server = before;
    server.state = KHTTPD_STATE_STOPPED;
    server.draining = false;
    server.started_ns = 0;
    server.settings.listeners.clear();
    return server;
}

ConfigurationApplied configuration(const Server &before, const Server &now) {
    ConfigurationApplied applied{now.generation, before.settings, now.settings};
    // A server that does not run listens nowhere, whatever is configured.
    if (!runs(before) || !runs(now)) {
        applied.before.listeners.clear();
        applied.after.listeners.clear();
    }
    return applied;
}

std::string_view name_of(const StateChanged &) {
    return "state";
}

std::string_view name_of(const ConfigurationApplied &) {
    return "configuration";
}

std::string_view name_of(const ListenerUp &) {
    return "listener-up";
}

std::string_view name_of(const ListenerDown &) {
    return "listener-down";
}

std::string_view name_of(const LimitReached &) {
    return "limit";
}

std::string_view name_of(const EventsLost &) {
    return "lost";
}

std::string text_of(const StateChanged &event) {
    return fmt::format("the server is {}", event.state);
}

std::string text_of(const ConfigurationApplied &event) {
    std::string text = fmt::format("configuration applied: generation {}", event.generation);
    const auto differences = event.differences();
    const std::size_t told = std::min(differences.size(), differences_told);
    for (std::size_t i = 0; i < told; ++i)
        text += fmt::format("; {}", differences[i].text());
    if (told < differences.size())
        text += fmt::format("; and {} more", differences.size() - told);
    return text;
}

std::string text_of(const ListenerUp &event) {
    return fmt::format("listener up: {}", event.listener.endpoint());
}

std::string text_of(const ListenerDown &event) {
    return fmt::format("listener down: {}", event.listener.endpoint());
}

std::string text_of(const LimitReached &event) {
    return fmt::format("limit reached: {}, {} since the start", refusal_name(event.reason),
                       event.count);
}

std::string text_of(const EventsLost &) {
    return "events were lost; what follows is how the server differs";
}

} // namespace

std::vector<control::Difference> ConfigurationApplied::differences() const {
    control::Plan plan;
    plan.have.settings = before;
    plan.difference = difference(before, after);
    return control::differences(plan);
}

StateChanged state_of(const Server &server) {
    return {server.draining ? draining : state_name(server.state), server.generation};
}

std::vector<Event> between(const Server &before, const Server &now) {
    if (runs(before) && runs(now) && before.started_ns != now.started_ns) {
        Server ended = stopped(before);
        ended.generation = now.generation;
        auto events = between(before, ended);
        for (Event &event : between(ended, now))
            events.push_back(std::move(event));
        return events;
    }

    std::vector<Event> events;
    const StateChanged state = state_of(now);
    const bool same_state = state.state == state_of(before).state;
    ConfigurationApplied applied = configuration(before, now);
    if ((same_state && before.generation != now.generation) || !applied.differences().empty())
        events.emplace_back(std::move(applied));
    const auto &had = before.settings.listeners;
    const auto &has = now.settings.listeners;
    for (Listener &listener : without(had, has))
        events.emplace_back(ListenerDown{std::move(listener)});
    if (!same_state)
        events.emplace_back(state);
    for (Listener &listener : without(has, had))
        events.emplace_back(ListenerUp{std::move(listener)});
    return events;
}

Notified take(const std::vector<netlink::Event> &notifications) {
    Notified notified;
    for (const netlink::Event &each : notifications) {
        if (std::holds_alternative<netlink::FamilyGone>(each)) {
            notified.gone = true;
            break;
        }
        if (const auto *limit = std::get_if<LimitReached>(&each)) {
            notified.events.emplace_back(*limit);
            continue;
        }
        if (const auto *lost = std::get_if<netlink::EventsLost>(&each))
            notified.events.emplace_back(*lost);
        // It does not have the lists, and only the last of several counts.
        notified.look = true;
    }
    return notified;
}

std::string_view name(const Event &event) {
    return std::visit([](const auto &each) { return name_of(each); }, event);
}

std::string text(const Event &event) {
    return printable(std::visit([](const auto &each) { return text_of(each); }, event));
}

} // namespace khttpd::events
