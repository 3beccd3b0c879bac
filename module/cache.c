// SPDX-License-Identifier: GPL-2.0
/*
 * Prepared responses, found without a lock.
 *
 * Readers hold the RCU read lock and nothing else.  An entry that goes is taken out
 * of the table, and freed a grace period later by a work item, for to let go of a
 * dentry may sleep.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "cache.h"
#include "config.h"
#include "file.h"
#include "http/date.h"
#include "queue.h"
#include "root.h"
#include "stats.h"

/* How long what is no longer true may keep a removed file on the disk. */
#define KHTTPD_CACHE_SWEEP	(2 * HZ)

/* Content up to this is copied to be kept and to be sent; beyond, pages are cheaper. */
#define KHTTPD_CACHE_COPIED	4096

/* Entries that are looked at before others get their turn. */
#define KHTTPD_CACHE_BATCH	64

/*
 * Whoever asks for what is not there chooses how many different answers that
 * makes, so they have no more than one part in this of the room, and displace
 * each other.
 */
#define KHTTPD_CACHE_OTHERS	8

/* Files of which it is remembered that they were asked for, and not found, at a time. */
#define KHTTPD_CACHE_ASKED	1024

/**
 * enum khttpd_cache_kind - what displaces each other
 * @KHTTPD_CACHE_FILES:	files
 * @KHTTPD_CACHE_OTHER:	redirects and errors
 * @KHTTPD_CACHE_KINDS:	how many kinds there are
 */
enum khttpd_cache_kind {
	KHTTPD_CACHE_FILES,
	KHTTPD_CACHE_OTHER,
	KHTTPD_CACHE_KINDS,
};

/**
 * struct khttpd_clock - the entries of a kind
 * @entries:	that which is looked at first for eviction in front
 * @bytes:	that they take
 * @nr:		how many they are
 */
struct khttpd_clock {
	struct list_head	entries;
	u64			bytes;
	u64			nr;
};

/**
 * struct khttpd_cache - the prepared responses of a server
 * @table:	of struct khttpd_entry
 * @stats:	counters of the server
 * @lock:	protects all that follows but @gone; not taken by readers
 * @clock:	the entries of each kind
 * @serial:	of the snapshot in force; entries of others are never hits
 * @room:	bytes that entries may take; 0 while none are accepted
 * @seed:	of the hashes in @asked
 * @asked:	hashes of the keys of files that there was no room for, each in its place
 * @gone:	entries that wait to be freed
 * @gone_bytes:	that these take
 * @reap:	frees them
 * @sweep:	looks for entries that are no longer true
 * @shrinker:	gives memory back when the machine needs it
 */
struct khttpd_cache {
	struct rhashtable		table;
	struct khttpd_stats __percpu	*stats;
	spinlock_t			lock;		/* see above */
	struct khttpd_clock		clock[KHTTPD_CACHE_KINDS];
	u64				serial;
	u64				room;
	u32				seed;
	u32				asked[KHTTPD_CACHE_ASKED];
	struct llist_head		gone;
	atomic_long_t			gone_bytes;
	struct work_struct		reap;
	struct delayed_work		sweep;
	struct khttpd_shrinker		shrinker;
};

static u32 khttpd_cache_hash_key(const void *data, u32 len, u32 seed)
{
	const struct khttpd_cache_key *key = data;

	return jhash(key->path, key->len, seed ^ key->coding ^ (u32)(uintptr_t)key->host);
}

static u32 khttpd_cache_hash_entry(const void *data, u32 len, u32 seed)
{
	const struct khttpd_entry *entry = data;

	return khttpd_cache_hash_key(&entry->key, len, seed);
}

static int khttpd_cache_compare(struct rhashtable_compare_arg *arg, const void *data)
{
	const struct khttpd_cache_key *key = arg->key;
	const struct khttpd_entry *entry = data;

	return key->len != entry->key.len || key->serial != entry->key.serial ||
	       key->host != entry->key.host || key->coding != entry->key.coding ||
	       memcmp(key->path, entry->key.path, key->len);
}

static const struct rhashtable_params khttpd_cache_params = {
	.head_offset		= offsetof(struct khttpd_entry, node),
	.hashfn			= khttpd_cache_hash_key,
	.obj_hashfn		= khttpd_cache_hash_entry,
	.obj_cmpfn		= khttpd_cache_compare,
	.automatic_shrinking	= true,
};

