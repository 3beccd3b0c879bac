# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes of a running server: nobody who is being served notices more than he must."""

import errno
import itertools
import shutil
import socket
import tempfile
from pathlib import Path

import pytest

import scale
import sysfs
import wire
from load import Workers
from shell import SITE, run

UNBOUND, HIGHPRI, CPU_INTENSIVE, FREEZABLE, MEM_RECLAIM, POWER_EFFICIENT = (1 << bit for bit in range(6))
SIZES = (0, 2, 5000, 300000)


@pytest.fixture(scope="module", name="sites")
def fixture_sites(server):  # pylint: disable=unused-argument
    """Two sites of the same files with different contents; the first is served."""
    directories = {}
    for name in ("one", "two"):
        directory = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        directory.chmod(0o755)
        for size in SIZES:
            (directory / str(size)).write_bytes((name[0].encode() * size)[:size])
        directories[name] = directory
    with sysfs.setting(root=directories["one"]):
        yield directories
    for directory in directories.values():
        shutil.rmtree(directory)


def whole(response, size):
    """See that a response is that of one of the two sites."""
    assert response.status == 200
    assert wire.same(response.body, b"o" * size) or wire.same(response.body, b"t" * size)


def visit():
    """Ask for every file twice on one connection, once by itself and once in a pipeline."""
    with wire.Connection() as connection:
        for size in SIZES:
            whole(connection.get(f"/{size}"), size)
        connection.send("".join(f"GET /{size} HTTP/1.1\r\nHost: test\r\n\r\n" for size in SIZES))
        for size in SIZES:
            whole(connection.response(), size)


def test_workqueues_are_replaced_under_load(sites):  # pylint: disable=unused-argument
    hot = itertools.cycle((0, HIGHPRI, UNBOUND, CPU_INTENSIVE, UNBOUND | HIGHPRI, MEM_RECLAIM, FREEZABLE,
                           POWER_EFFICIENT))
    active = itertools.cycle((0, 1, 2, 16, 512))
    kept = wire.Connection()
    with sysfs.setting(workqueue__hot_flags="0", workqueue__hot_max_active=0, workqueue__cold_flags=UNBOUND,
                       workqueue__cold_max_active=0), Workers(visit) as visitors, kept:
        for number in range(scale.times(50, 10)):
            sysfs.write("workqueue/hot_flags", next(hot))
            sysfs.write("workqueue/hot_max_active", next(active))
            sysfs.write("workqueue/cold_max_active", next(active))
            sysfs.write("workqueue/cold_flags", UNBOUND | (HIGHPRI if number % 2 else 0))
            whole(kept.get("/5000"), 5000)
            if number % 10 == 0:
                visitors.progress()
        visitors.progress()


def test_the_root_is_switched_under_load(sites):
    """Every answer is that of the one site or of the other, and none is an error."""
    with Workers(visit) as visitors:
        for number in range(scale.times(200, 10)):
            name = ("two", "one")[number % 2]
            sysfs.write("root", sites[name])
            # What is asked from now on is answered from there.
            assert wire.get("/2").body == name[0].encode() * 2
            if number % 20 == 0:
                visitors.progress()


def test_the_root_is_switched_by_khttpdctl_under_load(sites):
    with Workers(visit) as visitors:
        for number in range(10):
            name = ("two", "one")[number % 2]
            run("khttpdctl", "set-root", sites[name])
            assert wire.get("/2").body == name[0].encode() * 2
            visitors.progress()
    run("khttpdctl", "set-root", SITE)
    sysfs.write("root", sites["one"])


def test_listeners_come_and_go_under_load(sites):  # pylint: disable=unused-argument
    with Workers(visit) as visitors:
        for number in range(10):
            run("khttpdctl", "set", "--runtime", "listener", ("[::]:80 127.0.0.1:8081", "[::]:80")[number % 2])
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", 8081)) == (0, errno.ECONNREFUSED)[number % 2]
        visitors.progress()


def test_connections_outlive_their_listener(sites):  # pylint: disable=unused-argument
    """One address takes the place of another that overlaps it: [::]:80 and 0.0.0.0:80."""
    with wire.Connection() as kept, wire.Connection(host="::1") as other:
        try:
            for _ in range(5):
                for listeners, refused in (("0.0.0.0:80", True), ("[::]:80", False)):
                    run("khttpdctl", "set", "--runtime", "listener", listeners)
                    for connection in (kept, other):
                        whole(connection.get("/5000"), 5000)
                    whole(wire.get("/2"), 2)
                    with socket.socket(socket.AF_INET6) as probe:
                        assert (probe.connect_ex(("::1", 80)) == errno.ECONNREFUSED) == refused
        finally:
            run("khttpdctl", "set", "--runtime", "listener", "[::]:80")


def test_a_download_outlives_the_change_of_the_root(sites):
    large = 16 << 20
    (sites["one"] / "large").write_bytes(b"o" * large)
    with wire.Connection(receive_buffer=65536) as connection:
        connection.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\nGET /2 HTTP/1.1\r\nHost: test\r\n\r\n")
        assert connection.head().status == 200
        with sysfs.setting(root=sites["two"]):
            assert wire.same(connection.body(large), b"o" * large)
            assert connection.response().body == b"tt"
    (sites["one"] / "large").unlink()


def test_limits_and_timeouts_are_changed_under_load(sites):  # pylint: disable=unused-argument
    with sysfs.setting(limits__head_bytes=16384, limits__fields=100, timeouts__idle_ms=60000), \
            Workers(visit) as visitors:
        for number in range(scale.times(50, 10)):
            sysfs.write("limits/head_bytes", 16384 + number)
            sysfs.write("limits/fields", 10 + number)
            sysfs.write("timeouts/idle_ms", 60000 + number)
        visitors.progress()
        assert sysfs.number("limits/fields") == 10 + number


def test_a_refused_change_disturbs_nobody(sites):  # pylint: disable=unused-argument
    generation = sysfs.number("generation")
    with Workers(visit) as visitors:
        for _ in range(scale.times(50, 10)):
            with pytest.raises(OSError) as refusal:
                sysfs.write("root", "/nowhere/at/all")
            assert refusal.value.errno == errno.ENOENT
        visitors.progress()
    assert sysfs.number("generation") == generation
