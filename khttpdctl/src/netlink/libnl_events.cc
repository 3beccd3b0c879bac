// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/libnl_events.h"

#include <linux/genetlink.h>
#include <linux/khttpd.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>

#include <array>
#include <string_view>

#include "netlink/codec.h"

namespace khttpd::netlink {
namespace {

/// Room for a burst of changes while this process is not running.
constexpr int receive_buffer = 1 << 20;

int join(nl_sock *socket, const char *family, const char *group) {
    const int id = genl_ctrl_resolve_grp(socket, family, group);
    return id < 0 ? id : nl_socket_add_membership(socket, id);
}

/// Whether @msg, of the controller, says that the family of the module was unregistered.
bool announces_end(nl_msg *msg) {
    if (genlmsg_hdr(nlmsg_hdr(msg))->cmd != CTRL_CMD_DELFAMILY)
        return false;
    std::array<nla_policy, CTRL_ATTR_MAX + 1> policy{};
    policy[CTRL_ATTR_FAMILY_NAME].type = NLA_STRING;
    std::array<nlattr *, CTRL_ATTR_MAX + 1> found{};
    if (genlmsg_parse(nlmsg_hdr(msg), 0, found.data(), CTRL_ATTR_MAX, policy.data()) < 0)
        return false;
    const nlattr *name = found[CTRL_ATTR_FAMILY_NAME];
    return name != nullptr && std::string_view{nla_get_string(name)} == KHTTPD_FAMILY_NAME;
}

} // namespace

Result<std::unique_ptr<EventSource>> LibnlEvents::open() {
    auto socket = open_socket();
    if (!socket)
        return socket.error();
    nl_sock *sock = socket->get();
    const int family = genl_ctrl_resolve(sock, KHTTPD_FAMILY_NAME);
    int code = family < 0 ? family : join(sock, KHTTPD_FAMILY_NAME, KHTTPD_MCGRP_EVENTS);
    if (code == 0)
        code = join(sock, "nlctrl", "notify");
    if (code == 0)
        code = nl_socket_set_nonblocking(sock);
    if (code < 0)
        return libnl_error("cannot subscribe to the events of the khttpd module", code);
    // Less room than wished for is no failure: lost events are noticed and made good.
    nl_socket_set_buffer_size(sock, receive_buffer, 0);
    nl_socket_disable_seq_check(sock);
    return std::make_unique<LibnlEvents>(Key{}, std::move(*socket), family);
}

int LibnlEvents::fd() const {
    return nl_socket_get_fd(socket_.get());
}

int LibnlEvents::on_data(nl_msg *msg, void *self) {
    static_cast<LibnlEvents *>(self)->take(msg);
    return NL_OK;
}

void LibnlEvents::take(nl_msg *msg) {
    if (nlmsg_hdr(msg)->nlmsg_type == GENL_ID_CTRL) {
        if (announces_end(msg))
            events_.emplace_back(FamilyGone{});
        return;
    }
    if (nlmsg_hdr(msg)->nlmsg_type != family_)
        return;
    const Message message = Message::received(msg);
    if (message.command() != KHTTPD_CMD_SERVER_NTF)
        return;
    if (auto server = decode_server(message))
        events_.emplace_back(ServerChanged{std::move(*server)});
    else
        events_.emplace_back(EventsLost{});
}

Result<std::vector<Event>> LibnlEvents::read() {
    const Callbacks callbacks = make_callbacks();
    nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, on_data, this);
    nl_cb_set(
        callbacks.get(), NL_CB_SEQ_CHECK, NL_CB_CUSTOM,
        [](nl_msg *, void *) -> int { return NL_OK; }, nullptr);
    for (;;) {
        const int code = nl_recvmsgs(socket_.get(), callbacks.get());
        if (code == -NLE_AGAIN)
            break;
        // libnl's word for ENOBUFS: the buffer ran over.
        if (code == -NLE_NOMEM)
            events_.emplace_back(EventsLost{});
        else if (code < 0)
            return libnl_error("cannot read the events of the khttpd module", code);
    }
    return std::exchange(events_, {});
}

} // namespace khttpd::netlink
