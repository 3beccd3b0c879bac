// SPDX-License-Identifier: GPL-2.0
/* Clients: how many connections each has, and how much it takes per second. */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "client.h"
#include "queue.h"

/* Seconds that a client can save up: what makes a page may be fetched at once. */
#define KHTTPD_CLIENT_SAVES_S	10
/* Of bytes less, or a rate would be none for most downloads. */
#define KHTTPD_CLIENT_SAVES_BYTES_S 1

/* After this long without connections there is mostly nothing to be held against a client. */
#define KHTTPD_CLIENT_KEPT	(KHTTPD_CLIENT_SAVES_S * HZ)

/* Clients without connections that are kept at most; beyond, the oldest goes. */
#define KHTTPD_CLIENTS_IDLE	65536

/* Connections of a client that are told of its limit; further ones are reset. */
#define KHTTPD_CLIENT_REFUSED	8

/* Clients that are looked at before others get the lock. */
#define KHTTPD_CLIENTS_BATCH	64

static const struct rhashtable_params khttpd_client_params = {
	.head_offset	     = offsetof(struct khttpd_client, node),
	.key_offset	     = offsetof(struct khttpd_client, addr),
	.key_len	     = sizeof(struct in6_addr),
	.automatic_shrinking = true,
};

/* -------------------------------------------------------------------- */
/* The table                                                            */

/**
 * khttpd_client_addr() - the address at the other end of a connection
 * @sk:		of the connection
 * @addr:	receives the address, one of IPv4 mapped
 *
 * Context: any.
 */
void khttpd_client_addr(const struct sock *sk, struct in6_addr *addr)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		*addr = sk->sk_v6_daddr;
		return;
	}
#endif
	ipv6_addr_set_v4mapped(sk->sk_daddr, addr);
}

/* Who has an IPv6 network can use any address of it. */
static void khttpd_client_network(const struct sock *sk, struct in6_addr *network)
{
	struct in6_addr addr;

	khttpd_client_addr(sk, &addr);
	ipv6_addr_prefix(network, &addr, ipv6_addr_v4mapped(&addr) ? 128 : 64);
}

/* clients->lock is held, and the client is on the list of the idle ones. */
static void khttpd_client_wake(struct khttpd_clients *clients, struct khttpd_client *client)
{
	list_del(&client->idle);
	clients->nr_idle--;
}

/* clients->lock is held, and the client is idle. */
static void khttpd_client_forget(struct khttpd_clients *clients,
				 struct khttpd_client *client)
{
	khttpd_client_wake(clients, client);
	rhashtable_remove_fast(&clients->table, &client->node, khttpd_client_params);
	kfree_rcu(client, rcu);
}

static struct khttpd_client *khttpd_clients_oldest(struct khttpd_clients *clients)
{
	return list_first_entry_or_null(&clients->idle, struct khttpd_client, idle);
}

/* Whether a client took more than it has earned yet. */
static bool khttpd_client_owes(const struct khttpd_client *client)
{
	s64 now = ktime_get_ns();
	int i;

	for (i = 0; i < KHTTPD_RATES; i++)
		if (atomic64_read(&client->due_ns[i]) > now)
			return true;
	return false;
}

/* Process context, on the module's own queue. */
static void khttpd_clients_forget_work(struct work_struct *work)
{
	struct khttpd_clients *clients = container_of(to_delayed_work(work),
						      struct khttpd_clients, forget);
	struct khttpd_client *client;
	unsigned int n = 0;

	spin_lock(&clients->lock);
	while ((client = khttpd_clients_oldest(clients)) &&
	       time_after_eq(jiffies, client->idle_since + KHTTPD_CLIENT_KEPT)) {
		if (khttpd_client_owes(client)) {
			client->idle_since = jiffies;
			list_move_tail(&client->idle, &clients->idle);
		} else {
			khttpd_client_forget(clients, client);
		}
		if (++n % KHTTPD_CLIENTS_BATCH == 0) {
			spin_unlock(&clients->lock);
			cond_resched();
			spin_lock(&clients->lock);
		}
	}
	if (client)
		queue_delayed_work(khttpd_wq, &clients->forget, HZ);
	spin_unlock(&clients->lock);
}

