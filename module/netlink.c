// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family; netlink/khttpd.yaml specifies it. */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "cache.h"
#include "client.h"
#include "conn.h"
#include "filter.h"
#include "listener.h"
#include "log.h"
#include "netlink.h"
#include "netlink/policy.h"
#include "server.h"

/* The document root may be long; some 140 counters are nests of 32 bytes. */
#define KHTTPD_SERVER_SIZE	(KHTTPD_PATH_MAX + 2048)
#define KHTTPD_STATS_SIZE	8192
/* One of these counters. */
#define KHTTPD_LIMIT_SIZE	64
/* Of a path in the cache as much is told as a document root may have. */
#define KHTTPD_ENTRY_SIZE	(KHTTPD_PATH_MAX + 1024)
/* The reader is given as much of the access log at a time as it has room for; no less. */
#define KHTTPD_LOG_SIZE		8192

enum { KHTTPD_MCGRP_EVENTS_INDEX, KHTTPD_MCGRP_LOG_INDEX };

static struct genl_family khttpd_family;

/* -------------------------------------------------------------------- */
/* Reading a change                                                     */

static int khttpd_get_server(struct khttpd_change *change, const struct nlattr *nest)
{
	struct nlattr *tb[KHTTPD_A_SERVER_MAX + 1];
	int err;

	err = nla_parse_nested(tb, KHTTPD_A_SERVER_DRAIN, nest, khttpd_server_input_nl_policy,
			       change->extack);
	if (err)
		return err;
	change->at.state = tb[KHTTPD_A_SERVER_STATE];
	change->at.expected = tb[KHTTPD_A_SERVER_EXPECT_GENERATION];
	change->at.root = tb[KHTTPD_A_SERVER_ROOT];
	change->at.uid = tb[KHTTPD_A_SERVER_UID];
	change->at.gid = tb[KHTTPD_A_SERVER_GID];
	change->at.drain = tb[KHTTPD_A_SERVER_DRAIN];
	change->has_state = change->at.state;
	change->has_expected = change->at.expected;
	change->has_uid = change->at.uid;
	change->has_gid = change->at.gid;
	change->has_drain = change->at.drain;
	if (change->has_state)
		change->state = nla_get_u32(change->at.state);
	if (change->has_expected)
		change->expected = nla_get_u64(change->at.expected);
	if (change->at.root)
		change->root = nla_data(change->at.root);
	if (change->has_uid)
		change->uid = nla_get_u32(change->at.uid);
	if (change->has_gid)
		change->gid = nla_get_u32(change->at.gid);
	if (change->has_drain)
		change->drain = nla_get_u32(change->at.drain);
	return 0;
}

static u32 khttpd_get_u32(const struct nlattr *attr, u32 otherwise)
{
	return attr ? nla_get_u32(attr) : otherwise;
}

static int khttpd_get_listener(struct khttpd_change *change, const struct nlattr *nest)
{
	struct nlattr *tb[KHTTPD_A_LISTENER_MAX + 1];
	struct khttpd_listener_settings *listener;
	u16 port;
	int err;

	err = nla_parse_nested(tb, KHTTPD_A_LISTENER_MAX, nest,
			       khttpd_listener_input_nl_policy, change->extack);
	if (err)
		return err;
	if (change->nr_listeners == KHTTPD_LISTENERS_MAX) {
		NL_SET_ERR_MSG_ATTR(change->extack, nest, "too many listeners");
		return -E2BIG;
	}
	if (!tb[KHTTPD_A_LISTENER_ADDR4] == !tb[KHTTPD_A_LISTENER_ADDR6]) {
		NL_SET_ERR_MSG_ATTR(change->extack, nest,
				    "a listener has either an IPv4 or an IPv6 address");
		return -EINVAL;
	}
	change->has_listeners = true;
	change->at.listener[change->nr_listeners] = nest;
	listener = &change->listener[change->nr_listeners++];
	port = khttpd_get_u32(tb[KHTTPD_A_LISTENER_PORT], KHTTPD_DEFAULT_PORT);
	if (tb[KHTTPD_A_LISTENER_ADDR4]) {
		listener->addr.in.sin_family = AF_INET;
		listener->addr.in.sin_port = htons(port);
		listener->addr.in.sin_addr.s_addr = nla_get_be32(tb[KHTTPD_A_LISTENER_ADDR4]);
	} else {
		listener->addr.in6.sin6_family = AF_INET6;
		listener->addr.in6.sin6_port = htons(port);
		listener->addr.in6.sin6_addr = nla_get_in6_addr(tb[KHTTPD_A_LISTENER_ADDR6]);
	}
	listener->v6only = khttpd_get_u32(tb[KHTTPD_A_LISTENER_V6ONLY], 0);
	listener->backlog = khttpd_get_u32(tb[KHTTPD_A_LISTENER_BACKLOG],
					   KHTTPD_DEFAULT_BACKLOG);
	listener->sockets = khttpd_get_u32(tb[KHTTPD_A_LISTENER_SOCKETS], 0);
	listener->defer_s = khttpd_get_u32(tb[KHTTPD_A_LISTENER_DEFER_ACCEPT_S], 0);
	listener->fast_open = khttpd_get_u32(tb[KHTTPD_A_LISTENER_FAST_OPEN], 0);
	listener->send_bytes = khttpd_get_u32(tb[KHTTPD_A_LISTENER_SEND_BYTES], 0);
	listener->receive_bytes = khttpd_get_u32(tb[KHTTPD_A_LISTENER_RECEIVE_BYTES], 0);
	BUILD_BUG_ON(KHTTPD_DEVICE_MAX >= sizeof(listener->device));
	if (tb[KHTTPD_A_LISTENER_DEVICE])
		strscpy(listener->device, nla_data(tb[KHTTPD_A_LISTENER_DEVICE]),
			sizeof(listener->device));
	return 0;
}

static int khttpd_get_workqueue(struct khttpd_change *change, const struct nlattr *nest)
{
	struct nlattr *tb[KHTTPD_A_WORKQUEUE_MAX + 1];
	u32 queue;
	int err;

	err = nla_parse_nested(tb, KHTTPD_A_WORKQUEUE_MAX_ACTIVE, nest,
			       khttpd_workqueue_input_nl_policy, change->extack);
	if (err)
		return err;
	if (!tb[KHTTPD_A_WORKQUEUE_QUEUE]) {
		NL_SET_ERR_MSG_ATTR(change->extack, nest, "which workqueue is not said");
		return -EINVAL;
	}
	queue = nla_get_u32(tb[KHTTPD_A_WORKQUEUE_QUEUE]);
	change->at.queue[queue] = nest;
	if (tb[KHTTPD_A_WORKQUEUE_FLAGS]) {
		__set_bit(queue, &change->queue_flags);
		change->queue[queue].flags = nla_get_u32(tb[KHTTPD_A_WORKQUEUE_FLAGS]);
	}
	if (tb[KHTTPD_A_WORKQUEUE_MAX_ACTIVE]) {
		__set_bit(queue, &change->queue_max);
		change->queue[queue].max_active =
			nla_get_u32(tb[KHTTPD_A_WORKQUEUE_MAX_ACTIVE]);
	}
	return 0;
}

