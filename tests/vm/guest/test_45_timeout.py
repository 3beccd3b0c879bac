# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that let the server wait, and how long it does."""

import time
from contextlib import contextmanager

import pytest

import sysfs
import wire
from shell import eventually

CPUS = 1
pytestmark = pytest.mark.chapter("4 connection")

# A timeout that is to pass, and one that is not to, however slow the machine is.
SHORT = 300
LONG = 600000
# Bytes that no buffers hold.
LARGE = 16 << 20


@pytest.fixture(scope="module", autouse=True)
def root(server):  # pylint: disable=unused-argument
    """A small site, and no timeout but the one that a test is about."""
    with sysfs.document_root() as directory, \
            sysfs.setting(timeouts__head_ms=LONG, timeouts__idle_ms=LONG, timeouts__send_ms=LONG,
                          timeouts__linger_ms=LONG):
        (directory / "a").write_bytes(b"a\n")
        (directory / "large").write_bytes(bytes(LARGE))
        yield


@contextmanager
def counted(reason, times=1):
    """See that refusals for that reason are counted, and for no other."""
    reasons = [path.name for path in (sysfs.SYSFS / "stats").glob("refused_*")]
    before = {name: sysfs.number(f"stats/{name}") for name in reasons}
    yield
    wanted = {**before, f"refused_{reason}": before[f"refused_{reason}"] + times}
    eventually(lambda: {name: sysfs.number(f"stats/{name}") for name in reasons} == wanted, f"{reason} is counted")


def test_nothing_at_all():
    """From accept on, the time for a head counts; there is nobody to be told."""
    with sysfs.setting(timeouts__head_ms=SHORT), counted("idle_timeout"), wire.Connection() as connection:
        begun = time.monotonic()
        assert connection.rest() == b""
        assert time.monotonic() - begun >= 0.9 * SHORT / 1000


def test_an_idle_connection():
    with sysfs.setting(timeouts__idle_ms=SHORT), counted("idle_timeout"), wire.Connection() as connection:
        assert connection.get("/a").status == 200
        begun = time.monotonic()
        assert connection.rest() == b""
        assert time.monotonic() - begun >= 0.9 * SHORT / 1000


@pytest.mark.parametrize("beginning", ("G", "GET /a HTTP/1.1\r\n", "GET /a HTTP/1.1\r\nHost: test\r\nA: b"))
def test_a_slow_head(beginning):
    with sysfs.setting(timeouts__head_ms=SHORT), counted("head_timeout"), wire.Connection() as connection:
        connection.send(beginning)
        told = connection.response()
        assert (told.status, told.reason, told.get("Connection")) == (408, "Request Timeout", "close")
        assert len(told.body) == int(told.get("Content-Length"))
        assert connection.rest() == b""


def test_empty_lines_are_no_head():
    """Some clients send one behind a request; they wait for nothing and are told nothing."""
    with sysfs.setting(timeouts__head_ms=SHORT), counted("idle_timeout"), wire.Connection() as connection:
        connection.send("GET /a HTTP/1.1\r\nHost: test\r\n\r\n\r\n")
        assert connection.response().status == 200
        assert connection.rest() == b""


def test_a_head_that_never_ends():
    """Octets that keep coming do not put the end off."""
    with sysfs.setting(timeouts__head_ms=SHORT), counted("head_timeout"), wire.Connection() as connection:
        connection.send("GET /a HTTP/1.1\r\nHost: test\r\nA: ")
        deadline = time.monotonic() + wire.PATIENCE
        connection.socket.settimeout(SHORT / 3000)
        while not connection.received:
            assert time.monotonic() < deadline
            connection.send("x")
            try:
                connection.received += connection.socket.recv(1 << 16)
            except TimeoutError:
                pass
        connection.socket.settimeout(wire.PATIENCE)
        assert connection.response().status == 408
        assert connection.rest() == b""


def test_a_slow_head_behind_a_request():
    with sysfs.setting(timeouts__head_ms=SHORT), counted("head_timeout"), wire.Connection() as connection:
        connection.send("GET /a HTTP/1.1\r\nHost: test\r\n\r\nGET /a")
        assert connection.response().status == 200
        assert connection.response().status == 408
        assert connection.rest() == b""


def test_a_slow_body():
    with sysfs.setting(timeouts__head_ms=SHORT), counted("head_timeout"), wire.Connection() as connection:
        connection.send("POST /a HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n12345")
        assert connection.response().status == 405
        assert connection.rest() == b""


def test_a_client_that_stops_reading():
    with sysfs.setting(timeouts__send_ms=SHORT), counted("send_timeout"), \
            wire.Connection(receive_buffer=4096) as connection:
        connection.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n")
        assert connection.head().get("Content-Length") == str(LARGE)
        eventually(lambda: sysfs.number("stats/connections") == 0, "it is cut off")
        with pytest.raises((wire.Closed, ConnectionResetError)):
            connection.body(LARGE)


def test_a_client_that_reads_slowly_is_not_cut_off():
    """The time counts from the last progress, not from the beginning."""
    begun = time.monotonic()
    with sysfs.setting(timeouts__send_ms=3000), wire.Connection(receive_buffer=65536) as connection:
        connection.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n")
        connection.head()
        missing = LARGE - len(connection.received)
        while missing:
            received = connection.socket.recv(min(missing, LARGE // 16), 0)
            assert received, f"cut off with {missing} octets missing"
            missing -= len(received)
            if time.monotonic() - begun < 6:
                time.sleep(0.2)
        assert time.monotonic() - begun > 3.5


def test_a_client_that_does_not_close():
    with sysfs.setting(timeouts__linger_ms=SHORT), counted("linger_timeout"), wire.Connection() as connection:
        connection.send("GET / HTTP/1.1\r\n\r\n")
        assert connection.response().status == 400
        assert connection.rest() == b""
        eventually(lambda: sysfs.number("stats/connections") == 0, "the connection is closed")


@pytest.mark.parametrize("target, status", (("/a", 200), ("/large", 200), ("/none", 404)))
def test_a_client_that_says_that_it_will_close_is_not_waited_for(target, status):
    with wire.Connection() as connection:
        assert connection.get(target, "Connection: close").status == status
        assert connection.rest() == b""
        eventually(lambda: sysfs.number("stats/connections") == 0, "the connection is gone")


def test_a_client_that_sends_without_end_after_the_last_response():
    with sysfs.setting(timeouts__linger_ms=SHORT), wire.Connection() as connection:
        connection.send("GET / HTTP/1.1\r\n\r\n")
        assert connection.response().status == 400
        deadline = time.monotonic() + wire.PATIENCE
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while time.monotonic() < deadline:
                connection.send(b"x" * 10000)


def test_a_timeout_that_changes_counts_for_the_next_state():
    """What waits already goes on with the time that it was given."""
    with wire.Connection() as old:
        assert old.get("/a").status == 200
        # How long it may wait for the next request is decided behind the answer to this one.
        time.sleep(1)
        with sysfs.setting(timeouts__idle_ms=SHORT):
            with wire.Connection() as new:
                assert new.get("/a").status == 200
                assert new.rest() == b""
            assert old.get("/a").status == 200
            assert old.rest() == b""
