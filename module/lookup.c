// SPDX-License-Identifier: GPL-2.0
/* From the target of a request to what it names: a file, a listing, another place. */
#include <linux/slab.h>
#include <linux/string.h>

#include "http/accept.h"
#include "http/condition.h"
#include "http/etag.h"
#include "http/field.h"
#include "http/mime.h"
#include "http/rule.h"
#include "lookup.h"

/* Seconds that a browser may remember what it was told of a script's rights. */
#define KHTTPD_PREFLIGHT_AGE	3600

/* Components that are missing of a path whose 404 is kept; each is looked for. */
#define KHTTPD_ABSENT_MAX	8

/* Return: the status that tells of an error, or 0 for 0. */
static u16 khttpd_lookup_status(int err)
{
	switch (err) {
	case 0:
		return 0;
	case -ENOENT:
	case -ENOTDIR:
	case -ENAMETOOLONG:
		return 404;
	case -EACCES:
	case -EPERM:
	case -EXDEV:
	case -ELOOP:
		return 403;
	case -ENOMEM:
	case -ENFILE:
	case -EMFILE:
	case -EAGAIN:
	case -ENODATA:	/* it was truncated just now, perhaps to be written anew */
		return 503;
	default:
		return 500;
	}
}

/* -------------------------------------------------------------------- */
/* Clients                                                              */

/* Whether the client may have the file of that name, which is not what it asked for. */
static bool khttpd_lookup_allows(const struct khttpd_lookup *lookup, const char *name)
{
	return khttpd_site_allows(lookup->host->site, name, strlen(name), false,
				  &lookup->client);
}

static u16 khttpd_lookup_deny(const struct khttpd_lookup *lookup)
{
	khttpd_stats_refused(lookup->stats, KHTTPD_REFUSAL_DENIED);
	return 403;
}

/**
 * khttpd_lookup_admit() - judge a client by its address
 * @lookup:	resolved, or not if its target is no path
 *
 * Context: any.
 * Return: 0, or 403 if the client may not have what it asks for.
 */
u16 khttpd_lookup_admit(const struct khttpd_lookup *lookup)
{
	if (!lookup->access || http_access_allows(lookup->access, lookup->client.s6_addr))
		return 0;
	return khttpd_lookup_deny(lookup);
}

/* Whether a file is for the same clients as what was asked for. */
static bool khttpd_lookup_same_access(const struct khttpd_lookup *lookup, const char *name)
{
	const struct khttpd_site *site = lookup->host->site;
	const struct khttpd_rule *rule = khttpd_site_rule(site, name, strlen(name), false);
	const struct http_access *access = khttpd_site_access(site, rule);

	return access == lookup->access ||
	       (access && lookup->access && http_access_equal(access, lookup->access));
}

/* -------------------------------------------------------------------- */
/* Files                                                                */

/* Name the file in a coding beside the one whose name has @len bytes. */
static const char *khttpd_lookup_sibling(struct khttpd_lookup *lookup, u32 len,
					 enum http_coding coding)
{
	const char *suffix = http_coding_suffix(coding);

	memcpy(lookup->name + len, suffix, strlen(suffix) + 1);
	return lookup->name;
}

/* Whether it is known that there is nothing of the name of a sibling, which is set. */
static bool khttpd_lookup_lacks(const struct khttpd_lookup *lookup)
{
	const char *name = kbasename(lookup->name);

	return lookup->found && khttpd_file_lacks(lookup->found, name, strlen(name));
}

/*
 * Which codings lie beside a file, as bits.  What is older than the file is a
 * coding of something else.
 */
