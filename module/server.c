// SPDX-License-Identifier: GPL-2.0
/* The server of a network namespace: its state, and every change of it. */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/wait_bit.h>
#include <net/netns/generic.h>

#include "cache.h"
#include "client.h"
#include "listener.h"
#include "log.h"
#include "netlink.h"
#include "server.h"

static unsigned int khttpd_net_id;

/**
 * struct khttpd_plan - a change that was found valid, before it is carried out
 * @run:	whether the server runs afterwards
 * @config:	snapshot to be published
 * @queues:	pair to be published, or NULL to keep the one in force
 * @opened:	listeners that are bound, but not started
 * @log:	the access log to be, where @has_log
 * @has_log:	whether it is another one
 */
struct khttpd_plan {
	bool			run;
	struct khttpd_config	*config;
	struct khttpd_queues	*queues;
	struct list_head	opened;
	struct khttpd_log	*log;
	bool			has_log;
};

/**
 * khttpd_server_of() - the server of a network namespace
 * @net:	the namespace
 *
 * Context: any, while the caller holds the namespace.
 */
struct khttpd_server *khttpd_server_of(struct net *net)
{
	return net_generic(net, khttpd_net_id);
}

static struct khttpd_config *khttpd_server_config(struct khttpd_server *server)
{
	return rcu_dereference_protected(server->config, lockdep_is_held(&server->lock));
}

/**
 * khttpd_server_settings() - values of the configuration in force
 * @server:	the server
 *
 * Context: server->lock is held; what is returned is valid as long.
 */
const struct khttpd_settings *khttpd_server_settings(struct khttpd_server *server)
{
	struct khttpd_config *config = khttpd_server_config(server);

	return config ? &config->settings : &khttpd_default_settings;
}

/**
 * khttpd_server_root_name() - path of the document root
 * @server:	the server
 *
 * Context: server->lock is held; what is returned is valid as long.
 * Return: the path as it was given, or NULL.
 */
const char *khttpd_server_root_name(struct khttpd_server *server)
{
	struct khttpd_config *config = khttpd_server_config(server);

	return config ? config->root_name : NULL;
}

/**
 * khttpd_server_sites() - virtual hosts
 * @server:	the server
 *
 * Context: server->lock is held; what is returned is valid as long.
 */
struct khttpd_sites *khttpd_server_sites(struct khttpd_server *server)
{
	struct khttpd_config *config = khttpd_server_config(server);

	return config ? config->sites : &khttpd_sites_none;
}

/**
 * khttpd_server_mime() - table of media types
 * @server:	the server
 *
 * Context: server->lock is held; what is returned is valid as long.
 * Return: the table, or NULL for the built-in one.
 */
struct khttpd_mime *khttpd_server_mime(struct khttpd_server *server)
{
	struct khttpd_config *config = khttpd_server_config(server);

	return config ? config->mime : NULL;
}

/* -------------------------------------------------------------------- */
/* Stopping                                                             */

/**
 * khttpd_server_put() - a connection, or the running server, is no more
 * @server:	stopped when this was the last one
 *
 * Context: any.
 */
void khttpd_server_put(struct khttpd_server *server)
{
	if (refcount_dec_and_test(&server->users))
		queue_work(khttpd_wq, &server->stopped_work);
}

/*
 * No connection is left, so nobody reads the configuration or queues work but
 * under the lock.  Snapshots that were replaced may still be on their way to
 * being freed; when the server is said to be stopped, none of them keeps the
 * document root's file system busy any more.
 */
static void khttpd_server_stopped_work(struct work_struct *work)
{
	struct khttpd_server *server = container_of(work, struct khttpd_server,
						    stopped_work);
	struct khttpd_queues *queues;

	mutex_lock(&server->lock);
	cancel_delayed_work_sync(&server->cut_work);
	queues = rcu_replace_pointer(server->queues, NULL,
				     lockdep_is_held(&server->lock));
	khttpd_cache_empty(server->cache);
	khttpd_config_close_roots(khttpd_server_config(server));
	wait_var_event(&server->configs, atomic_read(&server->configs) == 1);
	WRITE_ONCE(server->state, KHTTPD_STATE_STOPPED);
	server->started_ns = 0;
	server->generation++;
	khttpd_netlink_notify(server);
	complete_all(&server->stopped);
	mutex_unlock(&server->lock);
	khttpd_queues_retire(queues);
}

