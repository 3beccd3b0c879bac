// SPDX-License-Identifier: GPL-2.0
/* Which connections an administrator means, made of a netlink nest. */
#include <net/netlink.h>
#include <net/sock.h>

#include "client.h"
#include "conn.h"
#include "filter.h"
#include "netlink/policy.h"
#include "site.h"

/* Lets every connection through. */
const struct khttpd_filter khttpd_filter_none = {
	.port_max	= U16_MAX,
	.states		= U32_MAX,
};

/**
 * khttpd_filter_parse() - make a filter of its nest
 * @filter:	is overwritten
 * @nest:	attributes; what is absent lets everything through
 * @extack:	gets the reason of a refusal
 *
 * Context: any.
 * Return: 0 or a negative errno.
 */
int khttpd_filter_parse(struct khttpd_filter *filter, const struct nlattr *nest,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[KHTTPD_A_FILTER_MAX + 1];
	const struct nlattr *at4, *at6, *at_len;
	int err;

	err = nla_parse_nested(tb, KHTTPD_A_FILTER_MAX, nest, khttpd_filter_nl_policy, extack);
	if (err)
		return err;
	*filter = khttpd_filter_none;
	if (tb[KHTTPD_A_FILTER_PORT_MIN])
		filter->port_min = nla_get_u32(tb[KHTTPD_A_FILTER_PORT_MIN]);
	if (tb[KHTTPD_A_FILTER_PORT_MAX])
		filter->port_max = nla_get_u32(tb[KHTTPD_A_FILTER_PORT_MAX]);
	if (tb[KHTTPD_A_FILTER_LOCAL_PORT])
		filter->local_port = nla_get_u32(tb[KHTTPD_A_FILTER_LOCAL_PORT]);
	if (tb[KHTTPD_A_FILTER_STATES])
		filter->states = nla_get_u32(tb[KHTTPD_A_FILTER_STATES]);
	if (tb[KHTTPD_A_FILTER_MIN_AGE_MS])
		filter->min_age_ms = nla_get_u64(tb[KHTTPD_A_FILTER_MIN_AGE_MS]);

	at4 = tb[KHTTPD_A_FILTER_ADDR4];
	at6 = tb[KHTTPD_A_FILTER_ADDR6];
	at_len = tb[KHTTPD_A_FILTER_PREFIX_LEN];
	if ((at4 && at6) || (at_len && !at4 && !at6)) {
		NL_SET_ERR_MSG_ATTR(extack, at_len ?: at6,
				    "a filter has at most one address, and a prefix with it alone");
		return -EINVAL;
	}
	filter->has_block = at4 || at6;
	return filter->has_block ? khttpd_block_parse(&filter->block, at4, at6, at_len, extack) :
				   0;
}

/**
 * khttpd_filter_passes() - whether a filter lets a connection through
 * @filter:	the filter
 * @conn:	not the caller's own, perhaps
 *
 * Context: any, while something keeps the connection.
 */
bool khttpd_filter_passes(const struct khttpd_filter *filter, const struct khttpd_conn *conn)
{
	const struct sock *sk = conn->sock->sk;
	u16 port = ntohs(sk->sk_dport);
	struct in6_addr addr;

	if (port < filter->port_min || port > filter->port_max ||
	    (filter->local_port && filter->local_port != sk->sk_num) ||
	    !(filter->states & BIT(khttpd_conn_state(conn))) ||
	    khttpd_conn_age_ms(conn) < filter->min_age_ms)
		return false;
	if (!filter->has_block)
		return true;
	khttpd_client_addr(sk, &addr);
	return http_block_has(&filter->block, addr.s6_addr);
}
