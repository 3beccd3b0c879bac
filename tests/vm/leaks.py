# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that nothing points to any more, as kmemleak of the debug kernel finds it."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

import junit  # pylint: disable=wrong-import-position

KMEMLEAK = "/sys/kernel/debug/kmemleak"
# An object has to be five seconds old, and unchanged from one scan to the next.
SCAN = f"for scan in 1 2; do sleep 6; echo scan >{KMEMLEAK}; done; cat {KMEMLEAK}"
# The module's functions; their addresses, once it is unloaded.
OWN = re.compile(r"\[khttpd\]|\] 0xffffffff[0-9a-f]{8}$", re.MULTILINE)


def begin(guest):
    """Mount debugfs, and forget what is reported of booting, where there is kmemleak."""
    guest.run("mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug")
    guest.run(f"test ! -e {KMEMLEAK} || echo clear >{KMEMLEAK}")


def cases(guest):
    """Return a case for the module as it is and one after it was unloaded; none on a kernel without kmemleak."""
    if guest.run(f"test -e {KMEMLEAK}", check=False).status:
        return []
    before = case("leaks with the module", guest.run(SCAN, timeout=600).text)
    unloaded = guest.run("systemctl stop khttpd; ! grep -q ^khttpd /proc/modules || rmmod khttpd", check=False)
    if unloaded.status:
        return [before, junit.Case("leaks without the module", junit.FAILED, 0, unloaded.messages)]
    return [before, case("leaks without the module", guest.run(SCAN, timeout=600).text)]


def case(name, report):
    """Return a case for what kmemleak reports."""
    objects = [text for text in re.split(r"^(?=unreferenced object)", report, flags=re.MULTILINE) if OWN.search(text)]
    return junit.Case(name, junit.FAILED if objects else junit.PASSED, 0, "\n".join(objects))
