// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/khttpd: one value per file, of the server of the initial network
 * namespace.  What is written becomes a struct khttpd_change, as what comes
 * over netlink does.
 */
#include <linux/capability.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <net/net_namespace.h>

#include "cache.h"
#include "netlink/policy.h"
#include "server.h"
#include "sysfs.h"

static struct kobject *khttpd_kobj;

static struct khttpd_server *khttpd_sysfs_server(void)
{
	return khttpd_server_of(&init_net);
}

/* Carry out a change and free it.  Return: what the store function returns. */
static ssize_t khttpd_sysfs_change(struct khttpd_change *change, size_t count)
{
	struct khttpd_server *server = khttpd_sysfs_server();
	int err = -EPERM;

	change->may_setuid = capable(CAP_SETUID);
	change->may_setgid = capable(CAP_SETGID);
	if (capable(CAP_NET_ADMIN)) {
		mutex_lock(&server->lock);
		err = khttpd_server_change(server, change);
		mutex_unlock(&server->lock);
	}
	khttpd_change_free(change);
	return err ?: count;
}

static struct khttpd_change *khttpd_sysfs_new_change(void)
{
	return kzalloc(sizeof(struct khttpd_change), GFP_KERNEL);
}

/* -------------------------------------------------------------------- */
/* Settings that are numbers                                            */

/**
 * struct khttpd_number - a file that stands for a number of the settings
 * @attr:	the file
 * @policy:	of the nest that the number belongs to, for the range
 * @max:	highest attribute of the nest
 * @type:	attribute of the number
 * @index:	what @get and @set are to get and set
 * @get:	reads it from the settings
 * @set:	puts it into a change
 */
struct khttpd_number {
	struct kobj_attribute	attr;
	const struct nla_policy	*policy;
	int			max;
	int			type;
	int			index;
	u32			(*get)(const struct khttpd_settings *settings, int index);
	void			(*set)(struct khttpd_change *change, int index, u32 value);
};

static ssize_t khttpd_number_show(struct kobject *kobj, struct kobj_attribute *attr,
				  char *buf)
{
	const struct khttpd_number *number = container_of(attr, struct khttpd_number, attr);
	struct khttpd_server *server = khttpd_sysfs_server();
	u32 value;

	mutex_lock(&server->lock);
	value = number->get(khttpd_server_settings(server), number->index);
	mutex_unlock(&server->lock);
	return sysfs_emit(buf, "%u\n", value);
}

/* The ranges are those of the netlink policies, which are generated. */
static int khttpd_number_validate(const struct khttpd_number *number, u32 value)
{
	struct {
		struct nlattr	attr;
		u32		value;
	} message = {
		.attr.nla_len = NLA_HDRLEN + sizeof(u32),
		.attr.nla_type = number->type,
		.value = value,
	};

	return nla_validate(&message.attr, sizeof(message), number->max, number->policy,
			    NULL);
}

static ssize_t khttpd_number_store(struct kobject *kobj, struct kobj_attribute *attr,
				   const char *buf, size_t count)
{
	const struct khttpd_number *number = container_of(attr, struct khttpd_number, attr);
	struct khttpd_change *change;
	u32 value;
	int err;

	err = kstrtou32(buf, 0, &value);
	if (!err)
		err = khttpd_number_validate(number, value);
	if (err)
		return err;
	change = khttpd_sysfs_new_change();
	if (!change)
		return -ENOMEM;
	number->set(change, number->index, value);
	return khttpd_sysfs_change(change, count);
}

#define KHTTPD_NUMBER(_group, _name, _policy, _max, _type, _index, _get, _set)	\
static struct khttpd_number khttpd_attr_##_group##_##_name = {			\
	.attr = __ATTR(_name, 0644, khttpd_number_show, khttpd_number_store),	\
	.policy = _policy,							\
	.max = _max,								\
	.type = _type,								\
	.index = _index,							\
	.get = _get,								\
	.set = _set,								\
}

static u32 khttpd_uid_get(const struct khttpd_settings *settings, int index)
{
	return from_kuid_munged(current_user_ns(), settings->uid);
}

