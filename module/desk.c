// SPDX-License-Identifier: GPL-2.0
/* Where a CPU answers requests from the cache. */
#include <linux/percpu.h>
#include <linux/timekeeping.h>
#include <net/sock.h>

#include "desk.h"

static struct khttpd_desk __percpu *khttpd_desks;

/**
 * khttpd_desk_take() - begin to work at the desk of this CPU
 *
 * Context: softirqs are disabled until khttpd_desk_release().
 * Return: the desk, with the time and the date, or NULL if another is at it.
 */
struct khttpd_desk *khttpd_desk_take(void)
{
	struct khttpd_desk *desk = this_cpu_ptr(khttpd_desks);
	s64 now = ktime_get_real_seconds();

	if (this_cpu_cmpxchg(khttpd_desks->taken, 0, 1))
		return NULL;
	if (desk->now != now) {
		http_date_format(desk->date, now);
		memcpy(desk->date + HTTP_DATE_LEN, KHTTPD_DESK_LAST, sizeof(KHTTPD_DESK_LAST) - 1);
		desk->now = now;
	}
	return desk;
}

/**
 * khttpd_desk_release() - leave the desk to the next
 * @desk:	the caller's
 *
 * Context: the same as khttpd_desk_take().
 */
void khttpd_desk_release(struct khttpd_desk *desk)
{
	/* Pairs with the cmpxchg of whoever takes it next. */
	smp_store_release(&desk->taken, 0);
}

/* Any context; nobody writes to it any more. */
static void khttpd_desk_drop(struct page_frag *frag)
{
	if (frag->page)
		put_page(frag->page);
	memset(frag, 0, sizeof(*frag));
}

/**
 * khttpd_desk_reserve() - find room for a response in the page
 * @desk:	the caller's
 * @used:	octets of the responses before, which are to leave in one piece with this one
 * @len:	octets of the response
 *
 * TCP refers to what it has taken, and the page is begun anew when nobody does any more.
 *
 * Context: the same as khttpd_desk_take().
 * Return: whether there is room; if not, and @used is not 0, there may be with the next.
 */
bool khttpd_desk_reserve(struct khttpd_desk *desk, u32 used, u32 len)
{
	struct page_frag *frag = &desk->frag;

	if (!used) {
		if (frag->offset + len > frag->size)
			swap(desk->frag, desk->spare);
		/* It was got when there were only small ones. */
		if (len > frag->size)
			khttpd_desk_drop(frag);
		if (!skb_page_frag_refill(len, frag, GFP_ATOMIC | __GFP_NOWARN))
			return false;
	}
	return frag->offset + used + len <= frag->size;
}

int __init khttpd_desk_module_init(void)
{
	khttpd_desks = alloc_percpu(struct khttpd_desk);
	return khttpd_desks ? 0 : -ENOMEM;
}

/* No connection is left. */
void khttpd_desk_module_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct khttpd_desk *desk = per_cpu_ptr(khttpd_desks, cpu);

		khttpd_desk_drop(&desk->frag);
		khttpd_desk_drop(&desk->spare);
	}
	free_percpu(khttpd_desks);
}