/**
 * khttpd_clients_create() - make an empty table
 *
 * Context: process context, may sleep for memory.
 * Return: the table, for khttpd_clients_destroy(), or an error pointer.
 */
struct khttpd_clients *khttpd_clients_create(void)
{
	struct khttpd_clients *clients = kzalloc(sizeof(*clients), GFP_KERNEL);
	int err;

	if (!clients)
		return ERR_PTR(-ENOMEM);
	err = rhashtable_init(&clients->table, &khttpd_client_params);
	if (err) {
		kfree(clients);
		return ERR_PTR(err);
	}
	spin_lock_init(&clients->lock);
	INIT_LIST_HEAD(&clients->idle);
	INIT_DELAYED_WORK(&clients->forget, khttpd_clients_forget_work);
	return clients;
}

static void khttpd_client_free(void *client, void *unused)
{
	kfree(client);
}

/**
 * khttpd_clients_destroy() - free the table and its clients
 * @clients:	none of whose clients has connections; or NULL
 *
 * Context: process context, waits for the work item that forgets clients.
 */
void khttpd_clients_destroy(struct khttpd_clients *clients)
{
	if (!clients)
		return;
	cancel_delayed_work_sync(&clients->forget);
	rhashtable_free_and_destroy(&clients->table, khttpd_client_free, NULL);
	kfree(clients);
}

/* -------------------------------------------------------------------- */
/* Connections                                                          */

/* clients->lock is held. */
static void khttpd_client_join(struct khttpd_clients *clients, struct khttpd_client *client)
{
	if (!client->nr_conns++)
		khttpd_client_wake(clients, client);
}

static struct khttpd_client *khttpd_client_find(struct khttpd_clients *clients,
						const struct in6_addr *addr)
{
	struct khttpd_client *client;

	spin_lock(&clients->lock);
	client = rhashtable_lookup_fast(&clients->table, addr, khttpd_client_params);
	if (client)
		khttpd_client_join(clients, client);
	spin_unlock(&clients->lock);
	return client;
}

/**
 * khttpd_client_get() - find out whose a connection is, and count it
 * @clients:	the server's
 * @sk:		of the connection, established
 *
 * Context: process context, may sleep for memory.
 * Return: the client, for khttpd_client_put(), or NULL for want of memory.
 */
struct khttpd_client *khttpd_client_get(struct khttpd_clients *clients,
					const struct sock *sk)
{
	struct khttpd_client *client, *old;
	struct in6_addr addr;

	khttpd_client_network(sk, &addr);
	client = khttpd_client_find(clients, &addr);
	if (client)
		return client;
	client = kzalloc(sizeof(*client), GFP_KERNEL);
	if (!client)
		return NULL;
	client->addr = addr;
	client->nr_conns = 1;
	spin_lock(&clients->lock);
	/* Another listener may have met the same client meanwhile. */
	old = rhashtable_lookup_get_insert_fast(&clients->table, &client->node,
						khttpd_client_params);
	if (!IS_ERR_OR_NULL(old))
		khttpd_client_join(clients, old);
	spin_unlock(&clients->lock);
	if (!old)
		return client;
	kfree(client);
	return IS_ERR(old) ? NULL : old;
}

/**
 * khttpd_client_put() - a connection has ended
 * @clients:	the server's
 * @client:	whose it was
 * @refused:	whether it was one that khttpd_client_refuse() counted
 *
 * Context: process context.
 */
void khttpd_client_put(struct khttpd_clients *clients, struct khttpd_client *client,
		       bool refused)
{
	spin_lock(&clients->lock);
	if (refused)
		client->nr_refused--;
	if (!--client->nr_conns) {
		client->idle_since = jiffies;
		list_add_tail(&client->idle, &clients->idle);
		if (++clients->nr_idle > KHTTPD_CLIENTS_IDLE)
			khttpd_client_forget(clients, khttpd_clients_oldest(clients));
		queue_delayed_work(khttpd_wq, &clients->forget, KHTTPD_CLIENT_KEPT);
	}
	spin_unlock(&clients->lock);
}

