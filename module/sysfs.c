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

#include "netlink/policy.h"
#include "server.h"
#include "sysfs.h"

static struct kobject *khttpd_kobj;

/**
 * struct khttpd_attribute - a file that stands for one number
 * @attr:	the file
 * @index:	attribute of a nest, counter, refusal or queue
 */
struct khttpd_attribute {
	struct kobj_attribute	attr;
	int			index;
};

static int khttpd_index(const struct kobj_attribute *attr)
{
	return container_of(attr, struct khttpd_attribute, attr)->index;
}

static struct khttpd_server *khttpd_sysfs_server(void)
{
	return khttpd_server_of(&init_net);
}

/* Carry out a change and free it.  Return: what the store function returns. */
static ssize_t khttpd_sysfs_change(struct khttpd_change *change, size_t count)
{
	int err = capable(CAP_NET_ADMIN) ?
		  khttpd_server_change(khttpd_sysfs_server(), change) : -EPERM;

	kfree(change);
	return err ?: count;
}

static struct khttpd_change *khttpd_sysfs_new_change(void)
{
	return kzalloc(sizeof(struct khttpd_change), GFP_KERNEL);
}

/* The ranges are those of the netlink policies, which are generated. */
static int khttpd_sysfs_parse(const char *buf, int index,
			      const struct nla_policy *policy, int max, u32 *value)
{
	struct {
		struct nlattr	attr;
		u32		value;
	} message = {
		.attr.nla_len = NLA_HDRLEN + sizeof(u32),
		.attr.nla_type = index,
	};
	int err;

	err = kstrtou32(buf, 0, &message.value);
	if (err)
		return err;
	*value = message.value;
	return nla_validate(&message.attr, sizeof(message), max, policy, NULL);
}

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
		kfree(change);
		return -EINVAL;
	}
	return khttpd_sysfs_change(change, count);
}

static struct kobj_attribute khttpd_attr_state = __ATTR_RW(state);

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
		kfree(change);
		kfree(root);
		return -ENOMEM;
	}
	change->root = root;
	ret = khttpd_sysfs_change(change, count);
	kfree(root);
	return ret;
}

static struct kobj_attribute khttpd_attr_root = __ATTR_RW(root);

static ssize_t uid_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct khttpd_server *server = khttpd_sysfs_server();
	ssize_t ret;

	mutex_lock(&server->lock);
	ret = sysfs_emit(buf, "%u\n", from_kuid_munged(current_user_ns(),
						       khttpd_server_settings(server)->uid));
	mutex_unlock(&server->lock);
	return ret;
}

static ssize_t uid_store(struct kobject *kobj, struct kobj_attribute *attr,
			 const char *buf, size_t count)
{
	struct khttpd_change *change;
	u32 uid;
	int err;

	err = khttpd_sysfs_parse(buf, KHTTPD_A_SERVER_UID, khttpd_server_input_nl_policy,
				 KHTTPD_A_SERVER_GID, &uid);
	if (err)
		return err;
	change = khttpd_sysfs_new_change();
	if (!change)
		return -ENOMEM;
	change->has_uid = true;
	change->uid = uid;
	return khttpd_sysfs_change(change, count);
}

static struct kobj_attribute khttpd_attr_uid = __ATTR_RW(uid);

static ssize_t gid_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct khttpd_server *server = khttpd_sysfs_server();
	ssize_t ret;

	mutex_lock(&server->lock);
	ret = sysfs_emit(buf, "%u\n", from_kgid_munged(current_user_ns(),
						       khttpd_server_settings(server)->gid));
	mutex_unlock(&server->lock);
	return ret;
}

static ssize_t gid_store(struct kobject *kobj, struct kobj_attribute *attr,
			 const char *buf, size_t count)
{
	struct khttpd_change *change;
	u32 gid;
	int err;

	err = kstrtou32(buf, 0, &gid);
	if (err)
		return err;
	change = khttpd_sysfs_new_change();
	if (!change)
		return -ENOMEM;
	change->has_gid = true;
	change->gid = gid;
	return khttpd_sysfs_change(change, count);
}