static void khttpd_uid_set(struct khttpd_change *change, int index, u32 value)
{
	change->has_uid = true;
	change->uid = value;
}

static u32 khttpd_gid_get(const struct khttpd_settings *settings, int index)
{
	return from_kgid_munged(current_user_ns(), settings->gid);
}

static void khttpd_gid_set(struct khttpd_change *change, int index, u32 value)
{
	change->has_gid = true;
	change->gid = value;
}

/* The settings that are arrays of values, by attribute number. */
#define KHTTPD_VALUES(_what, _values, _present)					\
static u32 khttpd_##_what##_get(const struct khttpd_settings *settings, int index) \
{										\
	return settings->_values[index];					\
}										\
										\
static void khttpd_##_what##_set(struct khttpd_change *change, int index, u32 value) \
{										\
	change->_values[index] = value;						\
	__set_bit(index, &change->_present);					\
}

KHTTPD_VALUES(timeout, timeout_ms, timeouts)
KHTTPD_VALUES(limit, limit, limits)
KHTTPD_VALUES(cache, cache, cache_set)
KHTTPD_VALUES(compression, compression, compression_set)
KHTTPD_VALUES(log, log, log_set)

static u32 khttpd_flags_get(const struct khttpd_settings *settings, int index)
{
	return settings->queue[index].flags;
}

static void khttpd_flags_set(struct khttpd_change *change, int index, u32 value)
{
	change->queue[index].flags = value;
	__set_bit(index, &change->queue_flags);
}

static u32 khttpd_max_active_get(const struct khttpd_settings *settings, int index)
{
	return settings->queue[index].max_active;
}

static void khttpd_max_active_set(struct khttpd_change *change, int index, u32 value)
{
	change->queue[index].max_active = value;
	__set_bit(index, &change->queue_max);
}

