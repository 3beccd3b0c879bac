// SPDX-License-Identifier: GPL-2.0
/*
 * The access log: records of requests, kept per CPU until a reader takes them.
 *
 * A CPU has a ring of octets, to which it alone appends, under a lock of its own that
 * is there for PREEMPT_RT, for who was moved to another CPU, and for a CPU that came
 * when the rings had been made.  The reader, one at a
 * time, takes no lock that a request could wait for: it follows @head, and tells by
 * @tail what it has copied.  Where there is no room, a record is lost, and counted.
 */
#include <linux/cpu.h>
#include <linux/ipv6.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>

#include "client.h"
#include "http/parse.h"
#include "log.h"
#include "netlink.h"
#include "queue.h"
#include "server.h"

/* How long records may wait for more of them before the reader is told. */
#define KHTTPD_LOG_DELAY	(HZ / 5)

/**
 * struct khttpd_log_buffer - the ring of a CPU
 * @lock:	one writer at a time
 * @data:	the records; one does not wrap around, where one of size 0 stands, or the
 *		end, the next is at the beginning.  NULL for a CPU that came later.
 * @head:	behind the last record; written under @lock; counts up for good
 * @tail_seen:	an earlier or the present @tail, under @lock
 * @lost:	records that there was no room for, written under @lock
 * @tail:	where the reader goes on; written by it alone
 * @told:	of @lost, what a reader was told of
 */
struct khttpd_log_buffer {
	spinlock_t	lock;		/* see above */
	char		*data;
	u64		head;
	u64		tail_seen;
	u64		lost;
	u64		tail ____cacheline_aligned_in_smp;
	u64		told;
};

/**
 * struct khttpd_log - the access log of a server
 * @server:	whose it is
 * @id:		of no other log, ever; not 0
 * @size:	octets of a ring, a power of two
 * @kbytes:	as it was asked for
 * @spare:	CPU whose ring those without one write to
 * @buffers:	of all possible CPUs
 * @armed:	the reader is about to be told, or has been and has not come yet
 * @hurried:	the same, and without delay
 * @wake:	tells the reader
 *
 * It is found by server->log under RCU; who reads holds server->lock.
 */
struct khttpd_log {
	struct khttpd_server			*server;
	u64					id;
	u32					size;
	u32					kbytes;
	int					spare;
	struct khttpd_log_buffer __percpu	*buffers;
	/* Each request reads what is above, and the reader's coming and going is below. */
	int					armed ____cacheline_aligned_in_smp;
	int					hurried;
	struct delayed_work			wake;
};

static atomic64_t khttpd_log_ids = ATOMIC64_INIT(0);

static void khttpd_log_wake_work(struct work_struct *work)
{
	struct khttpd_log *log = container_of(to_delayed_work(work), struct khttpd_log, wake);

	khttpd_netlink_log_waits(log->server);
}

static void khttpd_log_free(struct khttpd_log *log)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kvfree(per_cpu_ptr(log->buffers, cpu)->data);
	free_percpu(log->buffers);
	kfree(log);
}

/* Allocate the rings of the CPUs that there are. */
static int khttpd_log_alloc(struct khttpd_log *log)
{
	int cpu, err = 0;

	for_each_possible_cpu(cpu)
		spin_lock_init(&per_cpu_ptr(log->buffers, cpu)->lock);
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		char *data = kvmalloc_node(log->size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN,
					   cpu_to_node(cpu));

		per_cpu_ptr(log->buffers, cpu)->data = data;
		log->spare = cpu;
		if (!data) {
			err = -ENOMEM;
			break;
		}
	}
	cpus_read_unlock();
	return err;
}

/**
 * khttpd_log_create() - make room for records
 * @server:	the server
 * @kbytes:	KiB of each CPU that is online; the next power of two is taken
 *
 * Context: process context, may sleep.
 * Return: the log, for khttpd_log_destroy(), or an error pointer.
 */
struct khttpd_log *khttpd_log_create(struct khttpd_server *server, u32 kbytes)
{
	struct khttpd_log *log = kzalloc(sizeof(*log), GFP_KERNEL_ACCOUNT);
	int err;

