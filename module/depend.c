// SPDX-License-Identifier: GPL-2.0
/*
 * What a response was made of, so that it can be told whether it is still true.
 *
 * A path without symbolic links is its dentries: as long as none of them was
 * renamed, removed or mounted upon, which d_seq and a flag tell, it leads to the
 * same file.  Whether anything in a directory, or the file itself, or the right to
 * any of them, is different is told by the times of their inodes.  So what is kept
 * can be compared by looking at memory alone, in any context, without a lock.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/magic.h>
#include <linux/mount.h>

#include "depend.h"
#include "root.h"

/* Changes closer to each other than this may leave the same time. */
#define KHTTPD_DEP_TICKS_NS	(2 * TICK_NSEC)

/**
 * khttpd_deps_init() - begin to note what a response is made of
 * @deps:	is overwritten
 * @root:	what it lies beneath; kept by the caller for as long as @deps
 * @since:	ktime_get_coarse_real_ts64() before anything was looked at
 *
 * Context: any.
 */
void khttpd_deps_init(struct khttpd_deps *deps, const struct khttpd_root *root,
		      const struct timespec64 *since)
{
	deps->root = root;
	deps->since = *since;
	deps->nr = 0;
}

/*
 * Whether the kernel of this machine makes all changes of a file system and says
 * so in its inodes.  Network and user-space file systems do not, and an overlay
 * keeps times of its own beside those that change.
 */
static bool khttpd_dep_is_local(const struct super_block *sb)
{
	return sb->s_type->fs_flags & FS_REQUIRES_DEV || sb->s_magic == TMPFS_MAGIC ||
	       sb->s_magic == RAMFS_MAGIC;
}

/* Without a fraction they are taken for those of a file system that has none. */
static bool khttpd_dep_is_coarse(const struct khttpd_dep *dep)
{
	return !dep->mtime.tv_nsec && !dep->ctime.tv_nsec;
}

/* Whether any change from now on would leave another time. */
static bool khttpd_dep_is_old(const struct khttpd_dep *dep, const struct timespec64 *since)
{
	bool ctime_last = timespec64_compare(&dep->mtime, &dep->ctime) <= 0;
	struct timespec64 age = timespec64_sub(*since, ctime_last ? dep->ctime : dep->mtime);

	if (khttpd_dep_is_coarse(dep))
		return age.tv_sec > 2;
	return timespec64_to_ns(&age) > KHTTPD_DEP_TICKS_NS;
}

/* The caller holds a reference on @dentry, which is taken over.  Return: 0 or -EAGAIN. */
static int khttpd_dep_take(struct khttpd_deps *deps, struct dentry *dentry,
			   const struct qstr *name)
{
	struct khttpd_dep *dep = &deps->dep[deps->nr];
	const struct inode *inode;
	bool good;

	spin_lock(&dentry->d_lock);
	inode = d_inode(dentry);
	/* The root of a file system has no name, but is not gone. */
	good = inode && !d_unlinked(dentry) && !d_mountpoint(dentry) &&
	       !(dentry->d_flags & (DCACHE_OP_REVALIDATE | DCACHE_OP_WEAK_REVALIDATE)) &&
	       (!name || (dentry->d_name.len == name->len &&
			  !memcmp(dentry->d_name.name, name->name, name->len)));
	dep->seq = READ_ONCE(dentry->d_seq.seqcount.sequence);
	spin_unlock(&dentry->d_lock);
	if (!good || inode_is_open_for_write(inode))
		return -EAGAIN;
	dep->dentry = dentry;
	dep->inode = inode;
	dep->size = i_size_read(inode);
	dep->mtime = khttpd_inode_mtime(inode);
	dep->ctime = inode_get_ctime(inode);
	if (!khttpd_dep_is_old(dep, &deps->since))
		return -EAGAIN;
	deps->nr++;
	return 0;
}

static bool khttpd_deps_have(const struct khttpd_deps *deps, const struct dentry *dentry)
{
	u32 i;

	for (i = 0; i < deps->nr; i++)
		if (deps->dep[i].dentry == dentry)
			return true;
	return false;
}

/* The last component of the first @len octets of @name. */
static struct qstr khttpd_dep_component(const char *name, u32 len)
{
	u32 begin = len;

	while (begin && name[begin - 1] != '/')
		begin--;
	return (struct qstr)QSTR_INIT(name + begin, len - begin);
}

/**
 * khttpd_deps_add() - note a file or directory, and the directories above it
 * @deps:	what was noted so far
 * @name:	path by which it was found, relative to the root, without empty
 *		components
 * @len:	octets of @name; 0 is the root itself
 * @path:	what was found
 *
 * Context: process context.
 * Return: 0, or -EAGAIN if it cannot be told from now on whether it changes:
 * there is a symbolic link or a mount on the way, it was changed just now, or it
 * is open for writing, or its file system does not tell.
 */
int khttpd_deps_add(struct khttpd_deps *deps, const char *name, u32 len,
		    const struct path *path)
{
	const struct path *root = &deps->root->path;
	struct dentry *dentry = dget(path->dentry);
	int err = -EAGAIN;

	if (path->mnt != root->mnt || !khttpd_dep_is_local(dentry->d_sb))
		goto out;
	while (dentry != root->dentry) {
		struct qstr component = khttpd_dep_component(name, len);
		struct dentry *parent;

		if (!component.len || deps->nr >= KHTTPD_DEPS_MAX - 1)
			goto out;
		parent = dget_parent(dentry);
		if (khttpd_deps_have(deps, dentry)) {
			dput(dentry);
		} else if (khttpd_dep_take(deps, dentry, &component)) {
			dput(parent);
			goto out;
		}
		dentry = parent;
		len -= component.len;
		if (len)
			len--;
	}
	if (len)
		goto out;
	if (khttpd_deps_have(deps, dentry)) {
		err = 0;
		goto out;
	}
	err = khttpd_dep_take(deps, dentry, NULL);
	if (!err)
		return 0;
out:
	dput(dentry);
	return err;
}

static bool khttpd_dep_holds(const struct khttpd_dep *dep)
{
	const struct dentry *dentry = dep->dentry;
	const struct inode *inode = dep->inode;
	struct timespec64 mtime, ctime;

	/* Odd while a writer is at it, which is not waited for: it is another value. */
	if (READ_ONCE(dentry->d_seq.seqcount.sequence) != dep->seq ||
	    d_mountpoint(dentry) || d_inode_rcu(dentry) != inode)
		return false;
	mtime = khttpd_inode_mtime(inode);
	ctime = inode_get_ctime(inode);
	return timespec64_equal(&ctime, &dep->ctime) &&
	       timespec64_equal(&mtime, &dep->mtime) &&
	       i_size_read(inode) == dep->size && !inode_is_open_for_write(inode);
}

/**
 * khttpd_deps_hold() - whether a response is still true
 * @dep:	what it was made of
 * @nr:		how many they are
 *
 * A change that was finished before the call is seen.
 *
 * Context: any.
 */
bool khttpd_deps_hold(const struct khttpd_dep *dep, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (!khttpd_dep_holds(&dep[i]))
			return false;
	return true;
}

/**
 * khttpd_deps_put() - forget what a response was made of
 * @dep:	what it was made of
 * @nr:		how many they are
 *
 * Context: process context, may sleep.
 */
void khttpd_deps_put(struct khttpd_dep *dep, u32 nr)
{
	while (nr)
		dput(dep[--nr].dentry);
}