#define KHTTPD_USER(_name, _type)						\
	KHTTPD_NUMBER(server, _name, khttpd_server_input_nl_policy,		\
		      KHTTPD_A_SERVER_GID, _type, 0,				\
		      khttpd_##_name##_get, khttpd_##_name##_set)
#define KHTTPD_TIMEOUT(_name, _type)						\
	KHTTPD_NUMBER(timeouts, _name, khttpd_timeouts_nl_policy,		\
		      KHTTPD_A_TIMEOUTS_MAX, _type, _type,			\
		      khttpd_timeout_get, khttpd_timeout_set)
#define KHTTPD_LIMIT(_name, _type)						\
	KHTTPD_NUMBER(limits, _name, khttpd_limits_nl_policy,			\
		      KHTTPD_A_LIMITS_MAX, _type, _type,			\
		      khttpd_limit_get, khttpd_limit_set)
#define KHTTPD_CACHE(_name, _type)						\
	KHTTPD_NUMBER(cache, _name, khttpd_cache_nl_policy,			\
		      KHTTPD_A_CACHE_MAX, _type, _type,				\
		      khttpd_cache_get, khttpd_cache_set)
#define KHTTPD_COMPRESSION(_name, _type)					\
	KHTTPD_NUMBER(compression, _name, khttpd_compression_nl_policy,		\
		      KHTTPD_A_COMPRESSION_MAX, _type, _type,			\
		      khttpd_compression_get, khttpd_compression_set)
#define KHTTPD_LOG(_name, _type)						\
	KHTTPD_NUMBER(log, _name, khttpd_log_nl_policy,				\
		      KHTTPD_A_LOG_MAX, _type, _type,				\
		      khttpd_log_get, khttpd_log_set)
#define KHTTPD_QUEUE(_name, _queue, _type, _what)				\
	KHTTPD_NUMBER(workqueue, _name, khttpd_workqueue_input_nl_policy,	\
		      KHTTPD_A_WORKQUEUE_MAX_ACTIVE, _type, _queue,		\
		      khttpd_##_what##_get, khttpd_##_what##_set)

KHTTPD_USER(uid, KHTTPD_A_SERVER_UID);
KHTTPD_USER(gid, KHTTPD_A_SERVER_GID);

KHTTPD_TIMEOUT(head_ms, KHTTPD_A_TIMEOUTS_HEAD_MS);
KHTTPD_TIMEOUT(idle_ms, KHTTPD_A_TIMEOUTS_IDLE_MS);
KHTTPD_TIMEOUT(send_ms, KHTTPD_A_TIMEOUTS_SEND_MS);
KHTTPD_TIMEOUT(linger_ms, KHTTPD_A_TIMEOUTS_LINGER_MS);
KHTTPD_TIMEOUT(drain_ms, KHTTPD_A_TIMEOUTS_DRAIN_MS);

static struct attribute *khttpd_timeouts_attrs[] = {
	&khttpd_attr_timeouts_head_ms.attr.attr,
	&khttpd_attr_timeouts_idle_ms.attr.attr,
	&khttpd_attr_timeouts_send_ms.attr.attr,
	&khttpd_attr_timeouts_linger_ms.attr.attr,
	&khttpd_attr_timeouts_drain_ms.attr.attr,
	NULL
};

static const struct attribute_group khttpd_timeouts_group = {
	.name = "timeouts",
	.attrs = khttpd_timeouts_attrs,
};

KHTTPD_LIMIT(connections, KHTTPD_A_LIMITS_CONNECTIONS);
KHTTPD_LIMIT(line_bytes, KHTTPD_A_LIMITS_LINE_BYTES);
KHTTPD_LIMIT(head_bytes, KHTTPD_A_LIMITS_HEAD_BYTES);
KHTTPD_LIMIT(fields, KHTTPD_A_LIMITS_FIELDS);
KHTTPD_LIMIT(body_bytes, KHTTPD_A_LIMITS_BODY_BYTES);
KHTTPD_LIMIT(requests, KHTTPD_A_LIMITS_REQUESTS);
KHTTPD_LIMIT(client_connections, KHTTPD_A_LIMITS_CLIENT_CONNECTIONS);
KHTTPD_LIMIT(client_connects, KHTTPD_A_LIMITS_CLIENT_CONNECTS);
KHTTPD_LIMIT(client_requests, KHTTPD_A_LIMITS_CLIENT_REQUESTS);
KHTTPD_LIMIT(client_bytes, KHTTPD_A_LIMITS_CLIENT_BYTES);

static struct attribute *khttpd_limits_attrs[] = {
	&khttpd_attr_limits_connections.attr.attr,
	&khttpd_attr_limits_line_bytes.attr.attr,
	&khttpd_attr_limits_head_bytes.attr.attr,
	&khttpd_attr_limits_fields.attr.attr,
	&khttpd_attr_limits_body_bytes.attr.attr,
	&khttpd_attr_limits_requests.attr.attr,
	&khttpd_attr_limits_client_connections.attr.attr,
	&khttpd_attr_limits_client_connects.attr.attr,
	&khttpd_attr_limits_client_requests.attr.attr,
	&khttpd_attr_limits_client_bytes.attr.attr,
	NULL
};

static const struct attribute_group khttpd_limits_group = {
	.name = "limits",
	.attrs = khttpd_limits_attrs,
};

KHTTPD_CACHE(kbytes, KHTTPD_A_CACHE_KBYTES);
KHTTPD_CACHE(body_bytes, KHTTPD_A_CACHE_BODY_BYTES);
KHTTPD_CACHE(fast, KHTTPD_A_CACHE_FAST);

/* Whatever is written: all prepared responses are dropped. */
static ssize_t flush_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	struct khttpd_server *server = khttpd_sysfs_server();

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	mutex_lock(&server->lock);
	khttpd_cache_flush(server->cache, NULL, "", 0);
	mutex_unlock(&server->lock);
	return count;
}

static struct kobj_attribute khttpd_attr_cache_flush = __ATTR_WO(flush);

static struct attribute *khttpd_cache_attrs[] = {
	&khttpd_attr_cache_kbytes.attr.attr,
	&khttpd_attr_cache_body_bytes.attr.attr,
	&khttpd_attr_cache_fast.attr.attr,
	&khttpd_attr_cache_flush.attr,
	NULL
};

static const struct attribute_group khttpd_cache_group = {
	.name = "cache",
	.attrs = khttpd_cache_attrs,
};

KHTTPD_COMPRESSION(enabled, KHTTPD_A_COMPRESSION_ENABLED);
KHTTPD_COMPRESSION(min_bytes, KHTTPD_A_COMPRESSION_MIN_BYTES);
KHTTPD_COMPRESSION(max_bytes, KHTTPD_A_COMPRESSION_MAX_BYTES);
KHTTPD_COMPRESSION(level, KHTTPD_A_COMPRESSION_LEVEL);
KHTTPD_COMPRESSION(at_once, KHTTPD_A_COMPRESSION_AT_ONCE);

static struct attribute *khttpd_compression_attrs[] = {
	&khttpd_attr_compression_enabled.attr.attr,
	&khttpd_attr_compression_min_bytes.attr.attr,
	&khttpd_attr_compression_max_bytes.attr.attr,
	&khttpd_attr_compression_level.attr.attr,
	&khttpd_attr_compression_at_once.attr.attr,
	NULL
};

static const struct attribute_group khttpd_compression_group = {
	.name = "compression",
	.attrs = khttpd_compression_attrs,
};

KHTTPD_LOG(access, KHTTPD_A_LOG_ACCESS);
KHTTPD_LOG(format, KHTTPD_A_LOG_FORMAT);
KHTTPD_LOG(kbytes, KHTTPD_A_LOG_KBYTES);

static struct attribute *khttpd_log_attrs[] = {
	&khttpd_attr_log_access.attr.attr,
	&khttpd_attr_log_format.attr.attr,
	&khttpd_attr_log_kbytes.attr.attr,
	NULL
};

static const struct attribute_group khttpd_log_group = {
	.name = "log",
	.attrs = khttpd_log_attrs,
};

KHTTPD_QUEUE(hot_flags, KHTTPD_QUEUE_HOT, KHTTPD_A_WORKQUEUE_FLAGS, flags);
KHTTPD_QUEUE(hot_max_active, KHTTPD_QUEUE_HOT, KHTTPD_A_WORKQUEUE_MAX_ACTIVE, max_active);
KHTTPD_QUEUE(cold_flags, KHTTPD_QUEUE_COLD, KHTTPD_A_WORKQUEUE_FLAGS, flags);
KHTTPD_QUEUE(cold_max_active, KHTTPD_QUEUE_COLD, KHTTPD_A_WORKQUEUE_MAX_ACTIVE, max_active);

static struct attribute *khttpd_workqueue_attrs[] = {
	&khttpd_attr_workqueue_hot_flags.attr.attr,
	&khttpd_attr_workqueue_hot_max_active.attr.attr,
	&khttpd_attr_workqueue_cold_flags.attr.attr,
	&khttpd_attr_workqueue_cold_max_active.attr.attr,
	NULL
};

static const struct attribute_group khttpd_workqueue_group = {
	.name = "workqueue",
	.attrs = khttpd_workqueue_attrs,
};

/* -------------------------------------------------------------------- */
/* The server                                                           */

static const char * const khttpd_states[] = {
	[KHTTPD_STATE_STOPPED]	= "stopped",
	[KHTTPD_STATE_RUNNING]	= "running",
	[KHTTPD_STATE_STOPPING]	= "stopping",
};

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  khttpd_states[READ_ONCE(khttpd_sysfs_server()->state)]);
}