	if (!log)
		return ERR_PTR(-ENOMEM);
	log->buffers = alloc_percpu(struct khttpd_log_buffer);
	if (!log->buffers) {
		kfree(log);
		return ERR_PTR(-ENOMEM);
	}
	log->server = server;
	log->id = atomic64_inc_return(&khttpd_log_ids);
	log->kbytes = kbytes;
	log->size = roundup_pow_of_two(kbytes) << 10;
	INIT_DELAYED_WORK(&log->wake, khttpd_log_wake_work);
	err = khttpd_log_alloc(log);
	if (err) {
		khttpd_log_free(log);
		return ERR_PTR(err);
	}
	return log;
}

/**
 * khttpd_log_kbytes() - the size of a log
 * @log:	the log, or NULL
 *
 * Return: what it was created with, or 0.
 */
u32 khttpd_log_kbytes(const struct khttpd_log *log)
{
	return log ? log->kbytes : 0;
}

/**
 * khttpd_log_id() - tell a log from those before it
 * @log:	the log, or NULL
 *
 * Return: a number that no other log has, or 0.
 */
u64 khttpd_log_id(const struct khttpd_log *log)
{
	return log ? log->id : 0;
}

/* Records that nobody has read.  Nobody writes any more, or reads. */
static u64 khttpd_log_left(const struct khttpd_log *log)
{
	u64 left = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct khttpd_log_buffer *buffer = per_cpu_ptr(log->buffers, cpu);
		u64 at = buffer->tail;

		while (at != buffer->head) {
			u32 off = at & (log->size - 1);
			u16 size = ((struct khttpd_log_record *)(buffer->data + off))->size;

			left += !!size;
			at += size ?: log->size - off;
		}
	}
	return left;
}

/**
 * khttpd_log_destroy() - free a log, and count what nobody has read as lost
 * @log:	no longer published, or NULL
 *
 * Context: process context; waits for those who still write.
 */
void khttpd_log_destroy(struct khttpd_log *log)
{
	u64 left;

	if (!log)
		return;
	synchronize_rcu();
	cancel_delayed_work_sync(&log->wake);
	left = khttpd_log_left(log);
	if (left)
		khttpd_stats_add(log->server->stats, KHTTPD_COUNT_LOG_LOST, left);
	khttpd_log_free(log);
}

/* -------------------------------------------------------------------- */
/* Writing                                                              */

static void khttpd_log_hear_span(struct khttpd_said *said, enum khttpd_log_text text,
				 const struct http_span *span, const char *buf)
{
	said->s[text] = buf + span->off;
	said->len[text] = span->len;
}

/**
 * khttpd_log_hear() - find what the log tells of a request
 * @said:	is overwritten
 * @request:	parsed, or what was seen of it when its parsing failed
 * @buf:	buffer that the spans of @request refer to; @said refers to it, too
 *
 * Context: any.
 */
void khttpd_log_hear(struct khttpd_said *said, const struct http_request *request,
		     const char *buf)
{
	memset(said->len, 0, sizeof(said->len));
	khttpd_log_hear_span(said, KHTTPD_LOG_LINE, &request->line, buf);
	if (!http_request_done(request))
		return;
	if (request->has_host)
		khttpd_log_hear_span(said, KHTTPD_LOG_HOST, &request->host, buf);
	if (http_request_has(request, HTTP_FIELD_REFERER))
		khttpd_log_hear_span(said, KHTTPD_LOG_REFERER,
				     &request->field[HTTP_FIELD_REFERER], buf);
	if (http_request_has(request, HTTP_FIELD_USER_AGENT))
		khttpd_log_hear_span(said, KHTTPD_LOG_AGENT,
				     &request->field[HTTP_FIELD_USER_AGENT], buf);
}

static void khttpd_log_local_addr(const struct sock *sk, struct in6_addr *addr)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		*addr = sk->sk_v6_rcv_saddr;
		return;
	}
#endif
	ipv6_addr_set_v4mapped(sk->sk_rcv_saddr, addr);
}

