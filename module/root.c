// SPDX-License-Identifier: GPL-2.0
/* Document roots: resolved for an administrator, read as an unprivileged user. */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "config.h"
#include "root.h"

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

static int khttpd_root_prepare_cred(struct khttpd_root_opener *opener)
{
	int err;

	if (opener->cred)
		return 0;
	err = khttpd_root_authorise(opener->settings, opener->change);
	if (err)
		return err;
	opener->cred = khttpd_root_cred(opener->settings);
	return opener->cred ? 0 : -ENOMEM;
}

/**
 * khttpd_root_open() - resolve a document root and hold on to it
 * @opener:	for whom
 * @name:	path of the document root
 * @old:	a root in use that is shared if it can be, or else its path is kept;
 *		NULL to look @name up
 * @at:		attribute that errors are blamed on, or NULL
 *
 * Context: process context of the administrator: the path is looked up in its
 * mount namespace and with its rights.  On newer kernels a kworker has no root
 * to look a path up from.
 * Return: the root, for khttpd_root_put(); or an error pointer, with the reason
 * in the change's extack.
 */
struct khttpd_root *khttpd_root_open(struct khttpd_root_opener *opener, const char *name,
				     struct khttpd_root *old, const struct nlattr *at)
{
	struct netlink_ext_ack *extack = opener->change->extack;
	struct khttpd_root *root;
	int err;

	if (old && opener->same_user)
		return khttpd_root_get(old);
	err = khttpd_root_prepare_cred(opener);
	if (err)
		return ERR_PTR(err);
	root = kzalloc(sizeof(*root), GFP_KERNEL);
	if (!root)
		return ERR_PTR(-ENOMEM);
	refcount_set(&root->ref, 1);
	root->cred = get_cred(opener->cred);
	if (old) {
		root->path = old->path;
		path_get(&root->path);
	} else {
		err = khttpd_root_resolve(name, &root->path, extack, at);
	}
	if (!err)
		err = khttpd_root_check(root, extack, at);
	if (err) {
		khttpd_root_put(root);
		return ERR_PTR(err);
	}
	return root;
}

/**
 * khttpd_root_get() - take a reference
 * @root:	a document root, or NULL
 *
 * Context: any.
 * Return: @root, for khttpd_root_put().
 */
struct khttpd_root *khttpd_root_get(struct khttpd_root *root)
{
	if (root)
		refcount_inc(&root->ref);
	return root;
}

/**
 * khttpd_root_put() - drop a reference
 * @root:	a document root, or NULL
 *
 * Context: process context, may sleep.
 */
void khttpd_root_put(struct khttpd_root *root)
{
	if (!root || !refcount_dec_and_test(&root->ref))
		return;
	path_put(&root->path);
	put_cred(root->cred);
	kfree(root);
}

/**
 * khttpd_root_equal() - whether two document roots are the same directory
 * @a:	a document root, or NULL
 * @b:	a document root, or NULL
 *
 * Context: any.
 * Return: true if they are, and if there is none of both.
 */
bool khttpd_root_equal(const struct khttpd_root *a, const struct khttpd_root *b)
{
	return a && b ? path_equal(&a->path, &b->path) : a == b;
}
