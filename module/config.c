// SPDX-License-Identifier: GPL-2.0
/* Configuration: immutable snapshots, built from the last one and a change. */
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/namei.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/wait.h>

#include "config.h"

/* Snapshots that are not freed yet; the module must not go before them. */
static atomic_t khttpd_configs = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(khttpd_configs_gone);

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

static struct khttpd_config *khttpd_config_alloc(const struct khttpd_config *old)
{
	struct khttpd_config *config = kzalloc(sizeof(*config), GFP_KERNEL);

	if (!config)
		return NULL;
	if (percpu_ref_init(&config->ref, khttpd_config_released, 0, GFP_KERNEL)) {
		kfree(config);
		return NULL;
	}
	INIT_WORK(&config->free_work, khttpd_config_free_work);
	atomic_inc(&khttpd_configs);
	config->settings = old ? old->settings : khttpd_default_settings;
	return config;
}

/**
 * khttpd_config_destroy() - free a snapshot that nobody else can find
 * @config:	never published, or without references
 *
 * Context: process context, may sleep.
 */
void khttpd_config_destroy(struct khttpd_config *config)
{
	khttpd_config_unpin_root(config);
	if (config->cred)
		put_cred(config->cred);
	kfree(config->root_name);
	percpu_ref_exit(&config->ref);
	kfree(config);
	if (atomic_dec_and_test(&khttpd_configs))
		wake_up_all(&khttpd_configs_gone);
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

/*
 * The caller of a change must be allowed to become the user whose rights it
 * asks for, or CAP_NET_ADMIN would be enough to read anybody's files.
 */
static int khttpd_config_authorise(const struct khttpd_settings *settings,
				   const struct khttpd_change *change)
{
	if (!uid_eq(settings->uid, current_uid()) && !capable(CAP_SETUID)) {
		NL_SET_ERR_MSG_ATTR(change->extack, change->at.uid,
				    "to read files as another user needs CAP_SETUID");
		return -EPERM;
	}
	if (!in_group_p(settings->gid) && !capable(CAP_SETGID)) {
		NL_SET_ERR_MSG_ATTR(change->extack, change->at.gid,
				    "to read files as another group needs CAP_SETGID");
		return -EPERM;
	}
	return 0;
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

/*
 * The caller's credentials, so that a security module confines the reading of
 * files as it confines the caller, but with the user's identity, no group
 * beside its own and no capability.
 */
static const struct cred *khttpd_config_cred(const struct khttpd_settings *settings)
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
	cred->fsuid = settings->uid;
	cred->fsgid = settings->gid;
	cap_clear(cred->cap_effective);
	return cred;
}

static int khttpd_config_set_cred(struct khttpd_config *config,
				  const struct khttpd_config *old,
				  const struct khttpd_change *change)
{
	int err;

	if (old && old->cred && !change->root && !change->has_uid && !change->has_gid) {
		config->cred = get_cred(old->cred);
		return 0;
	}
	if (!config->root_name)
		return 0;
	err = khttpd_config_authorise(&config->settings, change);
	if (err)
		return err;
	config->cred = khttpd_config_cred(&config->settings);
	return config->cred ? 0 : -ENOMEM;
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
 * khttpd_config_build() - make the snapshot that a change leads to
 * @old:	snapshot in force, or NULL where there is none yet
 * @change:	what is to be different
 *
 * The document root is not resolved yet, see khttpd_config_pin_root().
 *
 * Context: process context of the administrator, whose credentials count.
 * Return: the new snapshot, for the caller to publish or to destroy; or an
 * error pointer, with the reason in the change's extack.
 */
struct khttpd_config *khttpd_config_build(const struct khttpd_config *old,
					  const struct khttpd_change *change)
{
	struct khttpd_config *config = khttpd_config_alloc(old);
	struct khttpd_settings *settings;
	int err;

	if (!config)
		return ERR_PTR(-ENOMEM);
	settings = &config->settings;
	err = khttpd_config_set_limits(settings, change);
	if (!err)
		err = khttpd_config_set_queues(settings, change);
	if (!err)
		err = khttpd_config_set_user(settings, change);
	if (!err)
		err = khttpd_config_set_root_name(config, old, change);
	if (!err)
		err = khttpd_config_set_cred(config, old, change);
	if (err) {
		khttpd_config_destroy(config);
		return ERR_PTR(err);
	}
	if (change->has_listeners) {
		settings->nr_listeners = change->nr_listeners;
		memcpy(settings->listener, change->listener,
		       change->nr_listeners * sizeof(*change->listener));
	}
	if (old && old->pinned && !change->root) {
		config->root = old->root;
		path_get(&config->root);
		config->pinned = true;
	}
	return config;
}

/* Whether the files' user may search the document root, as every request must. */
static int khttpd_config_check_root(const struct khttpd_config *config)
{
	const struct cred *saved = override_creds(config->cred);
	struct path root;
	int err;

	/* "." asks for the permission to search the directory that it starts in. */
	err = vfs_path_lookup(config->root.dentry, config->root.mnt, ".",
			      LOOKUP_DIRECTORY, &root);
	if (!err)
		path_put(&root);
	revert_creds(saved);
	return err;
}

/**
 * khttpd_config_pin_root() - resolve the document root and hold on to it
 * @config:	a snapshot that is not published yet, with a name of the root
 * @change:	for the errors
 *
 * Context: process context of the administrator: the path is looked up in its
 * mount namespace and with its rights.  On newer kernels a kworker has no root
 * to look a path up from.
 * Return: 0 or a negative errno, with the reason in the change's extack.
 */
int khttpd_config_pin_root(struct khttpd_config *config,
			   const struct khttpd_change *change)
{
	const struct nlattr *at = change->at.root ?: change->at.state;
	int err;

	if (config->pinned)
		return 0;
	err = kern_path(config->root_name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY,
			&config->root);
	switch (err) {
	case 0:
		break;
	case -ENOENT:
		NL_SET_ERR_MSG_ATTR(change->extack, at, "document root does not exist");
		return err;
	case -ENOTDIR:
		NL_SET_ERR_MSG_ATTR(change->extack, at, "document root is not a directory");
		return err;
	default:
		NL_SET_ERR_MSG_ATTR(change->extack, at, "document root cannot be resolved");
		return err;
	}
	config->pinned = true;
	err = khttpd_config_check_root(config);
	if (err)
		NL_SET_ERR_MSG_ATTR(change->extack, at,
				    "document root is closed to the user that files are read as");
	return err;
}

/**
 * khttpd_config_unpin_root() - let go of the document root, keep its name
 * @config:	a snapshot that no request can use: the server is stopped
 *
 * The file system of the root can be unmounted afterwards.
 *
 * Context: process context, may sleep.
 */
void khttpd_config_unpin_root(struct khttpd_config *config)
{
	if (!config->pinned)
		return;
	config->pinned = false;
	path_put(&config->root);
}

/* Wait until every snapshot is freed; no server is left to make another. */
void khttpd_config_module_exit(void)
{
	wait_event(khttpd_configs_gone, !atomic_read(&khttpd_configs));
}