/* Nests of nothing but values of 32 bits, by attribute number. */
static int khttpd_get_values(const struct nlattr *nest, const struct nla_policy *policy,
			     int max, u32 *values, unsigned long *present,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int err, rem;

	err = nla_validate_nested(nest, max, policy, extack);
	if (err)
		return err;
	nla_for_each_nested(attr, nest, rem) {
		values[nla_type(attr)] = nla_get_u32(attr);
		__set_bit(nla_type(attr), present);
	}
	return 0;
}

static int khttpd_get_attr(struct khttpd_change *change, const struct nlattr *attr)
{
	switch (nla_type(attr)) {
	case KHTTPD_A_CHANGE_SERVER:
		return khttpd_get_server(change, attr);
	case KHTTPD_A_CHANGE_LISTENER:
		return khttpd_get_listener(change, attr);
	case KHTTPD_A_CHANGE_WORKQUEUE:
		return khttpd_get_workqueue(change, attr);
	case KHTTPD_A_CHANGE_TIMEOUTS:
		return khttpd_get_values(attr, khttpd_timeouts_nl_policy,
					 KHTTPD_A_TIMEOUTS_MAX, change->timeout_ms,
					 &change->timeouts, change->extack);
	case KHTTPD_A_CHANGE_LIMITS:
		change->at.limits = attr;
		return khttpd_get_values(attr, khttpd_limits_nl_policy,
					 KHTTPD_A_LIMITS_MAX, change->limit,
					 &change->limits, change->extack);
	case KHTTPD_A_CHANGE_CACHE:
		return khttpd_get_values(attr, khttpd_cache_nl_policy,
					 KHTTPD_A_CACHE_MAX, change->cache,
					 &change->cache_set, change->extack);
	case KHTTPD_A_CHANGE_COMPRESSION:
		change->at.compression = attr;
		return khttpd_get_values(attr, khttpd_compression_nl_policy,
					 KHTTPD_A_COMPRESSION_MAX, change->compression,
					 &change->compression_set, change->extack);
	case KHTTPD_A_CHANGE_LOG:
		return khttpd_get_values(attr, khttpd_log_nl_policy, KHTTPD_A_LOG_MAX,
					 change->log, &change->log_set, change->extack);
	}
	return 0;
}

/* The lists that are made of all attributes of a kind. */
static int khttpd_get_lists(struct khttpd_change *change, u32 clear)
{
	struct khttpd_sites *sites;
	struct khttpd_mime *mime;

	sites = khttpd_sites_parse(change->at.attrs, change->at.len, change->extack);
	if (IS_ERR(sites))
		return PTR_ERR(sites);
	if (!sites && clear & KHTTPD_LIST_VHOSTS)
		sites = khttpd_sites_get(&khttpd_sites_none);
	change->sites = sites;
	mime = khttpd_mime_parse(change->at.attrs, change->at.len, change->extack);
	if (IS_ERR(mime))
		return PTR_ERR(mime);
	change->mime = mime;
	change->has_mime = mime || clear & KHTTPD_LIST_MIME;
	return 0;
}

static int khttpd_get_change(struct khttpd_change *change, struct sk_buff *request,
			     struct genl_info *info)
{
	const struct nlattr *clear = info->attrs[KHTTPD_A_CHANGE_CLEAR];
	struct nlattr *attr;
	int err, rem;

	change->extack = info->extack;
	change->at.attrs = genlmsg_data(info->genlhdr);
	change->at.len = genlmsg_len(info->genlhdr);
	/* Of whoever sends, and of whoever opened the socket as well. */
	change->may_setuid = netlink_capable(request, CAP_SETUID);
	change->may_setgid = netlink_capable(request, CAP_SETGID);
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		err = khttpd_get_attr(change, attr);
		if (err)
			return err;
	}
	return khttpd_get_lists(change, clear ? nla_get_u32(clear) : 0);
}

/* -------------------------------------------------------------------- */
/* Writing reports; server->lock is held where a server is read         */

static int khttpd_put_server(struct sk_buff *skb, struct khttpd_server *server,
			     struct user_namespace *ns)
{
	const struct khttpd_settings *settings = khttpd_server_settings(server);
	const char *root = khttpd_server_root_name(server);
	struct nlattr *nest = nla_nest_start(skb, KHTTPD_A_MSG_SERVER);

	if (!nest ||
	    nla_put_u32(skb, KHTTPD_A_SERVER_STATE, server->state) ||
	    nla_put_u64_64bit(skb, KHTTPD_A_SERVER_GENERATION, server->generation,
			      KHTTPD_A_SERVER_PAD) ||
	    nla_put_string(skb, KHTTPD_A_SERVER_VERSION, KHTTPD_VERSION) ||
	    (root && nla_put_string(skb, KHTTPD_A_SERVER_ROOT, root)) ||
	    nla_put_u32(skb, KHTTPD_A_SERVER_UID,
			from_kuid_munged(ns, settings->uid)) ||
	    nla_put_u32(skb, KHTTPD_A_SERVER_GID,
			from_kgid_munged(ns, settings->gid)) ||
	    nla_put_u64_64bit(skb, KHTTPD_A_SERVER_STARTED_NS, server->started_ns,
			      KHTTPD_A_SERVER_PAD) ||
	    nla_put_u32(skb, KHTTPD_A_SERVER_DRAIN, settings->drain))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int khttpd_put_workqueue(struct sk_buff *skb, struct khttpd_server *server,
				enum khttpd_queue queue)
{
	const struct khttpd_queue_settings *settings =
		&khttpd_server_settings(server)->queue[queue];
	struct khttpd_queues *queues =
		rcu_dereference_protected(server->queues, lockdep_is_held(&server->lock));
	struct nlattr *nest = nla_nest_start(skb, KHTTPD_A_MSG_WORKQUEUE);