static void khttpd_server_close_listeners(struct list_head *listeners)
{
	struct khttpd_listener *listener, *next;

	list_for_each_entry_safe(listener, next, listeners, node) {
		list_del(&listener->node);
		khttpd_listener_close(listener);
	}
}

/* End all connections of a server that stops, whatever they are about; may be repeated. */
static void khttpd_server_cut(struct khttpd_server *server)
{
	WRITE_ONCE(server->cut, true);
	khttpd_conns_sweep(&server->conns);
}

/* Takes no lock of the server's: khttpd_server_stopped_work() waits for it. */
static void khttpd_server_cut_work(struct work_struct *work)
{
	khttpd_server_cut(container_of(to_delayed_work(work), struct khttpd_server, cut_work));
}

/*
 * Begin to stop; khttpd_server_stopped_work() ends it, after the last
 * connection.  No accept work is left when the sweep begins, so it misses none.
 * @patience:	jiffies that requests which have begun may take; 0 cuts them off
 */
static void khttpd_server_stop(struct khttpd_server *server, unsigned long patience)
{
	lockdep_assert_held(&server->lock);
	WRITE_ONCE(server->cut, !patience);
	WRITE_ONCE(server->state, KHTTPD_STATE_STOPPING);
	khttpd_server_close_listeners(&server->listeners);
	khttpd_conns_sweep(&server->conns);
	if (patience)
		queue_delayed_work(khttpd_wq, &server->cut_work, patience);
	khttpd_server_put(server);
}

/* -------------------------------------------------------------------- */
/* Listeners                                                            */

static struct khttpd_listener *
khttpd_server_find_listener(struct khttpd_server *server,
			    const struct khttpd_listener_settings *settings)
{
	struct khttpd_listener *listener;

	list_for_each_entry(listener, &server->listeners, node)
		if (khttpd_listener_same(listener, settings))
			return listener;
	return NULL;
}

static bool khttpd_settings_have(const struct khttpd_settings *settings,
				 const struct khttpd_listener *listener)
{
	u32 i;

	for (i = 0; i < settings->nr_listeners; i++)
		if (khttpd_listener_same(listener, &settings->listener[i]))
			return true;
	return false;
}

/*
 * Take the listeners that are not wanted any more off the server's list.
 * @port: only those of this port, in network byte order; 0 takes them all.
 */
static void khttpd_server_drop_listeners(struct khttpd_server *server,
					 const struct khttpd_settings *settings,
					 __be16 port, struct list_head *dropped)
{
	struct khttpd_listener *listener, *next;

	list_for_each_entry_safe(listener, next, &server->listeners, node) {
		/* sin_port and sin6_port lie at the same place */
		if (port && listener->settings.addr.in.sin_port != port)
			continue;
		if (!khttpd_settings_have(settings, listener))
			list_move_tail(&listener->node, dropped);
	}
}

/*
 * Open one listener.  Its address may be in use by one of our own that the
 * change drops: [::]:80 becomes 0.0.0.0:80, say.  Then that has to go first.
 */
static struct khttpd_listener *
khttpd_server_open_listener(struct khttpd_server *server,
			    const struct khttpd_settings *settings, u32 i,
			    const struct khttpd_change *change)
{
	const struct nlattr *at = change->at.listener[i] ?: change->at.state;
	struct khttpd_listener *listener;
	LIST_HEAD(dropped);

	khttpd_server_drop_listeners(server, settings,
				     settings->listener[i].addr.in.sin_port, &dropped);
	if (!list_empty(&dropped)) {
		listener = khttpd_listener_open(server, &settings->listener[i], NULL, NULL);
		if (listener != ERR_PTR(-EADDRINUSE)) {
			list_splice_tail_init(&dropped, &server->listeners);
			if (!IS_ERR(listener))
				return listener;
		}
		khttpd_server_close_listeners(&dropped);
	}
	return khttpd_listener_open(server, &settings->listener[i], change->extack, at);
}

static void khttpd_server_start_listener(struct khttpd_server *server,
					 struct khttpd_listener *listener)
{
	listener->id = ++server->next_listener;
	list_add_tail(&listener->node, &server->listeners);
	khttpd_listener_start(listener);
}

/*
 * A change that failed may have closed listeners of a port that it was allowed
 * to bind; so the caller is allowed to bind them again, too.
 */