static u32 khttpd_lookup_siblings(struct khttpd_lookup *lookup, u32 len,
				  const struct khttpd_file *found)
{
	enum http_coding coding;
	struct kstat stat;
	u32 available = 0;

	if (!(lookup->host->site->options & KHTTPD_VHOST_OPTION_SIBLINGS))
		return 0;
	for (coding = HTTP_CODING_BR; coding <= HTTP_CODING_GZIP; coding++) {
		khttpd_lookup_sibling(lookup, len, coding);
		if (!khttpd_lookup_lacks(lookup) &&
		    khttpd_lookup_allows(lookup, lookup->name) &&
		    !khttpd_file_stat(lookup->host, lookup->name, &stat) &&
		    S_ISREG(stat.mode) &&
		    timespec64_compare(&stat.mtime, &found->mtime) >= 0)
			available |= 1 << coding;
	}
	lookup->name[len] = '\0';
	return available;
}

/* Say what the file of that name contains. */
static void khttpd_lookup_describe(const struct khttpd_lookup *lookup, const char *name,
				   u32 len, struct http_head *head)
{
	const struct khttpd_site *site = lookup->host->site;

	head->type = khttpd_config_type(lookup->config, site, name, len);
	if (http_mime_is_text(head->type))
		head->charset = site->charset;
}

/* How long a representation may be kept; of errors nothing is said. */
static void khttpd_lookup_freshness(const struct khttpd_lookup *lookup,
				    struct http_head *head)
{
	if (!lookup->rule)
		return;
	head->cache_control = lookup->rule->cache_control;
	head->has_expires = lookup->rule->has_expires;
	head->expires = lookup->response->now + lookup->rule->expires_s;
}

/* -------------------------------------------------------------------- */
/* Representations                                                      */

/**
 * struct khttpd_representation - a file, or a coding of it, that a request may get
 * @file:	the file, which is open
 * @coded:	the content, if it was compressed
 * @head:	what the 200 says
 * @etag:	what @head points to
 */
struct khttpd_representation {
	struct khttpd_file	file;
	struct khttpd_compressed coded;
	struct http_head	head;
	char			etag[HTTP_ETAG_MAX];
};

/* Say what is to be said of a file, whose name without that of the coding has @len bytes. */
static void khttpd_representation_init(struct khttpd_representation *self,
				       const struct khttpd_lookup *lookup, u32 len,
				       const struct khttpd_file *file,
				       enum http_coding coding, u32 available)
{
	struct http_etag_source source = {
		.size = file->size,
		.mtime_sec = file->mtime.tv_sec,
		.mtime_nsec = file->mtime.tv_nsec,
		.coding = http_coding_name(coding),
	};
	struct http_head *head = &self->head;

	if (lookup->host->site->options & KHTTPD_VHOST_OPTION_INODE_TAG)
		source.inode = file->inode;
	self->file = *file;
	memset(&self->coded, 0, sizeof(self->coded));
	*head = lookup->head;
	khttpd_lookup_describe(lookup, lookup->name, len, head);
	if (available)
		head->vary |= HTTP_VARY_ACCEPT_ENCODING;
	head->coding = source.coding;
	head->status = 200;
	head->etag = self->etag;
	head->etag_len = http_etag_format(self->etag, &source);
	head->has_mtime = true;
	/* RFC 9110, 8.8.2.1: never later than the Date beside it */
	head->mtime = min_t(s64, file->mtime.tv_sec, lookup->response->now);
	head->accept_ranges = true;
	head->has_length = true;
	head->content_length = file->size;
	khttpd_lookup_freshness(lookup, head);
}

/*
 * Note a file, and all that could be sent in its place.  What is not there the
 * directory, which is noted as well, will tell.  Return: 0 or a negative errno.
 */
static int khttpd_lookup_note_file(struct khttpd_lookup *lookup, u32 len,
				   struct khttpd_deps *deps)
{
	enum http_coding coding;
	const char *name;
	int err;

	err = lookup->found ?
	      khttpd_deps_add(deps, lookup->name, len, &lookup->found->file->f_path) :
	      khttpd_file_note(lookup->host, lookup->name, len, deps);
	if (!(lookup->host->site->options & KHTTPD_VHOST_OPTION_SIBLINGS))
		return err;
	for (coding = HTTP_CODING_BR; !err && coding <= HTTP_CODING_GZIP; coding++) {
		name = khttpd_lookup_sibling(lookup, len, coding);
		if (khttpd_lookup_lacks(lookup))
			continue;
		err = khttpd_file_note(lookup->host, name, strlen(name), deps);
		if (err == -ENOENT)
			err = 0;
	}
	lookup->name[len] = '\0';
	return err;
}

