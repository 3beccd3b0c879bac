// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/journal.h"

#include <algorithm>

#include <fmt/format.h>

namespace khttpd::daemon {
namespace {

using Fields = std::vector<std::string>;

// The kind of a message, for the catalogue of messages and for those who look for it: never
// changed.

std::string_view id_of(const events::StateChanged &) {
    return "9c4dff3217b14d57ac916a52c6df8613";
}

std::string_view id_of(const events::ConfigurationApplied &) {
    return "8c1d9ab5c95a4ae38b19f06318b32a5c";
}

std::string_view id_of(const events::ListenerUp &) {
    return "81051a8e7e594717b9625da0add72d60";
}

std::string_view id_of(const events::ListenerDown &) {
    return "fa9d1769e77e4b62a539770d2335c282";
}

std::string_view id_of(const LimitReached &) {
    return "f3f29a550a4f42519dfd5a7f394507c1";
}

std::string_view id_of(const events::EventsLost &) {
    return "7fac3e6793dc4f40982fb81ea7dec44a";
}

void put(Fields &fields, const events::StateChanged &event) {
    fields.push_back(fmt::format("KHTTPD_STATE={}", event.state));
    fields.push_back(fmt::format("KHTTPD_GENERATION={}", event.generation));
}

void put(Fields &fields, const events::ConfigurationApplied &event) {
    fields.push_back(fmt::format("KHTTPD_GENERATION={}", event.generation));
    const auto differences = event.differences();
    // A message has no room for any number of fields.
    const std::size_t told = std::min(differences.size(), events::differences_told);
    for (std::size_t i = 0; i < told; ++i)
        fields.push_back(fmt::format("KHTTPD_KEY={}", differences[i].key));
}

void put(Fields &fields, const events::ListenerUp &event) {
    fields.push_back(fmt::format("KHTTPD_LISTENER={}", event.listener.endpoint()));
}

void put(Fields &fields, const events::ListenerDown &event) {
    fields.push_back(fmt::format("KHTTPD_LISTENER={}", event.listener.endpoint()));
}

void put(Fields &fields, const LimitReached &event) {
    fields.push_back(fmt::format("KHTTPD_REASON={}", refusal_name(event.reason)));
    fields.push_back(fmt::format("KHTTPD_COUNT={}", event.count));
}

void put(Fields &, const events::EventsLost &) {}

} // namespace

Fields journal_fields(const events::Event &event) {
    const auto id = std::visit([](const auto &each) { return id_of(each); }, event);
    Fields fields = {fmt::format("MESSAGE_ID={}", id),
                     fmt::format("KHTTPD_EVENT={}", events::name(event))};
    std::visit([&](const auto &each) { put(fields, each); }, event);
    return fields;
}

} // namespace khttpd::daemon