static ssize_t state_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	struct khttpd_change *change = khttpd_sysfs_new_change();

	if (!change)
		return -ENOMEM;
	change->has_state = true;
	if (sysfs_streq(buf, khttpd_states[KHTTPD_STATE_RUNNING])) {
		change->state = KHTTPD_STATE_RUNNING;
	} else if (sysfs_streq(buf, khttpd_states[KHTTPD_STATE_STOPPED])) {
		change->state = KHTTPD_STATE_STOPPED;
	} else {
		khttpd_change_free(change);
		return -EINVAL;
	}
	return khttpd_sysfs_change(change, count);
}

static struct kobj_attribute khttpd_attr_state = __ATTR_RW(state);

static ssize_t drain_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct khttpd_server *server = khttpd_sysfs_server();
	ssize_t ret;

	mutex_lock(&server->lock);
	ret = sysfs_emit(buf, "%d\n", khttpd_server_settings(server)->drain);
	mutex_unlock(&server->lock);
	return ret;
}

static ssize_t drain_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	struct khttpd_change *change;
	bool drain;

	if (kstrtobool(buf, &drain))
		return -EINVAL;
	change = khttpd_sysfs_new_change();
	if (!change)
		return -ENOMEM;
	change->has_drain = true;
	change->drain = drain;
	return khttpd_sysfs_change(change, count);
}