/* -------------------------------------------------------------------- */
/* The end of entries                                                   */

/* Free what is of the entry's own making. */
static void khttpd_entry_discard(struct khttpd_entry *entry)
{
	while (entry->nr_pages)
		put_page(entry->page[--entry->nr_pages].bv_page);
	kvfree(entry);
}

/* Process context, may sleep; nobody else finds the entry. */
static void khttpd_entry_free(struct khttpd_entry *entry)
{
	khttpd_deps_put(entry->dep, entry->nr_deps);
	khttpd_root_put(entry->root);
	khttpd_entry_discard(entry);
}

/* Process context; the grace period is awaited once for all that have gone. */
static void khttpd_cache_reap_work(struct work_struct *work)
{
	struct khttpd_cache *cache = container_of(work, struct khttpd_cache, reap);
	struct llist_node *gone = llist_del_all(&cache->gone);
	struct khttpd_entry *entry, *next;

	if (!gone)
		return;
	synchronize_rcu();
	llist_for_each_entry_safe(entry, next, gone, gone) {
		atomic_long_sub(entry->size, &cache->gone_bytes);
		khttpd_entry_free(entry);
		cond_resched();
	}
}

static struct khttpd_clock *khttpd_cache_clock(struct khttpd_cache *cache,
					       const struct khttpd_entry *entry)
{
	return &cache->clock[entry->status == 200 ? KHTTPD_CACHE_FILES : KHTTPD_CACHE_OTHER];
}

/* Without the lock it is as of some time. */
static u64 khttpd_cache_nr(const struct khttpd_cache *cache)
{
	return READ_ONCE(cache->clock[KHTTPD_CACHE_FILES].nr) +
	       READ_ONCE(cache->clock[KHTTPD_CACHE_OTHER].nr);
}

/* cache->lock is held. */
static u64 khttpd_cache_bytes(const struct khttpd_cache *cache)
{
	return cache->clock[KHTTPD_CACHE_FILES].bytes + cache->clock[KHTTPD_CACHE_OTHER].bytes;
}

/* cache->lock is held. */
static void khttpd_cache_remove(struct khttpd_cache *cache, struct khttpd_entry *entry)
{
	struct khttpd_clock *clock = khttpd_cache_clock(cache, entry);

	rhashtable_remove_fast(&cache->table, &entry->node, khttpd_cache_params);
	list_del(&entry->clock);
	clock->bytes -= entry->size;
	WRITE_ONCE(clock->nr, clock->nr - 1);
	atomic_long_add(entry->size, &cache->gone_bytes);
	if (llist_add(&entry->gone, &cache->gone))
		queue_work(khttpd_wq, &cache->reap);
}

/*
 * Second chance: what was a hit since it was last looked at goes to the end.
 * cache->lock is held.  Return: whether there was an entry.
 */
static bool khttpd_cache_evict(struct khttpd_cache *cache, enum khttpd_cache_kind kind)
{
	struct list_head *clock = &cache->clock[kind].entries;
	struct khttpd_entry *entry;

	while ((entry = list_first_entry_or_null(clock, struct khttpd_entry, clock))) {
		if (!READ_ONCE(entry->used)) {
			khttpd_cache_remove(cache, entry);
			khttpd_stats_add(cache->stats, KHTTPD_COUNT_CACHE_EVICTIONS, 1);
			return true;
		}
		WRITE_ONCE(entry->used, false);
		list_move_tail(&entry->clock, clock);
	}
	return false;
}

typedef bool khttpd_entry_goes_t(const struct khttpd_cache *cache,
				 const struct khttpd_entry *entry, const void *what);

/* Go round a clock once.  Process context, may sleep.  Return: how many went. */
static u32 khttpd_cache_go_round(struct khttpd_cache *cache, struct khttpd_clock *clock,
				 khttpd_entry_goes_t *goes, const void *what)
{
	struct khttpd_entry *entry;
	u32 n = 0;
	u64 left;

	spin_lock(&cache->lock);
	for (left = clock->nr; left; left--) {
		entry = list_first_entry_or_null(&clock->entries, struct khttpd_entry, clock);
		if (!entry)
			break;
		if (goes(cache, entry, what)) {
			khttpd_cache_remove(cache, entry);
			n++;
		} else {
			list_move_tail(&entry->clock, &clock->entries);
		}
		if (left % KHTTPD_CACHE_BATCH == 0)
			cond_resched_lock(&cache->lock);
	}
	spin_unlock(&cache->lock);
	return n;
}

