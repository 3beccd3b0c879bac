/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_CLIENT_H
#define KHTTPD_CLIENT_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/sock.h>

/**
 * enum khttpd_rate - what a client gets so many of per second
 * @KHTTPD_RATE_CONNECTS: connections
 * @KHTTPD_RATE_REQUESTS: requests
 * @KHTTPD_RATE_BYTES:	bytes sent to it
 */
enum khttpd_rate {
	KHTTPD_RATE_CONNECTS,
	KHTTPD_RATE_REQUESTS,
	KHTTPD_RATE_BYTES,
	KHTTPD_RATES
};

/**
 * struct khttpd_client - an address, or a network, that connections come from
 * @node:	in the table, by @addr
 * @addr:	IPv4 addresses mapped; of other IPv6 addresses the first 64 bits
 * @nr_conns:	connections that are open, under the lock of the table
 * @nr_refused:	of them, those that are told to go away, under the same lock
 * @idle:	among the clients without connections, under the same lock
 * @idle_since:	in jiffies; when the last of its connections ended, or when it was
 *		last seen to owe something
 * @due_ns:	by enum khttpd_rate; CLOCK_MONOTONIC in ns when the client will have
 *		earned all that it took so far (the generic cell rate algorithm)
 * @rcu:	frees it
 */
struct khttpd_client {
	struct rhash_head	node;
	struct in6_addr		addr;
	u32			nr_conns;
	u32			nr_refused;
	struct list_head	idle;
	unsigned long		idle_since;
	atomic64_t		due_ns[KHTTPD_RATES];
	struct rcu_head		rcu;
};

/**
 * struct khttpd_clients - the clients of a server
 * @table:	all of them
 * @lock:	protects @idle, and the counts of every client; process context only
 * @idle:	clients without connections, the longest such first
 * @nr_idle:	how many they are
 * @forget:	frees those whose rates have nothing to remember any more
 *
 * A connection keeps its client; one without connections is kept for as long as
 * it may still have to be held to what it took before.
 */
struct khttpd_clients {
	struct rhashtable	table;
	spinlock_t		lock;		/* see above */
	struct list_head	idle;
	u32			nr_idle;
	struct delayed_work	forget;
};

struct khttpd_clients *khttpd_clients_create(void);
void khttpd_clients_destroy(struct khttpd_clients *clients);

void khttpd_client_addr(const struct sock *sk, struct in6_addr *addr);
struct khttpd_client *khttpd_client_get(struct khttpd_clients *clients,
					const struct sock *sk);
void khttpd_client_put(struct khttpd_clients *clients, struct khttpd_client *client,
		       bool refused);

bool khttpd_client_exceeds(struct khttpd_clients *clients,
			   const struct khttpd_client *client, u32 most);
bool khttpd_client_refuse(struct khttpd_clients *clients, struct khttpd_client *client);

bool khttpd_client_take(struct khttpd_client *client, enum khttpd_rate what, u32 rate);
u64 khttpd_client_send_wait_ns(const struct khttpd_client *client, u32 rate);
void khttpd_client_sent(struct khttpd_client *client, u32 rate, size_t bytes);

#endif /* KHTTPD_CLIENT_H */
