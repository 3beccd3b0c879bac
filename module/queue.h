/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_QUEUE_H
#define KHTTPD_QUEUE_H

#include <linux/workqueue.h>
#include <uapi/linux/khttpd.h>

#define KHTTPD_QUEUES	(KHTTPD_QUEUE_COLD + 1)

struct netlink_ext_ack;

/**
 * struct khttpd_queue_settings - how a workqueue is to be made
 * @flags:	of enum khttpd_queue_flag
 * @max_active:	as alloc_workqueue() takes it; 0 is the kernel's default
 */
struct khttpd_queue_settings {
	u32	flags;
	u32	max_active;
};

/**
 * struct khttpd_queues - the two workqueues of a running server
 * @wq:		by enum khttpd_queue
 * @name:	of each, as the kernel knows it
 * @id:		part of both names; two pairs live side by side during a change
 * @retire:	destroys them a grace period after the last one could find them
 *
 * Never changed once made; the server replaces the pair under RCU.
 */
struct khttpd_queues {
	struct workqueue_struct	*wq[KHTTPD_QUEUES];
	char			name[KHTTPD_QUEUES][24];
	int			id;
	struct rcu_work		retire;
};

struct khttpd_queues *
khttpd_queues_create(const struct khttpd_queue_settings settings[KHTTPD_QUEUES],
		     struct netlink_ext_ack *extack);
void khttpd_queues_retire(struct khttpd_queues *queues);
void khttpd_queues_destroy(struct khttpd_queues *queues);

int khttpd_queue_module_init(void);
void khttpd_queue_module_exit(void);

/*
 * The module's own queue for accepting connections and for what is torn down
 * behind the back of the server's queues: it outlives them.
 */
extern struct workqueue_struct *khttpd_wq;

#endif /* KHTTPD_QUEUE_H */