/*
 * Remove all entries that @goes says so of.
 * Process context, may sleep.  Return: how many went.
 */
static u32 khttpd_cache_remove_if(struct khttpd_cache *cache, khttpd_entry_goes_t *goes,
				  const void *what)
{
	u32 kind, n = 0;

	for (kind = 0; kind < KHTTPD_CACHE_KINDS; kind++)
		n += khttpd_cache_go_round(cache, &cache->clock[kind], goes, what);
	return n;
}

static bool khttpd_entry_is_stale(const struct khttpd_cache *cache,
				  const struct khttpd_entry *entry, const void *what)
{
	return entry->key.serial != cache->serial ||
	       !khttpd_entry_holds(entry);
}

static void khttpd_cache_sweep_work(struct work_struct *work)
{
	struct khttpd_cache *cache = container_of(to_delayed_work(work),
						  struct khttpd_cache, sweep);
	u32 n = khttpd_cache_remove_if(cache, khttpd_entry_is_stale, NULL);

	khttpd_stats_add(cache->stats, KHTTPD_COUNT_CACHE_STALE, n);
	if (khttpd_cache_nr(cache))
		queue_delayed_work(khttpd_wq, &cache->sweep, KHTTPD_CACHE_SWEEP);
}

/* -------------------------------------------------------------------- */
/* The machine's memory                                                 */

static unsigned long khttpd_cache_count(struct shrinker *shrinker,
					struct shrink_control *control)
{
	struct khttpd_cache *cache = khttpd_shrinker_owner(shrinker);

	return khttpd_cache_nr(cache) ?: SHRINK_EMPTY;
}

/* Whoever wants memory is here, perhaps one who holds our lock. */
static unsigned long khttpd_cache_scan(struct shrinker *shrinker,
				       struct shrink_control *control)
{
	struct khttpd_cache *cache = khttpd_shrinker_owner(shrinker);
	unsigned long n = 0;

	if (!spin_trylock(&cache->lock))
		return SHRINK_STOP;
	while (n < control->nr_to_scan && (khttpd_cache_evict(cache, KHTTPD_CACHE_OTHER) ||
					   khttpd_cache_evict(cache, KHTTPD_CACHE_FILES)))
		n++;
	spin_unlock(&cache->lock);
	return n;
}

/* -------------------------------------------------------------------- */
/* Making entries                                                       */

/* Octets that the texts of an entry take at most. */
static u32 khttpd_draft_room(const struct khttpd_draft *draft)
{
	return draft->key.len + draft->head->etag_len +
	       2 * (HTTP_HEAD_MAX + http_head_variable(draft->head));
}

/* Write a head at @text.  Return: behind it. */
static char *khttpd_entry_write(struct http_prepared *prepared, char *text, u32 room,
				const struct http_head *like, u16 status)
{
	char date[HTTP_DATE_LEN];
	struct http_head head = *like;
	u32 len;

	http_date_format(date, 0);
	head.date = date;
	head.status = status;
	head.minor = 1;
	head.keep_alive = true;
	len = http_head_write(text, room, &head);
	http_prepared_init(prepared, text, len, head.has_expires);
	return text + len;
}

static char *khttpd_entry_copy(const char **place, char *text, const char *from, u32 len)
{
	*place = text;
	memcpy(text, from, len);
	return text + len;
}

/* Pages of the content of a draft, if they are to be kept. */
static u32 khttpd_draft_pages(const struct khttpd_draft *draft)
{
	return draft->content_len > KHTTPD_CACHE_COPIED ?
	       DIV_ROUND_UP(draft->content_len, PAGE_SIZE) : 0;
}

