/* SPDX-License-Identifier: GPL-2.0 */
/* What the cache answers a request with. */
#ifndef KHTTPD_HIT_H
#define KHTTPD_HIT_H

#include "cache.h"
#include "config.h"
#include "http/parse.h"

/**
 * struct khttpd_hit - a prepared response that suits a request
 * @entry:	where it is from
 * @status:	200 or 304
 * @head:	its head
 * @content:	whether the content of @entry follows
 */
struct khttpd_hit {
	const struct khttpd_entry	*entry;
	u16				status;
	const struct khttpd_prepared	*head;
	bool				content;
};

bool khttpd_hit_find(struct khttpd_cache *cache, const struct khttpd_config *config,
		     const struct http_request *request, const char *buf, s64 now,
		     struct khttpd_hit *hit);

#endif /* KHTTPD_HIT_H */