static struct kobj_attribute khttpd_attr_gid = __ATTR_RW(gid);

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
	&khttpd_attr_root.attr,
	&khttpd_attr_uid.attr,
	&khttpd_attr_gid.attr,
	&khttpd_attr_generation.attr,
	&khttpd_attr_version.attr,
	NULL
};

static const struct attribute_group khttpd_server_group = {
	.attrs = khttpd_server_attrs,
};

/* -------------------------------------------------------------------- */
/* Timeouts and limits                                                  */

static ssize_t khttpd_timeout_show(struct kobject *kobj, struct kobj_attribute *attr,
				   char *buf)
{
	struct khttpd_server *server = khttpd_sysfs_server();
	u32 value;

	mutex_lock(&server->lock);
	value = khttpd_server_settings(server)->timeout_ms[khttpd_index(attr)];
	mutex_unlock(&server->lock);
	return sysfs_emit(buf, "%u\n", value);
}

static ssize_t khttpd_timeout_store(struct kobject *kobj, struct kobj_attribute *attr,
				    const char *buf, size_t count)
{
	struct khttpd_change *change;
	int i = khttpd_index(attr);
	u32 value;
	int err;

	err = khttpd_sysfs_parse(buf, i, khttpd_timeouts_nl_policy,
				 KHTTPD_A_TIMEOUTS_MAX, &value);
	if (err)
		return err;
	change = khttpd_sysfs_new_change();
	if (!change)
		return -ENOMEM;
	change->timeout_ms[i] = value;
	__set_bit(i, &change->timeouts);
	return khttpd_sysfs_change(change, count);
}

static ssize_t khttpd_limit_show(struct kobject *kobj, struct kobj_attribute *attr,
				 char *buf)
{
	struct khttpd_server *server = khttpd_sysfs_server();
	u32 value;

	mutex_lock(&server->lock);
	value = khttpd_server_settings(server)->limit[khttpd_index(attr)];
	mutex_unlock(&server->lock);
	return sysfs_emit(buf, "%u\n", value);
}

static ssize_t khttpd_limit_store(struct kobject *kobj, struct kobj_attribute *attr,
				  const char *buf, size_t count)
{
	struct khttpd_change *change;
	int i = khttpd_index(attr);
	u32 value;
	int err;

	err = khttpd_sysfs_parse(buf, i, khttpd_limits_nl_policy,
				 KHTTPD_A_LIMITS_MAX, &value);
	if (err)
		return err;
	change = khttpd_sysfs_new_change();
	if (!change)
		return -ENOMEM;
	change->limit[i] = value;
	__set_bit(i, &change->limits);
	return khttpd_sysfs_change(change, count);
}

#define KHTTPD_NUMBER(_group, _name, _mode, _show, _store, _index)		\
static struct khttpd_attribute khttpd_attr_##_group##_##_name = {		\
	.attr = __ATTR(_name, _mode, _show, _store),				\
	.index = _index,							\
}

#define KHTTPD_TIMEOUT(_name, _index)						\
	KHTTPD_NUMBER(timeouts, _name, 0644, khttpd_timeout_show,		\
		      khttpd_timeout_store, _index)
#define KHTTPD_LIMIT(_name, _index)						\
	KHTTPD_NUMBER(limits, _name, 0644, khttpd_limit_show,			\
		      khttpd_limit_store, _index)

KHTTPD_TIMEOUT(head_ms, KHTTPD_A_TIMEOUTS_HEAD_MS);
KHTTPD_TIMEOUT(idle_ms, KHTTPD_A_TIMEOUTS_IDLE_MS);
KHTTPD_TIMEOUT(send_ms, KHTTPD_A_TIMEOUTS_SEND_MS);
KHTTPD_TIMEOUT(linger_ms, KHTTPD_A_TIMEOUTS_LINGER_MS);

