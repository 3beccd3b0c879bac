# SPDX-License-Identifier: GPL-2.0-or-later
"""What in a kernel's log tells of a bug."""

import re

COMPLAINT = re.compile(
    r"\bBUG\b|WARNING:|\bOops\b|suspicious RCU|possible recursive locking|possible circular locking"
    r"|inconsistent lock state|\b[Ll]eak(s|ed)?\b|hung task|INFO: task|blocked for more than|[Gg]eneral protection"
    r"|[Uu]nable to handle|refcount_t|sysfs: cannot create|UBSAN|KASAN|KCSAN|KFENCE: |Call Trace"
    r"|list_(add|del) corruption|scheduling while atomic|sleeping function called|unregister_netdevice"
    r"|hogged CPU|still has .* users|Kernel panic|segfault|Out of memory|detected stalls|self-detected stall")
# The command line names the watchdogs; the taint is that of every module from elsewhere.
EXPECTED = re.compile(
    r"ommand line: |loading out-of-tree module taints kernel|module verification failed: signature"
    r"|kmemleak: Kernel memory leak detector")


def complaints(lines):
    """Return the lines that no run may leave behind."""
    return [line for line in lines if COMPLAINT.search(line) and not EXPECTED.search(line)]
