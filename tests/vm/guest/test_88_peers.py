# SPDX-License-Identifier: GPL-2.0-or-later
"""What other servers in kernels have got wrong, and no other module of these tests shows; see ../../PEERS.md."""

import json
import os
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

import scale
import sysfs
import wire
from configuration import configured, directories
from load import Workers
from shell import SITE, eventually, run, state

TRACING = Path("/sys/kernel/tracing")
LARGE = "/user/a01655.html"


@contextmanager
def traced(*events):
    """Record events of the kernel for a while; yields what returns the lines so far."""
    if not os.path.ismount(TRACING):
        if run("mount", "-t", "tracefs", "none", TRACING, check=False).returncode:
            pytest.skip("this kernel does not trace")
    switches = [TRACING / "events" / event / "enable" for event in events]
    if not all(switch.exists() for switch in switches):
        pytest.skip("this kernel does not trace that")
    (TRACING / "trace").write_text("", encoding="ascii")
    for switch in switches:
        switch.write_text("1", encoding="ascii")
    try:
        yield lambda: (TRACING / "trace").read_text(encoding="utf-8", errors="replace").splitlines()
    finally:
        for switch in switches:
            switch.write_text("0", encoding="ascii")
        (TRACING / "trace").write_text("", encoding="ascii")


def test_a_server_with_nothing_to_do_does_nothing(server):  # pylint: disable=unused-argument
    """No poll, neither for connections nor for octets of those that it has; only what is kept is looked after."""
    with sysfs.setting(timeouts__head_ms=3600000, timeouts__idle_ms=3600000), ExitStack() as opened:
        connections = [opened.enter_context(wire.Connection()) for _ in range(200)]
        for connection in connections[::2]:
            assert connection.get("/").status == 200
        sysfs.write("cache/flush", 1)
        with traced("workqueue/workqueue_execute_start") as lines:
            # What was begun may still end.
            eventually(lambda: quiet(lines), "nothing is done for five seconds")
            # It would be seen.
            assert connections[0].get("/").status == 200
            assert [line for line in lines() if "khttpd_conn_work" in line]


def quiet(lines):
    """Tell whether no work item of the module was executed within five seconds."""
    def number():
        return sum("function khttpd" in line or "function=khttpd" in line for line in lines())

    before = number()
    time.sleep(5)
    return number() == before


def test_nothing_of_the_machine_is_set(server):  # pylint: disable=unused-argument
    """Neither starting nor stopping changes a setting of the kernel, or who gets which interrupt."""
    run("systemctl", "stop", "khttpd")
    before = machine()
    run("systemctl", "start", "khttpd")
    assert wire.get("/").status == 200
    assert machine() == before
    run("systemctl", "stop", "khttpd")
    assert machine() == before
    run("systemctl", "start", "khttpd")


def machine():
    """Return the settings of the kernel that nobody changes but on purpose."""
    lines = run("sysctl", "--all", check=False).stdout.splitlines()
    kinds = ("net.", "kernel.panic", "kernel.printk ", "kernel.hung", "vm.")
    settings = {line for line in lines if line.startswith(kinds)}
    affinity = {path: path.read_text(encoding="ascii") for path in Path("/proc/irq").glob("*/smp_affinity")}
    assert len(settings) > 100 and affinity
    return settings, affinity


def test_listings_at_the_same_time_are_each_of_its_own(server):  # pylint: disable=unused-argument
    """What one client gets has nothing in it of what another gets, at the same time or before."""
    names = [f"dir-{number}" for number in range(6)]
    with directories(*names) as root:
        for name in names:
            for number in range(300):
                (root / name / f"{name}-{number:03}{'x' * 100}").write_bytes(b"")
        with configured(f'[server]\nroot = "{root}"\n[site]\nlisting = true\n'):
            ways = iter(names * 10000)

            def read():
                name = next(ways)
                with wire.Connection(receive_buffer=4096) as connection:
                    for _ in range(2):
                        got = connection.get(f"/{name}/", "Accept: application/json")
                        shown = [entry["name"] for entry in json.loads(got.body)["entries"]]
                        assert len(shown) == 300 and all(entry.startswith(f"{name}-") for entry in shown)
                        text = connection.get(f"/{name}/").body.decode()
                        assert not [other for other in names if other != name and other in text]

            with Workers(read, 6) as workers:
                while min(workers.rounds) < scale.times(4, 1):
                    workers.progress()


def destroy(*where):
    """Let the kernel end the sockets of port 80, as an administrator does."""
    done = run("ss", "--no-header", "--kill", "--tcp", "--numeric", *where, check=False)
    if "not supported" in done.stderr:
        pytest.skip("this kernel destroys no sockets")
    return done.stdout.splitlines()


def test_an_administrator_ends_connections(server):  # pylint: disable=unused-argument
    """With ss -K, in every state; they are gone, and others are served."""
    for _ in range(scale.times(5, 2)):
        connections = [wire.Connection(receive_buffer=4096) for _ in range(12)]
        for number, connection in enumerate(connections):
            connection.send((wire.request(LARGE), wire.request("/"), wire.request("/")[:20], b"")[number % 4])
        eventually(lambda: sysfs.number("stats/connections") >= 12, "they are there")
        assert len(destroy("state", "established", "sport", "=", ":80")) >= 12
        eventually(lambda: sysfs.number("stats/connections") == 0, "they are gone")
        for connection in connections:
            try:
                connection.rest()
            except ConnectionError:
                pass
            connection.socket.close()
        assert wire.get("/").status == 200


def test_an_administrator_ends_the_listening_socket(server):  # pylint: disable=unused-argument
    """Then nobody can connect, but who is connected is served; stopping and starting makes another."""
    with wire.Connection() as connection:
        assert connection.get("/").status == 200
        assert destroy("state", "listening", "sport", "=", ":80")
        # There is one for each CPU, and who goes through a list that becomes shorter may miss some.
        eventually(lambda: not destroy("state", "listening", "sport", "=", ":80"), "none is left")
        with pytest.raises(ConnectionRefusedError):
            wire.get("/")
        assert connection.get("/").status == 200
        sysfs.write("state", "stopped")
        eventually(lambda: state() == "stopped", "it stops")
    sysfs.write("state", "running")
    assert wire.get("/").status == 200
    assert sysfs.read("root") == str(SITE)
