// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading.  Loading is inert: it opens no socket. */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>

#include "config.h"
#include "conn.h"
#include "netlink.h"
#include "queue.h"
#include "server.h"
#include "sysfs.h"

static int __init khttpd_init(void)
{
	int err;

	err = khttpd_queue_module_init();
	if (err)
		return err;
	err = khttpd_conn_module_init();
	if (err)
		goto err_queue;
	err = khttpd_server_module_init();
	if (err)
		goto err_conn;
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
err_conn:
	khttpd_conn_module_exit();
err_queue:
	khttpd_queue_module_exit();
	return err;
}
module_init(khttpd_init);

/*
 * First nobody can ask for anything any more, then every server stops, then
 * what they left behind is waited for.  A socket that was never accepted may
 * just be executing the callback that it inherited: synchronize_net() waits
 * for the softirq that does.
 */
static void __exit khttpd_exit(void)
{
	khttpd_netlink_module_exit();
	khttpd_sysfs_module_exit();
	khttpd_server_module_exit();
	khttpd_config_module_exit();
	khttpd_queue_module_exit();
	synchronize_net();
	rcu_barrier();
	khttpd_conn_module_exit();
}
module_exit(khttpd_exit);

MODULE_DESCRIPTION("HTTP server for static files");
MODULE_AUTHOR("khttpd authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(KHTTPD_VERSION);
/* Anybody may load the module by asking for the family; see above. */
MODULE_ALIAS_GENL_FAMILY(KHTTPD_FAMILY_NAME);
