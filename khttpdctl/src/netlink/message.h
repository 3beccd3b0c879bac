// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace khttpd::netlink {

/// Owns one netlink message.
class Message {
  public:
    /// A generic netlink message with room for @bytes of attributes; the transport fills in the
    /// family.
    explicit Message(std::uint8_t command, int flags = 0, std::size_t bytes = 32 * 1024);

    /// Shares a message that libnl has received.
    static Message received(nl_msg *msg);

    nlmsghdr *header() const { return nlmsg_hdr(msg_.get()); }

    nl_msg *get() const { return msg_.get(); }

    std::uint8_t command() const { return genlmsg_hdr(header())->cmd; }

    /// The attributes at the top level.
    nlattr *attributes() const { return genlmsg_attrdata(genlmsg_hdr(header()), 0); }

    int attributes_length() const { return genlmsg_attrlen(genlmsg_hdr(header()), 0); }

    void put_u32(int type, std::uint32_t value);
    void put_u64(int type, std::uint64_t value);
    void put_string(int type, const std::string &value);
    void put_bytes(int type, const void *bytes, int length);

    /// Opens a nest, lets @fill put its attributes, and closes it.
    template<typename Fill>
    void nest(int type, Fill fill) {
        nlattr *start = nla_nest_start(msg_.get(), type);
        fill();
        if (start == nullptr || nla_nest_end_keep_empty(msg_.get(), start) < 0)
            complete_ = false;
    }

    /// False when something did not fit.
    bool complete() const { return complete_; }

  private:
    struct Free {
        void operator()(nl_msg *msg) const { nlmsg_free(msg); }
    };

    explicit Message(nl_msg *msg) : msg_(msg) {}

    std::unique_ptr<nl_msg, Free> msg_;
    bool complete_ = true;
};

} // namespace khttpd::netlink
