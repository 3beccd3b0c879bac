/* SPDX-License-Identifier: GPL-2.0 */
/* Listings of directories, as a page of HTML or a JSON document, row by row. */
#ifndef KHTTPD_HTTP_LISTING_H
#define KHTTPD_HTTP_LISTING_H

#include "core.h"

/* Media types of a listing; that of HTML goes with the charset utf-8, JSON has none. */
#define HTTP_LISTING_TYPE_HTML	"text/html"
#define HTTP_LISTING_TYPE_JSON	"application/json"

/* Octets that http_listing_begin(), _row() and _end() write at most. */
#define HTTP_LISTING_BEGIN_MAX(path_len)	(4096 + 14 * (path_len))
#define HTTP_LISTING_ROW_MAX(name_len)		(128 + 9 * (name_len))
#define HTTP_LISTING_END_MAX			192

/* What entries are sorted by. */
enum http_listing_key {
	HTTP_LISTING_NAME,
	HTTP_LISTING_SIZE,
	HTTP_LISTING_TIME,
};

/**
 * struct http_listing - a listing
 * @path: path of the directory as http_target_resolve() writes it: decoded,
 *	relative to the root, without a slash in front or behind
 * @path_len: its length in octets; 0 is the root itself
 * @key: what the entries are sorted by
 * @descending: from the largest to the smallest
 * @json: a JSON document instead of a page
 * @unsorted: there are too many entries to be sorted: they come in any order,
 *	and the listing says so
 */
struct http_listing {
	const char *path;
	u32 path_len;
	enum http_listing_key key;
	bool descending;
	bool json;
	bool unsorted;
};

/**
 * struct http_listing_entry - an entry of a directory
 * @name: its name, any octets but NUL and "/"; not "." or ".."
 * @name_len: its length in octets
 * @dir: it is a directory
 * @size: size of a file in octets; of no account for a directory
 * @mtime: modification time, seconds since 1970
 */
struct http_listing_entry {
	const char *name;
	u64 size;
	s64 mtime;
	u32 name_len;
	bool dir;
};

/**
 * http_listing_query - read the order of the entries from a query
 * @listing: its @key and @descending are set
 * @query: the query, without "?"
 * @len: its length in octets
 *
 * "C=N", "C=S" and "C=M" sort by name, size and time of modification, "O=A" and
 * "O=D" ascending and descending, separated by ";" or "&". The last of each
 * counts, anything else is ignored; without them it is by name and ascending.
 */
void http_listing_query(struct http_listing *listing, const char *query, u32 len);

/**
 * http_listing_compare - put entries in order
 * @listing: tells by what
 * @a: an entry
 * @b: another one
 *
 * Directories come first in either direction. Names are compared without regard
 * to the case of ASCII letters at first. Entries that are alike come by
 * name, ascending; so do directories that are sorted by size.
 *
 * Return: less than, equal to or greater than 0; 0 only if the names are the
 * same.
 */
int http_listing_compare(const struct http_listing *listing,
			 const struct http_listing_entry *a,
			 const struct http_listing_entry *b);

/**
 * http_listing_begin - write what comes before the first entry
 * @dst: receives it, not NUL-terminated
 * @size: octets at @dst; HTTP_LISTING_BEGIN_MAX() suffice
 * @listing: the listing
 *
 * All references are relative, so that they hold behind a gateway that serves
 * the root beneath a prefix. They count the segments of @path: where the target
 * of the request had empty ones, links to the parents fall short of them.
 *
 * Return: how many octets were written, or 0 if they do not fit.
 */
u32 http_listing_begin(char *dst, u32 size, const struct http_listing *listing);

/**
 * http_listing_row - write an entry
 * @dst: receives it, not NUL-terminated
 * @size: octets at @dst; HTTP_LISTING_ROW_MAX() suffice
 * @listing: the listing
 * @entry: the entry
 * @first: no entry was written before it
 *
 * The reference leads back to the entry whatever octets its name is made of;
 * what is shown of the name is valid UTF-8.
 *
 * Return: how many octets were written, or 0 if they do not fit.
 */
u32 http_listing_row(char *dst, u32 size, const struct http_listing *listing,
		     const struct http_listing_entry *entry, bool first);

/**
 * http_listing_end - write what comes after the last entry
 * @dst: receives it, not NUL-terminated
 * @size: octets at @dst; HTTP_LISTING_END_MAX suffice
 * @listing: the listing
 * @entries: how many entries were written
 *
 * Return: how many octets were written, or 0 if they do not fit.
 */
u32 http_listing_end(char *dst, u32 size, const struct http_listing *listing, u64 entries);

#endif /* KHTTPD_HTTP_LISTING_H */