/* Whether a file, and all that could be sent in its place, is for the same clients. */
static bool khttpd_lookup_is_uniform(struct khttpd_lookup *lookup, u32 len)
{
	bool same = khttpd_lookup_same_access(lookup, lookup->name);
	enum http_coding coding;

	for (coding = HTTP_CODING_BR; same && coding <= HTTP_CODING_GZIP; coding++)
		same = khttpd_lookup_same_access(lookup,
						 khttpd_lookup_sibling(lookup, len, coding));
	lookup->name[len] = '\0';
	return same;
}

/* Whether what is said depends on the origin of who asks. */
static bool khttpd_rule_tells_origins(const struct khttpd_rule *rule)
{
	const struct khttpd_string *first = rule->origins;

	return rule->nr_origins > 1 ||
	       (rule->nr_origins && !(first->len == 1 && first->s[0] == '*'));
}

/* Whether the response is the same for all who may have it, but for what the time is. */
static bool khttpd_lookup_may_keep(const struct khttpd_lookup *lookup)
{
	return lookup->request->form == HTTP_FORM_ORIGIN &&
	       lookup->config->settings.cache[KHTTPD_A_CACHE_KBYTES] &&
	       !(lookup->rule && khttpd_rule_tells_origins(lookup->rule));
}

static void khttpd_lookup_key(const struct khttpd_lookup *lookup, enum http_coding coding,
			      struct khttpd_cache_key *key)
{
	const struct http_span *path = &lookup->request->path;

	key->serial = lookup->config->serial;
	key->host = lookup->host;
	key->path = lookup->buf + path->off;
	key->len = path->len;
	key->coding = coding;
}

/* Notes what a response is made of.  Return: 0 or a negative errno. */
typedef int khttpd_lookup_note_t(struct khttpd_lookup *lookup, u32 len,
				 struct khttpd_deps *deps);

/*
 * Prepare a response for further requests that are to get @coding, unless that
 * was done before; @len is for @note.
 */
static void khttpd_lookup_keep(struct khttpd_lookup *lookup, struct khttpd_draft *draft,
			       enum http_coding coding, khttpd_lookup_note_t *note, u32 len)
{
	draft->access = lookup->access;
	draft->cred = lookup->host->root->cred;
	draft->expires_s = lookup->rule ? lookup->rule->expires_s : 0;
	khttpd_lookup_key(lookup, coding, &draft->key);
	if (!khttpd_lookup_may_keep(lookup) || khttpd_cache_has(lookup->cache, &draft->key) ||
	    !khttpd_cache_admits(lookup->cache, lookup->config, draft))
		return;
	draft->deps = kmalloc(sizeof(*draft->deps), GFP_KERNEL);
	if (!draft->deps)
		return;
	khttpd_deps_init(draft->deps, lookup->host->root, &lookup->since);
	if (!note(lookup, len, draft->deps))
		khttpd_cache_keep(lookup->cache, lookup->config, draft);
	khttpd_deps_put(draft->deps->dep, draft->deps->nr);
	kfree(draft->deps);
}

static void khttpd_lookup_keep_file(struct khttpd_lookup *lookup, u32 len,
				    const struct khttpd_representation *it,
				    enum http_coding coding, u32 available)
{
	struct khttpd_draft draft = {
		.head = &it->head,
		.available = available,
		.content = it->coded.content,
		.file = it->file.file,
	};

	if (khttpd_lookup_is_uniform(lookup, len))
		khttpd_lookup_keep(lookup, &draft, coding, khttpd_lookup_note_file, len);
}

