/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_FILTER_H
#define KHTTPD_FILTER_H

#include <linux/types.h>

#include "http/access.h"

struct khttpd_conn;
struct netlink_ext_ack;
struct nlattr;

/**
 * struct khttpd_filter - connections for which all of this holds
 * @has_block:	whether @block counts
 * @block:	that the client's address is in
 * @port_min:	of the client, first that counts
 * @port_max:	of the client, last that counts
 * @local_port:	of the server, or 0 for any
 * @states:	bits numbered by enum khttpd_connection_state
 * @min_age_ms:	since they were accepted
 */
struct khttpd_filter {
	bool			has_block;
	struct http_block	block;
	u16			port_min;
	u16			port_max;
	u16			local_port;
	u32			states;
	u64			min_age_ms;
};

extern const struct khttpd_filter khttpd_filter_none;

int khttpd_filter_parse(struct khttpd_filter *filter, const struct nlattr *nest,
			struct netlink_ext_ack *extack);
bool khttpd_filter_passes(const struct khttpd_filter *filter, const struct khttpd_conn *conn);

#endif /* KHTTPD_FILTER_H */
