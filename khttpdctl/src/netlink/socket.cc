// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/socket.h"

#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include <new>

#include <fmt/format.h>

namespace khttpd::netlink {
namespace {

/// Octets of messages that may wait to be received.
constexpr int receive_buffer = 1 << 20;

int join(nl_sock *socket, const Group &group) {
    const int id = genl_ctrl_resolve_grp(socket, group.family, group.name);
    return id < 0 ? id : nl_socket_add_membership(socket, id);
}

} // namespace

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

Result<Socket> open_listening_socket(const char *doing, std::initializer_list<Group> groups) {
    auto socket = open_socket();
    if (!socket)
        return socket;
    for (const Group &group : groups)
        if (const int code = join(socket->get(), group); code < 0)
            return libnl_error(doing, code);
    if (const int code = nl_socket_set_nonblocking(socket->get()); code < 0)
        return libnl_error(doing, code);
    // Less room than wished for is no failure: what is lost is noticed.
    nl_socket_set_buffer_size(socket->get(), receive_buffer, 0);
    nl_socket_disable_seq_check(socket->get());
    return socket;
}

Callbacks make_listening_callbacks() {
    Callbacks callbacks = make_callbacks();
    // A set of callbacks that is handed to libnl has a check of its own.
    nl_cb_set(
        callbacks.get(), NL_CB_SEQ_CHECK, NL_CB_CUSTOM,
        [](nl_msg *, void *) -> int { return NL_OK; }, nullptr);
    return callbacks;
}

Result<bool> receive_all(const char *doing, nl_sock *socket, nl_cb *callbacks) {
    bool lost = false;
    for (;;) {
        const int code = nl_recvmsgs(socket, callbacks);
        if (code == -NLE_AGAIN)
            return lost;
        // libnl's word for ENOBUFS: the buffer ran over.
        if (code == -NLE_NOMEM)
            lost = true;
        else if (code < 0)
            return libnl_error(doing, code);
    }
}

Callbacks make_callbacks() {
    Callbacks callbacks{nl_cb_alloc(NL_CB_DEFAULT)};
    if (!callbacks)
        throw std::bad_alloc{};
    return callbacks;
}

} // namespace khttpd::netlink