/* Fill in the texts but for the content.  Return: where that begins. */
static char *khttpd_entry_texts(struct khttpd_entry *entry, const struct khttpd_draft *draft)
{
	const struct http_head *head = draft->head;
	char *text = (char *)(entry->page + khttpd_draft_pages(draft));
	u32 room = HTTP_HEAD_MAX + http_head_variable(head);

	text = khttpd_entry_copy(&entry->key.path, text, draft->key.path, draft->key.len);
	if (head->etag && !(head->hide & HTTP_HEAD_ETAG)) {
		entry->etag_len = head->etag_len;
		text = khttpd_entry_copy(&entry->etag, text, head->etag, head->etag_len);
	}
	if (head->status == 200)
		text = khttpd_entry_write(&entry->unmodified, text, room, head, 304);
	return khttpd_entry_write(&entry->full, text, room, head, head->status);
}

/* Return: 0 or a negative errno; process context, may sleep for the disk. */
static int khttpd_entry_read(char *content, const struct khttpd_draft *draft)
{
	u32 len = draft->content_len;
	const struct cred *saved;
	loff_t pos = 0;
	ssize_t ret = 1;

	if (draft->content) {
		memcpy(content, draft->content, len);
		return 0;
	}
	saved = override_creds(draft->cred);
	while (pos < len && ret > 0)
		ret = kernel_read(draft->file, content + pos, len - pos, &pos);
	revert_creds(saved);
	return ret < 0 ? ret : pos < len ? -ENODATA : 0;
}

/* The same, but content that is no file's is copied to pages of the entry's own. */
static int khttpd_entry_spread(struct khttpd_entry *entry, const struct khttpd_draft *draft)
{
	u32 pos, len;

	for (pos = 0; pos < draft->content_len; pos += len) {
		struct page *page = alloc_page(GFP_KERNEL);

		if (!page)
			return -ENOMEM;
		len = min_t(u32, draft->content_len - pos, PAGE_SIZE);
		memcpy(page_address(page), draft->content + pos, len);
		entry->page[entry->nr_pages++] = (struct bio_vec) {
			.bv_page = page,
			.bv_len = len,
		};
	}
	return 0;
}

/* The same, but the pages of the file are kept, which nobody writes to meanwhile. */
static int khttpd_entry_borrow(struct khttpd_entry *entry, const struct khttpd_draft *draft)
{
	u32 most = khttpd_draft_pages(draft);
	struct khttpd_window window;
	loff_t pos = 0;

	while (pos < draft->content_len) {
		ssize_t ret = khttpd_window_fill(&window, draft->file, pos,
						 draft->content_len, draft->cred);

		if (ret <= 0)
			return ret ?: -ENODATA;
		if (entry->nr_pages + window.nr > most) {
			khttpd_window_clear(&window);
			return -EFBIG;
		}
		memcpy(entry->page + entry->nr_pages, window.bv,
		       window.nr * sizeof(*window.bv));
		entry->nr_pages += window.nr;
		pos += ret;
	}
	return 0;
}

/* Keep the content, copied to @content or as pages.  Return: 0 or a negative errno. */
static int khttpd_entry_fill(struct khttpd_entry *entry, const struct khttpd_draft *draft,
			     char *content)
{
	if (!khttpd_draft_pages(draft))
		return khttpd_entry_read(content, draft);
	return draft->content ? khttpd_entry_spread(entry, draft) :
				khttpd_entry_borrow(entry, draft);
}

/* Return: the entry, or an error pointer; takes over what the deps hold if it is made. */
static struct khttpd_entry *khttpd_entry_make(const struct khttpd_draft *draft)
{
	struct khttpd_deps *deps = draft->deps;
	u32 nr_pages = khttpd_draft_pages(draft);
	struct khttpd_entry *entry;
	u32 size = struct_size(entry, dep, deps->nr) + nr_pages * sizeof(*entry->page) +
		   khttpd_draft_room(draft) + (nr_pages ? 0 : draft->content_len);
	char *content;
	int err;

