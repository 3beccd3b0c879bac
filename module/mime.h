/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_MIME_H
#define KHTTPD_MIME_H

#include <linux/refcount.h>
#include <linux/types.h>

#include "http/mime.h"

struct netlink_ext_ack;
struct nlattr;

/**
 * struct khttpd_mime - a configured table of media types
 * @ref:	one of each snapshot, change and dump that has it
 * @table:	for http_mime_find()
 * @nests_len:	octets of @nests
 * @nests:	the mime attributes as they came, one behind the other, padded;
 *		for comparing and reporting
 *
 * Immutable, and replaced as a whole. Where there is none, http_mime_built_in
 * serves.
 */
struct khttpd_mime {
	refcount_t		ref;
	struct http_mime_table	table;
	u32			nests_len;
	const struct nlattr	*nests;
};

struct khttpd_mime *khttpd_mime_parse(const struct nlattr *attrs, int len,
				      struct netlink_ext_ack *extack);
bool khttpd_mime_equal(const struct khttpd_mime *a, const struct khttpd_mime *b);
struct khttpd_mime *khttpd_mime_get(struct khttpd_mime *mime);
void khttpd_mime_put(struct khttpd_mime *mime);

#endif /* KHTTPD_MIME_H */
