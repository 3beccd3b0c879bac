/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_NETLINK_H
#define KHTTPD_NETLINK_H

struct khttpd_server;

void khttpd_netlink_notify(struct khttpd_server *server);

int khttpd_netlink_module_init(void);
void khttpd_netlink_module_exit(void);

#endif /* KHTTPD_NETLINK_H */
