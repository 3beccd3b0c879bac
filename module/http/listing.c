// SPDX-License-Identifier: GPL-2.0
#include "listing.h"
#include "date.h"
#include "octet.h"
#include "text.h"

/* Parents of a directory that are shown, besides the root. */
#define PARENTS_MAX 16

static const char style[] =
	"<style>\n"
	":root{color-scheme:light dark;--text:#1c2024;--soft:#60646c;--line:#e3e5e9;--link:#0b57b8;\n"
	"--back:#fdfdfe;--over:#f2f5f9}\n"
	"@media(prefers-color-scheme:dark){:root{--text:#e4e6ea;--soft:#9ba1aa;--line:#2b2f36;\n"
	"--link:#8ab8ff;--back:#15171a;--over:#1d2025}}\n"
	"body{margin:0 auto;max-width:58rem;padding:2.5rem 1.5rem;\n"
	"font:1rem/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}\n"
	"h1{margin:0 .5rem 1.5rem;font-size:1.25rem;font-weight:600;overflow-wrap:anywhere}\n"
	"h1 a{margin:-.25rem;padding:.25rem}\n"
	"a{color:var(--link);text-decoration:none;unicode-bidi:isolate}\n"
	"a:hover,a:focus-visible{text-decoration:underline}\n"
	"table{width:100%;border-collapse:collapse}\n"
	"caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}\n"
	"th,td{padding:.4rem .5rem;border-bottom:1px solid var(--line);text-align:left;\n"
	"vertical-align:baseline}\n"
	"th{font-size:.875rem;font-weight:500;white-space:nowrap}\n"
	"th,th a,td,p{color:var(--soft)}\n"
	"[aria-sort] a{color:var(--text)}\n"
	"[aria-sort=ascending] a::after{content:\" \\2191\"}\n"
	"[aria-sort=descending] a::after{content:\" \\2193\"}\n"
	"td:first-child{width:100%;overflow-wrap:anywhere}\n"
	"td:first-child a{white-space:pre-wrap}\n"
	"td a[href$=\"/\"]{font-weight:600}\n"
	"td+td{font-size:.875rem;white-space:nowrap;font-variant-numeric:tabular-nums}\n"
	"th:nth-child(2),td:nth-child(2){padding-right:1.5rem;text-align:right}\n"
	"tbody tr:hover{background:var(--over)}\n"
	"p{margin:1rem .5rem;font-size:.875rem}\n"
	"@media(max-width:36rem){body{padding:1.5rem .5rem}\n"
	"tr{display:flex;flex-wrap:wrap;justify-content:space-between;\n"
	"border-bottom:1px solid var(--line)}\n"
	"th,td{border:0}td:first-child{padding-bottom:0}td+td{padding-top:0}\n"
	"th:nth-child(2),td:nth-child(2){order:1;padding-right:.5rem}}\n"
	"</style>\n";

static const struct {
	char letter;	/* of the query */
	const char *word;
	const char *head;	/* of the column */
} keys[] = {
	[HTTP_LISTING_NAME] = { 'N', "name", "Name" },
	[HTTP_LISTING_SIZE] = { 'S', "size", "Size" },
	[HTTP_LISTING_TIME] = { 'M', "mtime", "Modified (UTC)" },
};

static const char *order_word(const struct http_listing *listing)
{
	return listing->descending ? "descending" : "ascending";
}

static void query_member(struct http_listing *listing, const char *s, u32 len)
{
	u32 key;

	if (len != 3 || s[1] != '=')
		return;
	if (s[0] == 'O' && (s[2] == 'A' || s[2] == 'D'))
		listing->descending = s[2] == 'D';
	if (s[0] != 'C')
		return;
	for (key = 0; key < ARRAY_SIZE(keys); key++)
		if (s[2] == keys[key].letter)
			listing->key = key;
}

void http_listing_query(struct http_listing *listing, const char *query, u32 len)
{
	u32 begin = 0;
	u32 at;

	listing->key = HTTP_LISTING_NAME;
	listing->descending = false;
	for (at = 0; at <= len; at++) {
		if (at < len && query[at] != ';' && query[at] != '&')
			continue;
		query_member(listing, query + begin, at - begin);
		begin = at + 1;
	}
}

