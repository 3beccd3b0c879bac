# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens to the server, as khttpdctl monitor and the service's journal tell it."""

import gzip
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import hostile
import sysfs
import wire
from journal import Journal
from load import Workers
from schema import judge
from shell import eventually, loaded, run, state

CPUS = 1
SECONDS = 120
PAGE = Path("/usr/share/man/man8/khttpdctl-monitor.8.gz")
# The kernel tells of a reason once in so many seconds at most, and the service of the same one.
TOLD, LOGGED = 1, 60
SOURCE = "127.58.0.1"
LISTENER = "127.0.0.1:8058"

pytestmark = pytest.mark.usefixtures("server")


class Monitor:
    """khttpdctl monitor --json; a context manager."""

    def __init__(self, *arguments):
        self.events = []
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(["khttpdctl", "monitor", "--json", *arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        self.until("state")

    def _read(self):
        for line in self.process.stdout:
            self.events.append((time.monotonic(), judge(["monitor"], line)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """Interrupt it, if it has not ended, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(SECONDS)
        self.reader.join(SECONDS)
        return status

    def all(self, event, **members):
        """Return the events of this name that have these members."""
        return [told for _, told in self.events
                if told["event"] == event and all(told.get(name) == value for name, value in members.items())]

    def until(self, event, **members):
        """Wait for such an event, and return the last one."""
        return eventually(lambda: self.all(event, **members), f"{event} {members} among {self.events}", SECONDS)[-1]


@pytest.fixture(name="monitor")
def fixture_monitor():
    """A monitor that is there until the end of the test."""
    with Monitor() as monitor:
        yield monitor
    assert monitor.end() == 0


@pytest.fixture(name="journal")
def fixture_journal():
    """What the journal gets during the test."""
    return Journal()


@contextmanager
def listener():
    """Listen on one more address for a while."""
    run("khttpdctl", "listener", "add", "--runtime", LISTENER)
    try:
        yield
    finally:
        run("khttpdctl", "listener", "del", "--runtime", LISTENER)


def endpoint(event):
    """Return the address and port of the listener that an event is about."""
    return f"{event['listener']['address']}:{event['listener']['port']}"


def flood(times):
    """Ask on many connections of one client, one after the other."""
    for _ in range(times):
        try:
            with wire.Connection(source=SOURCE) as connection:
                connection.get("/")
        except (wire.Closed, ConnectionError):
            pass


def test_it_begins_with_the_state_and_counts():
    done = run("khttpdctl", "monitor", "--count", "1")
    assert done.stdout.endswith(" the server is running\n") and done.stdout.count("\n") == 1


def test_a_changed_configuration(monitor, journal):
    before = sysfs.number("limits/fields")
    with sysfs.setting(limits__fields=before + 1):
        generation = sysfs.number("generation")
        told = monitor.until("configuration", generation=generation)
        assert told["differences"] == [{"key": "limits.fields", "before": before, "after": before + 1}]
        logged = journal.event("configuration", generation=generation)
        assert logged["KHTTPD_KEY"] == "limits.fields" and logged["SYSLOG_IDENTIFIER"] == "khttpdctl"
        assert f".It Ql configuration Ta {logged['MESSAGE_ID']}\n" in gzip.decompress(PAGE.read_bytes()).decode()
        assert f"limits.fields: {before} -> {before + 1}" in logged["MESSAGE"]


def test_listeners(monitor, journal):
    with listener():
        assert endpoint(monitor.until("listener-up")) == LISTENER
        journal.event("listener-up", listener=LISTENER)
        assert not monitor.all("listener-down")
    assert endpoint(monitor.until("listener-down")) == LISTENER
    journal.event("listener-down", listener=LISTENER)


def test_stop_and_start(monitor, journal):
    run("systemctl", "stop", "khttpd")
    monitor.until("listener-down")
    stopped = monitor.until("state", state="stopped")
    journal.event("state", state="stopped")
    run("systemctl", "start", "khttpd")
    assert monitor.until("state", state="running")["generation"] > stopped["generation"]
    monitor.until("listener-up")
    assert "serving " in journal.event("state", state="running")["MESSAGE"]


def test_a_stop_by_somebody_else_is_a_warning(journal):
    run("khttpdctl", "stop")
    logged = journal.event("state", state="stopped")
    assert logged["PRIORITY"] == "4" and "somebody else" in logged["MESSAGE"]
    run("systemctl", "reload", "khttpd")
    journal.event("state", state="running")
    assert state() == "running"


def test_a_limit_on_connections(monitor):
    with sysfs.setting(limits__connections=4):
        clients = hostile.open_many(12, wire.request("/"))
        reasons = eventually(lambda: {told["reason"] for told in monitor.all("limit")}, "a limit is told of")
        assert reasons <= {"limit", "evicted"}
        for client in clients:
            client.socket.close()


def test_limits_on_a_client_are_told_of_now_and_then(monitor, journal):
    with sysfs.setting(limits__client_connects=1), Workers(lambda: flood(20), 2):
        begun = time.monotonic()
        eventually(lambda: len(monitor.all("limit", reason="client-connects")) >= 4, "it goes on")
        passed = time.monotonic() - begun
    eventually(lambda: monitor.all("limit")[-1]["count"] == sysfs.number("stats/refused_client_connects"),
               "the last one is told of")
    counts = [told["count"] for told in monitor.all("limit", reason="client-connects")]
    assert counts == sorted(set(counts))
    assert counts[-1] > 2 * len(counts), "there is not an event for each refusal"
    assert len([at for at, told in monitor.events if told["event"] == "limit" and at < begun + passed]) \
        <= passed / TOLD + 1
    logged = journal.events("limit", reason="client-connects")
    assert 1 <= len(logged) <= 1 + (time.monotonic() - begun) / LOGGED
    assert int(logged[0]["KHTTPD_COUNT"]) > 0


def test_a_closed_output_ends_it_quietly():
    with subprocess.Popen(["khttpdctl", "monitor"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().endswith(b"the server is running\n")
        process.stdout.close()
        with sysfs.setting(limits__fields=sysfs.number("limits/fields") + 1):
            assert process.wait(SECONDS) == -signal.SIGPIPE
        assert process.stderr.read() == b""


def test_the_end_of_the_module():
    with Monitor() as monitor:
        run("systemctl", "stop", "khttpd")
        run("rmmod", "khttpd")
        assert monitor.process.wait(SECONDS) == 69
        assert "error: the khttpd module was unloaded" in monitor.process.stderr.read()
    assert run("khttpdctl", "monitor", check=False).returncode == 69
    assert not loaded()
    run("systemctl", "start", "khttpd")