static void khttpd_server_restore_listeners(struct khttpd_server *server)
{
	const struct khttpd_settings *settings = khttpd_server_settings(server);
	struct khttpd_listener *listener;
	u32 i;

	if (server->state != KHTTPD_STATE_RUNNING)
		return;
	for (i = 0; i < settings->nr_listeners; i++) {
		if (khttpd_server_find_listener(server, &settings->listener[i]))
			continue;
		listener = khttpd_listener_open(server, &settings->listener[i], NULL, NULL);
		if (!IS_ERR(listener))
			khttpd_server_start_listener(server, listener);
	}
}

static int khttpd_server_open_listeners(struct khttpd_server *server,
					const struct khttpd_settings *settings,
					const struct khttpd_change *change,
					struct list_head *opened)
{
	struct khttpd_listener *listener;
	u32 i;

	for (i = 0; i < settings->nr_listeners; i++) {
		if (khttpd_server_find_listener(server, &settings->listener[i]))
			continue;
		listener = khttpd_server_open_listener(server, settings, i, change);
		if (IS_ERR(listener)) {
			khttpd_server_close_listeners(opened);
			khttpd_server_restore_listeners(server);
			return PTR_ERR(listener);
		}
		list_add_tail(&listener->node, opened);
	}
	return 0;
}

/* Make the listeners those of the settings; the missing ones are open. */
static void khttpd_server_commit_listeners(struct khttpd_server *server,
					   const struct khttpd_settings *settings,
					   struct list_head *opened)
{
	struct khttpd_listener *listener, *next;
	LIST_HEAD(dropped);
	u32 i;

	khttpd_server_drop_listeners(server, settings, 0, &dropped);
	list_for_each_entry_safe(listener, next, opened, node) {
		list_del(&listener->node);
		khttpd_server_start_listener(server, listener);
	}
	khttpd_server_close_listeners(&dropped);
	for (i = 0; i < settings->nr_listeners; i++) {
		listener = khttpd_server_find_listener(server, &settings->listener[i]);
		if (listener)
			khttpd_listener_update(listener, &settings->listener[i]);
	}
}

/* -------------------------------------------------------------------- */
/* Changing                                                             */

static int khttpd_server_admit(struct khttpd_server *server,
			       const struct khttpd_change *change, bool run)
{
	if (change->has_expected && change->expected != server->generation) {
		NL_SET_ERR_MSG_ATTR(change->extack, change->at.expected,
				    "the configuration was changed meanwhile");
		return -ESTALE;
	}
	if (run && server->state == KHTTPD_STATE_STOPPING) {
		NL_SET_ERR_MSG_ATTR(change->extack, change->at.state,
				    "the server is still stopping");
		return -EBUSY;
	}
	if (change->drain && !run) {
		NL_SET_ERR_MSG_ATTR(change->extack, change->at.drain,
				    "only a server that runs can be drained");
		return -EINVAL;
	}
	return 0;
}

static int khttpd_server_plan_roots(struct khttpd_server *server,
				    struct khttpd_plan *plan,
				    const struct khttpd_change *change)
{
	/* Until the last connection is gone a request may still be begun. */
	bool serves = plan->run || server->state != KHTTPD_STATE_STOPPED;
	int err = 0;

	if (serves)
		err = khttpd_config_check_roots(plan->config, change);
	if (!err)
		err = khttpd_config_open_roots(plan->config, khttpd_server_config(server),
					       change, serves);
	/*
	 * A stopped server keeps the names alone, so that nothing stays mounted.
	 * One that has yet to stop has requests; its last connection sees to it.
	 */
	if (!serves)
		khttpd_config_close_roots(plan->config);
	return err;
}

static int khttpd_server_plan_queues(struct khttpd_server *server,
				     struct khttpd_plan *plan,
				     const struct khttpd_change *change)
{
	const struct khttpd_settings *old = khttpd_server_settings(server);
	const struct khttpd_settings *new = &plan->config->settings;
	struct khttpd_queues *queues;

	if (server->state == KHTTPD_STATE_RUNNING &&
	    !memcmp(old->queue, new->queue, sizeof(new->queue)))
		return 0;
	queues = khttpd_queues_create(new->queue, change->extack);
	if (IS_ERR(queues))
		return PTR_ERR(queues);
	plan->queues = queues;
	return 0;
}

