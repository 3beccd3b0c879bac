# SPDX-License-Identifier: GPL-2.0-or-later
"""What the service promises: its sandbox, its watchdog, reload, the end of the daemon, and what it is charged for."""

import os
import signal
import socket
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

import fuse
import sysfs
import wire
from journal import Journal
from load import Workers
from shell import eventually, run, state, unit

CPUS = 1
NET_ADMIN = 1 << 12
# Long enough for a daemon of a slow machine, short enough to wait for.
WATCHDOG = "WatchdogSec=6s"
DROP_IN = Path("/etc/khttpd/khttpd.conf.d/90-test.conf")

pytestmark = pytest.mark.usefixtures("server")


@pytest.fixture(autouse=True)
def start_limit(server):  # pylint: disable=unused-argument
    """systemd refuses a sixth start within ten seconds, and on a fast machine these tests come to that."""
    run("systemctl", "reset-failed", "khttpd")


@contextmanager
def service_with(line):
    """Have another line in the service for a while."""
    drop_in = Path("/run/systemd/system/khttpd.service.d/test.conf")
    drop_in.parent.mkdir(parents=True, exist_ok=True)
    drop_in.write_text(f"[Service]\n{line}\n", encoding="ascii")
    try:
        run("systemctl", "daemon-reload")
        run("systemctl", "restart", "khttpd")
        yield
    finally:
        drop_in.unlink()
        run("systemctl", "daemon-reload")
        run("systemctl", "restart", "khttpd")


@contextmanager
def configured(text):
    """Have more in the files for a while."""
    DROP_IN.write_text(text, encoding="ascii")
    try:
        yield
    finally:
        DROP_IN.unlink()


def main_pid():
    """Return the daemon's process id, 0 without one."""
    return int(unit("MainPID")["MainPID"])


def restarts():
    """Return how often systemd has started the daemon again."""
    return int(unit("NRestarts")["NRestarts"])


def is_back(old):
    """Wait until another daemon is in the place of the old one."""
    eventually(lambda: unit("ActiveState")["ActiveState"] == "active" and main_pid() not in (0, old),
               "another daemon is there")


def visit():
    """Ask on a new connection, and again on it."""
    with wire.Connection() as connection:
        for _ in range(5):
            assert connection.get("/").status == 200


def test_the_daemon_has_one_capability():
    status = Path(f"/proc/{main_pid()}/status").read_text(encoding="ascii")
    fields = dict(line.split(":\t", 1) for line in status.splitlines())
    assert "0" not in fields["Uid"].split() + fields["Gid"].split()
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(fields[name], 16) == NET_ADMIN
    assert fields["NoNewPrivs"] == "1"
    # Of seccomp, a filter.
    assert fields["Seccomp"] == "2"


@pytest.mark.parametrize("name", ("SIGSEGV", "SIGABRT", "SIGKILL"))
def test_a_crash_is_none_of_the_server_s(name):
    old, before, generation = main_pid(), restarts(), sysfs.number("generation")
    with Workers(visit, 1) as visitors:
        os.kill(old, getattr(signal, name))
        is_back(old)
        visitors.progress()
    assert restarts() == before + 1
    assert sysfs.number("generation") == generation


def test_a_daemon_that_stands_still_is_replaced():
    with service_with(WATCHDOG):
        old, generation, journal = main_pid(), sysfs.number("generation"), Journal()
        with Workers(visit, 1) as visitors:
            visitors.progress()
            os.kill(old, signal.SIGSTOP)
            is_back(old)
            visitors.progress()
        journal.gets("Failed with result 'watchdog'")
        assert restarts() == 1
        assert sysfs.number("generation") == generation


def test_a_daemon_that_the_kernel_does_not_answer_feeds_no_watchdog():
    """A change that waits for a file system holds up all other messages, and no request of a client."""
    stuck = {"stuck": fuse.File(0, None, found=False)}
    with service_with(WATCHDOG), fuse.mounted(stuck) as (system, directory):

        def change():
            with pytest.raises(OSError):
                sysfs.write("root", directory / "stuck")

        old, before, journal = main_pid(), restarts(), Journal()
        changing = threading.Thread(target=change)
        with Workers(visit, 1) as visitors:
            changing.start()
            try:
                eventually(lambda: system.waiting, "the change waits")
                eventually(lambda: restarts() > before, "systemd has given up the daemon")
                journal.gets("Failed with result 'watchdog'")
                assert system.waiting
                visitors.progress()
            finally:
                system.fail_waiting()
                changing.join()
            is_back(old)
            visitors.progress()


def test_a_watchdog_that_is_fed_stays_silent():
    with service_with(WATCHDOG):
        old, before = main_pid(), restarts()
        # Neither while nobody asks for anything, nor while many do, is the daemon too late.
        for worker in (lambda: threading.Event().wait(0.2), visit):
            with Workers(worker, 4):
                threading.Event().wait(8)
        assert (main_pid(), restarts()) == (old, before)


def refused_reload(hint):
    """Reload a configuration that cannot be had; what was served is served on."""
    before, generation, page = unit("MainPID", "StatusText"), sysfs.number("generation"), wire.get("/").body
    journal = Journal()
    done = run("systemctl", "reload", "khttpd", check=False)
    assert done.returncode != 0
    journal.gets(hint)
    assert wire.same(wire.get("/").body, page)
    assert unit("MainPID", "StatusText") == before
    assert unit("ActiveState")["ActiveState"] == "active"
    assert sysfs.number("generation") == generation


@pytest.mark.parametrize("text, where", (
    ("[server]\nroot = '/srv'\nroot = '/tmp'\n", f"{DROP_IN}:3:"),
    ("[timeouts]\nidel-ms = 5\n", f"{DROP_IN}:2:1: error: unknown key 'timeouts.idel-ms'; did you mean 'idle-ms'?"),
    ("[server]\nroot = '/srv/not-there'\n", "/srv/not-there"),
    ("[server]\nuser = 'nobody-has-it'\n", "nobody-has-it"),
), ids=("syntax", "key", "root", "user"))
def test_a_wrong_file_is_not_loaded(text, where):
    with configured(text):
        refused_reload(where)


def test_what_the_kernel_refuses_is_not_loaded():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        listeners = "".join(f"[[listener]]\naddress = '127.0.0.1'\nport = {number}\n" for number in (80, port))
        # The root of the same file is not taken either.
        with configured(f"[server]\nroot = '/srv'\n{listeners}"):
            refused_reload("listener[1]: address and port are in use")
    run("systemctl", "reload", "khttpd")


def test_an_orderly_stop_is_a_success():
    with wire.Connection() as kept:
        assert kept.get("/").status == 200
        run("systemctl", "stop", "khttpd")
        assert kept.ended()
    assert unit("Result", "ExecMainStatus", "ActiveState") == {
        "Result": "success", "ExecMainStatus": "0", "ActiveState": "inactive"}
    assert state() == "stopped"
    run("systemctl", "start", "khttpd")
    visit()


def test_the_service_is_charged_for_what_it_serves():
    """The listening sockets are made by a command of the service, so its IP accounting and filters apply."""
    with service_with("IPAccounting=yes"):
        before = int(unit("IPEgressBytes")["IPEgressBytes"])
        size = sum(len(wire.get("/index.html").body) for _ in range(5))
        assert size > 10000
        assert int(unit("IPEgressBytes")["IPEgressBytes"]) >= before + size
    with service_with("IPAddressDeny=any\nIPAddressAllow=127.0.0.1"):
        assert wire.get("/").status == 200
        with pytest.raises(TimeoutError), wire.Connection(host="::1", timeout=3):
            pass
