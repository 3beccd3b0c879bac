# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine changes under the server: CPUs go and come, it sleeps."""

import os
import time
from pathlib import Path

import pytest

import scale
import sysfs
import wire
from control import BOUND, COLD, HOT, Server
from load import Workers
from shell import run
from visitors import Sites, whole

CPU = Path("/sys/devices/system/cpu/cpu1/online")
POWER = Path("/sys/power")
UNBOUND, HIGHPRI, CPU_INTENSIVE, FREEZABLE, MEM_RECLAIM, POWER_EFFICIENT = (1 << bit for bit in range(6))
# Milliseconds.
HOUR = 3600000


@pytest.fixture(name="sites")
def fixture_sites(server):  # pylint: disable=unused-argument
    """The two sites of the storm, of which one is served, also to clients that are frozen for a while."""
    with Sites() as sites, sysfs.setting(root=sites["one"], timeouts__head_ms=HOUR, timeouts__idle_ms=HOUR):
        yield sites


def visitor(sites):
    """Return what a client does again and again."""
    def visit():
        with wire.Connection() as connection:
            for name in ("small", "large", "page"):
                whole(sites, name, wire_ok(connection.get(f"/{name}.txt")))
    return visit


def wire_ok(response):
    """A response that is a success."""
    assert response.status == 200, response.status
    return response


def plug(online):
    """Take the second CPU out, or put it back, in time."""
    begun = time.monotonic()
    CPU.write_text(f"{online:d}", encoding="ascii")
    assert time.monotonic() - begun < BOUND


@pytest.fixture(name="second_cpu")
def fixture_second_cpu():
    """A CPU that can be taken out, and is there afterwards."""
    if not CPU.exists():
        pytest.skip("this machine has no CPU that can be taken out")
    yield
    plug(True)


@pytest.mark.usefixtures("second_cpu")
def test_a_cpu_goes_and_comes_under_load(sites):
    """With queues of every kind; connections that were accepted on that CPU go on being served."""
    kinds = (0, HIGHPRI, UNBOUND, CPU_INTENSIVE, FREEZABLE, MEM_RECLAIM, POWER_EFFICIENT | UNBOUND)
    everywhere = os.sched_getaffinity(0)
    kept = []
    try:
        for cpu in (0, 1):
            os.sched_setaffinity(0, {cpu})
            kept += [wire.Connection() for _ in range(10)]
            for connection in kept[-10:]:
                wire_ok(connection.get("/small.txt"))
    finally:
        os.sched_setaffinity(0, everywhere)
    with Server() as server, sysfs.setting(workqueue__hot_flags="0"), Workers(visitor(sites), 2) as visitors:
        for number in range(scale.times(len(kinds) * 3, len(kinds))):
            server.change(server.workqueue(HOT, kinds[number % len(kinds)], (0, 1, 16)[number % 3]),
                          server.workqueue(COLD, UNBOUND, (0, 1)[number % 2]))
            for online in (False, True):
                plug(online)
                for connection in kept[number % 2::2]:
                    whole(sites, "page", wire_ok(connection.get("/page.txt")))
                visitors.progress()
    for connection in kept:
        whole(sites, "large", wire_ok(connection.get("/large.txt")))
        connection.socket.close()


@pytest.fixture(name="sleep")
def fixture_sleep():
    """Let all processes and freezable queues be frozen, as for suspend to idle, and thawed some seconds later.

    The rest of the way is that of devices, and a guest has no alarm clock that wakes it from there.
    """
    test, state = POWER / "pm_test", POWER / "state"
    if not test.exists() or "freezer" not in test.read_text(encoding="ascii"):
        pytest.skip("this kernel cannot try a suspend (CONFIG_PM_SLEEP_DEBUG)")
    if "freeze" not in state.read_text(encoding="ascii").split():
        pytest.skip("this kernel cannot suspend to idle")
    test.write_text("freezer", encoding="ascii")
    yield lambda: state.write_text("freeze", encoding="ascii")
    test.write_text("none", encoding="ascii")


def test_suspend_to_idle_under_load(sites, sleep):
    """Freezable queues stop with everything else, and go on; downloads and connections last over it."""
    with Server() as server, sysfs.setting(workqueue__hot_flags="0"), Workers(visitor(sites), 2) as visitors, \
            wire.Connection() as idle, wire.Connection(receive_buffer=4096) as slow:
        wire_ok(idle.get("/small.txt"))
        slow.send(wire.request("/huge.txt"))
        length = int(slow.head().get("Content-Length"))
        for flags in (0, FREEZABLE, UNBOUND | FREEZABLE)[:scale.times(3, 2)]:
            server.change(server.workqueue(HOT, flags, 0))
            visitors.progress()
            slept = time.monotonic()
            sleep()
            assert time.monotonic() - slept < BOUND
            whole(sites, "page", wire_ok(idle.get("/page.txt")))
            visitors.progress()
        assert wire.same(slow.body(length), sites.content["huge"][0])
    # A stop in which queues are retired that have been frozen.
    run("systemctl", "stop", "khttpd")
    run("systemctl", "start", "khttpd")
