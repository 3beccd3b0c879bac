/* SPDX-License-Identifier: GPL-2.0 */
/* Prepared responses, found without a lock. */
#ifndef KHTTPD_CACHE_H
#define KHTTPD_CACHE_H

#include <linux/bvec.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/rhashtable-types.h>

#include "compress.h"
#include "depend.h"
#include "http/accept.h"
#include "http/head.h"
#include "http/prepared.h"
#include "stats.h"

struct http_access;
struct khttpd_cache;
struct khttpd_config;
struct khttpd_host;
struct khttpd_root;
struct khttpd_site;

/**
 * struct khttpd_cache_key - what a prepared response is found by
 * @serial:	of the snapshot that it was made under
 * @host:	virtual host of that snapshot
 * @path:	path of the request's target as it came, not NUL-terminated
 * @len:	octets of @path
 * @coding:	of its content
 */
struct khttpd_cache_key {
	u64				serial;
	const struct khttpd_host	*host;
	const char			*path;
	u32				len;
	enum http_coding		coding;
};

/**
 * struct khttpd_entry - a prepared response
 * @node:	in the table, by @key
 * @clock:	among those of its kind, that which is to be looked at first for eviction
 *		in front; under the lock of the cache
 * @gone:	among those that wait to be freed
 * @key:	what it is found by
 * @site:	of the virtual host
 * @access:	who may have it, or NULL for everybody; valid while the snapshot is in force
 * @root:	holds a reference, so that what @dep keeps stays mounted
 * @status:	of it: 200, a redirect's or an error's
 * @no_query:	whether it is for requests without a query alone
 * @used:	whether it was a hit since it was last looked at for eviction
 * @is_coded:	whether the content was compressed for it
 * @has_content: whether the content is there; if not, the file is too large for that
 * @available:	codings that there are of it, 1 << enum http_coding, ORed
 * @etag:	entity tag, or NULL
 * @etag_len:	octets of @etag
 * @has_mtime:	whether @mtime is told
 * @mtime:	seconds since 1970, told as Last-Modified
 * @expires_s:	from Date to Expires, where that is told
 * @full:	head of @status; content that is copied follows it in memory
 * @unmodified:	head of the 304, if @status is 200
 * @content_len: octets of the whole content
 * @nr_pages:	valid entries of @page; 0 if the content is copied
 * @page:	the content where it is not, each with a reference
 * @size:	bytes of memory that it takes
 * @nr_deps:	valid entries of @dep
 * @dep:	what it was made of
 *
 * Immutable but for @clock and @used. It may be read under RCU; its owner is the
 * cache, which frees it a grace period after it went.
 */
struct khttpd_entry {
	struct rhash_head		node;
	struct list_head		clock;
	struct llist_node		gone;
	struct khttpd_cache_key		key;
	const struct khttpd_site	*site;
	const struct http_access	*access;
	struct khttpd_root		*root;
	u16				status;
	bool				no_query;
	bool				used;
	bool				is_coded;
	bool				has_content;
	bool				has_mtime;
	u8				available;
	u32				etag_len;
	const char			*etag;
	s64				mtime;
	u32				expires_s;
	struct http_prepared		full;
	struct http_prepared		unmodified;
	u32				content_len;
	u32				nr_pages;
	struct bio_vec			*page;
	u32				size;
	u32				nr_deps;
	struct khttpd_dep		dep[];
};

/**
 * struct khttpd_draft - what an entry is to be made of
 * @key:	what it is found by
 * @access:	who may have it, or NULL for everybody
 * @deps:	what the response was made of
 * @head:	what it says; its @date and @expires are of no account
 * @expires_s:	from Date to Expires, if @head tells that
 * @available:	as of struct khttpd_entry
 * @content:	the content, if it was made, or NULL
 * @file:	holds the content otherwise
 * @cred:	credentials to read it with
 * @content_len: octets of the content that are kept: all or none
 */
struct khttpd_draft {
	struct khttpd_cache_key		key;
	const struct http_access	*access;
	struct khttpd_deps		*deps;
	const struct http_head		*head;
	u32				expires_s;
	u32				available;
	const char			*content;
	struct file			*file;
	const struct cred		*cred;
	u32				content_len;
};

struct khttpd_cache_walk;

struct khttpd_cache *khttpd_cache_create(struct khttpd_stats __percpu *stats);
void khttpd_cache_destroy(struct khttpd_cache *cache);

const struct khttpd_entry *khttpd_cache_find(struct khttpd_cache *cache,
					     const struct khttpd_cache_key *key);
bool khttpd_cache_has(struct khttpd_cache *cache, const struct khttpd_cache_key *key);
int khttpd_cache_read_coded(struct khttpd_cache *cache, const struct khttpd_cache_key *key,
			    struct khttpd_compressor *compressor,
			    struct khttpd_compressed *coded);
bool khttpd_cache_admits(struct khttpd_cache *cache, const struct khttpd_config *config,
			 const struct khttpd_draft *draft);
void khttpd_cache_keep(struct khttpd_cache *cache, const struct khttpd_config *config,
		       struct khttpd_draft *draft);

void khttpd_cache_resize(struct khttpd_cache *cache, const struct khttpd_config *config);
u32 khttpd_cache_flush(struct khttpd_cache *cache, const struct khttpd_site *site,
		       const char *prefix, u32 len);
void khttpd_cache_empty(struct khttpd_cache *cache);
void khttpd_cache_usage(struct khttpd_cache *cache, u64 *entries, u64 *bytes);

struct khttpd_cache_walk *khttpd_cache_walk_create(struct khttpd_cache *cache);
void khttpd_cache_walk_free(struct khttpd_cache_walk *walk);
void khttpd_cache_walk_start(struct khttpd_cache_walk *walk);
void khttpd_cache_walk_stop(struct khttpd_cache_walk *walk);
const struct khttpd_entry *khttpd_cache_walk_here(struct khttpd_cache_walk *walk);
const struct khttpd_entry *khttpd_cache_walk_next(struct khttpd_cache_walk *walk);

/* Whether an entry is still true; any context. */
static inline bool khttpd_entry_holds(const struct khttpd_entry *entry)
{
	return khttpd_deps_hold(entry->dep, entry->nr_deps);
}

/* A hit: the entry is not the first to go. */
static inline void khttpd_entry_use(const struct khttpd_entry *entry)
{
	/* Mostly it is set already, and then its cache line stays shared. */
	if (!READ_ONCE(entry->used))
		WRITE_ONCE(((struct khttpd_entry *)entry)->used, true);
}

#endif /* KHTTPD_CACHE_H */
