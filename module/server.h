/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_SERVER_H
#define KHTTPD_SERVER_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>

#include "compress.h"
#include "config.h"
#include "conns.h"
#include "limit.h"
#include "queue.h"
#include "stats.h"

struct khttpd_cache;
struct khttpd_clients;
struct khttpd_log;

/**
 * struct khttpd_server - the server of one network namespace
 * @net:	the namespace, which outlives it
 * @lock:	one change at a time; also held to read what is marked (l)
 * @state:	(l) written under @lock, read anywhere
 * @generation:	(l) number of accepted changes
 * @started_ns:	(l) CLOCK_BOOTTIME of the start, 0 while stopped
 * @listeners:	(l) of struct khttpd_listener
 * @next_listener: (l) number for the next listener
 * @config:	snapshot in force; NULL before the first change
 * @configs:	snapshots that are not freed, that in force included
 * @queues:	in force; not NULL while a connection exists
 * @stats:	counters; NULL before the first start
 * @clients:	whose the connections are; NULL before the first start
 * @cache:	prepared responses; NULL before the first start
 * @log:	where requests are told of; NULL where the access log is off
 * @reached:	limits that were reached, of which who listens is told
 * @compressor: counts what is being compressed, and what came of it
 * @users:	one of the running server, one of each connection
 * @conns:	all connections
 * @cut:	whether a stop ends also what has begun; while the server stops
 * @cut_work:	does so after a while
 * @stopped_work: ends a stop after the last user
 * @stopped:	completed while the server is stopped
 *
 * It lies in the namespace's generic data and so needs no allocation; what
 * costs memory is allocated by the first change.
 */
struct khttpd_server {
	struct net			*net;
	struct mutex			lock;		/* see above */
	enum khttpd_state		state;
	u64				generation;
	u64				started_ns;
	struct list_head		listeners;
	u32				next_listener;
	struct khttpd_config __rcu	*config;
	atomic_t			configs;
	struct khttpd_queues __rcu	*queues;
	struct khttpd_stats __percpu	*stats;
	struct khttpd_clients		*clients;
	struct khttpd_cache		*cache;
	struct khttpd_log __rcu		*log;
	struct khttpd_reached		reached;
	struct khttpd_compressor	compressor;
	refcount_t			users;
	struct khttpd_conns		conns;
	bool				cut;
	struct delayed_work		cut_work;
	struct work_struct		stopped_work;
	struct completion		stopped;
};

struct khttpd_server *khttpd_server_of(struct net *net);

int khttpd_server_change(struct khttpd_server *server,
			 const struct khttpd_change *change);

const struct khttpd_settings *khttpd_server_settings(struct khttpd_server *server);
const char *khttpd_server_root_name(struct khttpd_server *server);
struct khttpd_sites *khttpd_server_sites(struct khttpd_server *server);
struct khttpd_mime *khttpd_server_mime(struct khttpd_server *server);

/* Whether connections are to end, at once or with what has begun. */
static inline bool khttpd_server_stopping(const struct khttpd_server *server)
{
	return READ_ONCE(server->state) != KHTTPD_STATE_RUNNING;
}

/* Whether a response, by that snapshot, is to be the last one of its connection. */
static inline bool khttpd_server_parts(const struct khttpd_server *server,
				       const struct khttpd_config *config)
{
	return config->settings.drain || khttpd_server_stopping(server);
}

void khttpd_server_put(struct khttpd_server *server);

int khttpd_server_module_init(void);
void khttpd_server_module_exit(void);

#endif /* KHTTPD_SERVER_H */