/* Exchange a file, whose name has @len bytes, for a coding that lies beside it. */
static noinline_for_stack
void khttpd_lookup_take(struct khttpd_lookup *lookup, u32 len,
			struct khttpd_representation *it, enum http_coding coding,
			u32 available)
{
	struct khttpd_file coded;
	int err;

	err = khttpd_file_open(lookup->host, khttpd_lookup_sibling(lookup, len, coding),
			       &coded);
	lookup->name[len] = '\0';
	/* Unreadable, or gone since: the file itself will do. */
	if (err || !coded.file)
		return;
	lookup->found = NULL;
	khttpd_file_close(it->file.file);
	khttpd_representation_init(it, lookup, len, &coded, coding, available);
	khttpd_lookup_keep_file(lookup, len, it, coding, available);
}

/* Exchange a file, whose name has @len bytes, for a coding that is made of it. */
static noinline_for_stack
void khttpd_lookup_make(struct khttpd_lookup *lookup, u32 len,
			struct khttpd_representation *it, enum http_coding coding,
			u32 available)
{
	const u32 *compression = lookup->config->settings.compression;
	const struct khttpd_file file = it->file;
	struct khttpd_compressed coded;
	struct khttpd_cache_key key;
	int err = -ENOENT;

	khttpd_lookup_key(lookup, coding, &key);
	if (khttpd_lookup_may_keep(lookup))
		err = khttpd_cache_read_coded(lookup->cache, &key, lookup->compressor, &coded);
	if (err == -ENOENT)
		err = khttpd_compress_file(lookup->compressor,
					   compression[KHTTPD_A_COMPRESSION_AT_ONCE], &file,
					   lookup->host->root->cred, coding,
					   compression[KHTTPD_A_COMPRESSION_LEVEL], &coded);
	if (!err) {
		khttpd_representation_init(it, lookup, len, &file, coding, available);
		it->head.accept_ranges = false;
		it->head.content_length = coded.len;
		it->coded = coded;
	}
	/* Else the file itself will do, and always, if there is nothing to be saved. */
	if (!err || err == -E2BIG)
		khttpd_lookup_keep_file(lookup, len, it, coding, available);
}

/*
 * Which codings can be made of a file, as bits.  Parts are not given of what is
 * made: another time it may become other bytes, or not be made at all.
 */
static u32 khttpd_lookup_makeable(const struct khttpd_lookup *lookup,
				  const struct khttpd_representation *it)
{
	const u32 *compression = lookup->config->settings.compression;

	if (!compression[KHTTPD_A_COMPRESSION_ENABLED] ||
	    it->file.size < compression[KHTTPD_A_COMPRESSION_MIN_BYTES] ||
	    it->file.size > compression[KHTTPD_A_COMPRESSION_MAX_BYTES] ||
	    !http_mime_compressible(it->head.type))
		return 0;
	return 1 << HTTP_CODING_GZIP | 1 << HTTP_CODING_DEFLATE;
}

/* As of the request's Range: everything, some parts, or an error's status. */
static u16 khttpd_lookup_content(struct khttpd_lookup *lookup,
				 const struct khttpd_file *found,
				 const struct http_validators *validators,
				 struct http_head *head)
{
	const struct http_request *request = lookup->request;
	const struct cred *cred = lookup->host->root->cred;
	struct khttpd_parts *parts = NULL;
	u16 status = 200;
	int err;

	if (http_request_has(request, HTTP_FIELD_RANGE) &&
	    http_condition_range(request, lookup->buf, validators)) {
		parts = kmalloc(sizeof(*parts), GFP_KERNEL);
		if (!parts) {
			khttpd_file_close(found->file);
			return 503;
		}
		status = http_range_select(request, lookup->buf, found->size,
					   &parts->ranges);
	}
	if (status == 206) {
		err = khttpd_response_parts(lookup->response, request, head, found, cred,
					    parts);
		return khttpd_lookup_status(err);
	}
	kfree(parts);
	if (status == 416) {
		lookup->head.has_range = true;
		lookup->head.range_size = found->size;
		khttpd_file_close(found->file);
		return status;
	}
	err = khttpd_response_file(lookup->response, request, head, found, cred);
	return khttpd_lookup_status(err);
}