	if (!nest ||
	    nla_put_u32(skb, KHTTPD_A_WORKQUEUE_QUEUE, queue) ||
	    nla_put_u32(skb, KHTTPD_A_WORKQUEUE_FLAGS, settings->flags) ||
	    nla_put_u32(skb, KHTTPD_A_WORKQUEUE_MAX_ACTIVE, settings->max_active) ||
	    (queues && nla_put_string(skb, KHTTPD_A_WORKQUEUE_NAME, queues->name[queue])))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int khttpd_put_values(struct sk_buff *skb, int type, const u32 *values, int max)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 1; i <= max; i++)
		if (nla_put_u32(skb, i, values[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int khttpd_put_listener(struct sk_buff *skb, const struct khttpd_listener *listener)
{
	const struct khttpd_listener_settings *settings = &listener->settings;
	struct nlattr *nest = nla_nest_start(skb, KHTTPD_A_MSG_LISTENER);
	int err;

	if (!nest || nla_put_u32(skb, KHTTPD_A_LISTENER_ID, listener->id))
		return -EMSGSIZE;
	if (settings->addr.sa.sa_family == AF_INET)
		err = nla_put_in_addr(skb, KHTTPD_A_LISTENER_ADDR4,
				      settings->addr.in.sin_addr.s_addr);
	else
		err = nla_put_in6_addr(skb, KHTTPD_A_LISTENER_ADDR6,
				       &settings->addr.in6.sin6_addr);
	/* sin_port and sin6_port lie at the same place */
	if (err ||
	    nla_put_u32(skb, KHTTPD_A_LISTENER_PORT, ntohs(settings->addr.in.sin_port)) ||
	    nla_put_u32(skb, KHTTPD_A_LISTENER_V6ONLY, settings->v6only) ||
	    nla_put_u32(skb, KHTTPD_A_LISTENER_BACKLOG, settings->backlog) ||
	    nla_put_u32(skb, KHTTPD_A_LISTENER_SOCKETS, settings->sockets) ||
	    nla_put_u32(skb, KHTTPD_A_LISTENER_DEFER_ACCEPT_S, settings->defer_s) ||
	    nla_put_u32(skb, KHTTPD_A_LISTENER_FAST_OPEN, settings->fast_open) ||
	    nla_put_u32(skb, KHTTPD_A_LISTENER_SEND_BYTES, settings->send_bytes) ||
	    nla_put_u32(skb, KHTTPD_A_LISTENER_RECEIVE_BYTES, settings->receive_bytes) ||
	    (settings->device[0] &&
	     nla_put_string(skb, KHTTPD_A_LISTENER_DEVICE, settings->device)) ||
	    nla_put_u32(skb, KHTTPD_A_LISTENER_CONNECTIONS,
			atomic_read(&listener->nr_conns)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Status codes, refusals and latencies are lists of the same shape. */
static int khttpd_put_count(struct sk_buff *skb, int type, u32 code, u64 count)
{
	struct nlattr *nest;

	BUILD_BUG_ON((int)KHTTPD_A_STATUS_COUNT_CODE !=
		     (int)KHTTPD_A_REFUSAL_COUNT_REASON);
	BUILD_BUG_ON((int)KHTTPD_A_STATUS_COUNT_COUNT !=
		     (int)KHTTPD_A_REFUSAL_COUNT_COUNT);
	if (!count)
		return 0;
	nest = nla_nest_start(skb, type);
	if (!nest ||
	    nla_put_u32(skb, KHTTPD_A_STATUS_COUNT_CODE, code) ||
	    nla_put_u64_64bit(skb, KHTTPD_A_STATUS_COUNT_COUNT, count,
			      KHTTPD_A_STATUS_COUNT_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int khttpd_put_latency(struct sk_buff *skb, u64 below, u64 count)
{
	struct nlattr *nest;

	if (!count)
		return 0;
	nest = nla_nest_start(skb, KHTTPD_A_STATS_LATENCY);
	if (!nest ||
	    nla_put_u64_64bit(skb, KHTTPD_A_LATENCY_BUCKET_BELOW_NS, below,
			      KHTTPD_A_LATENCY_BUCKET_PAD) ||
	    nla_put_u64_64bit(skb, KHTTPD_A_LATENCY_BUCKET_COUNT, count,
			      KHTTPD_A_LATENCY_BUCKET_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int khttpd_put_counts(struct sk_buff *skb, const struct khttpd_stats *stats)
{
	unsigned int i;

	for (i = 0; i < KHTTPD_STATUSES; i++)
		if (khttpd_put_count(skb, KHTTPD_A_STATS_STATUS, khttpd_stats_status(i),
				     stats->status[i]))
			return -EMSGSIZE;
	for (i = 0; i < KHTTPD_REFUSALS; i++)
		if (khttpd_put_count(skb, KHTTPD_A_STATS_REFUSED, i, stats->refused[i]))
			return -EMSGSIZE;
	for (i = 0; i < KHTTPD_LATENCY_BUCKETS; i++)
		if (khttpd_put_latency(skb, khttpd_latency_below(i), stats->latency[i]))
			return -EMSGSIZE;
	return 0;
}

/* The counters that are nothing but a number of their own. */
static const struct {
	int			type;
	enum khttpd_counter	counter;
} khttpd_counters[] = {
	{ KHTTPD_A_STATS_REQUESTS,		KHTTPD_COUNT_REQUESTS },
	{ KHTTPD_A_STATS_ACCEPTED,		KHTTPD_COUNT_ACCEPTED },
	{ KHTTPD_A_STATS_BYTES_IN,		KHTTPD_COUNT_BYTES_IN },
	{ KHTTPD_A_STATS_BYTES_OUT,		KHTTPD_COUNT_BYTES_OUT },
	{ KHTTPD_A_STATS_CACHE_HITS,		KHTTPD_COUNT_CACHE_HITS },
	{ KHTTPD_A_STATS_CACHE_MISSES,		KHTTPD_COUNT_CACHE_MISSES },
	{ KHTTPD_A_STATS_CACHE_EVICTIONS,	KHTTPD_COUNT_CACHE_EVICTIONS },
	{ KHTTPD_A_STATS_CACHE_STALE,		KHTTPD_COUNT_CACHE_STALE },
	{ KHTTPD_A_STATS_FAST,			KHTTPD_COUNT_FAST },
	{ KHTTPD_A_STATS_LOG_RECORDS,		KHTTPD_COUNT_LOG_RECORDS },
	{ KHTTPD_A_STATS_LOG_LOST,		KHTTPD_COUNT_LOG_LOST },
};

static int khttpd_put_counters(struct sk_buff *skb, const struct khttpd_stats *stats)
{
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(khttpd_counters) != KHTTPD_COUNTERS);
	for (i = 0; i < ARRAY_SIZE(khttpd_counters); i++)
		if (nla_put_u64_64bit(skb, khttpd_counters[i].type,
				      stats->counter[khttpd_counters[i].counter],
				      KHTTPD_A_STATS_PAD))
			return -EMSGSIZE;
	return 0;
}

/* What there is now, and not for each CPU. */
static int khttpd_put_gauges(struct sk_buff *skb, struct khttpd_server *server)
{
	const int pad = KHTTPD_A_STATS_PAD;
	u64 entries, bytes;

	khttpd_cache_usage(server->cache, &entries, &bytes);
	if (nla_put_u64_64bit(skb, KHTTPD_A_STATS_CONNECTIONS,
			      khttpd_conns_number(&server->conns), pad) ||
	    nla_put_u64_64bit(skb, KHTTPD_A_STATS_CACHE_ENTRIES, entries, pad) ||
	    nla_put_u64_64bit(skb, KHTTPD_A_STATS_CACHE_BYTES, bytes, pad))
		return -EMSGSIZE;
	return 0;
}

static int khttpd_put_stats_nest(struct sk_buff *skb, struct khttpd_server *server,
				 const struct khttpd_stats *stats, int cpu)
{
	struct nlattr *nest = nla_nest_start(skb, KHTTPD_A_MSG_STATS);
	const int pad = KHTTPD_A_STATS_PAD;

	if (!nest ||
	    (cpu >= 0 && nla_put_u32(skb, KHTTPD_A_STATS_CPU, cpu)) ||
	    nla_put_u64_64bit(skb, KHTTPD_A_STATS_STARTED_NS, server->started_ns, pad) ||
	    nla_put_u64_64bit(skb, KHTTPD_A_STATS_NOW_NS, ktime_get_boottime_ns(), pad) ||
	    nla_put_u64_64bit(skb, KHTTPD_A_STATS_GENERATION, server->generation, pad) ||
	    (cpu < 0 && khttpd_put_gauges(skb, server)) ||
	    khttpd_put_counters(skb, stats) ||
	    khttpd_put_counts(skb, stats))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int khttpd_put_stats(struct sk_buff *skb, struct khttpd_server *server, int cpu)
{
	struct khttpd_stats *stats = kmalloc(sizeof(*stats), GFP_KERNEL);
	int err;

	if (!stats)
		return -ENOMEM;
	khttpd_stats_read(stats, server->stats, cpu);
	err = khttpd_put_stats_nest(skb, server, stats, cpu);
	kfree(stats);
	return err;
}

/* A string that is not NUL-terminated. */
static int khttpd_put_text(struct sk_buff *skb, int type, const char *s, u32 len)
{
	struct nlattr *attr = nla_reserve(skb, type, len + 1);

	if (!attr)
		return -EMSGSIZE;
	memcpy(nla_data(attr), s, len);
	((char *)nla_data(attr))[len] = '\0';
	return 0;
}

static int khttpd_put_entry(struct sk_buff *skb, const struct khttpd_entry *entry)
{
	static const struct khttpd_string none = { .s = "" };
	const struct khttpd_string *name =
		entry->site->nr_names ? &entry->site->names[0] : &none;
	const char *coding = http_coding_name(entry->key.coding);
	struct nlattr *nest = nla_nest_start(skb, KHTTPD_A_MSG_ENTRY);

	if (!nest ||
	    khttpd_put_text(skb, KHTTPD_A_ENTRY_VHOST, name->s, name->len) ||
	    khttpd_put_text(skb, KHTTPD_A_ENTRY_PATH, entry->key.path,
			    min_t(u32, entry->key.len, KHTTPD_PATH_MAX)) ||
	    (coding && nla_put_string(skb, KHTTPD_A_ENTRY_CODING, coding)) ||
	    nla_put_u32(skb, KHTTPD_A_ENTRY_STATUS, entry->status) ||
	    nla_put_u32(skb, KHTTPD_A_ENTRY_BYTES, entry->size))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int khttpd_put_configuration(struct sk_buff *skb, struct khttpd_server *server,
				    struct user_namespace *ns)
{
	const struct khttpd_settings *settings = khttpd_server_settings(server);

	if (khttpd_put_server(skb, server, ns) ||
	    khttpd_put_workqueue(skb, server, KHTTPD_QUEUE_HOT) ||
	    khttpd_put_workqueue(skb, server, KHTTPD_QUEUE_COLD) ||
	    khttpd_put_values(skb, KHTTPD_A_MSG_TIMEOUTS, settings->timeout_ms,
			      KHTTPD_A_TIMEOUTS_MAX) ||
	    khttpd_put_values(skb, KHTTPD_A_MSG_LIMITS, settings->limit,
			      KHTTPD_A_LIMITS_MAX) ||
	    khttpd_put_values(skb, KHTTPD_A_MSG_CACHE, settings->cache,
			      KHTTPD_A_CACHE_MAX) ||
	    khttpd_put_values(skb, KHTTPD_A_MSG_COMPRESSION, settings->compression,
			      KHTTPD_A_COMPRESSION_MAX) ||
	    khttpd_put_values(skb, KHTTPD_A_MSG_LOG, settings->log, KHTTPD_A_LOG_MAX))
		return -EMSGSIZE;
	return 0;
}

/* -------------------------------------------------------------------- */
/* Operations                                                           */

/* An answer with the configuration, into a message that has room for it. */
static int khttpd_answer_configuration(struct sk_buff *skb, struct khttpd_server *server,
				       struct genl_info *info)
{
	void *head = genlmsg_put_reply(skb, info, &khttpd_family, 0, info->genlhdr->cmd);

	if (!head || khttpd_put_configuration(skb, server, current_user_ns()))
		return -EMSGSIZE;
	genlmsg_end(skb, head);
	return 0;
}

static int khttpd_server_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct khttpd_server *server = khttpd_server_of(genl_info_net(info));
	struct sk_buff *skb = genlmsg_new(KHTTPD_SERVER_SIZE, GFP_KERNEL);
	int err;

	if (!skb)
		return -ENOMEM;
	err = mutex_lock_interruptible(&server->lock);
	if (!err) {
		err = khttpd_answer_configuration(skb, server, info);
		mutex_unlock(&server->lock);
	}
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

/*
 * The answer is what the change led to, not what another made of it since; and
 * memory for it is there before the change, so that none is carried out that
 * seems to have failed.
 */
static int khttpd_server_set_locked(struct khttpd_server *server,
				    const struct khttpd_change *change,
				    struct sk_buff *skb, struct genl_info *info)
{
	int err;

	err = mutex_lock_interruptible(&server->lock);
	if (err)
		return err;
	err = khttpd_server_change(server, change);
	if (!err)
		err = khttpd_answer_configuration(skb, server, info);
	mutex_unlock(&server->lock);
	return err;
}

static int khttpd_server_set_doit(struct sk_buff *request, struct genl_info *info)
{
	struct khttpd_server *server = khttpd_server_of(genl_info_net(info));
	struct sk_buff *skb = genlmsg_new(KHTTPD_SERVER_SIZE, GFP_KERNEL);
	struct khttpd_change *change = kzalloc(sizeof(*change), GFP_KERNEL);
	int err = -ENOMEM;

	if (skb && change) {
		err = khttpd_get_change(change, request, info);
		if (!err)
			err = khttpd_server_set_locked(server, change, skb, info);
	}
	khttpd_change_free(change);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

/* Begin a message of a dump.  Return: NULL if the buffer is full. */
static void *khttpd_dump_put(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &khttpd_family, NLM_F_MULTI, cmd);
}

static int khttpd_listener_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct khttpd_server *server = khttpd_server_of(sock_net(skb->sk));
	struct khttpd_listener *listener;
	void *head;

	mutex_lock(&server->lock);
	/* An interrupted dump is noticed: listeners change with the generation. */
	cb->seq = server->generation + 1;
	list_for_each_entry(listener, &server->listeners, node) {
		if (listener->id <= cb->args[0])
			continue;
		head = khttpd_dump_put(skb, cb, KHTTPD_CMD_LISTENER_GET);
		if (!head)
			break;
		genl_dump_check_consistent(cb, head);
		if (khttpd_put_listener(skb, listener)) {
			genlmsg_cancel(skb, head);
			break;
		}
		genlmsg_end(skb, head);
		cb->args[0] = listener->id;
	}
	mutex_unlock(&server->lock);
	return skb->len;
}

/*
 * Dumps of the lists that are replaced as a whole.  Such a dump holds on to the
 * list that it began with, and so shows one state, whatever happens meanwhile:
 * args[0] is the list, args[1] says how far the dump is.
 */

/* One element, as it came with the change. */
static int khttpd_put_element(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
			      int type, const void *data, int len)
{
	void *head = khttpd_dump_put(skb, cb, cmd);

	if (!head)
		return -EMSGSIZE;
	if (nla_put(skb, type | NLA_F_NESTED, len, data)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/* Begin a dump whose longest element is a nest with so many bytes in it. */
static int khttpd_dump_start(struct netlink_callback *cb, const void *list, u32 longest)
{
	cb->args[0] = (long)list;
	cb->min_dump_alloc = nlmsg_total_size(GENL_HDRLEN + nla_total_size(longest));
	return 0;
}

static int khttpd_vhost_get_start(struct netlink_callback *cb)
{
	struct khttpd_server *server = khttpd_server_of(sock_net(cb->skb->sk));
	const struct khttpd_sites *sites;
	u32 i, longest = 0;

	mutex_lock(&server->lock);
	sites = khttpd_sites_get(khttpd_server_sites(server));
	mutex_unlock(&server->lock);
	for (i = 0; i < sites->nr; i++)
		longest = max(longest, sites->site[i]->nest_len);
	return khttpd_dump_start(cb, sites, longest);
}

static int khttpd_vhost_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct khttpd_sites *sites = (void *)cb->args[0];

	for (; cb->args[1] < sites->nr; cb->args[1]++) {
		const struct khttpd_site *site = sites->site[cb->args[1]];

		if (khttpd_put_element(skb, cb, KHTTPD_CMD_VHOST_GET, KHTTPD_A_MSG_VHOST,
				       site->nest, site->nest_len))
			break;
	}
	return skb->len;
}

static int khttpd_vhost_get_done(struct netlink_callback *cb)
{
	khttpd_sites_put((void *)cb->args[0]);
	return 0;
}

static int khttpd_mime_get_start(struct netlink_callback *cb)
{
	struct khttpd_server *server = khttpd_server_of(sock_net(cb->skb->sk));
	const struct khttpd_mime *mime;
	const struct nlattr *nest;
	u32 longest = 0;
	int rem;

	mutex_lock(&server->lock);
	mime = khttpd_mime_get(khttpd_server_mime(server));
	mutex_unlock(&server->lock);
	if (mime)
		nla_for_each_attr(nest, mime->nests, mime->nests_len, rem)
			longest = max_t(u32, longest, nla_len(nest));
	return khttpd_dump_start(cb, mime, longest);
}

static int khttpd_mime_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct khttpd_mime *mime = (void *)cb->args[0];
	const struct nlattr *nest;
	int rem;

	if (!mime)
		return 0;
	nla_for_each_attr(nest, (const void *)mime->nests + cb->args[1],
			  mime->nests_len - cb->args[1], rem)
		if (khttpd_put_element(skb, cb, KHTTPD_CMD_MIME_GET, KHTTPD_A_MSG_MIME,
				       nla_data(nest), nla_len(nest)))
			break;
	cb->args[1] = mime->nests_len - rem;
	return skb->len;
}

static int khttpd_mime_get_done(struct netlink_callback *cb)
{
	khttpd_mime_put((void *)cb->args[0]);
	return 0;
}

static int khttpd_stats_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct khttpd_server *server = khttpd_server_of(genl_info_net(info));
	struct sk_buff *skb = genlmsg_new(KHTTPD_STATS_SIZE, GFP_KERNEL);
	void *head;
	int err;

	if (!skb)
		return -ENOMEM;
	head = genlmsg_put_reply(skb, info, &khttpd_family, 0, info->genlhdr->cmd);
	if (!head) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	mutex_lock(&server->lock);
	err = khttpd_put_stats(skb, server, -1);
	mutex_unlock(&server->lock);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}

static int khttpd_stats_get_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = KHTTPD_STATS_SIZE;
	return 0;
}

static int khttpd_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct khttpd_server *server = khttpd_server_of(sock_net(skb->sk));
	int cpu = cpumask_next((int)cb->args[0] - 1, cpu_possible_mask);
	int err = 0;
	void *head;

	mutex_lock(&server->lock);
	while (cpu < nr_cpu_ids) {
		head = khttpd_dump_put(skb, cb, KHTTPD_CMD_STATS_GET);
		if (!head)
			break;
		err = khttpd_put_stats(skb, server, cpu);
		if (err) {
			genlmsg_cancel(skb, head);
			break;
		}
		genlmsg_end(skb, head);
		cb->args[0] = cpu + 1;
		cpu = cpumask_next(cpu, cpu_possible_mask);
	}
	mutex_unlock(&server->lock);
	/* A full message is sent, and the dump goes on; an empty one cannot be. */
	return skb->len ?: err;
}

static int khttpd_cache_get_start(struct netlink_callback *cb)
{
	struct khttpd_server *server = khttpd_server_of(sock_net(cb->skb->sk));
	struct khttpd_cache *cache;
	struct khttpd_cache_walk *walk;

	mutex_lock(&server->lock);
	cache = server->cache;
	mutex_unlock(&server->lock);
	/* Once there is one, it stays as long as the namespace, and so as the socket. */
	if (!cache)
		return 0;
	walk = khttpd_cache_walk_create(cache);
	if (!walk)
		return -ENOMEM;
	cb->args[0] = (long)walk;
	cb->min_dump_alloc = KHTTPD_ENTRY_SIZE;
	return 0;
}

static int khttpd_cache_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct khttpd_cache_walk *walk = (void *)cb->args[0];
	const struct khttpd_entry *entry;
	void *head;

	if (!walk)
		return 0;
	khttpd_cache_walk_start(walk);
	for (entry = khttpd_cache_walk_here(walk); entry; entry = khttpd_cache_walk_next(walk)) {
		head = khttpd_dump_put(skb, cb, KHTTPD_CMD_CACHE_GET);
		if (!head)
			break;
		if (khttpd_put_entry(skb, entry)) {
			genlmsg_cancel(skb, head);
			break;
		}
		genlmsg_end(skb, head);
	}
	khttpd_cache_walk_stop(walk);
	return skb->len;
}

static int khttpd_cache_get_done(struct netlink_callback *cb)
{
	khttpd_cache_walk_free((void *)cb->args[0]);
	return 0;
}

/* Answer with a number, in a message that has room for it, and is given away. */
static int khttpd_reply_u32(struct sk_buff *skb, struct genl_info *info, int type, u32 value)
{
	void *head = genlmsg_put_reply(skb, info, &khttpd_family, 0, info->genlhdr->cmd);

	if (!head || nla_put_u32(skb, type, value)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}

/* server->lock is held, for the virtual hosts. */
static int khttpd_flush(struct khttpd_server *server, struct genl_info *info, u32 *flushed)
{
	const struct nlattr *vhost = info->attrs[KHTTPD_A_FLUSH_VHOST];
	const struct nlattr *prefix = info->attrs[KHTTPD_A_FLUSH_PREFIX];
	const char *start = prefix ? nla_data(prefix) : "";
	const struct khttpd_site *site = NULL;

	if (vhost) {
		site = khttpd_sites_named(khttpd_server_sites(server), nla_data(vhost));
		if (!site) {
			NL_SET_ERR_MSG_ATTR(info->extack, vhost,
					    "no virtual host has this name");
			return -ENOENT;
		}
	}
	*flushed = khttpd_cache_flush(server->cache, site, start, strlen(start));
	return 0;
}

static int khttpd_cache_flush_doit(struct sk_buff *request, struct genl_info *info)
{
	struct khttpd_server *server = khttpd_server_of(genl_info_net(info));
	struct sk_buff *skb = genlmsg_new(nla_total_size(sizeof(u32)), GFP_KERNEL);
	u32 flushed;
	int err;

	if (!skb)
		return -ENOMEM;
	err = mutex_lock_interruptible(&server->lock);
	if (!err) {
		err = khttpd_flush(server, info, &flushed);
		mutex_unlock(&server->lock);
	}
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return khttpd_reply_u32(skb, info, KHTTPD_A_FLUSH_FLUSHED, flushed);
}

/* The place of a dump of the access log is a CPU, and where that one's records end for it. */
struct khttpd_log_place {
	u64	log;
	u64	end;
	int	cpu;
};

static int khttpd_log_get_start(struct netlink_callback *cb)
{
	struct khttpd_server *server = khttpd_server_of(sock_net(cb->skb->sk));
	struct khttpd_log_place *place = (void *)cb->ctx;
	struct khttpd_log *log;

	BUILD_BUG_ON(sizeof(*place) > sizeof(cb->ctx));
	mutex_lock(&server->lock);
	log = rcu_dereference_protected(server->log, lockdep_is_held(&server->lock));
	place->log = khttpd_log_id(log);
	place->cpu = cpumask_first(cpu_possible_mask);
	if (log) {
		khttpd_log_begin_read(log);
		place->end = khttpd_log_end(log, place->cpu);
	}
	mutex_unlock(&server->lock);
	/* Any record fits into an empty message. */
	cb->min_dump_alloc = KHTTPD_LOG_SIZE;
	return 0;
}

/* Go on with the records where the dump is.  Return: octets of them, at most @room. */
static u32 khttpd_log_fill(struct khttpd_log *log, struct khttpd_log_place *place, char *dst,
			   u32 room)
{
	u32 len = 0;

	while (place->cpu < nr_cpu_ids) {
		len += khttpd_log_read(log, place->cpu, place->end, dst + len, room - len);
		if (room - len < KHTTPD_LOG_RECORD_MAX)
			break;
		place->cpu = cpumask_next(place->cpu, cpu_possible_mask);
		if (place->cpu < nr_cpu_ids)
			place->end = khttpd_log_end(log, place->cpu);
	}
	return len;
}

/* Return: 1, 0 if there is nothing, or -EMSGSIZE. */
static int khttpd_put_batch(struct sk_buff *skb, struct khttpd_log *log,
			    struct khttpd_log_place *place)
{
	struct nlattr *nest = nla_nest_start(skb, KHTTPD_A_MSG_BATCH);
	u64 lost = khttpd_log_lost(log);
	struct nlattr *records;
	int room, len;

	if (!nest || (lost && nla_put_u64_64bit(skb, KHTTPD_A_BATCH_LOST, lost,
						KHTTPD_A_BATCH_PAD)))
		return -EMSGSIZE;
	/* A nest has 64 KiB at most. */
	room = min_t(int, skb_tailroom(skb), SZ_32K) - NLA_HDRLEN;
	if (room < (int)KHTTPD_LOG_RECORD_MAX)
		return -EMSGSIZE;
	records = nla_reserve(skb, KHTTPD_A_BATCH_RECORDS, round_down(room, 8));
	len = khttpd_log_fill(log, place, nla_data(records), nla_len(records));
	records->nla_len = nla_attr_size(len);
	skb_trim(skb, (u8 *)nla_data(records) + len - skb->data);
	nla_nest_end(skb, nest);
	return len || lost;
}

static int khttpd_log_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct khttpd_server *server = khttpd_server_of(sock_net(skb->sk));
	struct khttpd_log_place *place = (void *)cb->ctx;
	struct khttpd_log *log;
	int ret = 0;
	void *head;

	mutex_lock(&server->lock);
	log = rcu_dereference_protected(server->log, lockdep_is_held(&server->lock));
	/* One that was switched off meanwhile has counted what was left of it. */
	if (log && khttpd_log_id(log) == place->log) {
		head = khttpd_dump_put(skb, cb, KHTTPD_CMD_LOG_GET);
		ret = head ? khttpd_put_batch(skb, log, place) : -EMSGSIZE;
		if (ret > 0)
			genlmsg_end(skb, head);
		else if (head)
			genlmsg_cancel(skb, head);
	}
	mutex_unlock(&server->lock);
	return ret < 0 ? ret : skb->len;
}

/* A dump of connections: what is dumped, and how far it is. */
struct khttpd_connection_dump {
	struct khttpd_filter		filter;
	struct khttpd_conns_walk	walk;
};

static int khttpd_connection_get_start(struct netlink_callback *cb)
{
	struct khttpd_server *server = khttpd_server_of(sock_net(cb->skb->sk));
	const struct nlattr *nest = nlmsg_find_attr(cb->nlh, GENL_HDRLEN, KHTTPD_A_MSG_FILTER);
	struct khttpd_connection_dump *dump = kmalloc(sizeof(*dump), GFP_KERNEL);
	int err = 0;

	if (!dump)
		return -ENOMEM;
	dump->filter = khttpd_filter_none;
	if (nest)
		err = khttpd_filter_parse(&dump->filter, nest, cb->extack);
	if (err) {
		kfree(dump);
		return err;
	}
	khttpd_conns_walk_begin(&dump->walk, &server->conns);
	cb->args[0] = (long)dump;
	return 0;
}

/* The lock of the connections is held. */
static int khttpd_put_connection(struct sk_buff *skb, const struct khttpd_conn *conn)
{
	const struct sock *sk = conn->sock->sk;
	struct nlattr *nest = nla_nest_start(skb, KHTTPD_A_MSG_CONNECTION);
	struct in6_addr addr;
	int err;

	if (!nest)
		return -EMSGSIZE;
	khttpd_client_addr(sk, &addr);
	if (ipv6_addr_v4mapped(&addr))
		err = nla_put_in_addr(skb, KHTTPD_A_CONNECTION_ADDR4, addr.s6_addr32[3]);
	else
		err = nla_put_in6_addr(skb, KHTTPD_A_CONNECTION_ADDR6, &addr);
	if (err ||
	    nla_put_u32(skb, KHTTPD_A_CONNECTION_PORT, ntohs(sk->sk_dport)) ||
	    nla_put_u32(skb, KHTTPD_A_CONNECTION_LOCAL_PORT, sk->sk_num) ||
	    nla_put_u32(skb, KHTTPD_A_CONNECTION_STATE, khttpd_conn_state(conn)) ||
	    nla_put_u64_64bit(skb, KHTTPD_A_CONNECTION_AGE_MS, khttpd_conn_age_ms(conn),
			      KHTTPD_A_CONNECTION_PAD) ||
	    nla_put_u32(skb, KHTTPD_A_CONNECTION_REQUESTS, READ_ONCE(conn->nr_requests)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Return: false if the message is full. */
static bool khttpd_connection_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
				       const struct khttpd_conn *conn)
{
	void *head = khttpd_dump_put(skb, cb, KHTTPD_CMD_CONNECTION_GET);

	if (!head)
		return false;
	if (khttpd_put_connection(skb, conn)) {
		genlmsg_cancel(skb, head);
		return false;
	}
	genlmsg_end(skb, head);
	return true;
}

static int khttpd_connection_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct khttpd_connection_dump *dump = (void *)cb->args[0];
	struct khttpd_conns *conns = dump->walk.conns;
	const struct khttpd_conn *conn;

	spin_lock(&conns->lock);
	while ((conn = khttpd_conns_walk_here(&dump->walk))) {
		if (khttpd_filter_passes(&dump->filter, conn) &&
		    !khttpd_connection_dump_one(skb, cb, conn))
			break;
		khttpd_conns_walk_on(&dump->walk);
		cond_resched_lock(&conns->lock);
	}
	spin_unlock(&conns->lock);
	return skb->len;
}

static int khttpd_connection_get_done(struct netlink_callback *cb)
{
	struct khttpd_connection_dump *dump = (void *)cb->args[0];

	khttpd_conns_walk_end(&dump->walk);
	kfree(dump);
	return 0;
}

static int khttpd_connection_kill_doit(struct sk_buff *request, struct genl_info *info)
{
	struct khttpd_server *server = khttpd_server_of(genl_info_net(info));
	const struct nlattr *nest = info->attrs[KHTTPD_A_MSG_FILTER];
	struct khttpd_filter filter;
	struct sk_buff *skb;
	u32 killed;
	int err;

	if (!nest) {
		NL_SET_ERR_MSG(info->extack, "which connections is not said");
		return -EINVAL;
	}
	err = khttpd_filter_parse(&filter, nest, info->extack);
	if (err)
		return err;
	skb = genlmsg_new(nla_total_size(sizeof(u32)), GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	killed = khttpd_conns_kill(&server->conns, &filter);
	return khttpd_reply_u32(skb, info, KHTTPD_A_MSG_KILLED, killed);
}

static const struct genl_ops khttpd_ops[] = {
	{
		.cmd	= KHTTPD_CMD_SERVER_GET,
		.doit	= khttpd_server_get_doit,
	},
	{
		.cmd	= KHTTPD_CMD_SERVER_SET,
		.doit	= khttpd_server_set_doit,
		.policy	= khttpd_server_set_nl_policy,
		.maxattr = ARRAY_SIZE(khttpd_server_set_nl_policy) - 1,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KHTTPD_CMD_LISTENER_GET,
		.dumpit	= khttpd_listener_get_dumpit,
	},
	{
		.cmd	= KHTTPD_CMD_VHOST_GET,
		.start	= khttpd_vhost_get_start,
		.dumpit	= khttpd_vhost_get_dumpit,
		.done	= khttpd_vhost_get_done,
	},
	{
		.cmd	= KHTTPD_CMD_MIME_GET,
		.start	= khttpd_mime_get_start,
		.dumpit	= khttpd_mime_get_dumpit,
		.done	= khttpd_mime_get_done,
	},
	{
		.cmd	= KHTTPD_CMD_STATS_GET,
		.doit	= khttpd_stats_get_doit,
		.start	= khttpd_stats_get_start,
		.dumpit	= khttpd_stats_get_dumpit,
	},
	{
		.cmd	= KHTTPD_CMD_CACHE_GET,
		.start	= khttpd_cache_get_start,
		.dumpit	= khttpd_cache_get_dumpit,
		.done	= khttpd_cache_get_done,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KHTTPD_CMD_CACHE_FLUSH,
		.doit	= khttpd_cache_flush_doit,
		.policy	= khttpd_cache_flush_nl_policy,
		.maxattr = ARRAY_SIZE(khttpd_cache_flush_nl_policy) - 1,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KHTTPD_CMD_LOG_GET,
		.start	= khttpd_log_get_start,
		.dumpit	= khttpd_log_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KHTTPD_CMD_CONNECTION_GET,
		.start	= khttpd_connection_get_start,
		.dumpit	= khttpd_connection_get_dumpit,
		.done	= khttpd_connection_get_done,
		.policy	= khttpd_connection_get_nl_policy,
		.maxattr = ARRAY_SIZE(khttpd_connection_get_nl_policy) - 1,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KHTTPD_CMD_CONNECTION_KILL,
		.doit	= khttpd_connection_kill_doit,
		.policy	= khttpd_connection_kill_nl_policy,
		.maxattr = ARRAY_SIZE(khttpd_connection_kill_nl_policy) - 1,
		.flags	= GENL_ADMIN_PERM,
	},
};

static const struct genl_multicast_group khttpd_mcgrps[] = {
	[KHTTPD_MCGRP_EVENTS_INDEX] = { .name = KHTTPD_MCGRP_EVENTS },
	[KHTTPD_MCGRP_LOG_INDEX] = { .name = KHTTPD_MCGRP_LOG },
};

static struct genl_family khttpd_family __ro_after_init = {
	.name		= KHTTPD_FAMILY_NAME,
	.version	= KHTTPD_FAMILY_VERSION,
	.netnsok	= true,
	/* A server's own mutex keeps its changes apart. */
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= khttpd_ops,
	.n_ops		= ARRAY_SIZE(khttpd_ops),
	.mcgrps		= khttpd_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(khttpd_mcgrps),
};

/*
 * Whether the family's groups exist, which servers outlive, and what keeps it so: held
 * for reading from the beginning of an event to its end, it is the innermost lock.
 */
static bool khttpd_netlink_alive;
static DECLARE_RWSEM(khttpd_netlink_sem);

/* Drop an event. */
static void khttpd_netlink_drop(struct sk_buff *skb)
{
	nlmsg_free(skb);
	up_read(&khttpd_netlink_sem);
}

/*
 * Begin an event, which khttpd_netlink_tell() or khttpd_netlink_drop() ends.
 * Return: NULL where nobody listens, or there is no memory; then there is nothing to end.
 */
static struct sk_buff *khttpd_netlink_event(struct khttpd_server *server,
					    unsigned int group, u8 cmd, size_t size)
{
	struct sk_buff *skb = NULL;

	down_read(&khttpd_netlink_sem);
	if (khttpd_netlink_alive && genl_has_listeners(&khttpd_family, server->net, group))
		skb = genlmsg_new(size, GFP_KERNEL);
	if (!skb) {
		up_read(&khttpd_netlink_sem);
		return NULL;
	}
	if (!genlmsg_put(skb, 0, 0, &khttpd_family, 0, cmd)) {
		khttpd_netlink_drop(skb);
		return NULL;
	}
	return skb;
}

static void khttpd_netlink_tell(struct khttpd_server *server, unsigned int group,
				struct sk_buff *skb)
{
	nlmsg_end(skb, nlmsg_hdr(skb));
	genlmsg_multicast_netns(&khttpd_family, server->net, skb, 0, group, GFP_KERNEL);
	up_read(&khttpd_netlink_sem);
}

/**
 * khttpd_netlink_notify() - tell who listens that a server has changed
 * @server:	the server
 *
 * An event that memory is lacking for is lost, and so is that of a stop by
 * unloading the module; who must know asks.
 *
 * Context: process context, server->lock is held.
 */
void khttpd_netlink_notify(struct khttpd_server *server)
{
	struct sk_buff *skb;

	lockdep_assert_held(&server->lock);
	skb = khttpd_netlink_event(server, KHTTPD_MCGRP_EVENTS_INDEX, KHTTPD_CMD_SERVER_NTF,
				   KHTTPD_SERVER_SIZE);
	if (!skb)
		return;
	if (khttpd_put_configuration(skb, server, &init_user_ns))
		khttpd_netlink_drop(skb);
	else
		khttpd_netlink_tell(server, KHTTPD_MCGRP_EVENTS_INDEX, skb);
}

/**
 * khttpd_netlink_limit() - tell who listens that a limit was reached
 * @server:	the server
 * @reason:	of enum khttpd_refusal
 * @count:	how often since the start
 *
 * Context: process context.
 */
void khttpd_netlink_limit(struct khttpd_server *server, u32 reason, u64 count)
{
	struct sk_buff *skb;

	skb = khttpd_netlink_event(server, KHTTPD_MCGRP_EVENTS_INDEX, KHTTPD_CMD_LIMIT_NTF,
				   KHTTPD_LIMIT_SIZE);
	if (!skb)
		return;
	if (khttpd_put_count(skb, KHTTPD_A_MSG_LIMIT, reason, count))
		khttpd_netlink_drop(skb);
	else
		khttpd_netlink_tell(server, KHTTPD_MCGRP_EVENTS_INDEX, skb);
}

/**
 * khttpd_netlink_log_waits() - tell the reader of the access log that it has work
 * @server:	the server
 *
 * Who listens learns that there are records, and has to ask for them, with the right to.
 *
 * Context: process context.
 */
void khttpd_netlink_log_waits(struct khttpd_server *server)
{
	struct sk_buff *skb;

	skb = khttpd_netlink_event(server, KHTTPD_MCGRP_LOG_INDEX, KHTTPD_CMD_LOG_NTF, 0);
	if (skb)
		khttpd_netlink_tell(server, KHTTPD_MCGRP_LOG_INDEX, skb);
}

int __init khttpd_netlink_module_init(void)
{
	int err = genl_register_family(&khttpd_family);

	down_write(&khttpd_netlink_sem);
	khttpd_netlink_alive = !err;
	up_write(&khttpd_netlink_sem);
	return err;
}

/* Waits for the events that are being told and the operations that are being carried out. */
void khttpd_netlink_module_exit(void)
{
	down_write(&khttpd_netlink_sem);
	khttpd_netlink_alive = false;
	up_write(&khttpd_netlink_sem);
	genl_unregister_family(&khttpd_family);
}
