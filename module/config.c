// SPDX-License-Identifier: GPL-2.0
/* Configuration: immutable snapshots, built from the last one and a change. */
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/wait_bit.h>
#include <net/ipv6.h>

#include "config.h"

const struct khttpd_settings khttpd_default_settings = {
	/* nobody: the daemon knows a better name, the module knows no names */
	.uid = KUIDT_INIT(65534),
	.gid = KGIDT_INIT(65534),
	.timeout_ms = {
		[KHTTPD_A_TIMEOUTS_HEAD_MS]	= KHTTPD_DEFAULT_HEAD_MS,
		[KHTTPD_A_TIMEOUTS_IDLE_MS]	= KHTTPD_DEFAULT_IDLE_MS,
		[KHTTPD_A_TIMEOUTS_SEND_MS]	= KHTTPD_DEFAULT_SEND_MS,
		[KHTTPD_A_TIMEOUTS_LINGER_MS]	= KHTTPD_DEFAULT_LINGER_MS,
		[KHTTPD_A_TIMEOUTS_DRAIN_MS]	= KHTTPD_DEFAULT_DRAIN_MS,
	},
	.limit = {
		[KHTTPD_A_LIMITS_CONNECTIONS]	= KHTTPD_DEFAULT_CONNECTIONS,
		[KHTTPD_A_LIMITS_LINE_BYTES]	= KHTTPD_DEFAULT_LINE_BYTES,
		[KHTTPD_A_LIMITS_HEAD_BYTES]	= KHTTPD_DEFAULT_HEAD_BYTES,
		[KHTTPD_A_LIMITS_FIELDS]	= KHTTPD_DEFAULT_FIELDS,
		[KHTTPD_A_LIMITS_BODY_BYTES]	= KHTTPD_DEFAULT_BODY_BYTES,
		[KHTTPD_A_LIMITS_REQUESTS]	= KHTTPD_DEFAULT_REQUESTS,
		[KHTTPD_A_LIMITS_CLIENT_CONNECTIONS] = KHTTPD_DEFAULT_CLIENT_CONNECTIONS,
		[KHTTPD_A_LIMITS_CLIENT_CONNECTS] = KHTTPD_DEFAULT_CLIENT_CONNECTS,
		[KHTTPD_A_LIMITS_CLIENT_REQUESTS] = KHTTPD_DEFAULT_CLIENT_REQUESTS,
		[KHTTPD_A_LIMITS_CLIENT_BYTES] = KHTTPD_DEFAULT_CLIENT_BYTES,
	},
	.cache = {
		[KHTTPD_A_CACHE_KBYTES]		= KHTTPD_DEFAULT_CACHE_KBYTES,
		[KHTTPD_A_CACHE_BODY_BYTES]	= KHTTPD_DEFAULT_CACHE_BODY_BYTES,
		[KHTTPD_A_CACHE_FAST]		= KHTTPD_DEFAULT_CACHE_FAST,
	},
	.compression = {
		[KHTTPD_A_COMPRESSION_ENABLED]	= KHTTPD_DEFAULT_COMPRESSION_ENABLED,
		[KHTTPD_A_COMPRESSION_MIN_BYTES] = KHTTPD_DEFAULT_COMPRESSION_MIN_BYTES,
		[KHTTPD_A_COMPRESSION_MAX_BYTES] = KHTTPD_DEFAULT_COMPRESSION_MAX_BYTES,
		[KHTTPD_A_COMPRESSION_LEVEL]	= KHTTPD_DEFAULT_COMPRESSION_LEVEL,
		[KHTTPD_A_COMPRESSION_AT_ONCE]	= KHTTPD_DEFAULT_COMPRESSION_AT_ONCE,
	},
	.log = {
		[KHTTPD_A_LOG_ACCESS]		= KHTTPD_DEFAULT_LOG_ACCESS,
		[KHTTPD_A_LOG_FORMAT]		= KHTTPD_DEFAULT_LOG_FORMAT,
		[KHTTPD_A_LOG_KBYTES]		= KHTTPD_DEFAULT_LOG_KBYTES,
	},
	.queue = {
		[KHTTPD_QUEUE_HOT]	= { .max_active = KHTTPD_DEFAULT_MAX_ACTIVE },
		[KHTTPD_QUEUE_COLD]	= { .flags = KHTTPD_QUEUE_FLAG_UNBOUND,
					    .max_active = KHTTPD_DEFAULT_MAX_ACTIVE },
	},
	.nr_listeners = 1,
	.listener = {
		{
			.addr.in6 = {
				.sin6_family	= AF_INET6,
				.sin6_port	= cpu_to_be16(KHTTPD_DEFAULT_PORT),
			},
			.backlog = KHTTPD_DEFAULT_BACKLOG,
		},
	},
};

