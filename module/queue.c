// SPDX-License-Identifier: GPL-2.0
/* Workqueues: the module's own, and the pair of each server. */
#include <linux/idr.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "queue.h"

struct workqueue_struct *khttpd_wq;
static DEFINE_IDA(khttpd_queue_ids);

static const char * const khttpd_queue_names[KHTTPD_QUEUES] = {
	[KHTTPD_QUEUE_HOT]	= "khttpd-hot",
	[KHTTPD_QUEUE_COLD]	= "khttpd-cold",
};

static unsigned int khttpd_queue_flags(enum khttpd_queue queue, u32 flags)
{
	static const struct {
		u32		uapi;
		unsigned int	kernel;
	} map[] = {
		{ KHTTPD_QUEUE_FLAG_HIGHPRI,		WQ_HIGHPRI },
		{ KHTTPD_QUEUE_FLAG_CPU_INTENSIVE,	WQ_CPU_INTENSIVE },
		{ KHTTPD_QUEUE_FLAG_FREEZABLE,		WQ_FREEZABLE },
		{ KHTTPD_QUEUE_FLAG_MEM_RECLAIM,	WQ_MEM_RECLAIM },
		{ KHTTPD_QUEUE_FLAG_POWER_EFFICIENT,	WQ_POWER_EFFICIENT },
		{ KHTTPD_QUEUE_FLAG_SYSFS,		WQ_SYSFS },
	};
	unsigned int kernel = KHTTPD_WQ_PERCPU;
	unsigned int i;

	/*
	 * Work on the cold queue sleeps for long; it has no CPU to be near to.
	 * It reads files, and must not while an image of memory is written.
	 */
	if (queue == KHTTPD_QUEUE_COLD)
		kernel = WQ_UNBOUND | WQ_FREEZABLE;
	else if (flags & KHTTPD_QUEUE_FLAG_UNBOUND)
		kernel = WQ_UNBOUND;
	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (flags & map[i].uapi)
			kernel |= map[i].kernel;
	return kernel;
}

/**
 * khttpd_queues_create() - make the pair of workqueues of a server
 * @settings:	of both
 * @extack:	gets the reason of a failure; may be NULL
 *
 * Context: process context, may sleep.
 * Return: the pair, to be ended by khttpd_queues_retire() once it was
 * published, else by khttpd_queues_destroy(); or an error pointer.
 */
struct khttpd_queues *
khttpd_queues_create(const struct khttpd_queue_settings settings[KHTTPD_QUEUES],
		     struct netlink_ext_ack *extack)
{
	struct khttpd_queues *queues;
	int i;

	queues = kzalloc(sizeof(*queues), GFP_KERNEL);
	if (!queues)
		return ERR_PTR(-ENOMEM);
	queues->id = ida_alloc(&khttpd_queue_ids, GFP_KERNEL);
	if (queues->id < 0) {
		i = queues->id;
		kfree(queues);
		return ERR_PTR(i);
	}
	for (i = 0; i < KHTTPD_QUEUES; i++) {
		snprintf(queues->name[i], sizeof(queues->name[i]), "%s.%d",
			 khttpd_queue_names[i], queues->id);
		queues->wq[i] = alloc_workqueue("%s",
						khttpd_queue_flags(i, settings[i].flags),
						settings[i].max_active,
						queues->name[i]);
		if (!queues->wq[i]) {
			NL_SET_ERR_MSG(extack, "the kernel did not give a workqueue");
			khttpd_queues_destroy(queues);
			return ERR_PTR(-ENOMEM);
		}
	}
	return queues;
}

/**
 * khttpd_queues_destroy() - end a pair that nobody can find any more
 * @queues:	the pair; its work items are waited for
 *
 * Context: process context, may sleep.
 */
void khttpd_queues_destroy(struct khttpd_queues *queues)
{
	int i;

	for (i = 0; i < KHTTPD_QUEUES; i++)
		if (queues->wq[i])
			destroy_workqueue(queues->wq[i]);
	ida_free(&khttpd_queue_ids, queues->id);
	kfree(queues);
}

static void khttpd_queues_retire_work(struct work_struct *work)
{
	khttpd_queues_destroy(container_of(to_rcu_work(work), struct khttpd_queues,
					   retire));
}

/**
 * khttpd_queues_retire() - end a pair that has just been replaced
 * @queues:	no longer to be found, but a reader may still hold it under RCU
 *
 * Waits for nothing: what a work item on the old queue still does may take as
 * long as a disk, and the caller may be an administrator's request.
 *
 * Context: any.
 */
void khttpd_queues_retire(struct khttpd_queues *queues)
{
	INIT_RCU_WORK(&queues->retire, khttpd_queues_retire_work);
	queue_rcu_work(khttpd_wq, &queues->retire);
}

int __init khttpd_queue_module_init(void)
{
	khttpd_wq = alloc_workqueue("khttpd", KHTTPD_WQ_PERCPU, 0);
	return khttpd_wq ? 0 : -ENOMEM;
}

void khttpd_queue_module_exit(void)
{
	/*
	 * Pairs on their way to retirement may still wait for their grace period,
	 * and every other RCU callback of the module's must have executed, too.
	 */
	rcu_barrier();
	destroy_workqueue(khttpd_wq);
	ida_destroy(&khttpd_queue_ids);
}
