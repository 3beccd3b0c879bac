/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_CONFIG_H
#define KHTTPD_CONFIG_H

#include <linux/if.h>
#include <linux/in6.h>
#include <linux/percpu-refcount.h>
#include <linux/workqueue.h>
#include <net/inet_sock.h>

#include "http/parse.h"
#include "mime.h"
#include "queue.h"
#include "root.h"
#include "site.h"

struct netlink_ext_ack;
struct nlattr;

/**
 * struct khttpd_listener_settings - one address to listen on
 * @addr:	family, address and port
 * @v6only:	an IPv6 wildcard takes IPv6 connections alone
 * @backlog:	as listen(2) takes it, for each socket
 * @sockets:	that listen there, or 0 for one for each CPU that is online
 * @defer_s:	seconds that a client may take to its first request before it is accepted
 *		without one, as of TCP_DEFER_ACCEPT; 0 to accept at once
 * @fast_open:	connections that may wait with data in their SYN, as of TCP_FASTOPEN; or 0
 * @send_bytes:	of the buffer of a socket, as of SO_SNDBUF, or 0 to leave it to TCP
 * @receive_bytes: of the buffer of a socket, as of SO_RCVBUF, or 0 to leave it to TCP
 * @device:	name of the network device that alone is listened on, as of SO_BINDTODEVICE,
 *		padded with NUL; empty for all
 */
struct khttpd_listener_settings {
	union {
		struct sockaddr		sa;
		struct sockaddr_in	in;
		struct sockaddr_in6	in6;
	} addr;
	bool	v6only;
	u32	backlog;
	u32	sockets;
	u32	defer_s;
	u32	fast_open;
	u32	send_bytes;
	u32	receive_bytes;
	char	device[IFNAMSIZ];
};

/**
 * struct khttpd_settings - the values of a configuration
 * @uid:	user whose rights decide which files can be read, never root
 * @gid:	group to the user
 * @drain:	every response ends its connection; false unless the server runs
 * @timeout_ms:	by attribute number of the timeouts nest
 * @limit:	by attribute number of the limits nest
 * @cache:	by attribute number of the cache nest
 * @compression: by attribute number of the compression nest
 * @log:	by attribute number of the log nest
 * @queue:	by enum khttpd_queue
 * @nr_listeners: valid entries of @listener
 * @listener:	addresses to listen on
 */
struct khttpd_settings {
	kuid_t				uid;
	kgid_t				gid;
	bool				drain;
	u32				timeout_ms[KHTTPD_A_TIMEOUTS_MAX + 1];
	u32				limit[KHTTPD_A_LIMITS_MAX + 1];
	u32				cache[KHTTPD_A_CACHE_MAX + 1];
	u32				compression[KHTTPD_A_COMPRESSION_MAX + 1];
	u32				log[KHTTPD_A_LOG_MAX + 1];
	struct khttpd_queue_settings	queue[KHTTPD_QUEUES];
	u32				nr_listeners;
	struct khttpd_listener_settings	listener[KHTTPD_LISTENERS_MAX];
};

/**
 * struct khttpd_host - a virtual host and the files that it serves
 * @site:	what was configured for it
 * @root:	its document root; never NULL while requests are served
 */
struct khttpd_host {
	const struct khttpd_site	*site;
	struct khttpd_root		*root;
};

/**
 * struct khttpd_config - a snapshot of a server's configuration
 * @serial:	of no other snapshot, ever
 * @settings:	its values
 * @root_name:	path of the document root as the administrator gave it, or NULL
 * @root:	the document root itself; NULL while the server is stopped
 * @sites:	virtual hosts
 * @hosts:	the same with their document roots, and the built-in one behind
 *		them; those without one of their own share that of the server
 * @mime:	table of media types, or NULL for the built-in one
 * @live:	the server's number of snapshots that are not freed
 * @ref:	a request holds one from its first byte to the end of its response
 * @free_work:	frees the snapshot after the last request let go of it
 *
 * Immutable once published, but that the roots are let go of after a stop, when
 * there is nobody to read them.
 */
struct khttpd_config {
	u64			serial;
	struct khttpd_settings	settings;
	char			*root_name;
	struct khttpd_root	*root;
	struct khttpd_sites	*sites;
	struct khttpd_host	*hosts;
	struct khttpd_mime	*mime;
	atomic_t		*live;
	struct percpu_ref	ref;
	struct work_struct	free_work;
};