/* All but the texts, and not @size. */
static void khttpd_log_fill(struct khttpd_log_record *record, const struct sock *sk,
			    const struct khttpd_outcome *outcome)
{
	struct timespec64 now;

	ktime_get_coarse_real_ts64(&now);
	record->time_ns = timespec64_to_ns(&now);
	record->duration_ns = outcome->duration_ns;
	record->head_len = outcome->head_len;
	record->bytes = outcome->bytes;
	khttpd_client_addr(sk, (struct in6_addr *)record->client);
	khttpd_log_local_addr(sk, (struct in6_addr *)record->local);
	record->client_port = ntohs(sk->sk_dport);
	/* sk_num is lost with the connection. */
	record->local_port = ntohs(inet_sk(sk)->inet_sport);
	record->status = outcome->status;
	record->reserved = 0;
}

/*
 * Find room for a record under the lock; @end is where the head is to be behind it.
 * What is left at the end of the ring is a multiple of 8, as records are, so that the
 * size of one always fits there.
 * Return: NULL if the reader is too far behind.
 */
static struct khttpd_log_record *khttpd_log_room(struct khttpd_log *log,
						 struct khttpd_log_buffer *buffer,
						 u32 size, u64 *end)
{
	u32 at = buffer->head & (log->size - 1);
	u32 left = log->size - at;
	bool wraps = size > left;

	BUILD_BUG_ON(offsetofend(struct khttpd_log_record, size) > 8);
	*end = buffer->head + size + (wraps ? left : 0);
	if (*end - buffer->tail_seen > log->size / 2)
		/* Pairs with khttpd_log_read(): what is overwritten has been copied. */
		buffer->tail_seen = smp_load_acquire(&buffer->tail);
	if (*end - buffer->tail_seen > log->size)
		return NULL;
	if (wraps) {
		((struct khttpd_log_record *)(buffer->data + at))->size = 0;
		at = 0;
	}
	return (struct khttpd_log_record *)(buffer->data + at);
}

/* See to it that the reader comes; @hurry: there is not much room left. */
static void khttpd_log_arm(struct khttpd_log *log, bool hurry)
{
	/* Pairs with khttpd_log_begin_read(): it sees the record, or we see that it came. */
	smp_mb();
	if (hurry && !READ_ONCE(log->hurried) && !xchg(&log->hurried, 1)) {
		WRITE_ONCE(log->armed, 1);
		mod_delayed_work(khttpd_wq, &log->wake, 0);
	} else if (!READ_ONCE(log->armed) && !xchg(&log->armed, 1)) {
		queue_delayed_work(khttpd_wq, &log->wake, KHTTPD_LOG_DELAY);
	}
}

/**
 * khttpd_log_write() - keep a record of a request
 * @log:	the log
 * @sk:		socket that the request came on
 * @said:	what the client said
 * @outcome:	what became of it
 *
 * Allocates nothing, and waits for nobody; if there is no room, the record is lost, and
 * that is counted.
 *
 * Context: any but hard interrupts, under the rcu_read_lock() that @log was found under.
 */
void khttpd_log_write(struct khttpd_log *log, const struct sock *sk,
		      const struct khttpd_said *said, const struct khttpd_outcome *outcome)
{
	static const u32 most[KHTTPD_LOG_TEXTS] = {
		KHTTPD_LOG_LINE_MAX, KHTTPD_LOG_HOST_MAX, KHTTPD_LOG_REFERER_MAX,
		KHTTPD_LOG_AGENT_MAX,
	};
	struct khttpd_log_buffer *buffer = raw_cpu_ptr(log->buffers);
	u32 len[KHTTPD_LOG_TEXTS], size = sizeof(struct khttpd_log_record);
	u16 flags = outcome->flags;
	struct khttpd_log_record *record;
	bool hurry;
	u8 *text;
	u64 end;
	int i;

	for (i = 0; i < KHTTPD_LOG_TEXTS; i++) {
		len[i] = min(said->len[i], most[i]);
		if (len[i] < said->len[i])
			flags |= KHTTPD_LOG_CUT;
		size += len[i];
	}
	size = ALIGN(size, 8);

	if (unlikely(!buffer->data))
		buffer = per_cpu_ptr(log->buffers, log->spare);
	spin_lock_bh(&buffer->lock);
	record = khttpd_log_room(log, buffer, size, &end);
	if (!record) {
		WRITE_ONCE(buffer->lost, buffer->lost + 1);
		spin_unlock_bh(&buffer->lock);
		khttpd_stats_add(log->server->stats, KHTTPD_COUNT_LOG_LOST, 1);
		return;
	}
	khttpd_log_fill(record, sk, outcome);
	record->size = size;
	record->flags = flags;
	record->line_len = len[KHTTPD_LOG_LINE];
	record->host_len = len[KHTTPD_LOG_HOST];
	record->referer_len = len[KHTTPD_LOG_REFERER];
	record->agent_len = len[KHTTPD_LOG_AGENT];
	for (i = 0, text = record->text; i < KHTTPD_LOG_TEXTS; text += len[i++])
		memcpy(text, said->s[i], len[i]);
	/* The padding leaves the kernel with it. */
	memset(text, 0, (u8 *)record + size - text);
	/* Pairs with khttpd_log_end(). */
	smp_store_release(&buffer->head, end);
	hurry = end - buffer->tail_seen > log->size / 2;
	spin_unlock_bh(&buffer->lock);
	khttpd_stats_add(log->server->stats, KHTTPD_COUNT_LOG_RECORDS, 1);
	khttpd_log_arm(log, hurry);
}

