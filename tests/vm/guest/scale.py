# SPDX-License-Identifier: GPL-2.0-or-later
"""How much a test does: less on a kernel that is slow, more in a long run; ../suite.py tells which it is."""

import os
import platform

# By how much this kernel is slower than a stock one.
SLOWNESS = int(os.environ.get("KHTTPD_SLOWNESS") or 1)
# ./check --long: a night is not too long.
LONG = bool(os.environ.get("KHTTPD_LONG"))
LONGER = 2
# The kernel that looks for bugs, ../../kernels/debug.
DEBUG = platform.release().endswith("-debug")


def times(number, least=1):
    """Return how often to do what a stock kernel does `number` times in a usual run; not less than `least`."""
    return max(least, number * (LONGER if LONG else 1) // SLOWNESS)


def either(usual, long):
    """Return the one in a usual run, and the other in a long one."""
    return long if LONG else usual