static void khttpd_config_free_work(struct work_struct *work)
{
	khttpd_config_destroy(container_of(work, struct khttpd_config, free_work));
}

/* The last reference may go in an RCU callback; freeing the root may sleep. */
static void khttpd_config_released(struct percpu_ref *ref)
{
	struct khttpd_config *config = container_of(ref, struct khttpd_config, ref);

	queue_work(khttpd_wq, &config->free_work);
}

static atomic64_t khttpd_config_serial = ATOMIC64_INIT(0);

static struct khttpd_config *khttpd_config_alloc(const struct khttpd_config *old,
						 atomic_t *live)
{
	struct khttpd_config *config = kzalloc(sizeof(*config), GFP_KERNEL);

	if (!config)
		return NULL;
	if (percpu_ref_init(&config->ref, khttpd_config_released, 0, GFP_KERNEL)) {
		kfree(config);
		return NULL;
	}
	INIT_WORK(&config->free_work, khttpd_config_free_work);
	config->serial = atomic64_inc_return(&khttpd_config_serial);
	config->live = live;
	atomic_inc(live);
	config->settings = old ? old->settings : khttpd_default_settings;
	return config;
}

/**
 * khttpd_config_destroy() - free a snapshot that nobody else can find
 * @config:	never published, or without references
 *
 * Who waits for the server's snapshots to be gone is woken; the address is the
 * key of that, and what it points to is not touched any more.
 *
 * Context: process context, may sleep.
 */
void khttpd_config_destroy(struct khttpd_config *config)
{
	atomic_t *live = config->live;

	khttpd_config_close_roots(config);
	kvfree(config->hosts);
	khttpd_sites_put(config->sites);
	khttpd_mime_put(config->mime);
	kfree(config->root_name);
	percpu_ref_exit(&config->ref);
	kfree(config);
	atomic_dec_return(live);
	wake_up_var(live);
}

/**
 * khttpd_config_kill() - give up a snapshot that was replaced
 * @config:	no longer published; freed after the last request that uses it
 *
 * Context: process context.
 */
void khttpd_config_kill(struct khttpd_config *config)
{
	percpu_ref_kill(&config->ref);
}

/**
 * khttpd_config_get() - take a reference on the snapshot in force
 * @place:	where it is published, never NULL while a connection exists
 *
 * Context: any.
 * Return: the snapshot, for khttpd_config_put().
 */
struct khttpd_config *khttpd_config_get(struct khttpd_config __rcu **place)
{
	struct khttpd_config *config;

	rcu_read_lock();
	do {
		/* A killed one has been replaced: look again. */
		config = rcu_dereference(*place);
	} while (!percpu_ref_tryget_live(&config->ref));
	rcu_read_unlock();
	return config;
}

