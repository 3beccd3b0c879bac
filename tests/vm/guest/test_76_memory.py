# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine with little memory: what is served does not fit, and the cache may take more than there is."""

import itertools
import mmap
import os
from pathlib import Path

import pytest

import remains
import sysfs
import wire
from load import Workers
from shell import eventually

# MiB
MEMORY = 256
MIB = 1 << 20
# As much as is kept of a file whole, as pages; and so little that it is copied. Together more than the machine has.
LARGE, LARGES = 128 << 10, 1600
SMALL, SMALLS = 4000, 400
# What is served in one piece, and more than fits at once.
HUGE, HUGES = 4 * MIB, 45
# MiB that the cache holds before a process takes what it can get, and that this leaves to all others.
KEPT, LEFT = 48, 24


def content(size, number):
    """Return the content of a file: zeros, and at the end a number that tells it from others."""
    return bytes(size - 8) + b"%08d" % number


def write(root, kind, size, count):
    """Write files of holes, which take memory, but no disk.  Return target, size and number of each."""
    for number in range(count):
        with open(root / f"{kind}-{number}", "wb") as file:
            file.truncate(size - 8)
            file.seek(size - 8)
            file.write(b"%08d" % number)
    return [(f"/{kind}-{number}", size, number) for number in range(count)]


def killed():
    """How many processes were killed for want of memory."""
    words = Path("/proc/vmstat").read_text(encoding="ascii").split()
    return int(words[words.index("oom_kill") + 1])


@pytest.fixture(name="root")
def fixture_root(server):  # pylint: disable=unused-argument
    """An empty site, of which the cache may keep more than the machine has; nobody is killed for want of memory."""
    before = killed()
    with sysfs.document_root() as directory, sysfs.setting(cache__kbytes=4 * MEMORY << 10):
        yield directory
    assert killed() == before


class Hog:
    """A process that takes memory until so many MiB are left, and gives it back at the end; a context manager."""

    def __init__(self, left):
        self.read, self.write = os.pipe()
        ready, told = os.pipe()
        self.child = os.fork()
        if not self.child:
            try:
                Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
                held = []
                while remains.memory()["MemAvailable"] // 1024 > left:
                    held.append(mmap.mmap(-1, MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE))
                os.write(told, b"x")
                os.close(self.write)
                os.read(self.read, 1)
            finally:
                os._exit(0)
        os.close(self.read)
        os.close(told)
        with os.fdopen(ready, "rb") as answer:
            assert answer.read(1), "the hog was killed"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.write)
        os.waitpid(self.child, 0)


def fetch(connection, file):
    """Fetch a file, and see that it is the right one."""
    name, size, number = file
    assert wire.same(connection.get(name).body, content(size, number)), name


def fill(files, enough):
    """Ask for one file after another, and let their content come now and then, until there is enough in the cache."""
    with wire.Connection() as connection:
        for number, file in enumerate(files):
            if number % 16:
                # What is kept is the same.
                assert connection.get(file[0], method="HEAD").get("Content-Length") == str(file[1])
            else:
                fetch(connection, file)
            if enough():
                return
    raise AssertionError(f"of {len(files)} files the cache keeps {sysfs.number('stats/cache_bytes')} octets")


def test_the_cache_gives_back_what_others_want(root):
    """It may take more than there is: what it keeps goes when others need memory, and all answers are right."""
    files = write(root, "large", LARGE, LARGES) + write(root, "small", SMALL, SMALLS)
    # Both kinds mixed.
    files = files[::5] + files[1::5] + files[2::5] + files[3::5] + files[4::5]
    before = sysfs.number("stats/cache_evictions")
    fill(files, lambda: sysfs.number("stats/cache_evictions") > before + 100)
    fill(files, lambda: sysfs.number("stats/cache_bytes") > KEPT * MIB)
    places = itertools.count()

    def visit():
        with wire.Connection() as connection:
            for _ in range(10):
                fetch(connection, files[next(places) * 7 % len(files)])

    with Workers(visit, 2) as visitors:
        with Hog(LEFT):
            assert sysfs.number("stats/cache_bytes") < KEPT * MIB / 2
            visitors.progress()
        visitors.progress()


def test_what_is_served_does_not_fit(root):
    """What comes from the page cache goes from it: all answers are right, also for who asks for little."""
    assert remains.memory()["MemAvailable"] << 10 < HUGE * HUGES
    files = write(root, "huge", HUGE, HUGES)
    small, = write(root, "small", SMALL, 1)

    def visit():
        with wire.Connection() as connection:
            for _ in range(10):
                fetch(connection, small)

    idle = [wire.Connection() for _ in range(500)]
    with Workers(visit, 1) as visitors, wire.Connection() as connection:
        for file in files:
            fetch(connection, file)
            visitors.progress()
    for connection in idle:
        connection.socket.close()
    eventually(lambda: sysfs.number("stats/connections") == 0, "no connection is left")
