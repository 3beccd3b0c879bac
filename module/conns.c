// SPDX-License-Identifier: GPL-2.0
/* The connections of a server: all of them, and which has been idle for longest. */
#include <linux/jiffies.h>
#include <linux/sched.h>

#include "conn.h"
#include "conns.h"
#include "filter.h"

/* Connections that are told something before others get the CPU, or the lock. */
#define KHTTPD_CONNS_BATCH	64

/**
 * khttpd_conns_init() - begin without a connection
 * @conns:	is overwritten
 */
void khttpd_conns_init(struct khttpd_conns *conns)
{
	spin_lock_init(&conns->lock);
	INIT_LIST_HEAD(&conns->all);
	INIT_LIST_HEAD(&conns->walks);
	conns->by_idle = RB_ROOT_CACHED;
	conns->nr = 0;
	conns->nr_evicted = 0;
}

/* conns->lock is held, and the connection is not in the tree. */
static void khttpd_conns_insert(struct khttpd_conns *conns, struct khttpd_conn *conn,
				unsigned long seen_idle)
{
	struct rb_node **link = &conns->by_idle.rb_root.rb_node;
	struct rb_node *parent = NULL;
	bool leftmost = true;

	conn->seen_idle = seen_idle;
	while (*link) {
		parent = *link;
		if (time_before(seen_idle,
				rb_entry(parent, struct khttpd_conn, by_idle)->seen_idle)) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&conn->by_idle, parent, link);
	rb_insert_color_cached(&conn->by_idle, &conns->by_idle, leftmost);
	WRITE_ONCE(conn->listed, true);
}

/* conns->lock is held, and the connection is in the tree. */
static void khttpd_conns_erase(struct khttpd_conns *conns, struct khttpd_conn *conn)
{
	rb_erase_cached(&conn->by_idle, &conns->by_idle);
	WRITE_ONCE(conn->listed, false);
}

/**
 * khttpd_conns_add() - a connection begins
 * @conns:	the server's
 * @conn:	in none yet, complete but for that it may not run before
 *
 * Context: process context.
 */
void khttpd_conns_add(struct khttpd_conns *conns, struct khttpd_conn *conn)
{
	spin_lock(&conns->lock);
	list_add_tail(&conn->node, &conns->all);
	WRITE_ONCE(conns->nr, conns->nr + 1);
	spin_unlock(&conns->lock);
}

/* Nobody is to come to a connection that goes; conns->lock is held. */
static void khttpd_conns_step_aside(struct khttpd_conns *conns, struct khttpd_conn *conn)
{
	struct khttpd_conns_walk *walk;

	list_for_each_entry(walk, &conns->walks, node)
		if (walk->next == &conn->node)
			walk->next = conn->node.next;
}

/**
 * khttpd_conns_remove() - a connection ends
 * @conns:	the server's
 * @conn:	nobody finds it here any more
 *
 * Context: process context.
 */
void khttpd_conns_remove(struct khttpd_conns *conns, struct khttpd_conn *conn)
{
	spin_lock(&conns->lock);
	khttpd_conns_step_aside(conns, conn);
	list_del(&conn->node);
	if (conn->listed)
		khttpd_conns_erase(conns, conn);
	if (conn->evicted)
		conns->nr_evicted--;
	WRITE_ONCE(conns->nr, conns->nr - 1);
	spin_unlock(&conns->lock);
}

/**
 * khttpd_conns_idle() - a connection has become idle
 * @conns:	the server's
 * @conn:	the caller's own, its @idle_since just set
 *
 * Mostly there is nothing to be done: see khttpd_conns_longest_idle().
 *
 * Context: process context.
 */
void khttpd_conns_idle(struct khttpd_conns *conns, struct khttpd_conn *conn)
{
	/* Pairs with the one in khttpd_conns_longest_idle(). */
	smp_mb();
	if (READ_ONCE(conn->listed))
		return;
	spin_lock(&conns->lock);
	if (!conn->listed && !conn->evicted)
		khttpd_conns_insert(conns, conn, conn->idle_since);
	spin_unlock(&conns->lock);
}

/*
 * Find the connection that has been idle for longest.  That a connection was
 * busy meanwhile is noticed only here, so that requests need not keep the order:
 * what is first and was busy goes to its new place, what is first and is busy
 * goes out of the tree until it becomes idle, and what is first and stays is it.
 * The work is that of the requests that were served since the last search.
 *
 * conns->lock is held, but not throughout.  Return: NULL if none is idle.
 */
static struct khttpd_conn *khttpd_conns_longest_idle(struct khttpd_conns *conns)
{
	struct rb_node *first;

	while ((first = rb_first_cached(&conns->by_idle))) {
		struct khttpd_conn *conn = rb_entry(first, struct khttpd_conn, by_idle);
		unsigned long idle_since = READ_ONCE(conn->idle_since);

		if (idle_since && idle_since == conn->seen_idle)
			return conn;
		khttpd_conns_erase(conns, conn);
		/*
		 * Pairs with the one in khttpd_conns_idle(): either that sees that
		 * the connection is not listed, or we see that it is idle by now.
		 */
		smp_mb();
		idle_since = READ_ONCE(conn->idle_since);
		if (idle_since)
			khttpd_conns_insert(conns, conn, idle_since);
		cond_resched_lock(&conns->lock);
	}
	return NULL;
}