static struct kobj_attribute khttpd_attr_drain = __ATTR_RW(drain);

static ssize_t root_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct khttpd_server *server = khttpd_sysfs_server();
	ssize_t ret;

	mutex_lock(&server->lock);
	ret = sysfs_emit(buf, "%s\n", khttpd_server_root_name(server) ?: "");
	mutex_unlock(&server->lock);
	return ret;
}

/* A final newline is echo's, any other belongs to the path. */
static ssize_t root_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	size_t len = count && buf[count - 1] == '\n' ? count - 1 : count;
	struct khttpd_change *change;
	ssize_t ret;
	char *root;

	if (!len || len > KHTTPD_PATH_MAX || memchr(buf, '\0', len))
		return -EINVAL;
	change = khttpd_sysfs_new_change();
	root = kmemdup_nul(buf, len, GFP_KERNEL);
	if (!change || !root) {
		khttpd_change_free(change);
		kfree(root);
		return -ENOMEM;
	}
	change->root = root;
	ret = khttpd_sysfs_change(change, count);
	kfree(root);
	return ret;
}

static struct kobj_attribute khttpd_attr_root = __ATTR_RW(root);

static ssize_t generation_show(struct kobject *kobj, struct kobj_attribute *attr,
			       char *buf)
{
	struct khttpd_server *server = khttpd_sysfs_server();
	u64 generation;

	mutex_lock(&server->lock);
	generation = server->generation;
	mutex_unlock(&server->lock);
	return sysfs_emit(buf, "%llu\n", generation);
}

static struct kobj_attribute khttpd_attr_generation = __ATTR_RO(generation);

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", KHTTPD_VERSION);
}

static struct kobj_attribute khttpd_attr_version = __ATTR_RO(version);

static struct attribute *khttpd_server_attrs[] = {
	&khttpd_attr_state.attr,
	&khttpd_attr_drain.attr,
	&khttpd_attr_root.attr,
	&khttpd_attr_server_uid.attr.attr,
	&khttpd_attr_server_gid.attr.attr,
	&khttpd_attr_generation.attr,
	&khttpd_attr_version.attr,
	NULL
};

static const struct attribute_group khttpd_server_group = {
	.attrs = khttpd_server_attrs,
};

/* -------------------------------------------------------------------- */
/* Statistics                                                           */

/**
 * struct khttpd_count - a file that shows a counter
 * @attr:	the file
 * @offset:	of the counter in struct khttpd_stats
 */
struct khttpd_count {
	struct kobj_attribute	attr;
	size_t			offset;
};

static ssize_t khttpd_count_show(struct kobject *kobj, struct kobj_attribute *attr,
				 char *buf)
{
	const struct khttpd_count *count = container_of(attr, struct khttpd_count, attr);
	struct khttpd_stats *stats = kmalloc(sizeof(*stats), GFP_KERNEL);
	struct khttpd_server *server = khttpd_sysfs_server();
	ssize_t ret;

	if (!stats)
		return -ENOMEM;
	mutex_lock(&server->lock);
	khttpd_stats_read(stats, server->stats, -1);
	mutex_unlock(&server->lock);
	ret = sysfs_emit(buf, "%llu\n", *(u64 *)((char *)stats + count->offset));
	kfree(stats);
	return ret;
}