/* Which representation of a file, whose name has @len bytes, suits the request best. */
static void khttpd_lookup_choose(struct khttpd_lookup *lookup, u32 len,
				 const struct khttpd_file *found,
				 struct khttpd_representation *it)
{
	enum http_coding coding;
	u32 beside = khttpd_lookup_siblings(lookup, len, found);
	u32 available;

	khttpd_representation_init(it, lookup, len, found, HTTP_CODING_IDENTITY, beside);
	available = beside | khttpd_lookup_makeable(lookup, it);
	if (available)
		it->head.vary |= HTTP_VARY_ACCEPT_ENCODING;
	khttpd_lookup_keep_file(lookup, len, it, HTTP_CODING_IDENTITY, available);
	coding = http_accept_coding(lookup->request, lookup->buf,
				    http_request_has(lookup->request, HTTP_FIELD_RANGE) ?
				    beside : available);
	if (coding == HTTP_CODING_IDENTITY)
		return;
	if (beside & 1 << coding)
		khttpd_lookup_take(lookup, len, it, coding, available);
	else
		khttpd_lookup_make(lookup, len, it, coding, available);
}

/*
 * Answer with a file, whose name is the first @len bytes of @lookup->name; takes
 * the file over.  Return: 0, or the status of the error to answer with.
 */
static u16 khttpd_lookup_file(struct khttpd_lookup *lookup, u32 len,
			      const struct khttpd_file *found)
{
	struct http_validators validators = { .now = lookup->response->now };
	struct khttpd_representation it;
	u16 status;
	int err;

	lookup->found = found->plain ? found : NULL;
	khttpd_lookup_choose(lookup, len, found, &it);
	lookup->found = NULL;
	validators.etag = it.head.hide & HTTP_HEAD_ETAG ? NULL : it.etag;
	validators.etag_len = it.head.etag_len;
	validators.has_mtime = !(it.head.hide & HTTP_HEAD_LAST_MODIFIED);
	validators.mtime = it.head.mtime;
	status = http_condition_check(lookup->request, lookup->buf, &validators);
	if (!status && !it.coded.content)
		return khttpd_lookup_content(lookup, &it.file, &validators, &it.head);
	khttpd_file_close(it.file.file);
	if (!status) {
		err = khttpd_response_coded(lookup->response, lookup->request, &it.head,
					    &it.coded);
		return khttpd_lookup_status(err);
	}
	khttpd_compressed_free(&it.coded);
	if (status != 304)
		return status;
	it.head.status = status;
	err = khttpd_response_empty(lookup->response, lookup->request, &it.head);
	return khttpd_lookup_status(err);
}

/* -------------------------------------------------------------------- */
/* Directories                                                          */

static int khttpd_lookup_list(struct khttpd_lookup *lookup,
			      const struct http_listing *page, struct http_head *head)
{
	struct khttpd_listing *listing = NULL;
	struct file *dir;

	if (lookup->request->method == HTTP_HEAD) {
		dir = khttpd_file_open_dir(lookup->host, lookup->name);
		if (IS_ERR(dir))
			return PTR_ERR(dir);
		khttpd_file_close(dir);
	} else {
		listing = khttpd_listing_open(lookup->host, &lookup->client, page);
		if (IS_ERR(listing))
			return PTR_ERR(listing);
	}
	return khttpd_response_listing(lookup->response, lookup->request, head, listing);
}

