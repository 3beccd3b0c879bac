// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>

#include "model/host.h"
#include "netlink/message.h"

namespace khttpd::netlink {

/// The most bytes that a nest can have, and so a host.
inline constexpr std::size_t nest_bytes_max = 65535;

/// Bytes of the nest that put_host() writes, its header included.
std::size_t host_bytes(const Host &host);

/// Puts @host as a nest of the top level. Nothing is left to the defaults of the module, so that it
/// tells the same host again.
void put_host(Message &message, const Host &host);

/// Reads such a nest; what is absent has its default. False where it is malformed.
bool take_host(Host &host, nlattr *nest);

} // namespace khttpd::netlink
