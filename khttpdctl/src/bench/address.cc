// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"

namespace khttpd::bench {
namespace {

Result<std::vector<Address>> resolve(const Url &url) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    const int error =
        getaddrinfo(url.host.c_str(), fmt::to_string(url.port).c_str(), &hints, &found);
    if (error != 0)
        return Error{
            ExitCode::unavailable,
            fmt::format("cannot find the host '{}': {}", printable(url.host), gai_strerror(error)),
            "an address such as 127.0.0.1 needs no name service"};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{found, freeaddrinfo};
    std::vector<Address> addresses;
    for (const addrinfo *next = found; next != nullptr; next = next->ai_next) {
        Address &address = addresses.emplace_back();
        address.length = next->ai_addrlen;
        std::memcpy(&address.socket_address, next->ai_addr, next->ai_addrlen);
    }
    return addresses;
}

} // namespace

Result<Address> find_server(const Url &url, std::chrono::nanoseconds patience) {
    const auto addresses = resolve(url);
    if (!addresses)
        return addresses.error();
    int error = 0;
    for (const Address &address : *addresses) {
        const UniqueFd socket = start_connecting(address);
        error = socket ? wait_until_connected(socket, patience) : errno;
        if (error == 0)
            return address;
    }
    return Error{ExitCode::unavailable,
                 fmt::format("cannot connect to {} port {}: {}", printable(url.host), url.port,
                             std::strerror(error)),
                 "is the server running, and does it listen there?"};
}

UniqueFd start_connecting(const Address &address) {
    UniqueFd made{socket(address.socket_address.ss_family,
                         SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP)};
    if (!made)
        return made;
    // Requests are not to wait for the acknowledgement of others.
    const int yes = 1;
    setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    const auto *generic = reinterpret_cast<const sockaddr *>(&address.socket_address);
    if (connect(made.get(), generic, address.length) != 0 && errno != EINPROGRESS) {
        const int error = errno;
        made = UniqueFd{};
        errno = error;
    }
    return made;
}

int connect_error(const UniqueFd &socket) {
    int error = 0;
    socklen_t length = sizeof(error);
    if (getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0)
        return errno;
    return error;
}

int wait_until_connected(const UniqueFd &socket, std::chrono::nanoseconds patience) {
    pollfd waiting{socket.get(), POLLOUT, 0};
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
    const int ready = poll(&waiting, 1, static_cast<int>(ms));
    if (ready < 0)
        return errno;
    return ready == 0 ? ETIMEDOUT : connect_error(socket);
}

Result<void> allow_connections(std::uint64_t connections) {
    // Beside the connections: the standard streams, an epoll for each thread, and such.
    constexpr std::uint64_t others = 1100;
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const rlim_t needed = connections + others;
    if (limit.rlim_cur >= needed)
        return {};
    if (limit.rlim_max < needed)
        return Error{
            ExitCode::os_error,
            fmt::format("{} connections are more than the {} files that a process may have open",
                        connections, limit.rlim_max),
            "ulimit -n raises that limit for root"};
    limit.rlim_cur = needed;
    setrlimit(RLIMIT_NOFILE, &limit);
    return {};
}

} // namespace khttpd::bench
