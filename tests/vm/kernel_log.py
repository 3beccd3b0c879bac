# SPDX-License-Identifier: GPL-2.0-or-later
"""What in a kernel's log tells of a bug."""

import re

COMPLAINT = re.compile(
    r"\bBUG\b|WARNING:|\bOops\b|KASAN:|UBSAN:|KCSAN:|KFENCE:|Kernel panic|Call Trace|[Gg]eneral protection"
    r"|[Uu]nable to handle|segfault|Out of memory:|page allocation failure"
    # Locks, and what must not sleep.
    r"|possible (recursive locking|circular locking|irq lock inversion|deadlock)|inconsistent lock state"
    r"|bad unlock balance|Invalid wait context|lockdep is turned off"
    r"|turning off the locking correctness validator|trying to register non-static key"
    r"|suspicious RCU|scheduling while atomic|sleeping function called"
    # What stands still.
    r"|INFO: task .* blocked for more than|hung task|soft lockup|hard LOCKUP|workqueue lockup|hogged CPU"
    r"|detected (expedited )?stalls|self-detected stall"
    # Objects that are used wrongly, or left.
    r"|ODEBUG: (?!selftest)|list_(add|del) corruption|refcount_t:|\b[Ll]eak(s|ed)?\b|still has (.* )?(users|objects)"
    r"|Objects remaining in|Poison overwritten|Redzone overwritten|Bad page state|sysfs: cannot create"
    r"|kobject_add_internal failed|debugfs: .* already present|unregister_netdevice")
# The command line names the watchdogs; the taint is that of every module from elsewhere.
EXPECTED = re.compile(
    r"ommand line: |loading out-of-tree module taints kernel|module verification failed: signature"
    r"|kmemleak: Kernel memory leak detector"
    # A page fault whose allocation was made to fail, and that is tried again.
    r"|VM_FAULT_OOM leaked out to the #PF handler")


def complaints(lines):
    """Return the lines that no run may leave behind."""
    return [line for line in lines if COMPLAINT.search(line) and not EXPECTED.search(line)]
