# SPDX-License-Identifier: GPL-2.0-or-later
"""Failing allocations on purpose: at random for everybody, or the nth of one call."""

import os
from contextlib import contextmanager
from pathlib import Path

DEBUGFS = Path("/sys/kernel/debug")
FAIL_NTH = Path("/proc/thread-self/fail-nth")


def mounted():
    """Have debugfs where it belongs."""
    if not (DEBUGFS / "failslab").exists():
        os.system("mount -t debugfs none /sys/kernel/debug")
    return (DEBUGFS / "failslab").exists()


KINDS = ("failslab", "fail_page_alloc")


def prepare():
    """Have what may fail include what may sleep, of a single page also, and not the pages of processes."""
    settings = {"probability": 0, "interval": 1, "times": -1, "verbose": 0, "task-filter": "N", "ignore-gfp-wait": "N",
                "space": 0, "require-start": 0, "require-end": (1 << 64) - 1}
    for name in KINDS:
        for key, value in settings.items():
            (DEBUGFS / name / key).write_text(str(value), encoding="ascii")
    (DEBUGFS / "fail_page_alloc" / "min-order").write_text("0", encoding="ascii")
    (DEBUGFS / "fail_page_alloc" / "ignore-gfp-highmem").write_text("Y", encoding="ascii")


def within_module():
    """Return where the module's code lies, and where it ends, or a little later."""
    sections = Path("/sys/module/khttpd/sections").glob(".text*")
    begin = min(int(section.read_text(encoding="ascii"), 16) for section in sections)
    size = next(line.split()[1] for line in Path("/proc/modules").read_text(encoding="ascii").splitlines()
                if line.startswith("khttpd "))
    return begin, begin + int(size)


@contextmanager
def at_random(percent, module):
    """Let that many of a hundred allocations fail, of objects and of pages; of the module alone, or of everybody."""
    prepare()
    begin, end = within_module() if module else (0, (1 << 64) - 1)
    for name in KINDS:
        for key, value in (("require-start", begin), ("require-end", end), ("stacktrace-depth", 32)):
            (DEBUGFS / name / key).write_text(f"{value:#x}" if value > 99 else str(value), encoding="ascii")
    try:
        for name in KINDS:
            stubborn_write(DEBUGFS / name / "probability", b"%d" % percent)
        yield
    finally:
        for name in KINDS:
            stubborn_write(DEBUGFS / name / "probability", b"0")


def stubborn_write(path, octets):
    """Write as often as it takes: this, too, needs memory."""
    while True:
        try:
            descriptor = os.open(path, os.O_WRONLY)
        except OSError:
            continue
        try:
            os.write(descriptor, octets)
            return
        except OSError:
            continue
        finally:
            os.close(descriptor)


class Nth:
    """Lets the nth allocation of this thread fail."""

    def __init__(self):
        prepare()
        self.descriptor = os.open(FAIL_NTH, os.O_RDWR)

    def arm(self, nth):
        """From now on count; 0 disarms. Return what was left of the count: 0 if the allocation has failed."""
        left = int(os.pread(self.descriptor, 20, 0) or b"0")
        os.pwrite(self.descriptor, b"%d" % nth, 0)
        return left

    def close(self):
        """Never again."""
        os.pwrite(self.descriptor, b"0", 0)
        os.close(self.descriptor)
