// SPDX-License-Identifier: GPL-2.0
/* Counters per CPU and the latency histogram. */
#include <linux/cpumask.h>
#include <linux/log2.h>

#include "stats.h"

static const u16 khttpd_statuses[KHTTPD_STATUSES] = {
	200, 204, 206, 301, 302, 303, 304, 307, 308, 400, 403, 404, 405, 408,
	412, 413, 414, 416, 417, 429, 431, 500, 501, 503, 505,
};

/**
 * khttpd_stats_status() - status code that a place in @status counts
 * @i:	0 to KHTTPD_STATUSES - 1
 */
u16 khttpd_stats_status(unsigned int i)
{
	return khttpd_statuses[i];
}

static unsigned int khttpd_status_index(u16 status)
{
	unsigned int i;

	for (i = 0; i < KHTTPD_STATUSES; i++)
		if (khttpd_statuses[i] == status)
			return i;
	return KHTTPD_STATUSES;
}

static unsigned int khttpd_latency_bucket(u64 ns)
{
	unsigned int log2;

	if (ns < BIT_ULL(KHTTPD_LATENCY_FIRST_LOG2))
		return 0;
	log2 = ilog2(ns);
	if (log2 >= KHTTPD_LATENCY_LAST_LOG2)
		return KHTTPD_LATENCY_BUCKETS - 1;
	return 1 + (log2 - KHTTPD_LATENCY_FIRST_LOG2) * 4 + ((ns >> (log2 - 2)) & 3);
}

/**
 * khttpd_latency_below() - upper bound of a bucket of the histogram
 * @bucket:	0 to KHTTPD_LATENCY_BUCKETS - 1
 *
 * Return: the bound in ns, exclusive; 0 for the last bucket, which has none.
 */
u64 khttpd_latency_below(unsigned int bucket)
{
	unsigned int log2;

	if (!bucket)
		return BIT_ULL(KHTTPD_LATENCY_FIRST_LOG2);
	if (bucket == KHTTPD_LATENCY_BUCKETS - 1)
		return 0;
	log2 = KHTTPD_LATENCY_FIRST_LOG2 + (bucket - 1) / 4;
	return (5ULL + (bucket - 1) % 4) << (log2 - 2);
}

/**
 * khttpd_stats_response() - count one response
 * @stats:	the server's counters
 * @status:	its status code
 * @latency_ns:	from the first byte of the request to the last of the response
 *
 * Context: any.
 */
void khttpd_stats_response(struct khttpd_stats __percpu *stats, u16 status,
			   u64 latency_ns)
{
	unsigned int i = khttpd_status_index(status);

	this_cpu_inc(stats->counter[KHTTPD_COUNT_REQUESTS]);
	this_cpu_inc(stats->latency[khttpd_latency_bucket(latency_ns)]);
	if (!WARN_ON_ONCE(i == KHTTPD_STATUSES))
		this_cpu_inc(stats->status[i]);
}

/**
 * khttpd_stats_reset() - begin to count from zero
 * @stats:	the counters of a server without connections
 *
 * Context: any.
 */
void khttpd_stats_reset(struct khttpd_stats __percpu *stats)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(stats, cpu), 0, sizeof(*stats));
}

/**
 * khttpd_stats_refusals() - how often a reason was counted
 * @stats:	the server's counters
 * @reason:	the reason
 *
 * Context: any.
 */
u64 khttpd_stats_refusals(const struct khttpd_stats __percpu *stats,
			  enum khttpd_refusal reason)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(stats, cpu)->refused[reason]);
	return sum;
}

/* The structure has no other members, so it can be summed as words. */
static void khttpd_stats_sum(struct khttpd_stats *sum, const struct khttpd_stats *one)
{
	const u64 *from = (const u64 *)one;
	u64 *to = (u64 *)sum;
	unsigned int i;

	for (i = 0; i < sizeof(*sum) / sizeof(u64); i++)
		to[i] += READ_ONCE(from[i]);
}

/**
 * khttpd_stats_read() - read the counters of one CPU or their sum
 * @sum:	is overwritten
 * @stats:	the server's counters; NULL reads as zeros
 * @cpu:	a possible CPU, or -1 for all
 *
 * Context: any.
 */
void khttpd_stats_read(struct khttpd_stats *sum,
		       const struct khttpd_stats __percpu *stats, int cpu)
{
	memset(sum, 0, sizeof(*sum));
	if (!stats)
		return;
	if (cpu >= 0) {
		khttpd_stats_sum(sum, per_cpu_ptr(stats, cpu));
		return;
	}
	for_each_possible_cpu(cpu)
		khttpd_stats_sum(sum, per_cpu_ptr(stats, cpu));
}
