// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/message.h"

#include <linux/khttpd.h>

#include <new>

namespace khttpd::netlink {

Message::Message(std::uint8_t command, int flags, std::size_t bytes)
    : msg_(nlmsg_alloc_size(bytes)) {
    if (!msg_ || genlmsg_put(msg_.get(), NL_AUTO_PORT, NL_AUTO_SEQ, 0, 0, flags, command,
                             KHTTPD_FAMILY_VERSION) == nullptr)
        throw std::bad_alloc{};
}

Message Message::received(nl_msg *msg) {
    nlmsg_get(msg);
    return Message{msg};
}

void Message::put_u32(int type, std::uint32_t value) {
    complete_ &= nla_put_u32(msg_.get(), type, value) == 0;
}

void Message::put_u64(int type, std::uint64_t value) {
    complete_ &= nla_put_u64(msg_.get(), type, value) == 0;
}

void Message::put_string(int type, const std::string &value) {
    complete_ &= nla_put_string(msg_.get(), type, value.c_str()) == 0;
}

void Message::put_bytes(int type, const void *bytes, int length) {
    complete_ &= nla_put(msg_.get(), type, length, bytes) == 0;
}

} // namespace khttpd::netlink