/* Return: 0, or the status of the error to answer with. */
static u16 khttpd_lookup_listing(struct khttpd_lookup *lookup)
{
	const struct http_request *request = lookup->request;
	const struct khttpd_rule *rule = lookup->rule;
	struct http_validators validators = { .now = lookup->response->now };
	struct http_listing page = {
		.path = lookup->name,
		.path_len = lookup->path.len,
		.json = http_accept_json(request, lookup->buf),
	};
	struct http_head head = lookup->head;
	int err;

	if (!(rule && rule->has_listing ? rule->listing :
	      lookup->host->site->options & KHTTPD_VHOST_OPTION_LISTING))
		return 403;
	http_listing_query(&page, lookup->buf + request->query.off, request->query.len);
	head.vary |= HTTP_VARY_ACCEPT;
	head.type = page.json ? HTTP_LISTING_TYPE_JSON : HTTP_LISTING_TYPE_HTML;
	head.charset = page.json ? NULL : "utf-8";
	khttpd_lookup_freshness(lookup, &head);
	head.status = http_condition_check(request, lookup->buf, &validators);
	if (head.status == 412)
		return 412;
	if (head.status) {
		err = khttpd_response_empty(lookup->response, request, &head);
	} else {
		head.status = 200;
		err = khttpd_lookup_list(lookup, &page, &head);
	}
	return khttpd_lookup_status(err);
}

/* A directory that was asked for as one.  Return: as of khttpd_lookup_listing(). */
static u16 khttpd_lookup_index(struct khttpd_lookup *lookup)
{
	const struct khttpd_site *site = lookup->host->site;
	u32 dir = lookup->path.len ? lookup->path.len + 1 : 0;
	struct khttpd_file found;
	u32 i;
	int err;

	if (dir)
		lookup->name[dir - 1] = '/';
	for (i = 0; i < site->nr_indexes; i++) {
		const struct khttpd_string *index = &site->indexes[i];

		memcpy(lookup->name + dir, index->s, index->len);
		lookup->name[dir + index->len] = '\0';
		err = khttpd_file_open(lookup->host, lookup->name, &found);
		if (!err && found.file && !khttpd_lookup_allows(lookup, lookup->name)) {
			khttpd_file_close(found.file);
			return khttpd_lookup_deny(lookup);
		}
		if (!err && found.file)
			return khttpd_lookup_file(lookup, dir + index->len, &found);
		if (err && err != -ENOENT)
			return khttpd_lookup_status(err);
	}
	lookup->name[lookup->path.len] = '\0';
	return khttpd_lookup_listing(lookup);
}

/* -------------------------------------------------------------------- */
/* Elsewhere                                                            */

/* Prepare a response that khttpd_response_page() sent. */
static noinline_for_stack
void khttpd_lookup_keep_page(struct khttpd_lookup *lookup, const struct http_head *head,
			     khttpd_lookup_note_t *note)
{
	char page[HTTP_ERROR_BODY_MAX];
	struct khttpd_draft draft = {
		.head = head,
		.content = page,
	};

	if (head->location && lookup->request->has_query)
		return;
	http_error_body(page, sizeof(page), head->status);
	khttpd_lookup_keep(lookup, &draft, HTTP_CODING_IDENTITY, note, lookup->path.len);
}

/* Send the client where @redirect leads; its path and query are filled in here. */
static u16 khttpd_lookup_redirect(struct khttpd_lookup *lookup, u16 status,
				  struct http_rule_redirect *redirect,
				  khttpd_lookup_note_t *note)
{
	const struct http_request *request = lookup->request;
	struct http_head head = lookup->head;
	char *location;
	u32 size;
	int err;

	redirect->path = lookup->name;
	redirect->path_len = lookup->path.len;
	if (request->has_query) {
		redirect->query = lookup->buf + request->query.off;
		redirect->query_len = request->query.len;
	}
	size = HTTP_RULE_LOCATION_MAX(redirect->target_len, redirect->path_len,
				      redirect->query_len);
	location = kmalloc(size, GFP_KERNEL);
	if (!location)
		return 503;
	head.status = status;
	head.location = location;
	head.location_len = http_rule_location(location, size, redirect);
	err = khttpd_response_page(lookup->response, request, &head);
	if (!err)
		khttpd_lookup_keep_page(lookup, &head, note);
	kfree(location);
	return khttpd_lookup_status(err);
}

static int khttpd_lookup_note_dir(struct khttpd_lookup *lookup, u32 len,
				  struct khttpd_deps *deps)
{
	return khttpd_file_note(lookup->host, lookup->name, len, deps);
}

/*
 * Send the client to a directory, with its slash.  The path has no empty segment,
 * so that what is sent never begins with two slashes and never names another host.
 */
