/* SPDX-License-Identifier: GPL-2.0 */
/* Where a CPU answers requests from the cache. */
#ifndef KHTTPD_DESK_H
#define KHTTPD_DESK_H

#include <linux/mm.h>
#include <linux/mm_types.h>

#include "hit.h"
#include "http/date.h"
#include "http/parse.h"

#define KHTTPD_DESK_HITS	16	/* responses that leave in one piece */
#define KHTTPD_DESK_BYTES	2048	/* of the heads of their requests */

/* Follows the date in the last response of a connection. */
#define KHTTPD_DESK_LAST	"\r\nConnection: close"

/**
 * struct khttpd_desk - what a CPU works with
 * @taken:	by whom is at it; on PREEMPT_RT another may come in between
 * @frag:	page that responses are copied to, and sent from.  A socket's own would
 *		stay with it while it is idle, and is of 32 KiB.
 * @spare:	the one before, mostly sent by now: then it is used again, and none zeroed
 * @now:	the time when the desk was taken, in seconds since 1970
 * @date:	the value of Date for it, with KHTTPD_DESK_LAST
 * @request:	the one at hand
 * @hit:	the responses
 * @buf:	requests
 */
struct khttpd_desk {
	int			taken;
	struct page_frag	frag, spare;
	s64			now;
	char			date[HTTP_DATE_LEN + sizeof(KHTTPD_DESK_LAST) - 1];
	struct http_request	request;
	struct khttpd_hit	hit[KHTTPD_DESK_HITS];
	char			buf[KHTTPD_DESK_BYTES];
};

/* Where @frag has room. */
static inline void *khttpd_desk_room(const struct khttpd_desk *desk)
{
	return page_address(desk->frag.page) + desk->frag.offset;
}

struct khttpd_desk *khttpd_desk_take(void);
void khttpd_desk_release(struct khttpd_desk *desk);
bool khttpd_desk_reserve(struct khttpd_desk *desk, u32 used, u32 len);

int khttpd_desk_module_init(void);
void khttpd_desk_module_exit(void);

#endif /* KHTTPD_DESK_H */