static ssize_t connections_show(struct kobject *kobj, struct kobj_attribute *attr,
				char *buf)
{
	return sysfs_emit(buf, "%u\n", khttpd_conns_number(&khttpd_sysfs_server()->conns));
}

static struct kobj_attribute khttpd_attr_stats_connections = __ATTR_RO(connections);

static void khttpd_sysfs_cache_usage(u64 *entries, u64 *bytes)
{
	struct khttpd_server *server = khttpd_sysfs_server();

	mutex_lock(&server->lock);
	khttpd_cache_usage(server->cache, entries, bytes);
	mutex_unlock(&server->lock);
}

static ssize_t cache_entries_show(struct kobject *kobj, struct kobj_attribute *attr,
				  char *buf)
{
	u64 entries, bytes;

	khttpd_sysfs_cache_usage(&entries, &bytes);
	return sysfs_emit(buf, "%llu\n", entries);
}

static struct kobj_attribute khttpd_attr_stats_cache_entries = __ATTR_RO(cache_entries);

static ssize_t cache_bytes_show(struct kobject *kobj, struct kobj_attribute *attr,
				char *buf)
{
	u64 entries, bytes;

	khttpd_sysfs_cache_usage(&entries, &bytes);
	return sysfs_emit(buf, "%llu\n", bytes);
}

static struct kobj_attribute khttpd_attr_stats_cache_bytes = __ATTR_RO(cache_bytes);

#define KHTTPD_COUNT(_name, _member)						\
static struct khttpd_count khttpd_attr_stats_##_name = {			\
	.attr = __ATTR(_name, 0444, khttpd_count_show, NULL),			\
	.offset = offsetof(struct khttpd_stats, _member),			\
}

KHTTPD_COUNT(requests, counter[KHTTPD_COUNT_REQUESTS]);
KHTTPD_COUNT(accepted, counter[KHTTPD_COUNT_ACCEPTED]);
KHTTPD_COUNT(bytes_in, counter[KHTTPD_COUNT_BYTES_IN]);
KHTTPD_COUNT(bytes_out, counter[KHTTPD_COUNT_BYTES_OUT]);
KHTTPD_COUNT(cache_hits, counter[KHTTPD_COUNT_CACHE_HITS]);
KHTTPD_COUNT(cache_misses, counter[KHTTPD_COUNT_CACHE_MISSES]);
KHTTPD_COUNT(cache_evictions, counter[KHTTPD_COUNT_CACHE_EVICTIONS]);
KHTTPD_COUNT(cache_stale, counter[KHTTPD_COUNT_CACHE_STALE]);
KHTTPD_COUNT(fast, counter[KHTTPD_COUNT_FAST]);
KHTTPD_COUNT(log_records, counter[KHTTPD_COUNT_LOG_RECORDS]);
KHTTPD_COUNT(log_lost, counter[KHTTPD_COUNT_LOG_LOST]);
KHTTPD_COUNT(refused_limit, refused[KHTTPD_REFUSAL_LIMIT]);
KHTTPD_COUNT(refused_memory, refused[KHTTPD_REFUSAL_MEMORY]);
KHTTPD_COUNT(refused_head_timeout, refused[KHTTPD_REFUSAL_HEAD_TIMEOUT]);
KHTTPD_COUNT(refused_idle_timeout, refused[KHTTPD_REFUSAL_IDLE_TIMEOUT]);
KHTTPD_COUNT(refused_send_timeout, refused[KHTTPD_REFUSAL_SEND_TIMEOUT]);
KHTTPD_COUNT(refused_linger_timeout, refused[KHTTPD_REFUSAL_LINGER_TIMEOUT]);
KHTTPD_COUNT(refused_reset, refused[KHTTPD_REFUSAL_RESET]);
KHTTPD_COUNT(refused_truncated, refused[KHTTPD_REFUSAL_TRUNCATED]);
KHTTPD_COUNT(refused_stop, refused[KHTTPD_REFUSAL_STOP]);
KHTTPD_COUNT(refused_evicted, refused[KHTTPD_REFUSAL_EVICTED]);
KHTTPD_COUNT(refused_client_connections, refused[KHTTPD_REFUSAL_CLIENT_CONNECTIONS]);
KHTTPD_COUNT(refused_client_connects, refused[KHTTPD_REFUSAL_CLIENT_CONNECTS]);
KHTTPD_COUNT(refused_client_requests, refused[KHTTPD_REFUSAL_CLIENT_REQUESTS]);
KHTTPD_COUNT(refused_client_bytes, refused[KHTTPD_REFUSAL_CLIENT_BYTES]);
KHTTPD_COUNT(refused_denied, refused[KHTTPD_REFUSAL_DENIED]);
KHTTPD_COUNT(refused_killed, refused[KHTTPD_REFUSAL_KILLED]);