/**
 * khttpd_conns_make_room() - tell the longest idle connections to go, if there are too many
 * @conns:	the server's
 * @most:	connections that there may be
 *
 * Mostly that is one.  Where several are accepted at a time, or the limit has become
 * lower, a few go at once.
 *
 * One may be asked for just when its next request arrives; see
 * khttpd_conns_keep().
 *
 * Context: process context, may sleep.
 * Return: how many there would be above @most with one more, once all that were
 * told have gone; at most 0 if there is room.
 */
int khttpd_conns_make_room(struct khttpd_conns *conns, u32 most)
{
	struct khttpd_conn *conn;
	int above, tries = KHTTPD_CONNS_BATCH;

	spin_lock(&conns->lock);
	above = (int)(conns->nr + 1 - conns->nr_evicted) - (int)most;
	while (above > 0 && tries-- && (conn = khttpd_conns_longest_idle(conns))) {
		khttpd_conns_erase(conns, conn);
		WRITE_ONCE(conn->evicted, true);
		conns->nr_evicted++;
		above--;
		khttpd_conn_kick(conn);
	}
	spin_unlock(&conns->lock);
	return above;
}

/**
 * khttpd_conns_keep() - a connection that was told to go has a request to be served
 * @conns:	the server's
 * @conn:	the caller's own
 *
 * Context: process context.
 */
void khttpd_conns_keep(struct khttpd_conns *conns, struct khttpd_conn *conn)
{
	spin_lock(&conns->lock);
	WRITE_ONCE(conn->evicted, false);
	conns->nr_evicted--;
	spin_unlock(&conns->lock);
}

/**
 * khttpd_conns_walk_begin() - begin to walk over all connections
 * @walk:	is overwritten; no two at a time make use of it
 * @conns:	the server's
 *
 * Between khttpd_conns_walk_here() and khttpd_conns_walk_on() the lock of the
 * connections is held; else it need not be, and connections come and go.  A walk
 * ends with those that were there when it began, so it always does.
 *
 * Context: process context.
 */
void khttpd_conns_walk_begin(struct khttpd_conns_walk *walk, struct khttpd_conns *conns)
{
	walk->conns = conns;
	walk->begun = jiffies;
	spin_lock(&conns->lock);
	walk->next = conns->all.next;
	list_add(&walk->node, &conns->walks);
	spin_unlock(&conns->lock);
}

/**
 * khttpd_conns_walk_here() - the connection that a walk has come to
 * @walk:	under way
 *
 * Context: the lock of the connections is held, and keeps the connection.
 * Return: NULL if there is no further one.
 */
struct khttpd_conn *khttpd_conns_walk_here(const struct khttpd_conns_walk *walk)
{
	struct khttpd_conn *conn;

	if (walk->next == &walk->conns->all)
		return NULL;
	conn = list_entry(walk->next, struct khttpd_conn, node);
	return time_after(conn->opened, walk->begun) ? NULL : conn;
}

/**
 * khttpd_conns_walk_on() - go on to the next connection
 * @walk:	where there is one here
 *
 * Context: the lock of the connections is held.
 */
void khttpd_conns_walk_on(struct khttpd_conns_walk *walk)
{
	walk->next = walk->next->next;
}

/**
 * khttpd_conns_walk_end() - end a walk, wherever it is
 * @walk:	begun
 *
 * Context: process context.
 */
void khttpd_conns_walk_end(struct khttpd_conns_walk *walk)
{
	spin_lock(&walk->conns->lock);
	list_del(&walk->node);
	spin_unlock(&walk->conns->lock);
}

/*
 * Do something with every connection, and give way from time to time, as there may
 * be very many.  Return: with how many it was done.
 */
static u32 khttpd_conns_each(struct khttpd_conns *conns, const struct khttpd_filter *filter,
			     bool (*visit)(struct khttpd_conn *conn,
					   const struct khttpd_filter *filter))
{
	struct khttpd_conns_walk walk;
	struct khttpd_conn *conn;
	unsigned int n = 0;
	u32 visited = 0;

	khttpd_conns_walk_begin(&walk, conns);
	spin_lock(&conns->lock);
	while ((conn = khttpd_conns_walk_here(&walk))) {
		visited += visit(conn, filter);
		khttpd_conns_walk_on(&walk);
		if (++n % KHTTPD_CONNS_BATCH == 0) {
			spin_unlock(&conns->lock);
			cond_resched();
			spin_lock(&conns->lock);
		}
	}
	spin_unlock(&conns->lock);
	khttpd_conns_walk_end(&walk);
	return visited;
}

static bool khttpd_conns_sweep_one(struct khttpd_conn *conn,
				   const struct khttpd_filter *filter)
{
	khttpd_conn_kick(conn);
	return true;
}

/**
 * khttpd_conns_sweep() - let every connection's work item have a look
 * @conns:	the server's, to which none is added any more
 *
 * Context: process context, may sleep.
 */
void khttpd_conns_sweep(struct khttpd_conns *conns)
{
	khttpd_conns_each(conns, NULL, khttpd_conns_sweep_one);
}

static bool khttpd_conns_kill_one(struct khttpd_conn *conn,
				  const struct khttpd_filter *filter)
{
	if (conn->killed || !khttpd_filter_passes(filter, conn))
		return false;
	WRITE_ONCE(conn->killed, true);
	khttpd_conn_kick(conn);
	return true;
}

/**
 * khttpd_conns_kill() - have connections reset
 * @conns:	the server's
 * @filter:	which ones
 *
 * Their work items do it, soon.
 *
 * Context: process context, may sleep.
 * Return: how many they are.
 */
u32 khttpd_conns_kill(struct khttpd_conns *conns, const struct khttpd_filter *filter)
{
	return khttpd_conns_each(conns, filter, khttpd_conns_kill_one);
}
