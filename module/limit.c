// SPDX-License-Identifier: GPL-2.0
/*
 * Limits that were reached: counted, and told to who listens.
 *
 * Who is refused may be one of millions, so all that a refusal does beside counting
 * is to set a bit, and the first one to queue a work item.  That tells of each reason
 * once, a second later; so there is one event in a second, and none is missed.
 */
#include <linux/bitops.h>

#include "limit.h"
#include "netlink.h"
#include "queue.h"
#include "server.h"

#define KHTTPD_LIMIT_DELAY	HZ

static void khttpd_limit_tell_work(struct work_struct *work)
{
	struct khttpd_reached *reached = container_of(to_delayed_work(work),
						      struct khttpd_reached, tell);
	struct khttpd_server *server = container_of(reached, struct khttpd_server,
						    reached);
	unsigned long reasons = xchg(&reached->reasons, 0);
	unsigned int reason;
	u64 count;

	for_each_set_bit(reason, &reasons, KHTTPD_REFUSALS) {
		count = khttpd_stats_refusals(server->stats, reason);
		/* None since the start, if the server has been started anew meanwhile. */
		if (count)
			khttpd_netlink_limit(server, reason, count);
	}
}

/**
 * khttpd_limit_init() - no limit was reached yet
 * @server:	the server
 */
void khttpd_limit_init(struct khttpd_server *server)
{
	BUILD_BUG_ON(KHTTPD_REFUSALS > BITS_PER_LONG);
	INIT_DELAYED_WORK(&server->reached.tell, khttpd_limit_tell_work);
}

/**
 * khttpd_limit_exit() - tell no more
 * @server:	of which no connection is left, nor can be one
 *
 * Context: process context; waits for what is just being told.
 */
void khttpd_limit_exit(struct khttpd_server *server)
{
	cancel_delayed_work_sync(&server->reached.tell);
}

/**
 * khttpd_limit_reached() - somebody is refused, or held up, for a limit
 * @server:	the server, which has connections
 * @reason:	which of the limits that an administrator sets
 *
 * Context: any but hard interrupts.
 */
void khttpd_limit_reached(struct khttpd_server *server, enum khttpd_refusal reason)
{
	struct khttpd_reached *reached = &server->reached;

	khttpd_stats_refused(server->stats, reason);
	/* While refusals go on, they only read the word. */
	if (test_bit(reason, &reached->reasons) ||
	    test_and_set_bit(reason, &reached->reasons))
		return;
	queue_delayed_work(khttpd_wq, &reached->tell, KHTTPD_LIMIT_DELAY);
}