static int khttpd_config_set_user(struct khttpd_settings *settings,
				  const struct khttpd_change *change)
{
	if (change->has_uid) {
		settings->uid = make_kuid(current_user_ns(), change->uid);
		if (!uid_valid(settings->uid) ||
		    uid_eq(settings->uid, GLOBAL_ROOT_UID)) {
			NL_SET_ERR_MSG_ATTR(change->extack, change->at.uid,
					    "files are never read as root; name another user");
			return -EINVAL;
		}
	}
	if (change->has_gid) {
		settings->gid = make_kgid(current_user_ns(), change->gid);
		if (!gid_valid(settings->gid)) {
			NL_SET_ERR_MSG_ATTR(change->extack, change->at.gid,
					    "no such group in this user namespace");
			return -EINVAL;
		}
	}
	return 0;
}

static int khttpd_config_set_root_name(struct khttpd_config *config,
				       const struct khttpd_config *old,
				       const struct khttpd_change *change)
{
	const char *name = change->root ?: (old ? old->root_name : NULL);

	if (!name)
		return 0;
	if (name[0] != '/') {
		NL_SET_ERR_MSG_ATTR(change->extack, change->at.root,
				    "the document root must be an absolute path");
		return -EINVAL;
	}
	config->root_name = kstrdup(name, GFP_KERNEL);
	return config->root_name ? 0 : -ENOMEM;
}

static int khttpd_config_set_limits(struct khttpd_settings *settings,
				    const struct khttpd_change *change)
{
	int i;

	for_each_set_bit(i, &change->timeouts, KHTTPD_A_TIMEOUTS_MAX + 1)
		settings->timeout_ms[i] = change->timeout_ms[i];
	for_each_set_bit(i, &change->limits, KHTTPD_A_LIMITS_MAX + 1)
		settings->limit[i] = change->limit[i];
	if (settings->limit[KHTTPD_A_LIMITS_LINE_BYTES] >
	    settings->limit[KHTTPD_A_LIMITS_HEAD_BYTES]) {
		NL_SET_ERR_MSG_ATTR(change->extack, change->at.limits,
				    "line-bytes must not be greater than head-bytes");
		return -EINVAL;
	}
	return 0;
}

static int khttpd_config_set_cache(struct khttpd_settings *settings,
				   const struct khttpd_change *change)
{
	int i;

	for_each_set_bit(i, &change->cache_set, KHTTPD_A_CACHE_MAX + 1)
		settings->cache[i] = change->cache[i];
	for_each_set_bit(i, &change->compression_set, KHTTPD_A_COMPRESSION_MAX + 1)
		settings->compression[i] = change->compression[i];
	if (settings->compression[KHTTPD_A_COMPRESSION_MIN_BYTES] >
	    settings->compression[KHTTPD_A_COMPRESSION_MAX_BYTES]) {
		NL_SET_ERR_MSG_ATTR(change->extack, change->at.compression,
				    "min-bytes must not be greater than max-bytes");
		return -EINVAL;
	}
	return 0;
}

static void khttpd_config_set_log(struct khttpd_settings *settings,
				  const struct khttpd_change *change)
{
	int i;

	for_each_set_bit(i, &change->log_set, KHTTPD_A_LOG_MAX + 1)
		settings->log[i] = change->log[i];
}

static int khttpd_config_set_queues(struct khttpd_settings *settings,
				    const struct khttpd_change *change)
{
	int i;

	for_each_set_bit(i, &change->queue_flags, KHTTPD_QUEUES)
		settings->queue[i].flags = change->queue[i].flags;
	for_each_set_bit(i, &change->queue_max, KHTTPD_QUEUES)
		settings->queue[i].max_active = change->queue[i].max_active;
	settings->queue[KHTTPD_QUEUE_COLD].flags |= KHTTPD_QUEUE_FLAG_UNBOUND;
	for (i = 0; i < KHTTPD_QUEUES; i++) {
		u32 flags = settings->queue[i].flags;

		if (flags & KHTTPD_QUEUE_FLAG_UNBOUND &&
		    flags & KHTTPD_QUEUE_FLAG_CPU_INTENSIVE) {
			NL_SET_ERR_MSG_ATTR(change->extack, change->at.queue[i],
					    "cpu-intensive means nothing to an unbound workqueue");
			return -EINVAL;
		}
	}
	return 0;
}

