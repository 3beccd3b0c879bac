/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_FILE_H
#define KHTTPD_FILE_H

#include <linux/bvec.h>
#include <linux/fs.h>
#include <linux/stat.h>

#include "config.h"
#include "depend.h"
#include "site.h"

/**
 * struct khttpd_file - what a path beneath the document root names
 * @file:	opened for reading; NULL for a directory
 * @plain:	whether it lies where its path says: it was found without a link, and
 *		nothing is mounted there
 * @size:	in bytes
 * @inode:	number of the inode
 * @mtime:	of the last modification
 */
struct khttpd_file {
	struct file		*file;
	bool			plain;
	u64			size;
	u64			inode;
	struct timespec64	mtime;
};

/* As many pages as splicing hands over at once. */
#define KHTTPD_WINDOW_PAGES	16

/**
 * struct khttpd_window - pages of a file on their way to TCP
 * @bv:		each with a reference of ours
 * @first:	first one that is not sent
 * @nr:		end of the valid ones
 * @len:	bytes that are not sent
 */
struct khttpd_window {
	struct bio_vec	bv[KHTTPD_WINDOW_PAGES];
	unsigned int	first;
	unsigned int	nr;
	size_t		len;
};

int khttpd_file_open(const struct khttpd_host *host, const char *path,
		     struct khttpd_file *found);
struct file *khttpd_file_open_dir(const struct khttpd_host *host, const char *path);
int khttpd_file_stat(const struct khttpd_host *host, const char *path,
		     struct kstat *stat);
int khttpd_file_stat_entry(const struct khttpd_host *host, const struct file *dir,
			   const char *path, const char *name, struct kstat *stat);
bool khttpd_file_lacks(const struct khttpd_file *found, const char *name, u32 len);
int khttpd_file_note(const struct khttpd_host *host, const char *path, u32 len,
		     struct khttpd_deps *deps);
void khttpd_file_close(struct file *file);

ssize_t khttpd_window_fill(struct khttpd_window *window, struct file *file,
			   loff_t pos, loff_t end, const struct cred *cred);
void khttpd_window_consume(struct khttpd_window *window, size_t len);

/* Drop the pages that were not sent. */
static inline void khttpd_window_clear(struct khttpd_window *window)
{
	khttpd_window_consume(window, window->len);
}

#endif /* KHTTPD_FILE_H */
