// SPDX-License-Identifier: GPL-2.0
/* Files: found beneath the document root, opened, their pages borrowed. */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/pipe_fs_i.h>
#include <linux/slab.h>
#include <linux/splice.h>

#include "file.h"

#define KHTTPD_LOOKUP_TRIES	4
#define KHTTPD_BORROW_TRIES	4

/* What is asked of a file before it is served. */
#define KHTTPD_STAT_MASK	(STATX_TYPE | STATX_SIZE | STATX_MTIME | STATX_INO)

/* -------------------------------------------------------------------- */
/* Finding; with the credentials of the document root                   */

/*
 * ".." in the target of a symbolic link cannot be followed safely while anything
 * on the machine is renamed or mounted; then the lookup is to be tried again.
 */
static int khttpd_file_walk(const struct khttpd_root *root, const char *path,
			    unsigned int flags, struct path *target)
{
	int tries = KHTTPD_LOOKUP_TRIES;
	int err;

	do {
		err = vfs_path_lookup(root->path.dentry, root->path.mnt,
				      *path ? path : ".", flags | LOOKUP_BENEATH, target);
	} while (err == -EAGAIN && --tries);
	return err;
}

/* Whether what @path names, if it is a symbolic link, leads to its owner's own. */
static int khttpd_file_check_link(const struct khttpd_root *root, const char *path)
{
	struct path link, target;
	int err;

	err = khttpd_file_walk(root, path, 0, &link);
	if (err)
		return err;
	if (d_is_symlink(link.dentry)) {
		err = khttpd_file_walk(root, path, LOOKUP_FOLLOW, &target);
		if (!err) {
			if (!uid_eq(d_inode(link.dentry)->i_uid,
				    d_inode(target.dentry)->i_uid))
				err = -ELOOP;
			path_put(&target);
		}
	}
	path_put(&link);
	return err;
}

/*
 * Every link on the way, from the root on.  Who may rename along the path can
 * exchange a link between this check and its use: that is for trees whose
 * owners are trusted not to race, as everywhere where links are judged by owner.
 */
static int khttpd_file_check_links(const struct khttpd_root *root, const char *path)
{
	char *name = kstrdup(path, GFP_KERNEL);
	char *slash;
	int err;

	if (!name)
		return -ENOMEM;
	for (slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		err = khttpd_file_check_link(root, name);
		*slash = '/';
		if (err)
			goto out;
	}
	err = khttpd_file_check_link(root, name);
out:
	kfree(name);
	return err;
}

/* @plain tells whether there is no link on the way, and the target is no mount. */
static int khttpd_file_lookup(const struct khttpd_host *host, const char *path,
			      struct path *target, bool *plain)
{
	int err;

	/* Mostly there is none, which one lookup tells. */
	err = khttpd_file_walk(host->root, path, LOOKUP_NO_SYMLINKS | LOOKUP_FOLLOW, target);
	*plain = !err && target->dentry != target->mnt->mnt_root;
	if (err != -ELOOP || host->site->symlinks == KHTTPD_SYMLINKS_NONE)
		return err;
	if (host->site->symlinks != KHTTPD_SYMLINKS_BENEATH) {
		err = khttpd_file_check_links(host->root, path);
		if (err)
			return err;
	}
	return khttpd_file_walk(host->root, path, LOOKUP_FOLLOW, target);
}

/*
 * What the kernel knows of a name in a directory, which a path walk would find as well,
 * with a buffer of PATH_MAX to begin with.  Return: the dentry, to be put, without an
 * inode if there is nothing of that name; or NULL if there is more to it.
 */
static struct dentry *khttpd_file_recall(struct dentry *dir, const char *name, u32 len)
{
	struct qstr component = QSTR_INIT(name, len);
	struct dentry *dentry;

	/* Names of which more than one spelling is the same. */
	if (dir->d_flags & DCACHE_OP_HASH)
		return NULL;
	component.hash = full_name_hash(dir, name, len);
	dentry = d_lookup(dir, &component);
	if (!dentry)
		return NULL;
	if (d_managed(dentry) || d_is_symlink(dentry) ||
	    dentry->d_flags & (DCACHE_OP_REVALIDATE | DCACHE_OP_WEAK_REVALIDATE)) {
		dput(dentry);
		return NULL;
	}
	return dentry;
}

/* -------------------------------------------------------------------- */
/* Opening                                                              */

