// SPDX-License-Identifier: GPL-2.0
/* Listings of directories: their entries read, sorted and handed out as text. */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "file.h"
#include "listing.h"

/* Entries that are sorted; a larger directory is listed as it is read. */
#define KHTTPD_LISTING_SORTED	65536

/* Entries read at a time where they are not sorted. */
#define KHTTPD_LISTING_BATCH	1024

/* What all listings together may hold in memory. */
#define KHTTPD_LISTING_BYTES	(64UL << 20)

/* Text handed out at a time, where the beginning of the page does not need more. */
#define KHTTPD_LISTING_ROOM	(16 * 1024)

/**
 * struct khttpd_names - a block of names, packed
 * @next:	block that was filled before, or NULL
 * @used:	bytes of @bytes
 * @bytes:	names, each NUL-terminated
 */
struct khttpd_names {
	struct khttpd_names	*next;
	u32			used;
	char			bytes[PAGE_SIZE - sizeof(void *) - sizeof(u64)];
};

/* What comes next of the page. */
enum khttpd_listing_stage {
	KHTTPD_LISTING_BEGIN,
	KHTTPD_LISTING_ROWS,
	KHTTPD_LISTING_END,
	KHTTPD_LISTING_DONE,
};

/**
 * struct khttpd_listing - a directory being listed
 * @page:	what the page says, and how it is sorted; its path is @path
 * @host:	kept by the snapshot that the request is served from
 * @client:	address of who gets it
 * @dir:	the directory, read up to what is in @names
 * @eof:	and nothing is behind that
 * @stage:	what comes next
 * @rows:	rows handed out
 * @entries:	read and not handed out, from @first up to @nr
 * @first:	index into @entries
 * @nr:		valid entries
 * @room:	allocated entries
 * @names:	names of @entries
 * @charged:	bytes counted in khttpd_listing_bytes
 * @path_len:	bytes of the directory's path
 * @path:	the directory's path relative to the document root; behind it room
 *	for a slash and a name
 */
struct khttpd_listing {
	struct http_listing		page;
	const struct khttpd_host	*host;
	struct in6_addr			client;
	struct file			*dir;
	bool				eof;
	enum khttpd_listing_stage	stage;
	u64				rows;
	struct http_listing_entry	*entries;
	u32				first;
	u32				nr;
	u32				room;
	struct khttpd_names		*names;
	size_t				charged;
	u32				path_len;
	char				path[];
};

/**
 * struct khttpd_reading - entries on their way out of a file system
 * @ctx:	handed to the file system
 * @nr:		names taken
 * @full:	there was no room for one more
 * @used:	bytes of @bytes
 * @bytes:	names, each NUL-terminated
 *
 * While the file system reads, the directory is locked, and nothing in it can be
 * looked up; so the names go through here.
 */
struct khttpd_reading {
	struct dir_context	ctx;
	u32			nr;
	bool			full;
	u32			used;
	char			bytes[PAGE_SIZE / 2];
};

static atomic_long_t khttpd_listing_bytes;

static int khttpd_listing_charge(struct khttpd_listing *listing, size_t bytes)
{
	if (atomic_long_add_return(bytes, &khttpd_listing_bytes) > KHTTPD_LISTING_BYTES) {
		atomic_long_sub(bytes, &khttpd_listing_bytes);
		return -ENOMEM;
	}
	listing->charged += bytes;
	return 0;
}

static void khttpd_listing_uncharge(struct khttpd_listing *listing, size_t bytes)
{
	atomic_long_sub(bytes, &khttpd_listing_bytes);
	listing->charged -= bytes;
}

/* -------------------------------------------------------------------- */
/* Entries in memory                                                    */

static void khttpd_listing_forget(struct khttpd_listing *listing)
{
	while (listing->names) {
		struct khttpd_names *names = listing->names;

		listing->names = names->next;
		kfree(names);
		khttpd_listing_uncharge(listing, sizeof(*names));
	}
	listing->first = 0;
	listing->nr = 0;
}

/* Return: a copy of the name that lasts until khttpd_listing_forget(), or NULL. */
static const char *khttpd_listing_keep(struct khttpd_listing *listing,
				       const char *name, u32 len)
{
	struct khttpd_names *names = listing->names;
	char *copy;

	BUILD_BUG_ON(sizeof(names->bytes) <= NAME_MAX);
	if (!names || len >= sizeof(names->bytes) - names->used) {
		if (khttpd_listing_charge(listing, sizeof(*names)))
			return NULL;
		names = kmalloc(sizeof(*names), GFP_KERNEL);
		if (!names) {
			khttpd_listing_uncharge(listing, sizeof(*names));
			return NULL;
		}
		names->next = listing->names;
		names->used = 0;
		listing->names = names;
	}
	copy = names->bytes + names->used;
	memcpy(copy, name, len + 1);
	names->used += len + 1;
	return copy;
}

