/* SPDX-License-Identifier: GPL-2.0 */
/* The answer to a cache hit, where the request is. */
#ifndef KHTTPD_FAST_H
#define KHTTPD_FAST_H

#include <linux/types.h>

struct khttpd_conn;

u32 khttpd_fast_serve(struct khttpd_conn *conn, bool softirq);

#endif /* KHTTPD_FAST_H */