static int compare_names(const struct http_listing_entry *a, const struct http_listing_entry *b)
{
	u32 len = a->name_len < b->name_len ? a->name_len : b->name_len;
	u8 left, right;
	u32 i;

	for (i = 0; i < len; i++) {
		/* Names in a directory are much alike, and sorting compares each with twenty. */
		if (a->name[i] == b->name[i])
			continue;
		left = http_octet_lower(a->name[i]);
		right = http_octet_lower(b->name[i]);
		if (left != right)
			return left < right ? -1 : 1;
	}
	if (a->name_len != b->name_len)
		return a->name_len < b->name_len ? -1 : 1;
	return memcmp(a->name, b->name, len);
}

int http_listing_compare(const struct http_listing *listing,
			 const struct http_listing_entry *a,
			 const struct http_listing_entry *b)
{
	int order = 0;

	if (a->dir != b->dir)
		return a->dir ? -1 : 1;
	if (listing->key == HTTP_LISTING_SIZE && !a->dir)
		order = a->size < b->size ? -1 : a->size > b->size;
	else if (listing->key == HTTP_LISTING_TIME)
		order = a->mtime < b->mtime ? -1 : a->mtime > b->mtime;
	else if (listing->key == HTTP_LISTING_NAME)
		order = compare_names(a, b);
	if (!order)
		return compare_names(a, b);
	return listing->descending ? -order : order;
}

/* The path as it is shown: with a slash at either end. */
static void put_path(struct http_text *text, const struct http_listing *listing,
		     void (*put)(struct http_text *text, const char *s, u32 len))
{
	http_text_put(text, "/", 1);
	if (!listing->path_len)
		return;
	put(text, listing->path, listing->path_len);
	http_text_put(text, "/", 1);
}

/* A reference to the directory so many levels above; its name follows. */
static void put_up(struct http_text *text, u32 levels)
{
	http_text_string(text, "<a href=\"");
	while (levels--)
		http_text_string(text, "../");
	http_text_string(text, "\">");
}

/* The path again, each parent of the directory with a reference to it. */
static void put_parents(struct http_text *text, const struct http_listing *listing)
{
	const char *path = listing->path;
	u32 len = listing->path_len;
	u32 levels = len ? 1 : 0;
	const char *slash;
	u32 i;

	if (!len) {
		http_text_put(text, "/", 1);
		return;
	}
	for (i = 0; i < len; i++)
		levels += path[i] == '/';
	put_up(text, levels);
	http_text_string(text, "/</a>");
	if (levels > PARENTS_MAX + 1)
		http_text_string(text, "\xe2\x80\xa6/");	/* U+2026, dots */
	while (--levels) {
		slash = memchr(path, '/', len);
		if (levels <= PARENTS_MAX) {
			put_up(text, levels);
			http_text_html(text, path, slash - path);
			http_text_string(text, "</a>/");
		}
		len -= slash + 1 - path;
		path = slash + 1;
	}
	http_text_html(text, path, len);
	http_text_put(text, "/", 1);
}

static void put_column(struct http_text *text, const struct http_listing *listing,
		       enum http_listing_key key)
{
	bool is_key = listing->key == key && !listing->unsorted;

	http_text_string(text, "<th scope=\"col\"");
	if (is_key) {
		http_text_string(text, " aria-sort=\"");
		http_text_string(text, order_word(listing));
		http_text_put(text, "\"", 1);
	}
	http_text_put(text, ">", 1);
	if (!listing->unsorted) {
		http_text_string(text, "<a href=\"?C=");
		http_text_put(text, &keys[key].letter, 1);
		http_text_string(text, is_key && !listing->descending ? ";O=D\">" : ";O=A\">");
	}
	http_text_string(text, keys[key].head);
	http_text_string(text, listing->unsorted ? "\n" : "</a>\n");
}

static void begin_html(struct http_text *text, const struct http_listing *listing)
{
	http_text_string(text,
			 "<!DOCTYPE html>\n"
			 "<html lang=\"en\">\n"
			 "<meta charset=\"utf-8\">\n"
			 "<meta name=\"viewport\" content=\"width=device-width\">\n"
			 "<title>Index of ");
	put_path(text, listing, http_text_html);
	http_text_string(text, "</title>\n");
	http_text_string(text, style);
	http_text_string(text, "<h1>Index of ");
	put_parents(text, listing);
	http_text_string(text, "</h1>\n");
	if (listing->unsorted)
		http_text_string(text,
				 "<p>The entries are too many to sort and come in no order.\n");
	http_text_string(text, "<table>\n<caption>Entries ");
	if (listing->unsorted) {
		http_text_string(text, "in no order");
	} else {
		http_text_string(text, "by ");
		http_text_string(text, keys[listing->key].head);
		http_text_string(text, ", ");
		http_text_string(text, order_word(listing));
	}
	http_text_string(text, "</caption>\n<thead>\n<tr>\n");
	put_column(text, listing, HTTP_LISTING_NAME);
	put_column(text, listing, HTTP_LISTING_SIZE);
	put_column(text, listing, HTTP_LISTING_TIME);
	http_text_string(text, "<tbody>\n");
	if (listing->path_len)
		http_text_string(text,
				 "<tr>\n"
				 "<td><a href=\"../\" aria-label=\"parent directory\">../</a><td><td>\n");
}

