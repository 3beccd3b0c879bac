// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/listener.h"

namespace khttpd::host {

/// A TCP socket of this network namespace that listens.
struct ListeningSocket {
    /// Whether @listener cannot be opened beside it. What listens on [::] may leave IPv4 alone,
    /// which is not to be seen; it is taken not to.
    bool excludes(const Listener &listener) const;

    Address address;
    std::uint32_t port;
    std::uint64_t inode;
};

/// Those of @proc/net/tcp and tcp6.
std::vector<ListeningSocket> listening_sockets(const std::filesystem::path &proc);

/// A process that has a socket open.
struct Owner {
    pid_t pid;
    std::string name; ///< of its program
    std::string unit; ///< of systemd; empty where it has none
};

/// Nothing where the process cannot be seen, or where it is the kernel itself.
std::optional<Owner> find_owner(const std::filesystem::path &proc, const ListeningSocket &socket);

} // namespace khttpd::host