/* -------------------------------------------------------------------- */
/* Reading; server->lock is held                                        */

/**
 * khttpd_log_begin_read() - the reader has come
 * @log:	the log
 *
 * For records that it does not find it is told anew.
 *
 * Context: process context, server->lock is held.
 */
void khttpd_log_begin_read(struct khttpd_log *log)
{
	WRITE_ONCE(log->armed, 0);
	WRITE_ONCE(log->hurried, 0);
	/* Pairs with khttpd_log_arm(). */
	smp_mb();
}

/**
 * khttpd_log_end() - how far the records of a CPU reach
 * @log:	the log
 * @cpu:	a possible CPU
 *
 * Context: any.
 * Return: a place to read up to.
 */
u64 khttpd_log_end(const struct khttpd_log *log, int cpu)
{
	/* Pairs with khttpd_log_write(): the records before it can be read. */
	return smp_load_acquire(&per_cpu_ptr(log->buffers, cpu)->head);
}

/* Octets of whole records that stand at @at, at most @room and those before @end. */
static u32 khttpd_log_run(const struct khttpd_log *log, const char *data, u64 at, u64 end,
			  u32 room)
{
	u32 off = at & (log->size - 1);
	u32 most = min_t(u64, end - at, log->size - off);
	u32 len = 0;

	while (len < most) {
		u16 size = ((const struct khttpd_log_record *)(data + off + len))->size;

		if (!size || len + size > room)
			break;
		len += size;
	}
	return len;
}

/**
 * khttpd_log_read() - take records of a CPU
 * @log:	the log
 * @cpu:	a possible CPU
 * @end:	where to end, as of khttpd_log_end(); another reader may have been there already
 * @dst:	receives them
 * @room:	octets at @dst
 *
 * Context: process context, server->lock is held.
 * Return: octets of the records; 0 if there are none before @end, or no room for the next.
 */
u32 khttpd_log_read(struct khttpd_log *log, int cpu, u64 end, char *dst, u32 room)
{
	struct khttpd_log_buffer *buffer = per_cpu_ptr(log->buffers, cpu);
	u64 tail = buffer->tail;
	u32 len, off, copied = 0;

	while (tail < end) {
		off = tail & (log->size - 1);
		len = khttpd_log_run(log, buffer->data, tail, end, room - copied);
		memcpy(dst + copied, buffer->data + off, len);
		copied += len;
		tail += len;
		off += len;
		if (tail >= end || off == log->size)
			continue;
		if (((struct khttpd_log_record *)(buffer->data + off))->size)
			break;
		tail += log->size - off;
	}
	/* Pairs with khttpd_log_room(). */
	smp_store_release(&buffer->tail, tail);
	return copied;
}

/**
 * khttpd_log_lost() - records that were lost since this was last asked
 * @log:	the log
 *
 * Context: process context, server->lock is held.
 */
u64 khttpd_log_lost(struct khttpd_log *log)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct khttpd_log_buffer *buffer = per_cpu_ptr(log->buffers, cpu);
		u64 lost = READ_ONCE(buffer->lost);

		sum += lost - buffer->told;
		buffer->told = lost;
	}
	return sum;
}