/**
 * khttpd_config_same_address() - whether two listeners have the same address and device
 * @a:	settings
 * @b:	settings
 */
bool khttpd_config_same_address(const struct khttpd_listener_settings *a,
				const struct khttpd_listener_settings *b)
{
	if (a->addr.sa.sa_family != b->addr.sa.sa_family || strcmp(a->device, b->device))
		return false;
	if (a->addr.sa.sa_family == AF_INET)
		return a->addr.in.sin_port == b->addr.in.sin_port &&
		       a->addr.in.sin_addr.s_addr == b->addr.in.sin_addr.s_addr;
	return a->addr.in6.sin6_port == b->addr.in6.sin6_port &&
	       ipv6_addr_equal(&a->addr.in6.sin6_addr, &b->addr.in6.sin6_addr);
}

static int khttpd_config_set_listeners(struct khttpd_settings *settings,
				       const struct khttpd_change *change)
{
	u32 i, j;

	if (!change->has_listeners)
		return 0;
	for (i = 0; i < change->nr_listeners; i++) {
		for (j = 0; j < i; j++) {
			if (!khttpd_config_same_address(&change->listener[i],
							&change->listener[j]))
				continue;
			NL_SET_ERR_MSG_ATTR(change->extack, change->at.listener[i],
					    "the same address is listed twice");
			return -EINVAL;
		}
		settings->listener[i] = change->listener[i];
	}
	settings->nr_listeners = change->nr_listeners;
	return 0;
}

static int khttpd_config_set_sites(struct khttpd_config *config,
				   const struct khttpd_config *old,
				   const struct khttpd_change *change)
{
	struct khttpd_sites *sites = old ? old->sites : &khttpd_sites_none;
	u32 i;

	if (change->sites && !khttpd_sites_equal(change->sites, sites))
		sites = change->sites;
	config->sites = khttpd_sites_get(sites);
	config->hosts = kvcalloc(sites->nr + 1, sizeof(*config->hosts), GFP_KERNEL);
	if (!config->hosts)
		return -ENOMEM;
	for (i = 0; i <= sites->nr; i++)
		config->hosts[i].site = sites->site[i];
	return 0;
}

static void khttpd_config_set_mime(struct khttpd_config *config,
				   const struct khttpd_config *old,
				   const struct khttpd_change *change)
{
	struct khttpd_mime *mime = old ? old->mime : NULL;

	if (change->has_mime && !khttpd_mime_equal(change->mime, mime))
		mime = change->mime;
	config->mime = khttpd_mime_get(mime);
}

/**
 * khttpd_config_build() - make the snapshot that a change leads to
 * @old:	snapshot in force, or NULL where there is none yet
 * @change:	what is to be different
 * @live:	counts the server's snapshots until they are freed
 *
 * The document roots are not open yet, see khttpd_config_open_roots().
 *
 * Context: process context of the administrator, whose user namespace counts.
 * Return: the new snapshot, for the caller to publish or to destroy; or an
 * error pointer, with the reason in the change's extack.
 */
struct khttpd_config *khttpd_config_build(const struct khttpd_config *old,
					  const struct khttpd_change *change,
					  atomic_t *live)
{
	struct khttpd_config *config = khttpd_config_alloc(old, live);
	struct khttpd_settings *settings;
	int err;

	if (!config)
		return ERR_PTR(-ENOMEM);
	settings = &config->settings;
	if (change->has_drain)
		settings->drain = change->drain;
	khttpd_config_set_log(settings, change);
	err = khttpd_config_set_limits(settings, change);
	if (!err)
		err = khttpd_config_set_cache(settings, change);
	if (!err)
		err = khttpd_config_set_queues(settings, change);
	if (!err)
		err = khttpd_config_set_listeners(settings, change);
	if (!err)
		err = khttpd_config_set_user(settings, change);
	if (!err)
		err = khttpd_config_set_root_name(config, old, change);
	if (!err)
		err = khttpd_config_set_sites(config, old, change);
	khttpd_config_set_mime(config, old, change);
	if (err) {
		khttpd_config_destroy(config);
		return ERR_PTR(err);
	}
	return config;
}