/**
 * struct khttpd_change - what an administrator wants to be different
 * @extack:	gets the reason of a refusal; may be NULL
 * @state:	wanted, where @has_state
 * @expected:	generation that the change was made for, where @has_expected
 * @drain:	wanted, where @has_drain
 * @may_setuid:	whether the caller may become another user
 * @may_setgid:	whether the caller may become another group
 * @root:	path of the document root, or NULL
 * @uid:	in the user namespace of the caller, where @has_uid
 * @gid:	in the user namespace of the caller, where @has_gid
 * @timeout_ms:	where the bit of the same number is set in @timeouts
 * @limit:	where the bit of the same number is set in @limits
 * @cache:	where the bit of the same number is set in @cache_set
 * @compression: where the bit of the same number is set in @compression_set
 * @log:	where the bit of the same number is set in @log_set
 * @queue:	where the bit of the same number is set in @queue_flags or @queue_max
 * @has_listeners: whether @listener replaces the list
 * @sites:	virtual hosts that replace the old ones, or NULL
 * @mime:	table of media types, or NULL for the built-in one, where @has_mime
 * @at:		the attributes that errors are blamed on, all those of the message
 *		as the first of them and their length; NULL from sysfs
 *
 * Netlink and sysfs fill one in, khttpd_server_change() carries it out,
 * khttpd_change_free() frees it. It is too large for the stack.
 */
struct khttpd_change {
	struct netlink_ext_ack		*extack;
	bool				has_state;
	bool				has_expected;
	bool				has_uid;
	bool				has_gid;
	bool				has_drain;
	bool				has_listeners;
	bool				has_mime;
	bool				may_setuid;
	bool				may_setgid;
	enum khttpd_state		state;
	bool				drain;
	u64				expected;
	const char			*root;
	u32				uid;
	u32				gid;
	unsigned long			timeouts;
	unsigned long			limits;
	unsigned long			cache_set;
	unsigned long			compression_set;
	unsigned long			log_set;
	unsigned long			queue_flags;
	unsigned long			queue_max;
	u32				timeout_ms[KHTTPD_A_TIMEOUTS_MAX + 1];
	u32				limit[KHTTPD_A_LIMITS_MAX + 1];
	u32				cache[KHTTPD_A_CACHE_MAX + 1];
	u32				compression[KHTTPD_A_COMPRESSION_MAX + 1];
	u32				log[KHTTPD_A_LOG_MAX + 1];
	struct khttpd_queue_settings	queue[KHTTPD_QUEUES];
	u32				nr_listeners;
	struct khttpd_listener_settings	listener[KHTTPD_LISTENERS_MAX];
	struct khttpd_sites		*sites;
	struct khttpd_mime		*mime;
	struct {
		const struct nlattr	*attrs;
		int			len;
		const struct nlattr	*state, *expected, *root, *uid, *gid, *drain;
		const struct nlattr	*limits, *compression;
		const struct nlattr	*queue[KHTTPD_QUEUES];
		const struct nlattr	*listener[KHTTPD_LISTENERS_MAX];
	} at;
};

extern const struct khttpd_settings khttpd_default_settings;

struct khttpd_config *khttpd_config_build(const struct khttpd_config *old,
					  const struct khttpd_change *change,
					  atomic_t *live);
void khttpd_config_destroy(struct khttpd_config *config);
void khttpd_config_kill(struct khttpd_config *config);

void khttpd_change_free(struct khttpd_change *change);

int khttpd_config_open_roots(struct khttpd_config *config,
			     const struct khttpd_config *old,
			     const struct khttpd_change *change, bool all);
void khttpd_config_close_roots(struct khttpd_config *config);
int khttpd_config_check_roots(const struct khttpd_config *config,
			      const struct khttpd_change *change);
bool khttpd_config_equal(const struct khttpd_config *a, const struct khttpd_config *b);

const struct khttpd_host *khttpd_config_host(const struct khttpd_config *config,
					     const char *host, u32 len);
const char *khttpd_config_type(const struct khttpd_config *config,
			       const struct khttpd_site *site, const char *name, u32 len);

bool khttpd_config_same_address(const struct khttpd_listener_settings *a,
				const struct khttpd_listener_settings *b);

struct khttpd_config *khttpd_config_get(struct khttpd_config __rcu **place);

static inline void khttpd_config_put(struct khttpd_config *config)
{
	percpu_ref_put(&config->ref);
}

/* KiB of each CPU for the access log; 0 where it is off. */
static inline u32 khttpd_config_log_kbytes(const struct khttpd_config *config)
{
	const u32 *log = config->settings.log;

	return log[KHTTPD_A_LOG_ACCESS] == KHTTPD_LOG_ACCESS_NONE ? 0 : log[KHTTPD_A_LOG_KBYTES];
}

/* What a request's head may have. */
static inline struct http_parse_limits
khttpd_config_parse_limits(const struct khttpd_config *config)
{
	const u32 *limit = config->settings.limit;

	return (struct http_parse_limits){
		.line_bytes = limit[KHTTPD_A_LIMITS_LINE_BYTES],
		.head_bytes = limit[KHTTPD_A_LIMITS_HEAD_BYTES],
		.fields = limit[KHTTPD_A_LIMITS_FIELDS],
	};
}

static inline unsigned long khttpd_config_timeout(const struct khttpd_config *config,
						  int attribute)
{
	return msecs_to_jiffies(config->settings.timeout_ms[attribute]);
}

#endif /* KHTTPD_CONFIG_H */