	entry = kvzalloc(size, GFP_KERNEL);
	if (!entry)
		return ERR_PTR(-ENOMEM);
	entry->size = size + nr_pages * PAGE_SIZE;
	entry->key = draft->key;
	entry->site = draft->key.host->site;
	entry->access = draft->access;
	entry->status = draft->head->status;
	/* A redirect leads to where the query is taken along. */
	entry->no_query = draft->head->location;
	entry->available = draft->available;
	entry->has_mtime = !(draft->head->hide & HTTP_HEAD_LAST_MODIFIED);
	entry->mtime = draft->head->mtime;
	entry->expires_s = draft->expires_s;
	entry->is_coded = draft->content && draft->key.coding != HTTP_CODING_IDENTITY;
	entry->nr_deps = deps->nr;
	memcpy(entry->dep, deps->dep, deps->nr * sizeof(*entry->dep));
	entry->page = (struct bio_vec *)&entry->dep[deps->nr];
	content = khttpd_entry_texts(entry, draft);
	entry->content_len = draft->content_len;
	entry->has_content = draft->content_len == draft->head->content_length;
	err = khttpd_entry_fill(entry, draft, content);
	/* What was read before this is what was there all the time. */
	smp_rmb();
	if (!err && !khttpd_entry_holds(entry))
		err = -EAGAIN;
	if (err) {
		khttpd_entry_discard(entry);
		return ERR_PTR(err);
	}
	deps->nr = 0;
	entry->root = khttpd_root_get(draft->key.host->root);
	return entry;
}

/* Return: 0, or a negative errno if it is not accepted. */
static int khttpd_cache_insert(struct khttpd_cache *cache, struct khttpd_entry *entry)
{
	struct khttpd_clock *clock = khttpd_cache_clock(cache, entry);
	bool is_other = clock == &cache->clock[KHTTPD_CACHE_OTHER];
	struct khttpd_entry *old;
	int err = -EAGAIN;

	spin_lock(&cache->lock);
	if (entry->key.serial != cache->serial || entry->size > cache->room / 4 ||
	    atomic_long_read(&cache->gone_bytes) > cache->room / 4)
		goto out;
	old = rhashtable_lookup_fast(&cache->table, &entry->key, khttpd_cache_params);
	if (old)
		khttpd_cache_remove(cache, old);
	while (is_other && clock->bytes + entry->size > cache->room / KHTTPD_CACHE_OTHERS)
		if (!khttpd_cache_evict(cache, KHTTPD_CACHE_OTHER))
			goto out;
	while (khttpd_cache_bytes(cache) + entry->size > cache->room &&
	       (khttpd_cache_evict(cache, KHTTPD_CACHE_FILES) ||
		khttpd_cache_evict(cache, KHTTPD_CACHE_OTHER)))
		;
	err = rhashtable_insert_fast(&cache->table, &entry->node, khttpd_cache_params);
	if (err)
		goto out;
	list_add_tail(&entry->clock, &clock->entries);
	clock->bytes += entry->size;
	WRITE_ONCE(clock->nr, clock->nr + 1);
	queue_delayed_work(khttpd_wq, &cache->sweep, KHTTPD_CACHE_SWEEP);
out:
	spin_unlock(&cache->lock);
	return err;
}

/* Octets of the content that are kept: what took work to make is, however long. */
static u32 khttpd_draft_content(const struct khttpd_draft *draft,
				const struct khttpd_config *config)
{
	u64 len = draft->head->content_length;

	return draft->content ||
	       len <= config->settings.cache[KHTTPD_A_CACHE_BODY_BYTES] ? len : 0;
}

/**
 * khttpd_cache_admits() - whether it is worth while to prepare a response
 * @cache:	the server's
 * @config:	the snapshot that the request is served from
 * @draft:	as of khttpd_cache_keep(), but its @deps, which are of no account
 *
 * If others would have to go for it, only what was made is, and what was asked for
 * before, not long ago.  Else a walk through more files than there is room for, a
 * crawler's perhaps, would have each of them prepared and another dropped for it.
 *
 * Context: process context.
 */
bool khttpd_cache_admits(struct khttpd_cache *cache, const struct khttpd_config *config,
			 const struct khttpd_draft *draft)
{
	bool admits = true;
	u32 hash, *asked;
	u64 size;

	if (draft->content)
		return true;
	hash = khttpd_cache_hash_key(&draft->key, 0, cache->seed);
	asked = &cache->asked[hash % KHTTPD_CACHE_ASKED];
	/* At most, with as much as there may be around the content. */
	size = sizeof(struct khttpd_entry) + sizeof(*draft->deps) + khttpd_draft_room(draft) +
	       PAGE_ALIGN(khttpd_draft_content(draft, config));
	spin_lock(&cache->lock);
	if (khttpd_cache_bytes(cache) + size > cache->room) {
		admits = *asked == hash;
		*asked = hash;
	}
	spin_unlock(&cache->lock);
	return admits;
}

