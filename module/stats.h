/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_STATS_H
#define KHTTPD_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <uapi/linux/khttpd.h>

enum khttpd_counter {
	KHTTPD_COUNT_REQUESTS,
	KHTTPD_COUNT_ACCEPTED,
	KHTTPD_COUNT_BYTES_IN,
	KHTTPD_COUNT_BYTES_OUT,
	KHTTPD_COUNT_CACHE_HITS,
	KHTTPD_COUNT_CACHE_MISSES,
	KHTTPD_COUNT_CACHE_EVICTIONS,
	KHTTPD_COUNT_CACHE_STALE,
	KHTTPD_COUNT_FAST,
	KHTTPD_COUNT_LOG_RECORDS,
	KHTTPD_COUNT_LOG_LOST,
	KHTTPD_COUNTERS
};

#define KHTTPD_REFUSALS		(KHTTPD_REFUSAL_KILLED + 1)

/* The status codes that the server sends, and one place for any other. */
#define KHTTPD_STATUSES		25

/*
 * Buckets of the latency histogram: one below 1,024 ns, then four for each
 * power of two up to 2^36 ns (69 s), then one for all that is longer.
 */
#define KHTTPD_LATENCY_FIRST_LOG2	10
#define KHTTPD_LATENCY_LAST_LOG2	36
#define KHTTPD_LATENCY_BUCKETS \
	((KHTTPD_LATENCY_LAST_LOG2 - KHTTPD_LATENCY_FIRST_LOG2) * 4 + 2)

/**
 * struct khttpd_stats - what one CPU counted, or the sum of all
 * @counter:	by enum khttpd_counter
 * @status:	responses by status code, see khttpd_stats_status()
 * @refused:	connections turned away or ended, and more, by enum khttpd_refusal
 * @latency:	requests by the time they took, see khttpd_latency_below()
 *
 * Words of 64 bits are read and written whole on the machines that the module
 * supports, so a reader needs no lock; it may see one counter ahead of another.
 */
struct khttpd_stats {
	u64	counter[KHTTPD_COUNTERS];
	u64	status[KHTTPD_STATUSES];
	u64	refused[KHTTPD_REFUSALS];
	u64	latency[KHTTPD_LATENCY_BUCKETS];
};

/* All of these may be called from any context. */
static inline void khttpd_stats_add(struct khttpd_stats __percpu *stats,
				    enum khttpd_counter counter, u64 n)
{
	this_cpu_add(stats->counter[counter], n);
}

static inline void khttpd_stats_refused(struct khttpd_stats __percpu *stats,
					enum khttpd_refusal reason)
{
	this_cpu_inc(stats->refused[reason]);
}

void khttpd_stats_response(struct khttpd_stats __percpu *stats, u16 status,
			   u64 latency_ns);

void khttpd_stats_reset(struct khttpd_stats __percpu *stats);

u16 khttpd_stats_status(unsigned int i);
u64 khttpd_latency_below(unsigned int bucket);
u64 khttpd_stats_refusals(const struct khttpd_stats __percpu *stats,
			  enum khttpd_refusal reason);
void khttpd_stats_read(struct khttpd_stats *sum,
		       const struct khttpd_stats __percpu *stats, int cpu);

#endif /* KHTTPD_STATS_H */