static int khttpd_listing_grow(struct khttpd_listing *listing)
{
	u32 room = listing->room ? 2 * listing->room : 64;
	size_t bytes = room * sizeof(*listing->entries);
	struct http_listing_entry *entries;

	if (khttpd_listing_charge(listing, bytes))
		return -ENOMEM;
	entries = kvmalloc(bytes, GFP_KERNEL);
	if (!entries) {
		khttpd_listing_uncharge(listing, bytes);
		return -ENOMEM;
	}
	memcpy(entries, listing->entries, listing->nr * sizeof(*entries));
	kvfree(listing->entries);
	khttpd_listing_uncharge(listing, listing->room * sizeof(*entries));
	listing->entries = entries;
	listing->room = room;
	return 0;
}

/* -------------------------------------------------------------------- */
/* Reading                                                              */

/* Dot-files are left out where they are not served. */
static bool khttpd_listing_shows(const struct khttpd_listing *listing, const char *name)
{
	if (name[0] != '.')
		return true;
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	return listing->host->site->options & KHTTPD_VHOST_OPTION_DOT_FILES ||
	       !strcmp(name, ".well-known");
}

/*
 * Add an entry, if the client could have it: what cannot be looked at, what is
 * neither file nor directory, and what it is denied is left out.
 */
static int khttpd_listing_add(struct khttpd_listing *listing, const char *name)
{
	char *path = listing->path + !listing->path_len;
	struct http_listing_entry *entry;
	u32 len = strlen(name);
	struct kstat stat;
	bool allowed;
	int err;

	if (!khttpd_listing_shows(listing, name))
		return 0;
	listing->path[listing->path_len] = '/';
	memcpy(listing->path + listing->path_len + 1, name, len + 1);
	err = khttpd_file_stat_entry(listing->host, listing->dir, path, name, &stat);
	allowed = !err && khttpd_site_allows(listing->host->site, path, strlen(path),
					     S_ISDIR(stat.mode), &listing->client);
	listing->path[listing->path_len] = '\0';
	if (err == -ENOMEM)
		return err;
	if (!allowed || !(S_ISREG(stat.mode) || S_ISDIR(stat.mode)))
		return 0;
	if (listing->nr == listing->room) {
		err = khttpd_listing_grow(listing);
		if (err)
			return err;
	}
	entry = &listing->entries[listing->nr];
	entry->name = khttpd_listing_keep(listing, name, len);
	if (!entry->name)
		return -ENOMEM;
	entry->name_len = len;
	entry->dir = S_ISDIR(stat.mode);
	entry->size = stat.size;
	entry->mtime = stat.mtime.tv_sec;
	listing->nr++;
	return 0;
}

/* Called by the file system, with the directory locked. */
static khttpd_filldir khttpd_listing_take(struct dir_context *ctx, const char *name,
					  int len, loff_t offset, u64 ino,
					  unsigned int type)
{
	struct khttpd_reading *reading = container_of(ctx, struct khttpd_reading, ctx);

	/* No file system of Linux has longer ones; one would not fit at all. */
	if (len > NAME_MAX)
		return KHTTPD_FILLDIR_MORE;
	if (len >= sizeof(reading->bytes) - reading->used) {
		reading->full = true;
		return KHTTPD_FILLDIR_STOP;
	}
	memcpy(reading->bytes + reading->used, name, len);
	reading->bytes[reading->used + len] = '\0';
	reading->used += len + 1;
	reading->nr++;
	return KHTTPD_FILLDIR_MORE;
}

/* Read some more entries.  Sets @eof when there are none. */
static int khttpd_listing_read_some(struct khttpd_listing *listing,
				    struct khttpd_reading *reading)
{
	const struct cred *saved;
	u32 at = 0;
	int err;

	reading->nr = 0;
	reading->full = false;
	reading->used = 0;
	saved = override_creds(listing->host->root->cred);
	err = iterate_dir(listing->dir, &reading->ctx);
	revert_creds(saved);
	/* A file system may return before the end; then it has said something. */
	listing->eof = !reading->nr && !reading->full;
	for (; !err && at < reading->used; at += strlen(reading->bytes + at) + 1)
		err = khttpd_listing_add(listing, reading->bytes + at);
	cond_resched();
	return err;
}

/* Read up to some number of entries, and a few more. */
static int khttpd_listing_read_up_to(struct khttpd_listing *listing, u32 nr)
{
	struct khttpd_reading *reading = kzalloc(sizeof(*reading), GFP_KERNEL);
	int err = 0;

	if (!reading)
		return -ENOMEM;
	reading->ctx.actor = khttpd_listing_take;
	while (!err && !listing->eof && listing->nr < nr)
		err = khttpd_listing_read_some(listing, reading);
	kfree(reading);
	return err;
}

static int khttpd_listing_order(const void *a, const void *b, const void *page)
{
	return http_listing_compare(page, a, b);
}