/**
 * khttpd_config_equal() - whether two snapshots are the same
 * @a:	a snapshot
 * @b:	one that was built from it
 *
 * Context: process context, nothing of both is being changed.
 * Return: true if they are; a document root is the same if it is the same
 * directory, not only the same name.
 */
bool khttpd_config_equal(const struct khttpd_config *a, const struct khttpd_config *b)
{
	u32 i;

	if (!a->root_name != !b->root_name ||
	    (a->root_name && strcmp(a->root_name, b->root_name)))
		return false;
	if (a->sites != b->sites || a->mime != b->mime || !khttpd_root_equal(a->root, b->root))
		return false;
	for (i = 0; i <= a->sites->nr; i++)
		if (!khttpd_root_equal(a->hosts[i].root, b->hosts[i].root))
			return false;
	return !memcmp(&a->settings, &b->settings, sizeof(a->settings));
}

/**
 * khttpd_change_free() - free a change that was carried out or refused
 * @change:	from kzalloc(), or NULL
 *
 * Context: process context.
 */
void khttpd_change_free(struct khttpd_change *change)
{
	if (!change)
		return;
	khttpd_sites_put(change->sites);
	khttpd_mime_put(change->mime);
	kfree(change);
}

/* -------------------------------------------------------------------- */
/* What requests ask                                                    */

/**
 * khttpd_config_host() - the virtual host that a request is for
 * @config:	the snapshot that the request is served from
 * @host:	host as in the request, with its port
 * @len:	its octets; 0 where the request has none
 *
 * Context: any.
 * Return: the virtual host, the default one where no name matches; never NULL,
 * and its document root is open.
 */
const struct khttpd_host *khttpd_config_host(const struct khttpd_config *config,
					     const char *host, u32 len)
{
	return &config->hosts[khttpd_sites_find(config->sites, host, len)];
}

/**
 * khttpd_config_type() - the media type of a file
 * @config:	the snapshot that the request is served from
 * @site:	virtual host that has the file
 * @name:	name of the file, with or without a path before it
 * @len:	its octets
 *
 * Context: any.
 * Return: the type without its charset, NUL-terminated; never NULL.
 */
const char *khttpd_config_type(const struct khttpd_config *config,
			       const struct khttpd_site *site, const char *name, u32 len)
{
	const struct http_mime_table *table =
		config->mime ? &config->mime->table : &http_mime_built_in;

	return http_mime_find(table, name, len) ?: site->default_type;
}

/* -------------------------------------------------------------------- */
/* The document roots                                                   */

static int khttpd_config_open_root(struct khttpd_config *config,
				   const struct khttpd_config *old,
				   struct khttpd_root_opener *opener)
{
	const struct khttpd_change *change = opener->change;
	struct khttpd_root *root;

	root = khttpd_root_open(opener, config->root_name,
				old && !change->root ? old->root : NULL,
				change->at.root ?: change->at.uid ?: change->at.state);
	if (IS_ERR(root))
		return PTR_ERR(root);
	config->root = root;
	return 0;
}

static int khttpd_config_open_host(struct khttpd_config *config, u32 nr,
				   const struct khttpd_config *old,
				   struct khttpd_root_opener *opener)
{
	const struct khttpd_change *change = opener->change;
	const struct nlattr *at = change->at.uid ?: change->at.state;
	const struct nlattr *nest = khttpd_sites_attr(change->at.attrs, change->at.len, nr);
	struct khttpd_root *root;

