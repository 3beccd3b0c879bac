// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/socket.h"

#include <netlink/errno.h>
#include <netlink/genl/genl.h>

#include <new>

#include <fmt/format.h>

namespace khttpd::netlink {

Error libnl_error(const char *doing, int code) {
    if (code == -NLE_AGAIN)
        return {ExitCode::temporary, fmt::format("{}: the kernel did not answer in time", doing),
                "try again; if it stays so, the kernel log (dmesg) may say why"};
    return {ExitCode::os_error, fmt::format("{}: {}", doing, nl_geterror(code)), ""};
}

Result<Socket> open_socket() {
    Socket socket{nl_socket_alloc()};
    if (!socket)
        throw std::bad_alloc{};
    if (const int code = genl_connect(socket.get()); code < 0)
        return libnl_error("cannot open a netlink socket", code);
    return socket;
}

Callbacks make_callbacks() {
    Callbacks callbacks{nl_cb_alloc(NL_CB_DEFAULT)};
    if (!callbacks)
        throw std::bad_alloc{};
    return callbacks;
}

} // namespace khttpd::netlink
