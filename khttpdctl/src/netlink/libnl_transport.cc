// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/libnl_transport.h"

#include <linux/khttpd.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>

#include "netlink/libnl_events.h"
#include "netlink/libnl_log.h"

namespace khttpd::netlink {
namespace {

/// No operation of the module waits for traffic, so this is a great deal even under emulation.
constexpr timeval patience = {.tv_sec = 20, .tv_usec = 0};

/// What a socket can surely send at once.
constexpr std::size_t small_request = 64 * 1024;

/// How much of a dump the kernel should put into one message; a longer message is found by peeking.
constexpr std::size_t receive_bytes = 32 * 1024;

/// Collects the answer to one request while libnl reads it.
struct Collector {
    Answer answer;
    bool complete = false;

    static int on_any(nl_msg *msg, void *self) {
        auto *collector = static_cast<Collector *>(self);
        const nlmsghdr *header = nlmsg_hdr(msg);
        // libnl hands its error callback no extended acknowledgement, and looks at no error in
        // NLMSG_DONE; here both pass by.
        if (header->nlmsg_type == NLMSG_ERROR || header->nlmsg_type == NLMSG_DONE) {
            collector->answer.ack = parse_ack(header);
            collector->complete = true;
        }
        return NL_OK;
    }

    static int on_data(nl_msg *msg, void *self) {
        static_cast<Collector *>(self)->answer.messages.push_back(Message::received(msg));
        return NL_OK;
    }

    static int on_interruption(nl_msg *, void *self) {
        static_cast<Collector *>(self)->answer.interrupted = true;
        return NL_OK;
    }

    static int on_error(sockaddr_nl *, nlmsgerr *, void *) { return NL_STOP; }
};

int set_options(nl_sock *socket) {
    const int fd = nl_socket_get_fd(socket);
    const int on = 1;
    for (const int option : {NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK})
        if (setsockopt(fd, SOL_NETLINK, option, &on, sizeof(on)) < 0)
            return -nl_syserr2nlerr(errno);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
        return -nl_syserr2nlerr(errno);
    return 0;
}

/// Lets @socket send a request of @bytes, which the socket counts with an overhead. The limit on
/// such buffers holds for those without CAP_NET_ADMIN, whom the module would refuse, too.
void make_room(nl_sock *socket, std::size_t bytes) {
    const int room = static_cast<int>(2 * bytes);
    const int fd = nl_socket_get_fd(socket);
    if (bytes > small_request &&
        setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) < 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
}

} // namespace

Result<std::unique_ptr<Transport>> LibnlTransport::open() {
    auto socket = open_socket();
    if (!socket)
        return socket.error();
    if (const int code = set_options(socket->get()); code < 0)
        return libnl_error("cannot set up a netlink socket", code);
    const int family = genl_ctrl_resolve(socket->get(), KHTTPD_FAMILY_NAME);
    if (family == -NLE_OBJ_NOTFOUND)
        return Error{ExitCode::unavailable, "the kernel has no netlink family 'khttpd'", ""};
    if (family < 0)
        return libnl_error("cannot find the netlink family 'khttpd'", family);
    nl_socket_set_msg_buf_size(socket->get(), receive_bytes);
    nl_socket_enable_msg_peek(socket->get());
    return std::make_unique<LibnlTransport>(Key{}, std::move(*socket), family);
}

Result<Answer> LibnlTransport::exchange(Message &request) {
    request.header()->nlmsg_type = static_cast<std::uint16_t>(family_);
    make_room(socket_.get(), request.header()->nlmsg_len);
    const int code = nl_send_auto(socket_.get(), request.get());
    // libnl has no code of its own for this.
    if (code < 0 && errno == EMSGSIZE)
        return Error{ExitCode::permission, "so large a configuration needs CAP_NET_ADMIN",
                     "try sudo"};
    if (code < 0)
        return libnl_error("cannot send to the khttpd module", code);

    Collector collector;
    const Callbacks callbacks = make_callbacks();
    nl_cb_set(callbacks.get(), NL_CB_MSG_IN, NL_CB_CUSTOM, Collector::on_any, &collector);
    nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, Collector::on_data, &collector);
    nl_cb_set(callbacks.get(), NL_CB_DUMP_INTR, NL_CB_CUSTOM, Collector::on_interruption,
              &collector);
    nl_cb_err(callbacks.get(), NL_CB_CUSTOM, Collector::on_error, &collector);
    while (!collector.complete) {
        const int received = nl_recvmsgs(socket_.get(), callbacks.get());
        if (received < 0 && !collector.complete)
            return libnl_error("no answer from the khttpd module", received);
    }
    return std::move(collector.answer);
}

Result<std::unique_ptr<EventSource>> LibnlTransport::subscribe() {
    return LibnlEvents::open();
}

Result<std::unique_ptr<LogSource>> LibnlTransport::open_log() {
    return LibnlLog::open();
}

} // namespace khttpd::netlink