	if (nest)
		at = nla_find_nested(nest, KHTTPD_A_VHOST_ROOT);
	root = khttpd_root_open(opener, config->hosts[nr].site->root_name,
				old && !change->sites ? old->hosts[nr].root : NULL, at);
	if (IS_ERR(root))
		return PTR_ERR(root);
	config->hosts[nr].root = root;
	return 0;
}

static int khttpd_config_open_hosts(struct khttpd_config *config,
				    const struct khttpd_config *old,
				    struct khttpd_root_opener *opener, bool all)
{
	u32 i;

	for (i = 0; i <= config->sites->nr; i++) {
		int err = 0;

		if (!config->hosts[i].site->root_name)
			config->hosts[i].root = khttpd_root_get(config->root);
		else if (all || opener->change->sites)
			err = khttpd_config_open_host(config, i, old, opener);
		if (err)
			return err;
	}
	return 0;
}

/**
 * khttpd_config_open_roots() - resolve document roots and hold on to them
 * @config:	a snapshot that is not published yet
 * @old:	snapshot in force, or NULL; roots that the change does not name are
 *		shared with it
 * @change:	that led to it, for the caller's rights and the errors
 * @all:	whether requests are going to be served; otherwise only what the
 *		change names is opened
 *
 * Context: process context of the administrator: the paths are looked up in its
 * mount namespace and with its rights.  On newer kernels a kworker has no root
 * to look a path up from.
 * Return: 0 or a negative errno, with the reason in the change's extack; then
 * some may be open, for khttpd_config_destroy() to close.
 */
int khttpd_config_open_roots(struct khttpd_config *config,
			     const struct khttpd_config *old,
			     const struct khttpd_change *change, bool all)
{
	struct khttpd_root_opener opener = {
		.settings	= &config->settings,
		.change		= change,
		.same_user	= old &&
				  uid_eq(old->settings.uid, config->settings.uid) &&
				  gid_eq(old->settings.gid, config->settings.gid),
	};
	int err = 0;

	if (config->root_name && (all || change->root))
		err = khttpd_config_open_root(config, old, &opener);
	if (!err)
		err = khttpd_config_open_hosts(config, old, &opener, all);
	put_cred(opener.cred);
	return err;
}

/**
 * khttpd_config_close_roots() - let go of the document roots, keep their names
 * @config:	a snapshot that no request can use
 *
 * Context: process context, may sleep.
 */
void khttpd_config_close_roots(struct khttpd_config *config)
{
	u32 i;

	for (i = 0; config->hosts && i <= config->sites->nr; i++) {
		khttpd_root_put(config->hosts[i].root);
		config->hosts[i].root = NULL;
	}
	khttpd_root_put(config->root);
	config->root = NULL;
}

/**
 * khttpd_config_check_roots() - whether each virtual host has a document root
 * @config:	a snapshot that requests are to be served from
 * @change:	that led to it, for the errors
 *
 * So no request ever meets a virtual host without one.
 *
 * Context: process context.
 * Return: 0 or -EDESTADDRREQ, with the reason in the change's extack.
 */
int khttpd_config_check_roots(const struct khttpd_config *config,
			      const struct khttpd_change *change)
{
	const struct khttpd_sites *sites = config->sites;
	const struct nlattr *at;
	u32 i;

	if (config->root_name)
		return 0;
	for (i = 0; i < sites->nr; i++) {
		if (sites->site[i]->root_name)
			continue;
		at = khttpd_sites_attr(change->at.attrs, change->at.len, i);
		NL_SET_ERR_MSG_ATTR(change->extack, at ?: change->at.state,
				    "a virtual host has no document root, nor has the server");
		return -EDESTADDRREQ;
	}
	if (sites->fallback < sites->nr)
		return 0;
	if (sites->nr)
		NL_SET_ERR_MSG_ATTR(change->extack, change->at.state,
				    "no document root is set for requests that no virtual host is named for");
	else
		NL_SET_ERR_MSG_ATTR(change->extack, change->at.state,
				    "no document root is set");
	return -EDESTADDRREQ;
}
