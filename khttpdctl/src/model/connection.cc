// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/connection.h"

#include <algorithm>
#include <array>

namespace khttpd {
namespace {

constexpr std::array<std::string_view, 6> names_of_states = {
    "idle", "head", "answer", "send", "body", "linger",
};

} // namespace

std::string Connection::client() const {
    return Listener{.address = address, .port = port, .device = {}}.endpoint();
}

std::span<const std::string_view> connection_state_names() {
    return names_of_states;
}

std::string_view connection_state_name(std::uint32_t state) {
    return state < names_of_states.size() ? names_of_states[state] : "unknown";
}

std::optional<std::uint32_t> parse_connection_state(std::string_view name) {
    const auto found = std::find(names_of_states.begin(), names_of_states.end(), name);
    if (found == names_of_states.end())
        return std::nullopt;
    return 1U << (found - names_of_states.begin());
}

} // namespace khttpd
