#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing that a kernel says of a bug is overlooked, and nothing harmless is taken for one."""

import sys

import kernel_log
import leaks

# What kernels from 5.10 on say, with their time stamps taken off.
BAD = """\
BUG: kernel NULL pointer dereference, address: 0000000000000008
BUG: unable to handle page fault for address: ffffffffc0a1b2c3
Oops: 0002 [#1] PREEMPT SMP KASAN
general protection fault, probably for non-canonical address 0xdead000000000122: 0000 [#1]
WARNING: CPU: 1 PID: 77 at net/core/stream.c:207 sk_stream_kill_queues+0x1a/0x20
Call Trace:
Kernel panic - not syncing: Fatal exception
BUG: KASAN: slab-use-after-free in khttpd_conn_work+0x1a/0x20 [khttpd]
KASAN: null-ptr-deref in range [0x0000000000000008-0x000000000000000f]
UBSAN: array-index-out-of-bounds in http/range.c:77:3
UBSAN: shift-out-of-bounds in http/date.c:7:3
BUG: KFENCE: use-after-free read in khttpd_conn_free+0x1a/0x20
WARNING: possible circular locking dependency detected
WARNING: possible recursive locking detected
WARNING: possible irq lock inversion dependency detected
WARNING: inconsistent lock state
WARNING: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected
WARNING: bad unlock balance detected!
WARNING: held lock freed!
WARNING: lock held when returning to user space!
[ BUG: Invalid wait context ]
INFO: trying to register non-static key.
INFO: lockdep is turned off.
BUG: MAX_LOCKDEP_CHAIN_HLOCKS too low!
turning off the locking correctness validator.
DEBUG_LOCKS_WARN_ON(1) WARNING: CPU: 0 PID: 1 at kernel/locking/lockdep.c:232
WARNING: suspicious RCU usage
BUG: sleeping function called from invalid context at mm/slab.h:401
BUG: scheduling while atomic: kworker/1:0/22/0x00000101
ODEBUG: free active (active state 0) object: ffff88810 object type: timer_list hint: khttpd_conn_timer
ODEBUG: init destroyed (active state 0) object: ffff88810 object type: work_struct
INFO: task kworker/0:1:12 blocked for more than 120 seconds.
BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 33s!
workqueue: khttpd_conn_work [khttpd] hogged CPU for >10000us 4 times, consider switching to WQ_UNBOUND
watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [kworker/1:0:22]
rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-...D }
rcu: INFO: rcu_preempt self-detected stall on CPU
kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
list_add corruption. next->prev should be prev (ffff8881), but was ffff8882.
list_del corruption, ffff88810->next is LIST_POISON1 (dead000000000100)
refcount_t: underflow; use-after-free.
kmem_cache_destroy khttpd_conn: Slab cache still has objects when called from khttpd_exit+0x1a/0x20
BUG khttpd_conn (Tainted: G           OE     ): Objects remaining in khttpd_conn on __kmem_cache_shutdown()
BUG kmalloc-64 (Tainted: G           OE     ): Poison overwritten
BUG: Bad page state in process kworker/1:0  pfn:12345
BUG: Bad rss-counter state mm:ffff88810 type:MM_FILEPAGES val:1
unregister_netdevice: waiting for lo to become free. Usage count = 2
sysfs: cannot create duplicate filename '/kernel/khttpd'
kobject_add_internal failed for khttpd with -EEXIST, don't try to register things with the same name
khttpdctl[99]: segfault at 0 ip 0000 sp 0000 error 4 in khttpdctl[400000+1000]
Out of memory: Killed process 99 (python3) total-vm:100kB
kworker/1:0: page allocation failure: order:0, mode:0xcc0(GFP_KERNEL), nodemask=(null)
"""
GOOD = """\
Kernel command line: console=ttyS0 oops=panic watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120 kmemleak=on
kasan: KernelAddressSanitizer initialized
Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar
... MAX_LOCKDEP_SUBCLASSES:  8
ODEBUG: selftest passed
kmemleak: Kernel memory leak detector initialized (mem pool available: 15000)
kmemleak: Automatic memory scanning thread started
khttpd: loading out-of-tree module taints kernel.
khttpd: module verification failed: signature and/or required key missing - tainting kernel
systemd[1]: Started khttpd.service - HTTP server in the kernel.
khttpd: namespace 1: running, 1 listener
"""
# As kmemleak reports: an object of the module, one of it after it was unloaded, one of somebody else.
LEAKED = """\
unreferenced object 0xffff888103a3c400 (size 64):
  comm "insmod", pid 99, jiffies 4294900000
  backtrace (crc 7f6b2d5e):
    [<00000000a5f6a08a>] __kmalloc_cache_noprof+0x1e1/0x330
    [<000000004c2bd1d7>] khttpd_init+0x4a/0x1000 [khttpd]
unreferenced object 0xffff888103a3c480 (size 64):
  comm "kworker/1:0", pid 22, jiffies 4294900000
  backtrace (crc 7f6b2d5e):
    [<00000000a5f6a08a>] __kmalloc_cache_noprof+0x1e1/0x330
    [<000000004c2bd1d7>] 0xffffffffc0a4b136
"""
ELSEWHERE = """\
unreferenced object 0xffff888103a3c500 (size 64):
  comm "swapper/0", pid 1, jiffies 4294667000
  backtrace (crc 7f6b2d5e):
    [<00000000a5f6a08a>] __kmalloc_cache_noprof+0x1e1/0x330
    [<000000004c2bd1d7>] do_one_initcall+0x4a/0x1c0
"""


def main():
    missed = [line for line in BAD.splitlines() if not kernel_log.complaints([line])]
    wrong = kernel_log.complaints(GOOD.splitlines())
    for line in missed:
        print(f"overlooked: {line}")
    for line in wrong:
        print(f"harmless: {line}")
    found = leaks.case("leaks", LEAKED + ELSEWHERE).message.count("unreferenced object")
    if found != 2:
        print(f"leaks: found {found} of 2")
    sys.exit(bool(missed or wrong or found != 2))


if __name__ == "__main__":
    main()