/* dentry_open() asks the security modules, but not the mode bits. */
static struct file *khttpd_file_open_path(const struct path *path, int flags)
{
	struct file *file;
	int err;

	file = dentry_open(path, O_RDONLY | O_LARGEFILE | O_NONBLOCK | flags,
			   current_cred());
	if (IS_ERR(file))
		return file;
	err = file_permission(file, MAY_OPEN | MAY_READ);
	if (err) {
		khttpd_file_close(file);
		return ERR_PTR(err);
	}
	return file;
}

static int khttpd_file_open_found(const struct path *path, bool plain,
				  struct khttpd_file *found)
{
	umode_t mode = d_inode(path->dentry)->i_mode;
	struct kstat stat;
	int err;

	if (S_ISDIR(mode))
		return 0;
	/* To open a FIFO would block, to open a device may do anything. */
	if (!S_ISREG(mode))
		return -EACCES;
	found->file = khttpd_file_open_path(path, 0);
	if (IS_ERR(found->file))
		return PTR_ERR(found->file);
	err = vfs_getattr(&found->file->f_path, &stat, KHTTPD_STAT_MASK,
			  AT_STATX_SYNC_AS_STAT);
	if (err) {
		khttpd_file_close(found->file);
		return err;
	}
	found->plain = plain;
	found->size = stat.size;
	found->inode = stat.ino;
	found->mtime = stat.mtime;
	return 0;
}

/**
 * khttpd_file_open() - find a file beneath the document root and open it
 * @host:	whose document root, and whose policy of symbolic links
 * @path:	relative to the root; "" is the root itself
 * @found:	receives the file; its @file is NULL if the path names a directory
 *
 * Neither ".." nor a symbolic link leads out of the root, whoever may change
 * the tree at the same time: the lookup itself stays beneath it.
 *
 * Context: work item, may sleep for the disk.
 * Return: 0, and khttpd_file_close() is due for a @file; -EXDEV if the path
 * leads out of the root, -ELOOP if it leads through a link that is not to be
 * followed, -EACCES for what is no file or directory or may not be read, or
 * another negative errno of the lookup.
 */
int khttpd_file_open(const struct khttpd_host *host, const char *path,
		     struct khttpd_file *found)
{
	const struct cred *saved;
	struct path target;
	bool plain;
	int err;

	memset(found, 0, sizeof(*found));
	saved = override_creds(host->root->cred);
	err = khttpd_file_lookup(host, path, &target, &plain);
	if (!err) {
		err = khttpd_file_open_found(&target, plain, found);
		path_put(&target);
	}
	revert_creds(saved);
	return err;
}

/**
 * khttpd_file_open_dir() - open a directory beneath the document root to list it
 * @host:	as of khttpd_file_open()
 * @path:	as of khttpd_file_open()
 *
 * Context: work item, may sleep for the disk.
 * Return: the directory, for khttpd_file_close(), or an error pointer as of
 * khttpd_file_open(); -ENOTDIR if it is none.
 */
struct file *khttpd_file_open_dir(const struct khttpd_host *host, const char *path)
{
	const struct cred *saved = override_creds(host->root->cred);
	struct path target;
	struct file *file;
	bool plain;
	int err;

	err = khttpd_file_lookup(host, path, &target, &plain);
	if (err) {
		file = ERR_PTR(err);
	} else {
		file = d_is_dir(target.dentry) ?
		       khttpd_file_open_path(&target, O_DIRECTORY) : ERR_PTR(-ENOTDIR);
		path_put(&target);
	}
	revert_creds(saved);
	return file;
}

/* With the credentials of the document root.  Return: as of khttpd_file_stat(). */
static int khttpd_file_stat_path(const struct path *target, struct kstat *stat)
{
	int err;

	err = path_permission(target, d_is_dir(target->dentry) ? MAY_EXEC : MAY_READ);
	return err ?: vfs_getattr(target, stat, KHTTPD_STAT_MASK, AT_STATX_SYNC_AS_STAT);
}

static int khttpd_file_stat_lookup(const struct khttpd_host *host, const char *path,
				   struct kstat *stat)
{
	struct path target;
	bool plain;
	int err;

	err = khttpd_file_lookup(host, path, &target, &plain);
	if (err)
		return err;
	err = khttpd_file_stat_path(&target, stat);
	path_put(&target);
	return err;
}