static u16 khttpd_lookup_slash(struct khttpd_lookup *lookup)
{
	struct http_rule_redirect redirect = {
		.target = "/",
		.target_len = 1,
		.prefix_len = 1,
		.dir = true,
	};

	return khttpd_lookup_redirect(lookup, 301, &redirect, khttpd_lookup_note_dir);
}

/* A rule is of the snapshot, which is a part of the key. */
static int khttpd_lookup_note_rule(struct khttpd_lookup *lookup, u32 len,
				   struct khttpd_deps *deps)
{
	return 0;
}

static u16 khttpd_lookup_elsewhere(struct khttpd_lookup *lookup)
{
	const struct khttpd_rule *rule = lookup->rule;
	struct http_rule_redirect redirect = {
		.target = rule->redirect,
		.target_len = rule->redirect_len,
		.prefix_len = rule->prefix_len,
		.dir = lookup->path.dir,
	};

	return khttpd_lookup_redirect(lookup, rule->redirect_status, &redirect,
				      khttpd_lookup_note_rule);
}

/* -------------------------------------------------------------------- */
/* The whole                                                            */

/* Which origins' scripts may read the response (the Fetch Standard's CORS protocol). */
static void khttpd_lookup_origin(struct khttpd_lookup *lookup)
{
	const struct http_span *span = &lookup->request->field[HTTP_FIELD_ORIGIN];
	const struct khttpd_rule *rule = lookup->rule;
	struct http_head *head = &lookup->head;
	u32 i;

	for (i = 0; i < rule->nr_origins; i++) {
		const struct khttpd_string *origin = &rule->origins[i];
		bool all = origin->len == 1 && origin->s[0] == '*';

		if (!all)
			head->vary |= HTTP_VARY_ORIGIN;
		if (all || (span->len == origin->len &&
			    !memcmp(lookup->buf + span->off, origin->s, origin->len))) {
			head->origin = origin->s;
			head->origin_len = origin->len;
		}
	}
	if (head->origin && lookup->request->method == HTTP_OPTIONS && span->len) {
		head->preflight = true;
		head->max_age = KHTTPD_PREFLIGHT_AGE;
	}
}

/**
 * khttpd_lookup_resolve() - find out what the target names, and which rule concerns it
 * @lookup:	with a request that has a path, and without a @name
 *
 * @lookup->name is for the caller to be freed, whatever is returned.
 *
 * Context: may sleep for memory.
 * Return: 0, or the status of the error to answer with.
 */
u16 khttpd_lookup_resolve(struct khttpd_lookup *lookup)
{
	const struct http_span *path = &lookup->request->path;
	const struct khttpd_rule *rule;
	u16 status;

	lookup->name = kmalloc(path->len + KHTTPD_NAME_ROOM, GFP_KERNEL);
	if (!lookup->name)
		return 503;
	status = http_target_resolve(lookup->buf + path->off, path->len, lookup->name,
				     path->len + 1, &lookup->path);
	if (status)
		return status;
	rule = khttpd_site_rule(lookup->host->site, lookup->name, lookup->path.len,
				lookup->path.dir);
	lookup->access = khttpd_site_access(lookup->host->site, rule);
	if (!rule)
		return 0;
	lookup->rule = rule;
	lookup->head.fields = rule->fields;
	lookup->head.fields_len = rule->fields_len;
	lookup->head.hide = rule->hide;
	khttpd_lookup_origin(lookup);
	return 0;
}

/**
 * khttpd_lookup_path() - answer with what the path leads to
 * @lookup:	resolved, of a GET or HEAD
 *
 * Context: work item on the cold queue, may sleep for the disk.
 * Return: 0 when the response is complete, or the status of the error to answer
 * with.
 */
