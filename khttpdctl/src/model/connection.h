// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/block.h"

namespace khttpd {

/// A connection that is open.
struct Connection {
    Address address;        ///< of the client
    std::uint32_t port = 0; ///< of the client
    std::uint32_t local_port = 0;
    std::uint32_t state = 0;    ///< enum khttpd_connection_state
    std::uint64_t age_ms = 0;   ///< since it was accepted
    std::uint32_t requests = 0; ///< that were read on it

    /// "192.0.2.7:51234" or "[2001:db8::7]:51234".
    std::string client() const;
    bool operator==(const Connection &) const = default;
};

/// Which connections are meant: those of which all is true that is said here.
struct ConnectionFilter {
    /// From the first to the last.
    struct Ports {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        bool operator==(const Ports &) const = default;
    };

    std::optional<Block> from = {};  ///< that the client's address is in
    std::optional<Ports> ports = {}; ///< of the client
    std::optional<std::uint32_t> local_port = {};
    std::uint32_t states = 0; ///< mask of enum khttpd_connection_state; 0 for any
    std::optional<std::uint64_t> min_age_ms = {}; ///< since it was accepted

    /// Whether all connections are meant.
    bool empty() const { return *this == ConnectionFilter{}; }

    bool operator==(const ConnectionFilter &) const = default;
};

/// Names of enum khttpd_connection_state, by number.
std::span<const std::string_view> connection_state_names();
/// The name of @state, or "unknown" for one that is newer than this program.
std::string_view connection_state_name(std::uint32_t state);
/// The bit of the state with that name in a mask.
std::optional<std::uint32_t> parse_connection_state(std::string_view name);

} // namespace khttpd