/**
 * khttpd_file_stat() - look at what can be served under a path
 * @host:	as of khttpd_file_open()
 * @path:	as of khttpd_file_open()
 * @stat:	receives type, size, time of modification and inode number
 *
 * Context: work item, may sleep for the disk.
 * Return: 0 or a negative errno as of khttpd_file_open(): -EACCES too for a file
 * that may not be read and for a directory that may not be searched.
 */
int khttpd_file_stat(const struct khttpd_host *host, const char *path,
		     struct kstat *stat)
{
	const struct cred *saved = override_creds(host->root->cred);
	int err = khttpd_file_stat_lookup(host, path, stat);

	revert_creds(saved);
	return err;
}

/**
 * khttpd_file_stat_entry() - the same for an entry of a directory that is open
 * @host:	as of khttpd_file_open()
 * @dir:	the directory, as of khttpd_file_open_dir()
 * @path:	of the entry, as of khttpd_file_open()
 * @name:	its last component
 * @stat:	as of khttpd_file_stat()
 *
 * Context: work item, may sleep for the disk.
 * Return: as of khttpd_file_stat().
 */
int khttpd_file_stat_entry(const struct khttpd_host *host, const struct file *dir,
			   const char *path, const char *name, struct kstat *stat)
{
	const struct cred *saved = override_creds(host->root->cred);
	struct path entry = { .mnt = dir->f_path.mnt };
	int err;

	entry.dentry = khttpd_file_recall(dir->f_path.dentry, name, strlen(name));
	if (entry.dentry && d_is_positive(entry.dentry))
		err = path_permission(&dir->f_path, MAY_EXEC) ?:
		      khttpd_file_stat_path(&entry, stat);
	else
		err = khttpd_file_stat_lookup(host, path, stat);
	dput(entry.dentry);
	revert_creds(saved);
	return err;
}

/**
 * khttpd_file_lacks() - whether it is known that there is no file of some name beside another
 * @found:	the other, open and @plain
 * @name:	without a directory
 * @len:	octets of @name
 *
 * Context: work item, may sleep.
 * Return: true if there is none; false if the file system has to be asked.
 */
bool khttpd_file_lacks(const struct khttpd_file *found, const char *name, u32 len)
{
	struct dentry *dir = dget_parent(found->file->f_path.dentry);
	struct dentry *dentry = khttpd_file_recall(dir, name, len);
	bool lacks = dentry && d_is_negative(dentry);

	dput(dentry);
	dput(dir);
	return lacks;
}

/**
 * khttpd_file_note() - note what a path names as something that a response depends on
 * @host:	as of khttpd_file_open()
 * @path:	as of khttpd_file_open()
 * @len:	octets of @path
 * @deps:	where to note it
 *
 * Context: work item, may sleep for the disk.
 * Return: 0, -ENOENT if there is nothing of that name, or -EAGAIN if it cannot be
 * told whether it changes.
 */
int khttpd_file_note(const struct khttpd_host *host, const char *path, u32 len,
		     struct khttpd_deps *deps)
{
	const struct cred *saved = override_creds(host->root->cred);
	struct path target;
	int err;

	err = khttpd_file_walk(host->root, path, LOOKUP_NO_SYMLINKS | LOOKUP_FOLLOW, &target);
	if (!err) {
		err = khttpd_deps_add(deps, path, len, &target);
		path_put(&target);
	} else {
		err = err == -ENOENT ? err : -EAGAIN;
	}
	revert_creds(saved);
	return err;
}

/**
 * khttpd_file_close() - close a file that khttpd_file_open() opened
 * @file:	the file
 *
 * At once: fput() of a kernel thread is deferred, and a file system could not
 * be unmounted right after the server was stopped.
 *
 * Context: work item, may sleep.
 */
void khttpd_file_close(struct file *file)
{
	__fput_sync(file);
}

/* What splicing hands on to khttpd_window_take(). */
struct khttpd_borrowing {
	struct khttpd_window	*window;
	const struct inode	*inode;
};

/*
 * Is what a pipe buffer holds, up to @end, content of the file?  What was cut off
 * meanwhile is not; tmpfs gives zeros for it.  Nor is a page that was read behind
 * the end, as zeros, and then dropped: if the file is cut off once more and grows
 * again, it is another page that is written to.  A page that has left its file
 * never comes back, so one that is there yet has been all the time.
 *
 * Return: 0, -ENODATA, or -EAGAIN if the page has left its file.
 */