static struct attribute *khttpd_timeouts_attrs[] = {
	&khttpd_attr_timeouts_head_ms.attr.attr,
	&khttpd_attr_timeouts_idle_ms.attr.attr,
	&khttpd_attr_timeouts_send_ms.attr.attr,
	&khttpd_attr_timeouts_linger_ms.attr.attr,
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

static struct attribute *khttpd_limits_attrs[] = {
	&khttpd_attr_limits_connections.attr.attr,
	&khttpd_attr_limits_line_bytes.attr.attr,
	&khttpd_attr_limits_head_bytes.attr.attr,
	&khttpd_attr_limits_fields.attr.attr,
	&khttpd_attr_limits_body_bytes.attr.attr,
	&khttpd_attr_limits_requests.attr.attr,
	NULL
};

static const struct attribute_group khttpd_limits_group = {
	.name = "limits",
	.attrs = khttpd_limits_attrs,
};

/* -------------------------------------------------------------------- */
/* Workqueues                                                           */

static ssize_t khttpd_max_active_show(struct kobject *kobj, struct kobj_attribute *attr,
				      char *buf)
{
	struct khttpd_server *server = khttpd_sysfs_server();
	u32 value;

	mutex_lock(&server->lock);
	value = khttpd_server_settings(server)->queue[khttpd_index(attr)].max_active;
	mutex_unlock(&server->lock);
	return sysfs_emit(buf, "%u\n", value);
}

static ssize_t khttpd_max_active_store(struct kobject *kobj, struct kobj_attribute *attr,
				       const char *buf, size_t count)
{
	struct khttpd_change *change;
	int i = khttpd_index(attr);
	u32 value;
	int err;

	err = khttpd_sysfs_parse(buf, KHTTPD_A_WORKQUEUE_MAX_ACTIVE,
				 khttpd_workqueue_input_nl_policy,
				 KHTTPD_A_WORKQUEUE_MAX_ACTIVE, &value);
	if (err)
		return err;
	change = khttpd_sysfs_new_change();
	if (!change)
		return -ENOMEM;
	change->queue[i].max_active = value;
	__set_bit(i, &change->queue_max);
	return khttpd_sysfs_change(change, count);
}

static ssize_t khttpd_flags_show(struct kobject *kobj, struct kobj_attribute *attr,
				 char *buf)
{
	struct khttpd_server *server = khttpd_sysfs_server();
	u32 value;

	mutex_lock(&server->lock);
	value = khttpd_server_settings(server)->queue[khttpd_index(attr)].flags;
	mutex_unlock(&server->lock);
	return sysfs_emit(buf, "%#x\n", value);
}

static ssize_t khttpd_flags_store(struct kobject *kobj, struct kobj_attribute *attr,
				  const char *buf, size_t count)
{
	struct khttpd_change *change;
	int i = khttpd_index(attr);
	u32 value;
	int err;

	err = khttpd_sysfs_parse(buf, KHTTPD_A_WORKQUEUE_FLAGS,
				 khttpd_workqueue_input_nl_policy,
				 KHTTPD_A_WORKQUEUE_MAX_ACTIVE, &value);
	if (err)
		return err;
	change = khttpd_sysfs_new_change();
	if (!change)
		return -ENOMEM;
	change->queue[i].flags = value;
	__set_bit(i, &change->queue_flags);
	return khttpd_sysfs_change(change, count);
}

KHTTPD_NUMBER(workqueue, hot_max_active, 0644, khttpd_max_active_show,
	      khttpd_max_active_store, KHTTPD_QUEUE_HOT);
KHTTPD_NUMBER(workqueue, cold_max_active, 0644, khttpd_max_active_show,
	      khttpd_max_active_store, KHTTPD_QUEUE_COLD);
KHTTPD_NUMBER(workqueue, hot_flags, 0644, khttpd_flags_show,
	      khttpd_flags_store, KHTTPD_QUEUE_HOT);
KHTTPD_NUMBER(workqueue, cold_flags, 0644, khttpd_flags_show,
	      khttpd_flags_store, KHTTPD_QUEUE_COLD);

static struct attribute *khttpd_workqueue_attrs[] = {
	&khttpd_attr_workqueue_hot_max_active.attr.attr,
	&khttpd_attr_workqueue_cold_max_active.attr.attr,
	&khttpd_attr_workqueue_hot_flags.attr.attr,
	&khttpd_attr_workqueue_cold_flags.attr.attr,
	NULL
};

static const struct attribute_group khttpd_workqueue_group = {
	.name = "workqueue",
	.attrs = khttpd_workqueue_attrs,
};

/* -------------------------------------------------------------------- */
/* Statistics                                                           */

static ssize_t khttpd_sysfs_count(char *buf, size_t offset)
{
	struct khttpd_stats *stats = kmalloc(sizeof(*stats), GFP_KERNEL);
	ssize_t ret;

	if (!stats)
		return -ENOMEM;
	khttpd_stats_read(stats, khttpd_sysfs_server()->stats, -1);
	ret = sysfs_emit(buf, "%llu\n", *(u64 *)((char *)stats + offset));
	kfree(stats);
	return ret;
}

static ssize_t khttpd_counter_show(struct kobject *kobj, struct kobj_attribute *attr,
				   char *buf)
{
	return khttpd_sysfs_count(buf, offsetof(struct khttpd_stats,
						counter[khttpd_index(attr)]));
}

static ssize_t khttpd_refused_show(struct kobject *kobj, struct kobj_attribute *attr,
				   char *buf)
{
	return khttpd_sysfs_count(buf, offsetof(struct khttpd_stats,
						refused[khttpd_index(attr)]));
}

static ssize_t connections_show(struct kobject *kobj, struct kobj_attribute *attr,
				char *buf)
{
	return sysfs_emit(buf, "%d\n", atomic_read(&khttpd_sysfs_server()->nr_conns));
}

static struct kobj_attribute khttpd_attr_stats_connections = __ATTR_RO(connections);

#define KHTTPD_COUNT(_name, _index)						\
	KHTTPD_NUMBER(stats, _name, 0444, khttpd_counter_show, NULL, _index)
#define KHTTPD_REFUSED(_name, _index)						\
	KHTTPD_NUMBER(stats, refused_##_name, 0444, khttpd_refused_show, NULL, _index)

KHTTPD_COUNT(requests, KHTTPD_COUNT_REQUESTS);
KHTTPD_COUNT(accepted, KHTTPD_COUNT_ACCEPTED);
KHTTPD_COUNT(bytes_in, KHTTPD_COUNT_BYTES_IN);
KHTTPD_COUNT(bytes_out, KHTTPD_COUNT_BYTES_OUT);
KHTTPD_REFUSED(limit, KHTTPD_REFUSAL_LIMIT);
KHTTPD_REFUSED(memory, KHTTPD_REFUSAL_MEMORY);
KHTTPD_REFUSED(head_timeout, KHTTPD_REFUSAL_HEAD_TIMEOUT);
KHTTPD_REFUSED(idle_timeout, KHTTPD_REFUSAL_IDLE_TIMEOUT);
KHTTPD_REFUSED(send_timeout, KHTTPD_REFUSAL_SEND_TIMEOUT);
KHTTPD_REFUSED(linger_timeout, KHTTPD_REFUSAL_LINGER_TIMEOUT);
KHTTPD_REFUSED(reset, KHTTPD_REFUSAL_RESET);
KHTTPD_REFUSED(truncated, KHTTPD_REFUSAL_TRUNCATED);
KHTTPD_REFUSED(stop, KHTTPD_REFUSAL_STOP);

static struct attribute *khttpd_stats_attrs[] = {
	&khttpd_attr_stats_requests.attr.attr,
	&khttpd_attr_stats_accepted.attr.attr,
	&khttpd_attr_stats_connections.attr,
	&khttpd_attr_stats_bytes_in.attr.attr,
	&khttpd_attr_stats_bytes_out.attr.attr,
	&khttpd_attr_stats_refused_limit.attr.attr,
	&khttpd_attr_stats_refused_memory.attr.attr,
	&khttpd_attr_stats_refused_head_timeout.attr.attr,
	&khttpd_attr_stats_refused_idle_timeout.attr.attr,
	&khttpd_attr_stats_refused_send_timeout.attr.attr,
	&khttpd_attr_stats_refused_linger_timeout.attr.attr,
	&khttpd_attr_stats_refused_reset.attr.attr,
	&khttpd_attr_stats_refused_truncated.attr.attr,
	&khttpd_attr_stats_refused_stop.attr.attr,
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