static struct attribute *khttpd_stats_attrs[] = {
	&khttpd_attr_stats_requests.attr.attr,
	&khttpd_attr_stats_accepted.attr.attr,
	&khttpd_attr_stats_connections.attr,
	&khttpd_attr_stats_bytes_in.attr.attr,
	&khttpd_attr_stats_bytes_out.attr.attr,
	&khttpd_attr_stats_cache_hits.attr.attr,
	&khttpd_attr_stats_cache_misses.attr.attr,
	&khttpd_attr_stats_cache_evictions.attr.attr,
	&khttpd_attr_stats_cache_stale.attr.attr,
	&khttpd_attr_stats_cache_entries.attr,
	&khttpd_attr_stats_cache_bytes.attr,
	&khttpd_attr_stats_fast.attr.attr,
	&khttpd_attr_stats_log_records.attr.attr,
	&khttpd_attr_stats_log_lost.attr.attr,
	&khttpd_attr_stats_refused_limit.attr.attr,
	&khttpd_attr_stats_refused_memory.attr.attr,
	&khttpd_attr_stats_refused_head_timeout.attr.attr,
	&khttpd_attr_stats_refused_idle_timeout.attr.attr,
	&khttpd_attr_stats_refused_send_timeout.attr.attr,
	&khttpd_attr_stats_refused_linger_timeout.attr.attr,
	&khttpd_attr_stats_refused_reset.attr.attr,
	&khttpd_attr_stats_refused_truncated.attr.attr,
	&khttpd_attr_stats_refused_stop.attr.attr,
	&khttpd_attr_stats_refused_evicted.attr.attr,
	&khttpd_attr_stats_refused_client_connections.attr.attr,
	&khttpd_attr_stats_refused_client_connects.attr.attr,
	&khttpd_attr_stats_refused_client_requests.attr.attr,
	&khttpd_attr_stats_refused_client_bytes.attr.attr,
	&khttpd_attr_stats_refused_denied.attr.attr,
	&khttpd_attr_stats_refused_killed.attr.attr,
	NULL
};

static const struct attribute_group khttpd_stats_group = {
	.name = "stats",
	.attrs = khttpd_stats_attrs,
};

static const struct attribute_group *khttpd_groups[] = {
	&khttpd_server_group,
	&khttpd_timeouts_group,
	&khttpd_limits_group,
	&khttpd_cache_group,
	&khttpd_compression_group,
	&khttpd_log_group,
	&khttpd_workqueue_group,
	&khttpd_stats_group,
	NULL
};

int __init khttpd_sysfs_module_init(void)
{
	int err;

	khttpd_kobj = kobject_create_and_add("khttpd", kernel_kobj);
	if (!khttpd_kobj)
		return -ENOMEM;
	err = sysfs_create_groups(khttpd_kobj, khttpd_groups);
	if (err)
		kobject_put(khttpd_kobj);
	return err;
}

/* Waits for those who are reading or writing a file at this moment. */
void khttpd_sysfs_module_exit(void)
{
	sysfs_remove_groups(khttpd_kobj, khttpd_groups);
	kobject_put(khttpd_kobj);
}
