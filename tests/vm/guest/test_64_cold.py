# SPDX-License-Identifier: GPL-2.0-or-later
"""A slow disk: who needs it waits for it, and nobody else does (the hot and the cold workqueue)."""

import time

import pytest

import disk
import sysfs
import wire
from cached import hits, warm
from load import Workers
from shell import run

pytestmark = pytest.mark.chapter("13 files")

# What a read of the disk takes, in seconds: much longer than anything else, even on a machine that has little time.
DELAY = 2
# More than a queue of one takes at the same time, and than there are CPUs.
CLIENTS = 4
FILES = 200
KEPT = b"kept\n" * 500
# Too large to be kept whole: each request needs the pages of the file.
PAGED = b"in memory, but no hit\n" * 10000


def unread(number):
    """Return the content of a file that nobody has read."""
    return b"%07d\n" % number * 1000


@pytest.fixture(scope="module", name="root")
def fixture_root(server):  # pylint: disable=unused-argument
    """A document root on a disk of which every read takes long, and in it a directory of a file system in memory."""
    with disk.Disk() as device, device.mounted() as mounted:
        directory = mounted / "site"
        directory.mkdir()
        for number in range(FILES):
            (directory / f"unread-{number}").write_bytes(unread(number))
        (directory / "kept").write_bytes(KEPT)
        (directory / "paged").write_bytes(PAGED)
        (directory / "memory").mkdir()
        disk.forget()
        device.slow(DELAY * 1000)
        run("mount", "-t", "tmpfs", "-o", "mode=755", "none", directory / "memory")
        (directory / "memory" / "paged").write_bytes(PAGED)
        try:
            yield directory
        finally:
            run("umount", "--lazy", directory / "memory")


@pytest.fixture(scope="module", name="numbers")
def fixture_numbers():
    """The files that nobody has read yet."""
    return iter(range(FILES))


class Clock:
    """Fetches a file again and again, on one connection after another, and remembers how long each answer took."""

    def __init__(self, *targets):
        self.targets = targets
        self.seconds = []

    def visit(self, content):
        """Fetch them ten times, and see that they are right."""
        begun = time.monotonic()
        with wire.Connection() as connection:
            for target in self.targets * 10:
                assert wire.same(connection.get(target).body, content)
                begun, before = time.monotonic(), begun
                self.seconds.append(begun - before)

    def check(self):
        """Nobody has waited for the disk."""
        longest = sorted(self.seconds)
        assert longest[len(longest) * 99 // 100] < DELAY / 2 and longest[-1] < DELAY, longest[-10:]


def visit_beside_waiting(visit, numbers):
    """Visit while other clients wait for the disk, until each of these has had an answer."""
    seconds = []

    def wait():
        number, begun = next(numbers), time.monotonic()
        assert wire.get(f"/unread-{number}").body == unread(number)
        seconds.append(time.monotonic() - begun)

    with Workers(wait, CLIENTS) as waiting, Workers(visit, 2) as visitors:
        waiting.progress()
        visitors.progress()
    # Else there was nothing to wait for. The delay is counted in ticks, of which a busy machine has some late.
    assert min(seconds) > DELAY / 2


# Of the kernel's choice, or one item of the queue at a time.
@pytest.mark.parametrize("active", (0, 1))
@pytest.mark.parametrize("fast", (1, 0), ids=("softirq", "work"))
def test_hits_do_not_wait_for_a_slow_disk(root, numbers, fast, active):
    """Though they are of a file on that disk; new connections are accepted as ever."""
    clock = Clock("/kept")
    with sysfs.setting(root=root, cache__fast=fast, workqueue__hot_max_active=active,
                       workqueue__cold_max_active=active):
        with wire.Connection() as connection:
            warm(connection, "/kept", status=200)
        before = hits()
        visit_beside_waiting(lambda: clock.visit(KEPT), numbers)
        assert hits() >= before + len(clock.seconds)
    clock.check()


def test_what_is_in_memory_does_not_wait_while_the_queue_has_room(root, numbers):
    """It goes through the cold queue, but does not sleep there."""
    clock = Clock("/paged", "/memory/paged")
    with sysfs.setting(root=root):
        assert wire.get("/paged").body == PAGED
        before = hits()
        visit_beside_waiting(lambda: clock.visit(PAGED), numbers)
        assert hits() == before
    clock.check()
