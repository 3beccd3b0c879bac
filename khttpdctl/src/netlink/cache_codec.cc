// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/cache_codec.h"

#include <linux/khttpd.h>

#include "netlink/nest.h"

namespace khttpd::netlink {
namespace {

constexpr auto entry_policy = [] {
    Policy<KHTTPD_A_ENTRY_MAX> policy{};
    policy[KHTTPD_A_ENTRY_VHOST] = string;
    policy[KHTTPD_A_ENTRY_PATH] = string;
    policy[KHTTPD_A_ENTRY_CODING] = string;
    policy[KHTTPD_A_ENTRY_STATUS] = u32;
    policy[KHTTPD_A_ENTRY_BYTES] = u32;
    return policy;
}();

} // namespace

Result<CacheEntry> decode_entry(const Message &message) {
    nlattr *attribute =
        nla_find(message.attributes(), message.attributes_length(), KHTTPD_A_MSG_ENTRY);
    if (attribute == nullptr)
        return malformed("entry of the cache");
    const Nest<KHTTPD_A_ENTRY_MAX> nest{attribute, entry_policy};
    if (!nest.valid() || !nest.has(KHTTPD_A_ENTRY_PATH))
        return malformed("entry of the cache");
    return CacheEntry{
        .vhost = nest.text(KHTTPD_A_ENTRY_VHOST),
        .path = nest.text(KHTTPD_A_ENTRY_PATH),
        .coding = nest.text(KHTTPD_A_ENTRY_CODING),
        .status = nest.number(KHTTPD_A_ENTRY_STATUS),
        .bytes = nest.number(KHTTPD_A_ENTRY_BYTES),
    };
}

Message encode_flush(const CacheFlush &flush) {
    Message message{KHTTPD_CMD_CACHE_FLUSH};
    if (flush.vhost)
        message.put_string(KHTTPD_A_FLUSH_VHOST, *flush.vhost);
    if (flush.prefix)
        message.put_string(KHTTPD_A_FLUSH_PREFIX, *flush.prefix);
    return message;
}

Result<std::uint32_t> decode_flush(const Message &message) {
    const nlattr *flushed =
        nla_find(message.attributes(), message.attributes_length(), KHTTPD_A_FLUSH_FLUSHED);
    if (flushed == nullptr || nla_len(flushed) != sizeof(std::uint32_t))
        return malformed("number of responses that were dropped");
    return nla_get_u32(flushed);
}

} // namespace khttpd::netlink