/**
 * khttpd_cache_keep() - prepare a response for the requests to come
 * @cache:	the server's
 * @config:	the snapshot that the request is served from
 * @draft:	what the entry is to be made of; what its @deps hold is taken over, or
 *		is left for the caller to put; its @content_len is set here
 *
 * That it cannot be kept is no error.
 *
 * Context: work item on the cold queue, may sleep for the disk and for memory.
 */
void khttpd_cache_keep(struct khttpd_cache *cache, const struct khttpd_config *config,
		       struct khttpd_draft *draft)
{
	struct khttpd_entry *entry;

	draft->content_len = khttpd_draft_content(draft, config);
	entry = khttpd_entry_make(draft);
	if (!IS_ERR(entry) && khttpd_cache_insert(cache, entry))
		khttpd_entry_free(entry);
}

/* -------------------------------------------------------------------- */
/* Finding                                                              */

/**
 * khttpd_cache_find() - find a prepared response
 * @cache:	the server's
 * @key:	what it is found by
 *
 * Whether it is still true is for the caller to ask, khttpd_deps_hold().
 *
 * Context: any, under rcu_read_lock(), and the entry is valid as long.
 * Return: the entry, or NULL.
 */
const struct khttpd_entry *khttpd_cache_find(struct khttpd_cache *cache,
					     const struct khttpd_cache_key *key)
{
	return rhashtable_lookup(&cache->table, key, khttpd_cache_params);
}

/**
 * khttpd_cache_has() - whether a response is prepared and still true
 * @cache:	the server's
 * @key:	what it is found by
 *
 * Each request asks for the identity coding first, so that counts as a miss.
 *
 * Context: any.
 */
bool khttpd_cache_has(struct khttpd_cache *cache, const struct khttpd_cache_key *key)
{
	const struct khttpd_entry *entry;
	bool has;

	rcu_read_lock();
	entry = khttpd_cache_find(cache, key);
	has = entry && khttpd_entry_holds(entry);
	rcu_read_unlock();
	if (!has && key->coding == HTTP_CODING_IDENTITY)
		khttpd_stats_add(cache->stats, KHTTPD_COUNT_CACHE_MISSES, 1);
	return has;
}

/* Copy the content, which is behind the head or in pages. */
static void khttpd_entry_copy_content(const struct khttpd_entry *entry, char *to)
{
	u32 i;

	if (!entry->nr_pages)
		memcpy(to, entry->full.text + entry->full.len, entry->content_len);
	for (i = 0; i < entry->nr_pages; i++) {
		const struct bio_vec *bv = &entry->page[i];

		memcpy(to, page_address(bv->bv_page) + bv->bv_offset, bv->bv_len);
		to += bv->bv_len;
	}
}

/* Under rcu_read_lock().  Return: the length of the content, or as of khttpd_cache_read_coded(). */
static ssize_t khttpd_cache_peek_coded(struct khttpd_cache *cache,
				       const struct khttpd_cache_key *key,
				       const struct khttpd_compressed *coded)
{
	const struct khttpd_entry *entry = khttpd_cache_find(cache, key);

	if (!entry || !khttpd_entry_holds(entry))
		return -ENOENT;
	if (!entry->is_coded)
		return -E2BIG;
	khttpd_entry_use(entry);
	if (coded->len == entry->content_len)
		khttpd_entry_copy_content(entry, coded->content);
	return entry->content_len;
}

/**
 * khttpd_cache_read_coded() - copy content that was compressed before
 * @cache:	the server's
 * @key:	what the response is found by
 * @compressor:	the server's
 * @coded:	is overwritten with the content, for khttpd_compressed_free()
 *
 * Context: process context, may sleep for memory.
 * Return: 0; -ENOENT if there is no such response that is still true, -E2BIG if
 * there is one with the content as it is in the file, since nothing was to be
 * saved, or as of khttpd_compressed_alloc().  Then @coded has no content.
 */
int khttpd_cache_read_coded(struct khttpd_cache *cache, const struct khttpd_cache_key *key,
			    struct khttpd_compressor *compressor,
			    struct khttpd_compressed *coded)
{
	ssize_t len;
	int err;

