// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/libnl_log.h"

#include <linux/khttpd.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>

#include <cstring>

#include <fmt/core.h>

#include "netlink/nest.h"

namespace khttpd::netlink {
namespace {

/// The most that the kernel puts into one message of a dump, so that none has to be looked at
/// before it is received.
constexpr std::size_t receive_bytes = 32 * 1024;

constexpr auto batch_policy = [] {
    Policy<KHTTPD_A_BATCH_MAX> policy{};
    policy[KHTTPD_A_BATCH_RECORDS] = {.type = NLA_UNSPEC, .minlen = 0, .maxlen = 0xffff};
    policy[KHTTPD_A_BATCH_LOST] = u64;
    return policy;
}();

} // namespace

Result<std::unique_ptr<LogSource>> LibnlLog::open() {
    constexpr auto doing = "cannot listen to the access log of the khttpd module";
    auto socket = open_listening_socket(doing, {{KHTTPD_FAMILY_NAME, KHTTPD_MCGRP_LOG}});
    if (!socket)
        return socket.error();
    const int family = genl_ctrl_resolve(socket->get(), KHTTPD_FAMILY_NAME);
    if (family < 0)
        return libnl_error(doing, family);
    nl_socket_set_msg_buf_size(socket->get(), receive_bytes);
    nl_socket_disable_msg_peek(socket->get());
    return std::unique_ptr<LogSource>{
        std::make_unique<LibnlLog>(Key{}, std::move(*socket), family)};
}

int LibnlLog::fd() const {
    return nl_socket_get_fd(socket_.get());
}

Result<void> LibnlLog::ask() {
    again_ = asked_;
    if (asked_)
        return {};
    Message request{KHTTPD_CMD_LOG_GET, NLM_F_DUMP, 256};
    request.header()->nlmsg_type = static_cast<std::uint16_t>(family_);
    const int code = nl_send_auto(socket_.get(), request.get());
    if (code < 0)
        return libnl_error("cannot ask the khttpd module for the access log", code);
    asked_ = true;
    return {};
}

int LibnlLog::on_data(nl_msg *msg, void *self) {
    static_cast<LibnlLog *>(self)->take(msg);
    return NL_OK;
}

int LibnlLog::on_end(nl_msg *, void *self) {
    static_cast<LibnlLog *>(self)->asked_ = false;
    return NL_OK;
}

int LibnlLog::on_error(sockaddr_nl *, nlmsgerr *error, void *self) {
    auto *log = static_cast<LibnlLog *>(self);
    log->asked_ = false;
    log->refused_ = -error->error;
    return NL_SKIP;
}

void LibnlLog::take(nl_msg *msg) {
    if (nlmsg_hdr(msg)->nlmsg_type != family_)
        return;
    Message message = Message::received(msg);
    if (message.command() == KHTTPD_CMD_LOG_NTF)
        again_ = true;
    if (message.command() != KHTTPD_CMD_LOG_GET)
        return;
    nlattr *attribute =
        nla_find(message.attributes(), message.attributes_length(), KHTTPD_A_MSG_BATCH);
    if (attribute == nullptr)
        return;
    const Nest<KHTTPD_A_BATCH_MAX> nest{attribute, batch_policy};
    if (!nest.valid())
        return;
    LogBatch batch{std::move(message), {}, nest.big(KHTTPD_A_BATCH_LOST)};
    if (const nlattr *records = nest[KHTTPD_A_BATCH_RECORDS])
        batch.records = {static_cast<const std::byte *>(nla_data(records)),
                         static_cast<std::size_t>(nla_len(records))};
    batches_.push_back(std::move(batch));
}

Result<std::vector<LogBatch>> LibnlLog::read() {
    const Callbacks callbacks = make_listening_callbacks();
    nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, on_data, this);
    nl_cb_set(callbacks.get(), NL_CB_FINISH, NL_CB_CUSTOM, on_end, this);
    nl_cb_err(callbacks.get(), NL_CB_CUSTOM, on_error, this);
    const auto lost = receive_all("cannot read the access log of the khttpd module", socket_.get(),
                                  callbacks.get());
    if (!lost)
        return lost.error();
    // A notification may be among what is missing.
    if (*lost)
        again_ = true;
    if (const int refused = std::exchange(refused_, 0))
        return Error{ExitCode::os_error,
                     fmt::format("the khttpd module does not hand out the access log: {}",
                                 std::strerror(refused)),
                     ""};
    if (asked_)
        return std::vector<LogBatch>{};
    if (again_)
        if (const auto asked = ask(); !asked)
            return asked.error();
    return std::exchange(batches_, {});
}

} // namespace khttpd::netlink
