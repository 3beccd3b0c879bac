/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_CONNS_H
#define KHTTPD_CONNS_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>

struct khttpd_conn;

/**
 * struct khttpd_conns - the connections of a server
 * @lock:	protects all of it; process context only
 * @all:	every one
 * @by_idle:	those that were idle when last looked at, in the order of their
 *		@seen_idle
 * @nr:		how many they are; read anywhere
 * @nr_evicted:	of them, those that were told to make room
 */
struct khttpd_conns {
	spinlock_t		lock;		/* see above */
	struct list_head	all;
	struct rb_root_cached	by_idle;
	u32			nr;
	u32			nr_evicted;
};

void khttpd_conns_init(struct khttpd_conns *conns);

void khttpd_conns_add(struct khttpd_conns *conns, struct khttpd_conn *conn);
void khttpd_conns_remove(struct khttpd_conns *conns, struct khttpd_conn *conn);

int khttpd_conns_make_room(struct khttpd_conns *conns, u32 most);
void khttpd_conns_idle(struct khttpd_conns *conns, struct khttpd_conn *conn);
void khttpd_conns_keep(struct khttpd_conns *conns, struct khttpd_conn *conn);
void khttpd_conns_sweep(struct khttpd_conns *conns);

static inline u32 khttpd_conns_number(const struct khttpd_conns *conns)
{
	return READ_ONCE(conns->nr);
}

#endif /* KHTTPD_CONNS_H */