	memset(coded, 0, sizeof(*coded));
	rcu_read_lock();
	len = khttpd_cache_peek_coded(cache, key, coded);
	rcu_read_unlock();
	if (len < 0)
		return len;
	err = khttpd_compressed_alloc(compressor, len, coded);
	if (err)
		return err;
	rcu_read_lock();
	len = khttpd_cache_peek_coded(cache, key, coded);
	rcu_read_unlock();
	if (len == coded->len)
		return 0;
	/* It was another one meanwhile. */
	khttpd_compressed_free(coded);
	return len < 0 ? len : -ENOENT;
}

/* -------------------------------------------------------------------- */
/* The whole                                                            */

/* What is to be flushed. */
struct khttpd_cache_flush {
	const struct khttpd_site	*site;
	const char			*prefix;
	u32				len;
};

static bool khttpd_entry_is_flushed(const struct khttpd_cache *cache,
				    const struct khttpd_entry *entry, const void *what)
{
	const struct khttpd_cache_flush *flush = what;

	return (!flush->site || entry->site == flush->site) &&
	       entry->key.len >= flush->len &&
	       !memcmp(entry->key.path, flush->prefix, flush->len);
}

/**
 * khttpd_cache_flush() - drop prepared responses
 * @cache:	the server's, or NULL
 * @site:	of the virtual host whose they are, or NULL for all
 * @prefix:	what their paths begin with, as they are in requests
 * @len:	octets of @prefix; 0 for all
 *
 * Context: process context, may sleep.
 * Return: how many went.
 */
u32 khttpd_cache_flush(struct khttpd_cache *cache, const struct khttpd_site *site,
		       const char *prefix, u32 len)
{
	const struct khttpd_cache_flush flush = {
		.site = site, .prefix = prefix, .len = len,
	};

	return cache ? khttpd_cache_remove_if(cache, khttpd_entry_is_flushed, &flush) : 0;
}

/**
 * khttpd_cache_resize() - begin to keep responses of another snapshot
 * @cache:	the server's
 * @config:	the snapshot, which has just been published
 *
 * What was made under others is dropped.
 *
 * Context: process context, may sleep.
 */
void khttpd_cache_resize(struct khttpd_cache *cache, const struct khttpd_config *config)
{
	spin_lock(&cache->lock);
	cache->serial = config->serial;
	cache->room = 1024ULL * config->settings.cache[KHTTPD_A_CACHE_KBYTES];
	spin_unlock(&cache->lock);
	khttpd_cache_flush(cache, NULL, NULL, 0);
}

/**
 * khttpd_cache_empty() - drop everything, and be done when that is
 * @cache:	of a server without connections
 *
 * What the document roots lie on can be unmounted afterwards.
 *
 * Context: process context, may sleep.
 */
void khttpd_cache_empty(struct khttpd_cache *cache)
{
	spin_lock(&cache->lock);
	cache->room = 0;
	spin_unlock(&cache->lock);
	khttpd_cache_flush(cache, NULL, NULL, 0);
	cancel_delayed_work_sync(&cache->sweep);
	flush_work(&cache->reap);
}

/**
 * khttpd_cache_usage() - what a cache holds
 * @cache:	the server's, or NULL
 * @entries:	receives the number of entries
 * @bytes:	receives the memory that they take
 *
 * Context: process context.
 */
void khttpd_cache_usage(struct khttpd_cache *cache, u64 *entries, u64 *bytes)
{
	*entries = 0;
	*bytes = 0;
	if (!cache)
		return;
	spin_lock(&cache->lock);
	*entries = khttpd_cache_nr(cache);
	*bytes = khttpd_cache_bytes(cache);
	spin_unlock(&cache->lock);
}

/**
 * khttpd_cache_create() - make an empty cache
 * @stats:	counters of the server, which outlive it
 *
 * Nothing is kept before khttpd_cache_resize().
 *
 * Context: process context, may sleep for memory.
 * Return: the cache, for khttpd_cache_destroy(), or an error pointer.
 */
