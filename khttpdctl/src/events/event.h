// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control/describe.h"
#include "model/settings.h"
#include "model/stats.h"
#include "netlink/transport.h"

namespace khttpd::events {

/// What a running server is that drains.
inline constexpr std::string_view draining = "draining";

/// The server is in another state now.
struct StateChanged {
    std::string_view state;       ///< as state_name() has it, or that it drains
    std::uint64_t generation = 0; ///< of the server, when it was looked at
};

/// Another configuration is in force; or the same, with document roots that were opened anew.
struct ConfigurationApplied {
    std::uint64_t generation = 0;
    Settings before;
    Settings after;

    /// What is different.
    std::vector<control::Difference> differences() const;
};

/// The server accepts connections there now.
struct ListenerUp {
    Listener listener;
};

/// It does not any more.
struct ListenerDown {
    Listener listener;
};

using netlink::EventsLost;

/// What happens to a server, for those who watch it.
using Event = std::variant<StateChanged, ConfigurationApplied, ListenerUp, ListenerDown,
                           LimitReached, EventsLost>;

/// The state of @server, as if it had just come to it.
StateChanged state_of(const Server &server);

/// What became of a server between two looks at it, with all lists. Of what came and went between
/// them nothing is known, but that a server was started anew.
std::vector<Event> between(const Server &before, const Server &now);

/// What the kernel has told, for those who watch.
struct Notified {
    std::vector<Event> events; ///< of which nothing more is to be known, in their order
    bool look = false;         ///< the server may have changed, and has to be read anew
    bool gone = false;         ///< the module was unloaded
};

/// What @notifications come to; nothing counts behind the end of the module.
Notified take(const std::vector<netlink::Event> &notifications);

/// A word for programs, such as "listener-up".
std::string_view name(const Event &event);

/// A line for people.
std::string text(const Event &event);

/// Of so many differences a line tells, and of how many there are more.
inline constexpr std::size_t differences_told = 16;

} // namespace khttpd::events
