# SPDX-License-Identifier: GPL-2.0-or-later
"""Settings of the kernel that belong to the machine."""

from contextlib import contextmanager
from pathlib import Path


@contextmanager
def setting(name, value):
    """Have one for a while, by the name that sysctl(8) has for it."""
    path = Path("/proc/sys", *name.split("."))
    before = path.read_text(encoding="ascii")
    path.write_text(str(value), encoding="ascii")
    try:
        yield
    finally:
        path.write_text(before, encoding="ascii")