struct khttpd_cache *khttpd_cache_create(struct khttpd_stats __percpu *stats)
{
	struct khttpd_cache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);
	u32 kind;
	int err;

	if (!cache)
		return ERR_PTR(-ENOMEM);
	cache->stats = stats;
	cache->seed = get_random_u32();
	spin_lock_init(&cache->lock);
	for (kind = 0; kind < KHTTPD_CACHE_KINDS; kind++)
		INIT_LIST_HEAD(&cache->clock[kind].entries);
	init_llist_head(&cache->gone);
	INIT_WORK(&cache->reap, khttpd_cache_reap_work);
	INIT_DEFERRABLE_WORK(&cache->sweep, khttpd_cache_sweep_work);
	err = rhashtable_init(&cache->table, &khttpd_cache_params);
	if (err)
		goto err_free;
	err = khttpd_shrinker_register(&cache->shrinker, khttpd_cache_count,
				       khttpd_cache_scan, cache, "khttpd-cache");
	if (err)
		goto err_table;
	return cache;

err_table:
	rhashtable_destroy(&cache->table);
err_free:
	kfree(cache);
	return ERR_PTR(err);
}

/**
 * khttpd_cache_destroy() - free a cache
 * @cache:	of a server that is stopped, or NULL
 *
 * Context: process context, may sleep.
 */
void khttpd_cache_destroy(struct khttpd_cache *cache)
{
	if (!cache)
		return;
	khttpd_shrinker_unregister(&cache->shrinker);
	khttpd_cache_empty(cache);
	rhashtable_destroy(&cache->table);
	kfree(cache);
}

/* -------------------------------------------------------------------- */
/* Looking at all entries                                               */

/**
 * struct khttpd_cache_walk - a walk over all entries, with breaks
 * @iter:	where it is
 */
struct khttpd_cache_walk {
	struct rhashtable_iter	iter;
};

/**
 * khttpd_cache_walk_create() - prepare to look at all entries
 * @cache:	the server's, which outlives the walk
 *
 * What comes and goes meanwhile may be met or not; what the table grows or
 * shrinks may be met twice.
 *
 * Context: process context, may sleep for memory.
 * Return: the walk, for khttpd_cache_walk_free(), or NULL.
 */
struct khttpd_cache_walk *khttpd_cache_walk_create(struct khttpd_cache *cache)
{
	struct khttpd_cache_walk *walk = kmalloc(sizeof(*walk), GFP_KERNEL);

	if (walk)
		rhashtable_walk_enter(&cache->table, &walk->iter);
	return walk;
}

/**
 * khttpd_cache_walk_free() - be done with a walk
 * @walk:	the walk, stopped, or NULL
 *
 * Context: process context.
 */
void khttpd_cache_walk_free(struct khttpd_cache_walk *walk)
{
	if (!walk)
		return;
	rhashtable_walk_exit(&walk->iter);
	kfree(walk);
}

/**
 * khttpd_cache_walk_start() - begin or go on
 * @walk:	the walk
 *
 * Context: process context; takes the RCU read lock.
 */
void khttpd_cache_walk_start(struct khttpd_cache_walk *walk) __acquires(RCU)
{
	rhashtable_walk_start(&walk->iter);
}

/**
 * khttpd_cache_walk_stop() - make a break
 * @walk:	the walk
 *
 * Context: process context; lets go of the RCU read lock.
 */
void khttpd_cache_walk_stop(struct khttpd_cache_walk *walk) __releases(RCU)
{
	rhashtable_walk_stop(&walk->iter);
}

/**
 * khttpd_cache_walk_next() - the next entry
 * @walk:	the walk, between start and stop
 *
 * Context: under the RCU read lock, and the entry is valid as long.
 * Return: the entry, or NULL if there are no more.
 */
const struct khttpd_entry *khttpd_cache_walk_next(struct khttpd_cache_walk *walk)
{
	const struct khttpd_entry *entry;

	/* The table was exchanged for a larger or a smaller one: the walk begins anew. */
	do {
		entry = rhashtable_walk_next(&walk->iter);
	} while (IS_ERR(entry));
	return entry;
}

/**
 * khttpd_cache_walk_here() - the entry that the walk is at
 * @walk:	the walk, just started
 *
 * After a break it is the entry that was returned last, if that is still there.
 *
 * Context: under the RCU read lock, and the entry is valid as long.
 * Return: the entry, or NULL if there are no more.
 */
const struct khttpd_entry *khttpd_cache_walk_here(struct khttpd_cache_walk *walk)
{
	const struct khttpd_entry *entry = rhashtable_walk_peek(&walk->iter);

	return IS_ERR(entry) ? khttpd_cache_walk_next(walk) : entry;
}
