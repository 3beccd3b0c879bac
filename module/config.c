// SPDX-License-Identifier: GPL-2.0
/* Configuration: immutable snapshots, built from the last one and a change. */
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/namei.h>
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
	},
	.limit = {
		[KHTTPD_A_LIMITS_CONNECTIONS]	= KHTTPD_DEFAULT_CONNECTIONS,
		[KHTTPD_A_LIMITS_LINE_BYTES]	= KHTTPD_DEFAULT_LINE_BYTES,
		[KHTTPD_A_LIMITS_HEAD_BYTES]	= KHTTPD_DEFAULT_HEAD_BYTES,
		[KHTTPD_A_LIMITS_FIELDS]	= KHTTPD_DEFAULT_FIELDS,
		[KHTTPD_A_LIMITS_BODY_BYTES]	= KHTTPD_DEFAULT_BODY_BYTES,
		[KHTTPD_A_LIMITS_REQUESTS]	= KHTTPD_DEFAULT_REQUESTS,
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

	khttpd_config_close_root(config);
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
 * khttpd_config_same_address() - whether two listeners have the same address
 * @a:	settings
 * @b:	settings
 */
bool khttpd_config_same_address(const struct khttpd_listener_settings *a,
				const struct khttpd_listener_settings *b)
{
	if (a->addr.sa.sa_family != b->addr.sa.sa_family)
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

/**
 * khttpd_config_build() - make the snapshot that a change leads to
 * @old:	snapshot in force, or NULL where there is none yet
 * @change:	what is to be different
 * @live:	counts the server's snapshots until they are freed
 *
 * The document root is not open yet, see khttpd_config_open_root().
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
	err = khttpd_config_set_limits(settings, change);
	if (!err)
		err = khttpd_config_set_queues(settings, change);
	if (!err)
		err = khttpd_config_set_listeners(settings, change);
	if (!err)
		err = khttpd_config_set_user(settings, change);
	if (!err)
		err = khttpd_config_set_root_name(config, old, change);
	if (err) {
		khttpd_config_destroy(config);
		return ERR_PTR(err);
	}
	return config;
}

/* -------------------------------------------------------------------- */
/* The document root                                                    */

static void khttpd_root_put(struct khttpd_root *root)
{
	if (!refcount_dec_and_test(&root->ref))
		return;
	path_put(&root->path);
	put_cred(root->cred);
	kfree(root);
}

/*
 * The caller of a change must be allowed to become the user whose rights it
 * asks for, or CAP_NET_ADMIN would be enough to read anybody's files.
 */
static int khttpd_root_authorise(const struct khttpd_settings *settings,
				 const struct khttpd_change *change)
{
	if (!uid_eq(settings->uid, current_uid()) && !change->may_setuid) {
		NL_SET_ERR_MSG_ATTR(change->extack, change->at.uid,
				    "to read files as another user needs CAP_SETUID");
		return -EPERM;
	}
	if (!in_group_p(settings->gid) && !change->may_setgid) {
		NL_SET_ERR_MSG_ATTR(change->extack, change->at.gid,
				    "to read files as another group needs CAP_SETGID");
		return -EPERM;
	}
	return 0;
}

/*
 * The caller's credentials, so that a security module confines the reading of
 * files as it confines the caller, but with the user's identity, no group
 * beside its own and no capability.
 */
static const struct cred *khttpd_root_cred(const struct khttpd_settings *settings)
{
	struct cred *cred = prepare_creds();
	struct group_info *groups;

	if (!cred)
		return NULL;
	groups = groups_alloc(0);
	if (!groups) {
		abort_creds(cred);
		return NULL;
	}
	set_groups(cred, groups);
	put_group_info(groups);
	cred->uid = settings->uid;
	cred->euid = settings->uid;
	cred->suid = settings->uid;
	cred->fsuid = settings->uid;
	cred->gid = settings->gid;
	cred->egid = settings->gid;
	cred->sgid = settings->gid;
	cred->fsgid = settings->gid;
	cap_clear(cred->cap_effective);
	return cred;
}

static int khttpd_root_resolve(const char *name, struct path *path,
			       struct netlink_ext_ack *extack, const struct nlattr *at)
{
	int err = kern_path(name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, path);

	switch (err) {
	case 0:
		break;
	case -ENOENT:
		NL_SET_ERR_MSG_ATTR(extack, at, "document root does not exist");
		break;
	case -ENOTDIR:
		NL_SET_ERR_MSG_ATTR(extack, at, "document root is not a directory");
		break;
	default:
		NL_SET_ERR_MSG_ATTR(extack, at, "document root cannot be resolved");
	}
	return err;
}

/* Whether the files' user may search the document root, as every request must. */
static int khttpd_root_check(const struct khttpd_root *root,
			     struct netlink_ext_ack *extack, const struct nlattr *at)
{
	const struct cred *saved = override_creds(root->cred);
	struct path path;
	int err;

	/* "." asks for the permission to search the directory that it starts in. */
	err = vfs_path_lookup(root->path.dentry, root->path.mnt, ".", LOOKUP_DIRECTORY,
			      &path);
	if (!err)
		path_put(&path);
	else
		NL_SET_ERR_MSG_ATTR(extack, at,
				    "document root is closed to the user that files are read as");
	revert_creds(saved);
	return err;
}

/* @old is a root in use whose path is kept, or NULL to look the name up. */
static int khttpd_root_open(struct khttpd_config *config, const struct khttpd_root *old,
			    const struct khttpd_change *change)
{
	const struct nlattr *at = change->at.root ?: change->at.uid ?: change->at.state;
	struct khttpd_root *root;
	int err;

	err = khttpd_root_authorise(&config->settings, change);
	if (err)
		return err;
	root = kzalloc(sizeof(*root), GFP_KERNEL);
	if (!root)
		return -ENOMEM;
	refcount_set(&root->ref, 1);
	root->cred = khttpd_root_cred(&config->settings);
	if (!root->cred) {
		kfree(root);
		return -ENOMEM;
	}
	if (old) {
		root->path = old->path;
		path_get(&root->path);
	} else {
		err = khttpd_root_resolve(config->root_name, &root->path, change->extack, at);
	}
	if (!err)
		err = khttpd_root_check(root, change->extack, at);
	if (err)
		khttpd_root_put(root);
	else
		config->root = root;
	return err;
}

/**
 * khttpd_config_open_root() - resolve the document root and hold on to it
 * @config:	a snapshot that is not published yet, with a name of the root
 * @old:	snapshot in force, or NULL; a root that it has is shared if it can be
 * @change:	that led to it, for the caller's rights and the errors
 *
 * Context: process context of the administrator: the path is looked up in its
 * mount namespace and with its rights.  On newer kernels a kworker has no root
 * to look a path up from.
 * Return: 0 or a negative errno, with the reason in the change's extack.
 */
int khttpd_config_open_root(struct khttpd_config *config,
			    const struct khttpd_config *old,
			    const struct khttpd_change *change)
{
	struct khttpd_root *root = old && !change->root ? old->root : NULL;

	if (root && uid_eq(old->settings.uid, config->settings.uid) &&
	    gid_eq(old->settings.gid, config->settings.gid)) {
		refcount_inc(&root->ref);
		config->root = root;
		return 0;
	}
	return khttpd_root_open(config, root, change);
}

/**
 * khttpd_config_close_root() - let go of the document root, keep its name
 * @config:	a snapshot that no request can use
 *
 * Context: process context, may sleep.
 */
void khttpd_config_close_root(struct khttpd_config *config)
{
	if (config->root)
		khttpd_root_put(config->root);
	config->root = NULL;
}
