/* SPDX-License-Identifier: GPL-2.0 */
/* Limits that were reached: counted, and told to who listens. */
#ifndef KHTTPD_LIMIT_H
#define KHTTPD_LIMIT_H

#include <linux/workqueue.h>
#include <uapi/linux/khttpd.h>

struct khttpd_server;

/**
 * struct khttpd_reached - limits that were reached and not told of yet
 * @reasons:	bits by enum khttpd_refusal
 * @tell:	tells of them, and is queued while there are any
 */
struct khttpd_reached {
	unsigned long		reasons;
	struct delayed_work	tell;
};

void khttpd_limit_init(struct khttpd_server *server);
void khttpd_limit_exit(struct khttpd_server *server);
void khttpd_limit_reached(struct khttpd_server *server, enum khttpd_refusal reason);

#endif /* KHTTPD_LIMIT_H */
