// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/socket.h>

#include <chrono>

#include "base/result.h"
#include "base/unique_fd.h"
#include "bench/url.h"

namespace khttpd::bench {

/// Where a server listens.
struct Address {
    sockaddr_storage socket_address = {};
    socklen_t length = 0;
};

/// The first address of the URL's host that accepts a connection; waits for each as long as
/// @patience.
Result<Address> find_server(const Url &url, std::chrono::nanoseconds patience);

/// A socket that is being connected and never blocks; none, and errno, where that failed at once.
UniqueFd start_connecting(const Address &address);

/// After the socket has become writable: why it is not connected, as an errno, or 0.
int connect_error(const UniqueFd &socket);

/// Waits for that, and returns it; ETIMEDOUT after @patience.
int wait_until_connected(const UniqueFd &socket, std::chrono::nanoseconds patience);

/// Raises the limit of open files of the process, as far as it may, to have room for @connections.
Result<void> allow_connections(std::uint64_t connections);

} // namespace khttpd::bench
