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
    constexpr auto doing = "cannot subscribe to the events of the khttpd module";
    auto socket = open_listening_socket(
        doing, {{KHTTPD_FAMILY_NAME, KHTTPD_MCGRP_EVENTS}, {"nlctrl", "notify"}});
    if (!socket)
        return socket.error();
    const int family = genl_ctrl_resolve(socket->get(), KHTTPD_FAMILY_NAME);
    if (family < 0)
        return libnl_error(doing, family);
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
    switch (message.command()) {
    case KHTTPD_CMD_SERVER_NTF:
        if (auto server = decode_server(message))
            events_.emplace_back(ServerChanged{std::move(*server)});
        else
            events_.emplace_back(EventsLost{});
        break;
    case KHTTPD_CMD_LIMIT_NTF:
        if (const auto limit = decode_limit(message))
            events_.emplace_back(*limit);
        else
            events_.emplace_back(EventsLost{});
        break;
    }
}

Result<std::vector<Event>> LibnlEvents::read() {
    const Callbacks callbacks = make_listening_callbacks();
    nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, on_data, this);
    const auto lost =
        receive_all("cannot read the events of the khttpd module", socket_.get(), callbacks.get());
    if (!lost)
        return lost.error();
    if (*lost)
        events_.emplace_back(EventsLost{});
    return std::exchange(events_, {});
}

} // namespace khttpd::netlink