static struct khttpd_log *khttpd_server_log(struct khttpd_server *server)
{
	return rcu_dereference_protected(server->log, lockdep_is_held(&server->lock));
}

static int khttpd_server_plan_log(struct khttpd_server *server, struct khttpd_plan *plan)
{
	u32 kbytes = khttpd_config_log_kbytes(plan->config);
	struct khttpd_log *log = NULL;

	if (kbytes == khttpd_log_kbytes(khttpd_server_log(server)))
		return 0;
	if (kbytes)
		log = khttpd_log_create(server, kbytes);
	if (IS_ERR(log))
		return PTR_ERR(log);
	plan->log = log;
	plan->has_log = true;
	return 0;
}

/* What the first start makes, and the end of the namespace frees. */
static int khttpd_server_alloc(struct khttpd_server *server)
{
	struct khttpd_clients *clients = server->clients;
	struct khttpd_cache *cache = server->cache;

	if (!server->stats)
		server->stats = alloc_percpu(struct khttpd_stats);
	if (!server->stats)
		return -ENOMEM;
	if (!clients)
		clients = khttpd_clients_create();
	if (IS_ERR(clients))
		return PTR_ERR(clients);
	server->clients = clients;
	if (!cache)
		cache = khttpd_cache_create(server->stats);
	if (IS_ERR(cache))
		return PTR_ERR(cache);
	server->cache = cache;
	return 0;
}

/* What only a running server needs; the listeners come last, they show. */
static int khttpd_server_plan_run(struct khttpd_server *server,
				  struct khttpd_plan *plan,
				  const struct khttpd_change *change)
{
	int err;

	err = khttpd_server_alloc(server);
	if (!err)
		err = khttpd_server_plan_queues(server, plan, change);
	if (err)
		return err;
	return khttpd_server_open_listeners(server, &plan->config->settings, change,
					    &plan->opened);
}

static int khttpd_server_plan(struct khttpd_server *server, struct khttpd_plan *plan,
			      const struct khttpd_change *change)
{
	int err;

	plan->config = khttpd_config_build(khttpd_server_config(server), change,
					   &server->configs);
	if (IS_ERR(plan->config))
		return PTR_ERR(plan->config);
	if (!plan->run || (server->state != KHTTPD_STATE_RUNNING && !change->has_drain))
		plan->config->settings.drain = false;
	err = khttpd_server_plan_roots(server, plan, change);
	if (!err)
		err = khttpd_server_plan_log(server, plan);
	if (!err && plan->run)
		err = khttpd_server_plan_run(server, plan, change);
	if (err) {
		if (plan->queues)
			khttpd_queues_destroy(plan->queues);
		if (plan->has_log)
			khttpd_log_destroy(plan->log);
		khttpd_config_destroy(plan->config);
	}
	return err;
}

/* Whether a change leads to what there is already. */
static bool khttpd_server_unchanged(struct khttpd_server *server,
				    const struct khttpd_plan *plan)
{
	const struct khttpd_config *old = khttpd_server_config(server);

	return old && !plan->queues && !plan->has_log && list_empty(&plan->opened) &&
	       plan->run == (server->state == KHTTPD_STATE_RUNNING) &&
	       khttpd_config_equal(old, plan->config);
}

/* Nothing here can fail: a change is carried out as a whole or not at all. */
static void khttpd_server_commit(struct khttpd_server *server, struct khttpd_plan *plan)
{
	struct khttpd_config *old_config = khttpd_server_config(server);
	struct khttpd_queues *old_queues = NULL;
	struct khttpd_log *old_log = NULL;

	rcu_assign_pointer(server->config, plan->config);
	if (plan->has_log)
		old_log = rcu_replace_pointer(server->log, plan->log,
					      lockdep_is_held(&server->lock));
	if (server->cache)
		khttpd_cache_resize(server->cache, plan->config);
	if (plan->queues)
		old_queues = rcu_replace_pointer(server->queues, plan->queues,
						 lockdep_is_held(&server->lock));
	if (plan->run && server->state == KHTTPD_STATE_STOPPED) {
		khttpd_stats_reset(server->stats);
		refcount_set(&server->users, 1);
		reinit_completion(&server->stopped);
		server->started_ns = ktime_get_boottime_ns();
		WRITE_ONCE(server->cut, false);
		WRITE_ONCE(server->state, KHTTPD_STATE_RUNNING);
	}
	khttpd_server_commit_listeners(server, &plan->config->settings, &plan->opened);
	if (!plan->run && server->state == KHTTPD_STATE_RUNNING)
		khttpd_server_stop(server, khttpd_config_timeout(plan->config,
								 KHTTPD_A_TIMEOUTS_DRAIN_MS));
	if (old_queues)
		khttpd_queues_retire(old_queues);
	if (old_config)
		khttpd_config_kill(old_config);
	khttpd_log_destroy(old_log);
	server->generation++;
}

