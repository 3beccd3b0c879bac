/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_NETLINK_H
#define KHTTPD_NETLINK_H

#include <net/netlink.h>

struct khttpd_server;

/**
 * khttpd_attr_len() - measure a string attribute
 * @attr:	with or without a NUL at its end
 *
 * Return: octets of the string without that NUL; those within it count.
 */
static inline u32 khttpd_attr_len(const struct nlattr *attr)
{
	const char *s = nla_data(attr);
	u32 len = nla_len(attr);

	return len && !s[len - 1] ? len - 1 : len;
}

void khttpd_netlink_notify(struct khttpd_server *server);
void khttpd_netlink_limit(struct khttpd_server *server, u32 reason, u64 count);
void khttpd_netlink_log_waits(struct khttpd_server *server);

int khttpd_netlink_module_init(void);
void khttpd_netlink_module_exit(void);

#endif /* KHTTPD_NETLINK_H */
