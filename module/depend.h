/* SPDX-License-Identifier: GPL-2.0 */
/* What a response was made of, so that it can be told whether it is still true. */
#ifndef KHTTPD_DEPEND_H
#define KHTTPD_DEPEND_H

#include <linux/path.h>
#include <linux/time64.h>
#include <linux/types.h>

struct khttpd_root;

/**
 * struct khttpd_dep - a directory or file as it was
 * @dentry:	holds a reference; under the root's mount
 * @inode:	that the dentry had
 * @seq:	of the dentry: changes when it is renamed or removed
 * @size:	of the inode, in bytes
 * @mtime:	of the inode
 * @ctime:	of the inode: changes with its content, its rights and, of a
 *		directory, its entries
 */
struct khttpd_dep {
	struct dentry		*dentry;
	const struct inode	*inode;
	unsigned int		seq;
	loff_t			size;
	struct timespec64	mtime;
	struct timespec64	ctime;
};

/* Directories and files of one response; those deeper in the tree are not kept. */
#define KHTTPD_DEPS_MAX		24

/**
 * struct khttpd_deps - all that a response was made of
 * @root:	what it lies beneath; the caller keeps it
 * @since:	when the making began; what changed after it, or just before it,
 *		cannot be told apart
 * @nr:		valid entries of @dep
 * @dep:	beginning with the root
 */
struct khttpd_deps {
	const struct khttpd_root	*root;
	struct timespec64		since;
	u32				nr;
	struct khttpd_dep		dep[KHTTPD_DEPS_MAX];
};

void khttpd_deps_init(struct khttpd_deps *deps, const struct khttpd_root *root,
		      const struct timespec64 *since);
int khttpd_deps_add(struct khttpd_deps *deps, const char *name, u32 len,
		    const struct path *path);
bool khttpd_deps_hold(const struct khttpd_dep *dep, u32 nr);
void khttpd_deps_put(struct khttpd_dep *dep, u32 nr);

#endif /* KHTTPD_DEPEND_H */
