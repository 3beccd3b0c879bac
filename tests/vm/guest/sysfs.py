# SPDX-License-Identifier: GPL-2.0-or-later
"""The server's files in /sys/kernel/khttpd: settings and counters."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from shell import SYSFS


def read(name):
    """Return what a file says, without the end of the line."""
    return (SYSFS / name).read_text(encoding="utf-8").removesuffix("\n")


def number(name):
    """Return the number that a file holds."""
    return int(read(name), 0)


def write(name, value):
    """Change a setting; OSError if the kernel refuses."""
    (SYSFS / name).write_bytes(f"{value}\n".encode())


@contextmanager
def setting(**values):
    """Have settings for a while; timeouts__idle_ms=500 is 500 in timeouts/idle_ms."""
    names = {name: name.replace("__", "/") for name in values}
    before = {path: read(path) for path in names.values()}
    try:
        for name, path in names.items():
            write(path, values[name])
        yield
    finally:
        # Backwards, as one value may bound another.
        for path, value in reversed(before.items()):
            write(path, value)


@contextmanager
def document_root(where=None):
    """Serve a new, empty directory for a while; yields it."""
    directory = Path(tempfile.mkdtemp(prefix="root-", dir=where))
    directory.chmod(0o755)
    try:
        with setting(root=directory):
            yield directory
    finally:
        shutil.rmtree(directory)