/**
 * khttpd_client_exceeds() - whether a client has more connections than it may have
 * @clients:	the server's
 * @client:	the client
 * @most:	connections that it may have; 0 is any number
 *
 * Connections that were refused do not count, or it could never recover.
 *
 * Context: process context.
 */
bool khttpd_client_exceeds(struct khttpd_clients *clients,
			   const struct khttpd_client *client, u32 most)
{
	bool exceeds;

	if (!most)
		return false;
	spin_lock(&clients->lock);
	exceeds = client->nr_conns - client->nr_refused > most;
	spin_unlock(&clients->lock);
	return exceeds;
}

/**
 * khttpd_client_refuse() - tell a client on one more connection to go away
 * @clients:	the server's
 * @client:	the client
 *
 * Context: process context.
 * Return: false if enough of its connections are busy being told so.
 */
bool khttpd_client_refuse(struct khttpd_clients *clients, struct khttpd_client *client)
{
	bool refuse;

	spin_lock(&clients->lock);
	refuse = client->nr_refused < KHTTPD_CLIENT_REFUSED;
	if (refuse)
		client->nr_refused++;
	spin_unlock(&clients->lock);
	return refuse;
}

/* -------------------------------------------------------------------- */
/* Rates                                                                */

/*
 * Let a client owe @cost_ns more of earning, unless all that it owes would then take
 * longer than @ahead_ns to earn.  Return: false in that case.
 */
static bool khttpd_client_charge(struct khttpd_client *client, enum khttpd_rate what,
				 u64 cost_ns, s64 ahead_ns)
{
	atomic64_t *due_ns = &client->due_ns[what];
	s64 now = ktime_get_ns();
	s64 old = atomic64_read(due_ns);
	s64 new;

	do {
		new = max(old, now) + cost_ns;
		if (new - now > ahead_ns)
			return false;
	} while (!atomic64_try_cmpxchg(due_ns, &old, new));
	return true;
}

/**
 * khttpd_client_take() - take a connection or a request, if it is earned
 * @client:	the client
 * @what:	which of them
 * @rate:	so many are earned per second; 0 is any number
 *
 * What it did not take in the last ten seconds it may take at once.
 *
 * Context: any.
 * Return: false if it has to wait.
 */
bool khttpd_client_take(struct khttpd_client *client, enum khttpd_rate what, u32 rate)
{
	return !rate || khttpd_client_charge(client, what, NSEC_PER_SEC / rate,
					     KHTTPD_CLIENT_SAVES_S * NSEC_PER_SEC);
}

/**
 * khttpd_client_send_wait_ns() - how long sending to a client has to wait
 * @client:	the client
 * @rate:	bytes that it earns per second; 0 is any number
 *
 * Context: any.
 * Return: 0, or the time in ns until it will have earned what it was sent, but for
 * what it may have in advance.
 */
u64 khttpd_client_send_wait_ns(const struct khttpd_client *client, u32 rate)
{
	s64 wait;

	if (!rate)
		return 0;
	wait = atomic64_read(&client->due_ns[KHTTPD_RATE_BYTES]) - ktime_get_ns() -
	       KHTTPD_CLIENT_SAVES_BYTES_S * NSEC_PER_SEC;
	return max(wait, 0LL);
}

/**
 * khttpd_client_sent() - bytes were sent to a client
 * @client:	the client
 * @rate:	bytes that it earns per second; 0 is any number
 * @bytes:	how many they were, at most what one send takes; more than was earned
 *		is a debt, for which the next send waits
 *
 * Context: any.
 */
void khttpd_client_sent(struct khttpd_client *client, u32 rate, size_t bytes)
{
	if (rate)
		khttpd_client_charge(client, KHTTPD_RATE_BYTES,
				     mul_u64_u32_div(NSEC_PER_SEC, bytes, rate), S64_MAX);
}
