// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/connection_codec.h"

#include <linux/khttpd.h>

#include "netlink/nest.h"

namespace khttpd::netlink {
namespace {

constexpr auto connection_policy = [] {
    Policy<KHTTPD_A_CONNECTION_MAX> policy{};
    policy[KHTTPD_A_CONNECTION_ADDR4] = u32;
    policy[KHTTPD_A_CONNECTION_ADDR6] = address6;
    policy[KHTTPD_A_CONNECTION_PORT] = u32;
    policy[KHTTPD_A_CONNECTION_LOCAL_PORT] = u32;
    policy[KHTTPD_A_CONNECTION_STATE] = u32;
    policy[KHTTPD_A_CONNECTION_AGE_MS] = u64;
    policy[KHTTPD_A_CONNECTION_REQUESTS] = u32;
    return policy;
}();

void put_block(Message &message, const Block &block) {
    const Block first = block.first();
    const bool v6 = first.address.is_v6();
    message.put_bytes(v6 ? KHTTPD_A_FILTER_ADDR6 : KHTTPD_A_FILTER_ADDR4, first.address.bytes(),
                      v6 ? 16 : 4);
    message.put_u32(KHTTPD_A_FILTER_PREFIX_LEN, first.prefix);
}

} // namespace

void put_filter(Message &message, const ConnectionFilter &filter) {
    message.nest(KHTTPD_A_MSG_FILTER, [&] {
        if (filter.from)
            put_block(message, *filter.from);
        if (filter.ports) {
            message.put_u32(KHTTPD_A_FILTER_PORT_MIN, filter.ports->first);
            message.put_u32(KHTTPD_A_FILTER_PORT_MAX, filter.ports->last);
        }
        if (filter.local_port)
            message.put_u32(KHTTPD_A_FILTER_LOCAL_PORT, *filter.local_port);
        if (filter.states != 0)
            message.put_u32(KHTTPD_A_FILTER_STATES, filter.states);
        if (filter.min_age_ms)
            message.put_u64(KHTTPD_A_FILTER_MIN_AGE_MS, *filter.min_age_ms);
    });
}

Result<Connection> decode_connection(const Message &message) {
    nlattr *attribute =
        nla_find(message.attributes(), message.attributes_length(), KHTTPD_A_MSG_CONNECTION);
    if (attribute == nullptr)
        return malformed("connection");
    const Nest<KHTTPD_A_CONNECTION_MAX> nest{attribute, connection_policy};
    const bool v6 = nest.has(KHTTPD_A_CONNECTION_ADDR6);
    if (!nest.valid() || (!v6 && !nest.has(KHTTPD_A_CONNECTION_ADDR4)) ||
        !nest.has(KHTTPD_A_CONNECTION_STATE))
        return malformed("connection");
    const nlattr *address = nest[v6 ? KHTTPD_A_CONNECTION_ADDR6 : KHTTPD_A_CONNECTION_ADDR4];
    return Connection{
        .address = Address::from_bytes(nla_data(address), v6),
        .port = nest.number(KHTTPD_A_CONNECTION_PORT),
        .local_port = nest.number(KHTTPD_A_CONNECTION_LOCAL_PORT),
        .state = nest.number(KHTTPD_A_CONNECTION_STATE),
        .age_ms = nest.big(KHTTPD_A_CONNECTION_AGE_MS),
        .requests = nest.number(KHTTPD_A_CONNECTION_REQUESTS),
    };
}

Result<std::uint32_t> decode_killed(const Message &message) {
    const nlattr *killed =
        nla_find(message.attributes(), message.attributes_length(), KHTTPD_A_MSG_KILLED);
    if (killed == nullptr || nla_len(killed) != sizeof(std::uint32_t))
        return malformed("number of connections that were ended");
    return nla_get_u32(killed);
}

} // namespace khttpd::netlink
