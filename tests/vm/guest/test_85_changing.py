# SPDX-License-Identifier: GPL-2.0-or-later
"""Files and file systems that change, fail, wait or go while they are served.

An answer is right, or it is cut: never wrong octets under a right length, and nobody
waits for ever.
"""

import fcntl
import itertools
import json
import os
import random
import shutil
import signal
import tempfile
import threading
import time
import zlib
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pytest

import disk
import fuse
import scale
import sysctl
import sysfs
import wire
from load import Workers
from shell import SITE, eventually, loaded, run, state

TIME_LIMIT = 2400
pytestmark = pytest.mark.chapter("13 files")

SEED = int(os.environ.get("KHTTPD_SEED") or random.SystemRandom().randrange(1 << 32))
PAGE = 4096
MIB = 1 << 20
# More than the buffers of a connection hold whose client does not read.
LARGE = 2 * MIB
# Seconds that an end may take where nothing has to be waited for.
BOUND = 300


@pytest.fixture(scope="module", name="khttpd", autouse=True)
def fixture_khttpd(installed):  # pylint: disable=unused-argument
    """The module serves without the daemon; at the end it is unloaded."""
    print(f"KHTTPD_SEED={SEED}")
    run("systemctl", "stop", "khttpd")
    run("modprobe", "khttpd")
    for name, value in (("root", SITE), ("uid", 33), ("gid", 33), ("timeouts/drain_ms", 0), ("state", "running")):
        sysfs.write(name, value)
    yield
    run("rmmod", "khttpd", timeout=10 * BOUND)
    assert not loaded()


def stop():
    """Stop the server, which nothing keeps from it."""
    sysfs.write("state", "stopped")
    eventually(lambda: state() == "stopped", "the server stops", BOUND)


@contextmanager
def serving(directory):
    """Serve a directory; afterwards the server runs, and holds nothing of it."""
    sysfs.write("root", directory)
    try:
        if state() != "running":
            sysfs.write("state", "running")
        yield directory
    finally:
        eventually(lambda: state() in ("stopped", "running"), "a stop is over", BOUND)
        sysfs.write("root", SITE)
        if state() != "running":
            sysfs.write("state", "running")


def unmount(directory):
    """Unmount; returns whether that was possible."""
    done = run("umount", directory, check=False)
    assert done.returncode == 0 or "busy" in done.stderr, done.stderr
    return done.returncode == 0