/**
 * khttpd_server_change() - start, stop or configure a server
 * @server:	the server
 * @change:	what is to be different
 *
 * All of the change is found valid and prepared before any of it is carried
 * out; what changes nothing raises no event.  A stop is only begun: it ends
 * with an event, soon, but not before the last connection is closed.  A second
 * one ends the connections at once.
 *
 * Context: process context of the administrator, whose credentials, mount
 * namespace and rights to ports count.  server->lock is held.
 * Return: 0 or a negative errno, with the reason in the change's extack.
 */
int khttpd_server_change(struct khttpd_server *server,
			 const struct khttpd_change *change)
{
	struct khttpd_plan plan = { };
	int err;

	lockdep_assert_held(&server->lock);
	INIT_LIST_HEAD(&plan.opened);
	plan.run = change->has_state ? change->state == KHTTPD_STATE_RUNNING :
				       server->state == KHTTPD_STATE_RUNNING;
	err = khttpd_server_admit(server, change, plan.run);
	if (!err)
		err = khttpd_server_plan(server, &plan, change);
	if (err)
		return err;
	if (change->has_state && server->state == KHTTPD_STATE_STOPPING)
		khttpd_server_cut(server);
	if (khttpd_server_unchanged(server, &plan)) {
		khttpd_config_destroy(plan.config);
		return 0;
	}
	khttpd_server_commit(server, &plan);
	khttpd_netlink_notify(server);
	return 0;
}

/* -------------------------------------------------------------------- */
/* Network namespaces                                                   */

static int __net_init khttpd_net_init(struct net *net)
{
	struct khttpd_server *server = khttpd_server_of(net);

	server->net = net;
	mutex_init(&server->lock);
	INIT_LIST_HEAD(&server->listeners);
	khttpd_conns_init(&server->conns);
	khttpd_limit_init(server);
	khttpd_compressor_init(&server->compressor);
	INIT_DELAYED_WORK(&server->cut_work, khttpd_server_cut_work);
	INIT_WORK(&server->stopped_work, khttpd_server_stopped_work);
	init_completion(&server->stopped);
	complete_all(&server->stopped);
	return 0;
}

/* Nobody can change the server any more: its namespace, or the module, goes. */
static void __net_exit khttpd_net_exit(struct net *net)
{
	struct khttpd_server *server = khttpd_server_of(net);
	struct khttpd_config *config;

	mutex_lock(&server->lock);
	if (server->state == KHTTPD_STATE_RUNNING)
		khttpd_server_stop(server, 0);
	else if (server->state == KHTTPD_STATE_STOPPING)
		khttpd_server_cut(server);
	mutex_unlock(&server->lock);
	wait_for_completion(&server->stopped);
	flush_work(&server->stopped_work);
	khttpd_limit_exit(server);

	config = rcu_dereference_protected(server->config, true);
	if (config)
		khttpd_config_kill(config);
	wait_var_event(&server->configs, !atomic_read(&server->configs));
	khttpd_cache_destroy(server->cache);
	khttpd_clients_destroy(server->clients);
	khttpd_log_destroy(rcu_dereference_protected(server->log, true));
	free_percpu(server->stats);
}

static struct pernet_operations khttpd_net_ops = {
	.init	= khttpd_net_init,
	.exit	= khttpd_net_exit,
	.id	= &khttpd_net_id,
	.size	= sizeof(struct khttpd_server),
};

int __init khttpd_server_module_init(void)
{
	return register_pernet_subsys(&khttpd_net_ops);
}

void khttpd_server_module_exit(void)
{
	unregister_pernet_subsys(&khttpd_net_ops);
	/*
	 * A socket that was never accepted may just be executing the callback
	 * that it inherited from a listening one; wait for the softirq that does.
	 */
	synchronize_net();
}