u16 khttpd_lookup_path(struct khttpd_lookup *lookup)
{
	struct khttpd_file found;
	int err;

	if (lookup->config->settings.drain && lookup->rule && lookup->rule->readiness)
		return 503;
	if (lookup->rule && lookup->rule->redirect_status)
		return khttpd_lookup_elsewhere(lookup);
	if (lookup->path.hidden &&
	    !(lookup->host->site->options & KHTTPD_VHOST_OPTION_DOT_FILES))
		return 404;
	err = khttpd_file_open(lookup->host, lookup->name, &found);
	lookup->absent = err == -ENOENT;
	if (err)
		return khttpd_lookup_status(err);
	if (!found.file)
		return lookup->path.dir ? khttpd_lookup_index(lookup) :
					  khttpd_lookup_slash(lookup);
	if (lookup->path.dir) {
		/* A file has nothing beneath it. */
		khttpd_file_close(found.file);
		return 404;
	}
	return khttpd_lookup_file(lookup, lookup->path.len, &found);
}

/* Note what a path names without its last component.  Return: as of khttpd_file_note(). */
static int khttpd_lookup_note_parent(struct khttpd_lookup *lookup, u32 *len,
				     struct khttpd_deps *deps)
{
	char *name = lookup->name;
	char cut;
	int err;

	while (*len && name[*len - 1] != '/')
		(*len)--;
	/* Without the slash, too; the root has none. */
	if (*len)
		(*len)--;
	cut = name[*len];
	name[*len] = '\0';
	err = khttpd_file_note(lookup->host, name, *len, deps);
	name[*len] = cut;
	return err;
}

/*
 * Note where a path ends that leads nowhere: the last directory on it, which
 * changes with what is made in it; and the page that says so, if there is one.
 */
static int khttpd_lookup_note_absence(struct khttpd_lookup *lookup, u32 len,
				      struct khttpd_deps *deps)
{
	const char *page = khttpd_site_error_page(lookup->host->site, 404);
	int tries = KHTTPD_ABSENT_MAX;
	int err;

	err = khttpd_file_note(lookup->host, lookup->name, len, deps);
	/* It came just now. */
	if (!err)
		return -EAGAIN;
	while (err == -ENOENT && len && tries--)
		err = khttpd_lookup_note_parent(lookup, &len, deps);
	if (!err && page)
		err = khttpd_file_note(lookup->host, page, strlen(page), deps);
	return err;
}

/* The page that is configured for an error.  Return: 0 or a negative errno. */
static int khttpd_lookup_error_page(struct khttpd_lookup *lookup, struct http_head *head,
				    const char *path)
{
	struct khttpd_draft draft = { .head = head };
	struct khttpd_file found;
	int err;

	if (!khttpd_lookup_allows(lookup, path))
		return -EACCES;
	err = khttpd_file_open(lookup->host, path, &found);
	if (err)
		return err;
	if (!found.file)
		return -EISDIR;
	khttpd_lookup_describe(lookup, path, strlen(path), head);
	head->has_length = true;
	head->content_length = found.size;
	draft.file = found.file;
	if (lookup->absent && khttpd_lookup_same_access(lookup, path))
		khttpd_lookup_keep(lookup, &draft, HTTP_CODING_IDENTITY,
				   khttpd_lookup_note_absence, lookup->path.len);
	return khttpd_response_file(lookup->response, lookup->request, head, &found,
				    lookup->host->root->cred);
}

/**
 * khttpd_lookup_error() - answer with an error
 * @lookup:	resolved or not
 * @status:	status code
 *
 * Context: work item; on the cold queue, where it may sleep for the disk, if the
 * virtual host has a page for this error; may sleep for memory.
 */
void khttpd_lookup_error(struct khttpd_lookup *lookup, u16 status)
{
	const char *path = khttpd_site_error_page(lookup->host->site, status);
	struct http_head head = lookup->head;

	head.status = status;
	head.allow = status == 405;
	if (path && !khttpd_lookup_error_page(lookup, &head, path))
		return;
	if (khttpd_response_page(lookup->response, lookup->request, &head))
		khttpd_response_unavailable(lookup->response, lookup->request);
	else if (lookup->absent && !path)
		khttpd_lookup_keep_page(lookup, &head, khttpd_lookup_note_absence);
}