static void begin_json(struct http_text *text, const struct http_listing *listing)
{
	http_text_string(text, "{\"path\":\"");
	put_path(text, listing, http_text_json);
	http_text_string(text, "\",\"sort\":");
	if (listing->unsorted) {
		http_text_string(text, "null,\"order\":null");
	} else {
		http_text_put(text, "\"", 1);
		http_text_string(text, keys[listing->key].word);
		http_text_string(text, "\",\"order\":\"");
		http_text_string(text, order_word(listing));
		http_text_put(text, "\"", 1);
	}
	http_text_string(text, ",\"entries\":[");
}

u32 http_listing_begin(char *dst, u32 size, const struct http_listing *listing)
{
	struct http_text text;

	http_text_init(&text, dst, size);
	if (listing->json)
		begin_json(&text, listing);
	else
		begin_html(&text, listing);
	return http_text_end(&text);
}

/* A size with a unit, and with a decimal, never rounded up. */
static void put_size(struct http_text *text, u64 size)
{
	static const char units[] = "BKMGTPE";
	u32 unit = 0;
	u32 rest = 0;

	while (size >= 1024) {
		rest = size % 1024;
		size /= 1024;
		unit++;
	}
	http_text_number(text, size, 10);
	if (unit) {
		http_text_put(text, ".", 1);
		http_text_number(text, rest * 10 / 1024, 10);
	}
	http_text_put(text, " ", 1);
	http_text_put(text, &units[unit], 1);
	if (unit)
		http_text_string(text, "iB");
}

static void row_html(struct http_text *text, const struct http_listing_entry *entry)
{
	char date[HTTP_DATE_RFC3339_LEN];

	http_text_string(text, "<tr><td><a href=\"");
	http_text_uri(text, entry->name, entry->name_len);
	http_text_string(text, entry->dir ? "/\">" : "\">");
	http_text_html(text, entry->name, entry->name_len);
	http_text_string(text, entry->dir ? "/</a><td>" : "</a><td>");
	if (!entry->dir)
		put_size(text, entry->size);
	http_text_string(text, "<td>");
	http_date_rfc3339(date, entry->mtime);
	http_text_put(text, date, 10);
	http_text_put(text, " ", 1);
	http_text_put(text, date + 11, 5);
	http_text_put(text, "\n", 1);
}

static void row_json(struct http_text *text, const struct http_listing_entry *entry)
{
	char date[HTTP_DATE_RFC3339_LEN];

	http_text_string(text, "{\"name\":\"");
	http_text_json(text, entry->name, entry->name_len);
	http_text_string(text, "\",\"href\":\"");
	http_text_uri(text, entry->name, entry->name_len);
	if (entry->dir) {
		http_text_string(text, "/\",\"type\":\"directory\",\"size\":null");
	} else {
		http_text_string(text, "\",\"type\":\"file\",\"size\":");
		http_text_number(text, entry->size, 10);
	}
	http_text_string(text, ",\"mtime\":\"");
	http_date_rfc3339(date, entry->mtime);
	http_text_put(text, date, sizeof(date));
	http_text_string(text, "\"}");
}

u32 http_listing_row(char *dst, u32 size, const struct http_listing *listing,
		     const struct http_listing_entry *entry, bool first)
{
	struct http_text text;

	http_text_init(&text, dst, size);
	if (listing->json) {
		http_text_string(&text, first ? "\n" : ",\n");
		row_json(&text, entry);
	} else {
		row_html(&text, entry);
	}
	return http_text_end(&text);
}

u32 http_listing_end(char *dst, u32 size, const struct http_listing *listing, u64 entries)
{
	struct http_text text;

	http_text_init(&text, dst, size);
	if (listing->json) {
		http_text_string(&text, "\n]}\n");
		return http_text_end(&text);
	}
	http_text_string(&text, "</table>\n<p>");
	http_text_number(&text, entries, 10);
	http_text_string(&text, entries == 1 ? " entry" : " entries");
	http_text_string(&text, "\n</html>\n");
	return http_text_end(&text);
}