static int khttpd_borrowing_check(const struct khttpd_borrowing *it,
				  const struct pipe_buffer *buf, loff_t end)
{
	if (end > i_size_read(it->inode))
		return -ENODATA;
	/* Not before the size, or all of that could happen in between. */
	smp_rmb();
	/* Only buffers of the page cache can be confirmed; others are copies. */
	return !buf->ops->confirm || READ_ONCE(compound_head(buf->page)->mapping) ? 0 : -EAGAIN;
}

/* Take references on the pages of a pipe buffer instead of moving it. */
static int khttpd_window_take(struct pipe_inode_info *pipe, struct pipe_buffer *buf,
			      struct splice_desc *sd)
{
	const struct khttpd_borrowing *it = sd->u.data;
	struct khttpd_window *window = it->window;
	struct page *page = buf->page + (buf->offset >> PAGE_SHIFT);
	unsigned int offset = offset_in_page(buf->offset);
	size_t left = sd->len;
	int err = khttpd_borrowing_check(it, buf, sd->pos + left);

	if (err)
		return err;
	while (left && window->nr < KHTTPD_WINDOW_PAGES) {
		struct bio_vec *bv = &window->bv[window->nr++];

		get_page(page);
		bv->bv_page = page;
		bv->bv_offset = offset;
		bv->bv_len = min_t(size_t, left, PAGE_SIZE - offset);
		window->len += bv->bv_len;
		left -= bv->bv_len;
		offset = 0;
		page++;
	}
	return sd->len - left;
}

static int khttpd_window_actor(struct pipe_inode_info *pipe, struct splice_desc *sd)
{
	return __splice_from_pipe(pipe, sd, khttpd_window_take);
}

/* As khttpd_window_fill(); also -EAGAIN, see khttpd_borrowing_check(). */
static ssize_t khttpd_window_splice(struct khttpd_window *window, struct file *file,
				    loff_t pos, size_t len)
{
	struct khttpd_borrowing borrowing = {
		.window = window,
		.inode = file->f_mapping->host,
	};
	struct splice_desc sd = {
		.total_len = len,
		.pos = pos,
		.u.data = &borrowing,
	};

	return splice_direct_to_actor(file, &sd, khttpd_window_actor);
}

/**
 * khttpd_window_fill() - borrow the next pages of a file
 * @window:	empty
 * @file:	open for reading
 * @pos:	where to begin, in bytes
 * @end:	where to end at the latest, greater than @pos
 * @cred:	credentials to read with
 *
 * The file system reads as for splice(2), with its own read-ahead.  Pages may
 * change while they are on their way, as with sendfile(2).
 *
 * Context: work item, may sleep for the disk.
 * Return: bytes in the window, 0 at the end of the file, or a negative errno,
 * -ENODATA if the file became shorter meanwhile, or changes all the time.
 */
ssize_t khttpd_window_fill(struct khttpd_window *window, struct file *file,
			   loff_t pos, loff_t end, const struct cred *cred)
{
	/* No more than fits: whole pages but for the first and the last. */
	size_t len = min_t(loff_t, end - pos,
			   KHTTPD_WINDOW_PAGES * PAGE_SIZE - offset_in_page(pos));
	int tries = KHTTPD_BORROW_TRIES;
	const struct cred *saved;
	ssize_t ret;

	window->first = 0;
	window->nr = 0;
	window->len = 0;
	saved = override_creds(cred);
	ret = khttpd_verify_read(file, pos, len);
	if (!ret) {
		do {
			ret = khttpd_window_splice(window, file, pos, len);
		} while (ret == -EAGAIN && --tries);
	}
	revert_creds(saved);
	return ret == -EAGAIN ? -ENODATA : ret;
}

/**
 * khttpd_window_consume() - drop what TCP has taken
 * @window:	the window
 * @len:	bytes, at most @window->len
 *
 * Context: any.
 */
void khttpd_window_consume(struct khttpd_window *window, size_t len)
{
	window->len -= len;
	while (len) {
		struct bio_vec *bv = &window->bv[window->first];

		if (len < bv->bv_len) {
			bv->bv_offset += len;
			bv->bv_len -= len;
			break;
		}
		len -= bv->bv_len;
		put_page(bv->bv_page);
		window->first++;
	}
}
