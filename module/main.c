// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading.  Loading is inert: it opens no socket. */
#include <linux/module.h>
#include <net/genetlink.h>

#include "conn.h"
#include "desk.h"
#include "netlink.h"
#include "queue.h"
#include "server.h"
#include "sysfs.h"

static int __init khttpd_init(void)
{
	int err;

	err = khttpd_conn_module_init();
	if (err)
		return err;
	err = khttpd_desk_module_init();
	if (err)
		goto err_conn;
	err = khttpd_queue_module_init();
	if (err)
		goto err_desk;
	err = khttpd_server_module_init();
	if (err)
		goto err_queue;
	err = khttpd_sysfs_module_init();
	if (err)
		goto err_server;
	err = khttpd_netlink_module_init();
	if (err)
		goto err_sysfs;
	return 0;

err_sysfs:
	khttpd_sysfs_module_exit();
err_server:
	khttpd_server_module_exit();
err_queue:
	khttpd_queue_module_exit();
err_desk:
	khttpd_desk_module_exit();
err_conn:
	khttpd_conn_module_exit();
	return err;
}
module_init(khttpd_init);

/*
 * First nobody can ask for anything any more, then every server stops, then the
 * queues end with what is still on its way to be freed; each waits for its own.
 */
static void __exit khttpd_exit(void)
{
	khttpd_netlink_module_exit();
	khttpd_sysfs_module_exit();
	khttpd_server_module_exit();
	khttpd_queue_module_exit();
	khttpd_desk_module_exit();
	khttpd_conn_module_exit();
}
module_exit(khttpd_exit);

MODULE_DESCRIPTION("HTTP server for static files");
MODULE_AUTHOR("khttpd authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(KHTTPD_VERSION);
/* Anybody may load the module by asking for the family; see above. */
MODULE_ALIAS_GENL_FAMILY(KHTTPD_FAMILY_NAME);
/*
 * Where IPv6 is a module, a listener's socket would load it from within a
 * netlink request, and it registers families of its own: a deadlock.
 */
MODULE_SOFTDEP("pre: ipv6");