@lru_cache(maxsize=8)
def pattern(size, seed=0):
    """Return octets that no shift of them equals."""
    return b"".join((number + seed).to_bytes(8, "big") for number in range((size + 7) // 8))[:size]


def pieces(connection, length):
    """Receive a body of that length, or as much of it as comes before the connection ends."""
    received, connection.received = connection.received[:length], connection.received[length:]
    found = [received]
    missing = length - len(received)
    while missing:
        try:
            data = connection.socket.recv(min(missing, 1 << 18))
        except ConnectionResetError:
            break
        if not data:
            break
        found.append(data)
        missing -= len(data)
    return b"".join(found)


def begin(path, size, times=2):
    """Ask for a large file, with small buffers, and return the connection behind the first head."""
    connection = wire.Connection(receive_buffer=65536)
    connection.send(wire.request(f"/{path}") * times)
    head = connection.head()
    assert (head.status, head.get("Content-Length")) == (200, str(size))
    return connection


# ----------------------------------------------------------------------
# One change, in the middle of an answer


@pytest.fixture(scope="module", name="root", params=("tmpfs",) if scale.DEBUG else ("ext4", "tmpfs", "overlay"))
def fixture_root(request, khttpd):  # pylint: disable=unused-argument
    """A document root on each kind of file system."""
    if request.param == "ext4":
        with disk.Disk() as device, device.mounted() as directory, serving(directory):
            yield directory
    elif request.param == "tmpfs":
        with disk.mounted("tmpfs", "mode=755") as directory, serving(directory):
            yield directory
    else:
        with disk.overlay() as (merged, _), serving(merged):
            yield merged


@pytest.fixture(name="large")
def fixture_large(root):
    """A large file and its content."""
    path = root / "dir" / "large"
    path.parent.mkdir()
    content = pattern(MIB) * (LARGE // MIB)
    path.write_bytes(content)
    yield path, content
    shutil.rmtree(root / "dir", ignore_errors=True)


@pytest.mark.parametrize("length", (0, LARGE // 2 + 100, LARGE - 1))
def test_a_file_that_is_truncated(large, length):
    """What there is of it, then the end of the connection: never padding, and no further answer."""
    path, content = large
    before = sysfs.number("stats/refused_truncated")
    with begin("dir/large", LARGE) as connection:
        os.truncate(path, length)
        received = connection.rest()
        assert len(received) < LARGE
        # What was on its way already is the old content.
        assert wire.same(received, content[:len(received)])
        assert len(received) <= max(length, LARGE // 2)
    eventually(lambda: sysfs.number("stats/refused_truncated") == before + 1, "the cut is counted")
    got = wire.get("/dir/large")
    assert (got.status, wire.same(got.body, content[:length])) == (200, True)


def test_what_is_in_flight_when_the_end_of_a_file_moves(root):
    """As with sendfile(2): truncating blanks the rest of the page in which the file ends then, and no other octet."""
    path, end = root / "small", 100
    content = pattern(8 * PAGE, 11).replace(b"\0", b"\1")
    path.write_bytes(content)
    with wire.Connection(receive_buffer=2048) as connection:
        connection.send(wire.request("/small"))
        eventually(lambda: sysfs.number("stats/connections"), "it is accepted")
        assert connection.head().get("Content-Length") == str(len(content))
        os.truncate(path, end)
        received = pieces(connection, len(content))
    assert received[:end] == content[:end]
    assert wire.same(received[PAGE:], content[PAGE:len(received)])
    assert all(octet in (0, content[end + at]) for at, octet in enumerate(received[end:PAGE]))
    path.unlink()


def test_a_file_that_is_replaced(large):
    """The answer is of the old one to its end, the next of the new one."""
    path, old = large
    with begin("dir/large", LARGE) as connection:
        new = path.with_name("new")
        new.write_bytes(b"new\n")
        new.rename(path)
        assert wire.same(connection.body(LARGE), old)
        assert connection.response().body == b"new\n"


def test_a_file_that_grows(large):
    """As much as was promised, so that the next answer is found."""
    path, content = large
    with begin("dir/large", LARGE) as connection:
        with open(path, "ab") as file:
            file.write(b"more")
        assert wire.same(connection.body(LARGE), content)
        assert wire.same(connection.response().body, content + b"more")


def test_a_file_that_is_overwritten(large):
    """Every octet is of the one content or of the other, and none is missing."""
    path, _ = large
    path.write_bytes(b"a" * LARGE)
    with begin("dir/large", LARGE) as connection, open(path, "r+b") as file:
        for _ in range(LARGE // MIB):
            file.write(b"b" * MIB)
        received = connection.body(LARGE)
        assert received.count(b"a") + received.count(b"b") == LARGE
        assert wire.same(connection.response().body, b"b" * LARGE)


def remove(path):
    path.unlink()
    return 404


def close(path):
    path.chmod(0)
    return 403


def close_directory(path):
    path.parent.chmod(0o700)
    return 403


def rename_directory(path):
    path.parent.rename(path.parent.with_name("moved"))
    return 404


def make_a_link_out(path):
    path.unlink()
    path.symlink_to("/etc/passwd")
    return 403


@pytest.mark.parametrize("change", (remove, close, close_directory, rename_directory, make_a_link_out),
                         ids=lambda change: change.__name__)
def test_a_file_that_is_taken_away(large, change):
    """Who has begun gets it all; the next request sees what is there."""
    path, content = large
    with begin("dir/large", LARGE) as connection:
        status = change(path)
        assert wire.same(connection.body(LARGE), content)
        assert connection.response().status == status
    shutil.rmtree(path.parents[1] / "moved", ignore_errors=True)
    if path.parent.exists():
        path.parent.chmod(0o755)


def test_a_root_that_another_directory_takes_the_place_of(root, tmp_path):  # pylint: disable=unused-argument
    """The root is a directory, not a name: the old one goes on being served until another is set."""
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        old, new = Path(parent) / "site", Path(parent) / "new"
        for directory in (old, new):
            directory.mkdir()
            (directory / "large").write_bytes(directory.name.encode() * (LARGE // len(directory.name)))
        content = (old / "large").read_bytes()
        with serving(old):
            with begin("large", len(content)) as connection:
                old.rename(Path(parent) / "away")
                new.rename(old)
                assert wire.same(connection.body(len(content)), content)
                assert connection.response().body[:4] == b"site"
                sysfs.write("root", old)
                assert connection.get("/large").body[:3] == b"new"
        sysfs.write("root", root)


def test_a_lower_layer_is_copied_up_while_it_is_sent():
    """An overlay's file that is written to becomes another; who has begun gets the one it was."""
    with disk.overlay() as (merged, below):
        content = pattern(MIB, 17) * (LARGE // MIB)
        (below / "large").write_bytes(content)
        with serving(merged), begin("large", LARGE) as connection:
            with open(merged / "large", "r+b") as file:
                file.write(b"x" * PAGE)
            assert wire.same(connection.body(LARGE), content)
            assert connection.response().body[:PAGE + 8] == b"x" * PAGE + content[PAGE:PAGE + 8]


def test_a_file_system_of_the_host():
    """9p, where this guest has one."""
    share = Path("/srv/packages")
    if not os.path.ismount(share):
        pytest.skip("this guest has no share")
    with serving(share), wire.Connection() as connection:
        for path in share.glob("*.deb"):
            content = path.read_bytes()
            assert wire.same(connection.get(f"/{path.name}").body, content)
            assert wire.same(connection.get(f"/{path.name}", "Range: bytes=5000-9999").body, content[5000:10000])


# ----------------------------------------------------------------------
# Many writers, many readers


@lru_cache(maxsize=64)
def stamped(version):
    """Return the content of a version: each line says of which, and where it is."""
    return b"".join(b"%015d %015d\n" % (version, line) for line in range(zlib.crc32(b"%d" % version) % 2048 + 1))


def busy(write, read, rounds):
    """Let two writers write and four readers read until each has done it some times."""
    with Workers(read, 4) as readers, Workers(write, 2) as writers:
        while min(readers.rounds) < rounds or min(writers.rounds) < rounds:
            readers.progress()
    return readers


def test_atomic_replacement_under_load(site):
    """Every answer, whole or a part, is of one version, with the length of that version."""
    versions = itertools.count(1)
    names = [f"file-{number}" for number in range(3)]
    dice = random.Random(SEED)
    for name in names:
        (site / name).write_bytes(stamped(next(versions)))

    def write():
        version = next(versions)
        new = site / f"new-{version}"
        new.write_bytes(stamped(version))
        new.rename(site / dice.choice(names))

    def read():
        with wire.Connection() as connection:
            for _ in range(5):
                whole = connection.get(f"/{dice.choice(names)}")
                assert whole.status == 200
                assert wire.same(whole.body, stamped(int(whole.body[:15])))
                first = 32 * dice.randrange(2048)
                part = connection.get(f"/{dice.choice(names)}", f"Range: bytes={first}-")
                if part.status == 206:
                    content = stamped(int(part.body[:15]))
                    assert part.get("Content-Range") == f"bytes {first}-{len(content) - 1}/{len(content)}"
                    assert wire.same(part.body, content[first:])
                else:
                    assert part.status == 416

    busy(write, read, scale.times(20, 3))


# The upper five bits of an octet say where it belongs, the lower three of which version it is.
SIZE = 256 * 1024
PLACE = random.Random(1).randbytes(SIZE).translate(bytes(octet & 0xf8 | 0x08 for octet in range(256)))
PLACE_OF = bytes(octet & 0xf8 for octet in range(256))


def misplaced(received):
    """Return where and what the first octets are that are not in their place; None if all are."""
    places = received.translate(PLACE_OF)
    if places == PLACE[:len(places)]:
        return None
    at = next(at for at, octet in enumerate(places) if octet != PLACE[at])
    return at, received[at:at + 16], received.count(0)


@lru_cache(maxsize=8)
def version_of(number):
    """Return all octets of a version, of which none is 0."""
    return PLACE.translate(bytes(octet | number for octet in range(256)))


def test_overwriting_in_place_under_load(site):
    """Every octet is in its place and was written once."""
    path = site / "file"
    path.write_bytes(version_of(0))
    dice = random.Random(SEED)

    def write():
        with open(path, "r+b", buffering=0) as file:
            for _ in range(32):
                at = dice.randrange(SIZE)
                os.pwrite(file.fileno(), version_of(dice.randrange(8))[at:at + dice.randrange(1, 3 * PAGE)], at)

    def read():
        with wire.Connection() as connection:
            for _ in range(5):
                got = connection.get("/file")
                assert got.get("Content-Length") == str(SIZE)
                assert misplaced(got.body) is None, SEED

    busy(write, read, scale.times(15, 3))


def test_rewriting_from_nothing_under_load():
    """As a shell's ">" does it: what is promised comes, or the connection is cut; no octet is one that nobody wrote."""
    # Not in memory: there a file that is emptied and grows again within a moment reads as zeros for everybody.
    # And not written back meanwhile, as ext4 does at once when a file was emptied and written: what is behind the
    # end by then it clears, also in pages that are on their way.
    with disk.Disk() as device, device.mounted("noauto_da_alloc") as directory, \
            sysctl.setting("vm.dirty_writeback_centisecs", 0), serving(directory):
        rewrite(directory / "file")


def rewrite(path):
    """Let a file be rewritten and read."""
    path.write_bytes(version_of(0))
    dice = random.Random(SEED)
    alone, ends = threading.Lock(), []

    def write():
        for _ in range(8):
            content = version_of(dice.randrange(8))[:dice.randrange(SIZE)]
            # One at a time, or there would be holes where nobody has written.
            with alone, open(path, "wb", buffering=0) as file:
                while content:
                    content = content[file.write(content[:dice.randrange(1, 10 * PAGE)]):]

    def read():
        with wire.Connection(receive_buffer=dice.choice((4096, 65536))) as connection:
            connection.send(wire.request("/file"))
            head = connection.head()
            length = int(head.get("Content-Length"))
            received = pieces(connection, length)
            if head.status != 200:
                # It had a size, and nothing in it when it was read; nothing was promised yet.
                assert head.status == 503
                return
            assert misplaced(received) is None, (SEED, length, len(received))
            ends.append(len(received) == length)
            assert ends[-1] or connection.ended()

    busy(write, read, scale.times(30, 5))
    print(f"{ends.count(True)} whole, {ends.count(False)} cut")
    assert True in ends


def test_emptying_under_load(root):
    """What was there comes, as far as it was read before; nothing is made up for what is gone."""
    path = root / "emptied"
    dice = random.Random(SEED)
    ends = []
    for number in range(scale.times(40, 6)):
        path.write_bytes(version_of(number % 8))
        connections = [wire.Connection(receive_buffer=65536) for _ in range(6)]
        for connection in connections:
            connection.send(wire.request("/emptied"))
        time.sleep(dice.random() / 100)
        os.truncate(path, 0)
        for connection in connections:
            head = connection.head()
            if head.status == 200:
                received = pieces(connection, int(head.get("Content-Length")))
                assert misplaced(received) is None, (SEED, len(received))
                ends.append(len(received))
            connection.socket.close()
    print(f"{len(set(ends))} lengths, {ends.count(SIZE)} whole, {ends.count(0)} empty")
    path.unlink()


@pytest.fixture(name="site")
def fixture_site(khttpd):  # pylint: disable=unused-argument
    """An empty document root in memory."""
    with disk.mounted("tmpfs", "mode=755") as directory, serving(directory):
        yield directory


# ----------------------------------------------------------------------
# File systems that go


class Readers:
    """Clients that do not read on, idle ones, and some that are busy, of /large and /small."""

    def __init__(self, number=10):
        self.slow = []
        for _ in range(number):
            connection = wire.Connection(receive_buffer=4096)
            connection.send(wire.request("/large"))
            self.slow.append(connection)
        self.idle = [wire.Connection() for _ in range(number)]
        self.busy = Workers(self.visit, 3)

    @staticmethod
    def visit():
        """Ask and ask; the server may go meanwhile, but what comes is right."""
        try:
            with wire.Connection() as connection:
                for _ in range(20):
                    assert connection.get("/small").body == b"small\n"
        except (OSError, wire.Closed):
            time.sleep(0.01)

    def __enter__(self):
        for connection in self.slow:
            assert connection.head().status == 200
        for connection in self.idle:
            assert connection.get("/small").body == b"small\n"
        self.busy.__enter__()
        return self

    def __exit__(self, *error):
        try:
            self.busy.__exit__(*error)
        finally:
            for connection in self.slow + self.idle:
                connection.socket.close()


def fill(directory):
    """Make the files that Readers read; returns the content of the large one."""
    content = pattern(MIB, 23) * (LARGE // MIB)
    (directory / "large").write_bytes(content)
    (directory / "small").write_bytes(b"small\n")
    return content


def test_a_file_system_is_held_while_it_is_served_and_free_after_the_stop():
    with disk.Disk() as device:
        for _ in range(scale.times(2, 2)):
            with device.mounted() as directory, serving(directory):
                fill(directory)
                with Readers():
                    assert not unmount(directory)
                    stop()
                    # At once, and the disk is not in use.
                    assert unmount(directory)
                    eventually(device.unused, "the disk is free", BOUND)
                # So that it can be unmounted once more.
                run("mount", device.device, directory)


def test_a_file_system_is_unmounted_lazily_under_load():
    """Who has it goes on having it; after the stop nobody has."""
    with disk.Disk() as device, device.mounted() as directory, serving(directory):
        content = fill(directory)
        with Readers() as readers:
            run("umount", "--lazy", directory)
            assert not device.unused()
            # The server holds its document root, which is as good as before.
            assert readers.idle[0].get("/small").body == b"small\n"
            readers.busy.progress()
            assert wire.same(readers.slow[0].body(LARGE), content)
            stop()
            eventually(device.unused, "nothing holds the file system", BOUND)
        run("mount", device.device, directory)


def test_a_file_system_beneath_the_root_comes_and_goes(site):
    """It is in use while one of its files is sent, and no longer."""
    with disk.Disk() as device:
        (site / "mnt").mkdir()
        with wire.Connection() as connection:
            assert connection.get("/mnt/small").status == 404
            run("mount", device.device, site / "mnt")
            (site / "mnt").chmod(0o755)
            fill(site / "mnt")
            assert connection.get("/mnt/small").body == b"small\n"
            with begin("mnt/large", LARGE, 1) as slow:
                assert not unmount(site / "mnt")
                slow.body(LARGE)
                # Not before it has been sent as a whole, and at once then, with the server running.
                eventually(lambda: unmount(site / "mnt"), "it is free", BOUND)
            eventually(device.unused, "the disk is free", BOUND)
            assert connection.get("/mnt/small").status == 404


# ----------------------------------------------------------------------
# Disks that fail, and such that do not answer


def answers(status):
    """Return how many responses of that status there were."""
    counted = json.loads(run("khttpdctl", "stats", "--json").stdout)
    return counted["status"].get(str(status), 0)


@pytest.fixture(name="failing")
def fixture_failing():
    """A disk whose file system is served, read-only, as nobody is to be bothered by lost writes."""
    with disk.Disk() as device:
        with device.mounted() as directory:
            fill(directory)
            (directory / "dir").mkdir()
            (directory / "dir" / "file").write_bytes(b"file\n")
        with device.mounted("ro") as directory, serving(directory):
            yield device, directory


def test_bad_sectors(failing):
    """What is before them comes and then the end; what does not need them is as ever."""
    device, directory = failing
    content = (directory / "large").read_bytes()
    bad = LARGE // 2 + 5 * PAGE
    device.fail(disk.sectors(directory / "large", bad, PAGE))
    disk.forget()
    before = sysfs.number("stats/refused_truncated")
    for number in range(3):
        with wire.Connection() as connection:
            connection.send(wire.request("/large") * 2)
            assert connection.head().get("Content-Length") == str(LARGE)
            received = pieces(connection, LARGE)
            # Up to the bad ones: what was read ahead with them may be lost as well.
            assert 0 < len(received) <= bad
            assert wire.same(received, content[:len(received)])
            assert connection.ended()
        eventually(lambda wanted=before + number + 1: sysfs.number("stats/refused_truncated") == wanted,
                   "the cut is counted")
    with wire.Connection() as connection:
        assert connection.get("/large", method="HEAD").status == 200
        assert wire.same(connection.get("/large", f"Range: bytes={bad + PAGE}-").body, content[bad + PAGE:])
        assert connection.get("/small").body == b"small\n"
        # Nothing was promised yet.
        assert connection.get("/large", f"Range: bytes={bad + 10}-{bad + 20}").status == 500
        assert connection.get("/small").body == b"small\n"
        device.fail()
        assert connection.get("/large", f"Range: bytes={bad}-{bad + 9}").body == content[bad:bad + 10]
        assert wire.same(connection.get("/large").body, content)


def test_a_disk_that_is_lost(failing):
    """What is in memory is served, all else is 500 or cut; and the file system can be unmounted."""
    device, directory = failing
    content = (directory / "large").read_bytes()
    disk.forget()
    with wire.Connection() as connection:
        assert connection.get("/small").body == b"small\n"
        with begin("large", LARGE) as slow:
            device.fail_all()
            received = slow.rest()
            assert len(received) < LARGE and wire.same(received, content[:len(received)])
        assert connection.get("/small").body == b"small\n"
        before = answers(500)
        for _ in range(3):
            assert connection.get("/dir/file").status == connection.get("/dir/").status == 500
        eventually(lambda: answers(500) == before + 6, "they are counted")
        with wire.Connection() as other:
            other.send(wire.request("/large"))
            if other.head().status == 200:
                received = pieces(other, LARGE)
                assert len(received) < LARGE and wire.same(received, content[:len(received)])
        stop()
    assert unmount(directory)
    device.fail()
    run("mount", "-o", "ro", device.device, directory)


def test_a_disk_that_does_not_answer(failing):
    """Who needs it waits, nobody else does; a stop is begun at once and over as soon as the disk answers."""
    device, directory = failing
    content = (directory / "large").read_bytes()
    disk.forget()
    with wire.Connection() as connection:
        assert connection.get("/small").body == b"small\n"
        step = LARGE // 8
        device.hold()
        try:
            waiting = [wire.Connection() for _ in range(8)]
            for number, client in enumerate(waiting):
                client.send(wire.request(f"/large?{number}", f"Range: bytes={number * step}-"))
            # Not for as long as would worry the kernel.
            for _ in range(scale.times(20, 3)):
                assert connection.get("/small").body == b"small\n"
                assert wire.get("/none").status == 404
            begun = time.monotonic()
            sysfs.write("state", "stopped")
            assert time.monotonic() - begun < BOUND
            assert state() == "stopping"
            with pytest.raises(ConnectionRefusedError):
                wire.get("/small")
            assert not unmount(directory)
        finally:
            device.release()
        eventually(lambda: state() == "stopped", "the stop is over", BOUND)
        assert unmount(directory)
        run("mount", "-o", "ro", device.device, directory)
        for number, client in enumerate(waiting):
            received = client.rest().partition(b"\r\n\r\n")[2]
            assert wire.same(received, content[number * step:number * step + len(received)])


def test_a_file_system_that_is_frozen():
    """Nothing is written to it for being read: it is served, and the server stops."""
    with disk.Disk() as device, device.mounted("strictatime") as directory, serving(directory):
        content = fill(directory)
        disk.forget()
        run("fsfreeze", "--freeze", directory)
        try:
            assert wire.same(wire.get("/large").body, content)
            with begin("large", LARGE) as slow:
                stop()
                slow.rest()
        finally:
            run("fsfreeze", "--unfreeze", directory)
        assert unmount(directory)
        run("mount", device.device, directory)


# ----------------------------------------------------------------------
# A file system that somebody else's program is


def from_content(content):
    """Return what reads a content."""
    return lambda offset, size: content[offset:offset + size]


def failing_at(content, place):
    """Return what reads a content up to a place."""
    return lambda offset, size: content[offset:min(offset + size, place)] if offset < place else 5


@pytest.mark.parametrize("flags", (0, fuse.DIRECT_IO), ids=("cached", "direct"))
def test_a_program_s_file_system(flags):
    """It says what it likes of the size of its files; what comes of them comes, and then the end."""
    content = pattern(MIB, 29)
    files = {
        "good": fuse.File(MIB, from_content(content), flags),
        "fails": fuse.File(MIB, failing_at(content, MIB // 2), flags),
        "fails-at-once": fuse.File(MIB, failing_at(content, 0), flags),
        "shorter": fuse.File(MIB, from_content(content[:300000]), flags),
        "longer": fuse.File(1000, from_content(content), flags),
        "nothing": fuse.File(1 << 40, from_content(b""), flags),
        "largest": fuse.File((1 << 63) - 1, from_content(b"x"), flags),
    }
    with fuse.mounted(files) as (_, directory), serving(directory):
        for _ in range(2):
            assert wire.same(wire.get("/good").body, content)
            assert wire.get("/longer").body == content[:1000]
            assert wire.get("/fails-at-once").status == 500
            for name, most in (("fails", MIB // 2), ("shorter", 300000), ("nothing", 0), ("largest", 1)):
                with wire.Connection() as connection:
                    connection.send(wire.request(f"/{name}"))
                    try:
                        head = connection.head()
                    except wire.Closed:
                        continue
                    received = pieces(connection, int(head.get("Content-Length")))
                    if head.status == 200:
                        assert len(received) <= most and received == (content if most > 1 else b"x")[:len(received)]
                        assert connection.ended()
                    else:
                        # There is less than it says, and that may change.
                        assert head.status == 503
            assert wire.get("/good", "Range: bytes=500000-500009").body == content[500000:500010]


def test_a_program_s_file_system_that_does_not_answer():
    """Others are served; a stop begins at once, and ends when the program answers or its file system is forced off."""
    for forced in (False, True):
        with fuse.mounted({"never": fuse.File(MIB, lambda offset, size: None),
                           "good": fuse.File(3, from_content(b"abc"))}) as (system, directory), serving(directory):
            clients = [wire.Connection() for _ in range(4)]
            for client in clients:
                client.send(wire.request("/never"))
            eventually(lambda: system.waiting, "it is read", BOUND)
            for _ in range(10):
                assert wire.get("/good").body == b"abc"
            sysfs.write("state", "stopped")
            assert state() == "stopping"
            if forced:
                run("umount", "--force", directory, check=False)
            else:
                eventually(lambda: not system.fail_waiting() and state() == "stopped", "the stop is over", BOUND)
            eventually(lambda: state() == "stopped", "the stop is over", BOUND)
            for client in clients:
                assert b"200 OK" not in client.rest()


def test_a_private_file_system_is_not_looked_into(site):
    """One that a user has mounted for himself beneath the root is closed to the server, which never waits for it."""
    with fuse.mounted({"file": fuse.File(3, lambda offset, size: None)}, owner=1000, others=False) as (_, directory):
        (site / "private").mkdir()
        run("mount", "--bind", directory, site / "private")
        try:
            for path in ("/private/", "/private/file", "/private/none"):
                assert wire.get(path).status == 403
        finally:
            run("umount", site / "private")


def test_a_file_with_a_lease(site):
    """Who has a lease of a file is asked to give it up, and not waited for."""
    (site / "file").write_bytes(b"leased\n")
    handler = signal.signal(signal.SIGIO, lambda *_: None)
    try:
        with open(site / "file", "r+b") as file, wire.Connection() as connection:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            got = connection.get("/file")
            assert (got.status, got.get("Retry-After") is not None) == (503, True)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            assert connection.get("/file").body == b"leased\n"
    finally:
        signal.signal(signal.SIGIO, handler)