/* Read all of it and sort it, or begin to read what is too much for that. */
static int khttpd_listing_collect(struct khttpd_listing *listing)
{
	int err = khttpd_listing_read_up_to(listing, KHTTPD_LISTING_SORTED);

	if (err)
		return err;
	listing->page.unsorted = !listing->eof;
	if (!listing->page.unsorted)
		sort_r(listing->entries, listing->nr, sizeof(*listing->entries),
		       khttpd_listing_order, NULL, &listing->page);
	return 0;
}

/**
 * khttpd_listing_open() - begin to list a directory
 * @host:	whose it is; must outlive the listing
 * @client:	address of who gets it, one of IPv4 mapped; is copied
 * @page:	path of the directory relative to the document root, and what the
 *	client wants; is copied with its path
 *
 * The entries are read before success is promised, and sorted, unless there are
 * more than KHTTPD_LISTING_SORTED.
 *
 * Context: work item on the cold queue, may sleep for the disk.
 * Return: the listing, for khttpd_listing_close(), or an error pointer: -ENOMEM
 * also if all listings together hold too much, or as of khttpd_file_open_dir().
 */
struct khttpd_listing *khttpd_listing_open(const struct khttpd_host *host,
					   const struct in6_addr *client,
					   const struct http_listing *page)
{
	struct khttpd_listing *listing;
	int err;

	listing = kzalloc(struct_size(listing, path, page->path_len + 1 + NAME_MAX + 1),
			  GFP_KERNEL);
	if (!listing)
		return ERR_PTR(-ENOMEM);
	memcpy(listing->path, page->path, page->path_len);
	listing->path_len = page->path_len;
	listing->page = *page;
	listing->page.path = listing->path;
	listing->host = host;
	listing->client = *client;
	listing->dir = khttpd_file_open_dir(host, listing->path);
	if (IS_ERR(listing->dir)) {
		err = PTR_ERR(listing->dir);
		kfree(listing);
		return ERR_PTR(err);
	}
	err = khttpd_listing_collect(listing);
	if (err) {
		khttpd_listing_close(listing);
		return ERR_PTR(err);
	}
	return listing;
}

/**
 * khttpd_listing_close() - end a listing, at whatever point
 * @listing:	the listing
 *
 * Context: work item, may sleep.
 */
void khttpd_listing_close(struct khttpd_listing *listing)
{
	khttpd_listing_forget(listing);
	kvfree(listing->entries);
	khttpd_listing_uncharge(listing, listing->charged);
	khttpd_file_close(listing->dir);
	kfree(listing);
}

/* -------------------------------------------------------------------- */
/* Text                                                                 */

/**
 * khttpd_listing_room() - how much room khttpd_listing_read() needs
 * @listing:	the listing
 *
 * Return: bytes.
 */
u32 khttpd_listing_room(const struct khttpd_listing *listing)
{
	BUILD_BUG_ON(HTTP_LISTING_ROW_MAX(NAME_MAX) > KHTTPD_LISTING_ROOM);
	BUILD_BUG_ON(HTTP_LISTING_END_MAX > KHTTPD_LISTING_ROOM);
	return max_t(u32, KHTTPD_LISTING_ROOM, HTTP_LISTING_BEGIN_MAX(listing->path_len));
}

/* Rows while they fit.  Return: bytes written, 0 after the last row, or an errno. */
static int khttpd_listing_rows(struct khttpd_listing *listing, char *buf, u32 size)
{
	u32 len = 0;
	int err;

	if (listing->first == listing->nr && !listing->eof) {
		khttpd_listing_forget(listing);
		err = khttpd_listing_read_up_to(listing, KHTTPD_LISTING_BATCH);
		if (err)
			return err;
	}
	while (listing->first < listing->nr && size - len >= HTTP_LISTING_ROW_MAX(NAME_MAX)) {
		len += http_listing_row(buf + len, size - len, &listing->page,
					&listing->entries[listing->first],
					!listing->rows);
		listing->first++;
		listing->rows++;
	}
	return len;
}

/**
 * khttpd_listing_read() - write the next part of the page
 * @listing:	the listing
 * @buf:	receives it
 * @size:	bytes at @buf, at least khttpd_listing_room()
 *
 * Context: work item on the cold queue, may sleep for the disk.
 * Return: bytes written, 0 at the end, or a negative errno of reading.
 */
int khttpd_listing_read(struct khttpd_listing *listing, char *buf, u32 size)
{
	int ret;

	switch (listing->stage) {
	case KHTTPD_LISTING_BEGIN:
		listing->stage = KHTTPD_LISTING_ROWS;
		return http_listing_begin(buf, size, &listing->page);
	case KHTTPD_LISTING_ROWS:
		ret = khttpd_listing_rows(listing, buf, size);
		if (ret)
			return ret;
		listing->stage = KHTTPD_LISTING_END;
		fallthrough;
	case KHTTPD_LISTING_END:
		listing->stage = KHTTPD_LISTING_DONE;
		return http_listing_end(buf, size, &listing->page,
					listing->rows);
	default:
		return 0;
	}
}
