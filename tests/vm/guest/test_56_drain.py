# SPDX-License-Identifier: GPL-2.0-or-later
"""Leaving without a request lost: a server that drains, and a stop that lets end what has begun."""

import shutil
import tempfile
import threading
import time
from pathlib import Path

import pytest

import scale
import sysfs
import wire
from configuration import configured
from shell import eventually, loaded, run, state

LARGE = 6 << 20
# Seconds; what lasts until somebody ends it.
LONG = 300
CONFIGURATION = """
[timeouts]
drain-ms = {drain_ms}

[[rule]]
prefix = "/ready"
readiness = true
"""


@pytest.fixture(name="directory")
def fixture_directory(server):  # pylint: disable=unused-argument
    """A document root with something small, something large and what a balancer asks for; the service runs."""
    directory = Path(tempfile.mkdtemp(prefix="drain-"))
    directory.chmod(0o755)
    (directory / "small").write_bytes(b"small\n")
    (directory / "ready").write_bytes(b"ready\n")
    (directory / "large").write_bytes(b"0123456789abcdef" * (LARGE // 16))
    try:
        with configured(CONFIGURATION.format(drain_ms=1000 * LONG) + f'[server]\nroot = "{directory}"\n'):
            run("systemctl", "start", "khttpd")
            run("khttpdctl", "apply")
            yield directory
            run("systemctl", "start", "khttpd")
            sysfs.write("drain", 0)
    finally:
        shutil.rmtree(directory)


def ask(connection, target="/small"):
    """Ask for something; return whether the connection goes on, as far as the response says."""
    response = connection.get(target)
    assert response.status == 200 and response.body == target[1:].encode() + b"\n", response
    return response.get("Connection") is None


def downloading():
    """A connection in the middle of a download, which stands still."""
    connection = wire.Connection(receive_buffer=65536)
    connection.send(wire.request("/large"))
    assert connection.head().status == 200
    return connection


def take(connection):
    """Take the rest of the download: it is whole."""
    assert wire.same(connection.body(LARGE), b"0123456789abcdef" * (LARGE // 16))


def connections():
    """How many connections the server has."""
    return sysfs.number("stats/connections")


@pytest.mark.usefixtures("directory")
def test_every_response_ends_its_connection():
    """Also one out of the cache, and one that the softirq would have given."""
    with wire.Connection() as old, wire.Connection() as idle:
        for _ in range(3):
            assert ask(old) and ask(idle)
        run("khttpdctl", "drain", "--no-wait")
        assert sysfs.number("drain") == 1 and state() == "running"
        assert not ask(old) and old.ended()
        old.socket.close()
        for _ in range(3):
            with wire.Connection() as new:
                assert not ask(new) and new.ended()
        # Nobody is sent away who does not ask.
        time.sleep(0.5)
        eventually(lambda: connections() == 1, "the others have gone")
        run("khttpdctl", "drain", "--off")
        assert ask(idle) and ask(idle)
    with wire.Connection() as new:
        assert ask(new) and ask(new)


@pytest.mark.usefixtures("directory")
def test_a_balancer_is_told():
    for _ in range(2):
        assert wire.get("/ready").body == b"ready\n"
        run("khttpdctl", "drain", "--no-wait")
        for _ in range(2):
            assert wire.get("/ready").status == 503
            assert wire.get("/small").status == 200
        run("khttpdctl", "drain", "--off")


@pytest.mark.usefixtures("directory")
def test_pipelined_requests_get_one_response_that_says_so():
    run("khttpdctl", "drain", "--no-wait")
    with wire.Connection() as connection:
        connection.send(wire.request("/small") * 10)
        response = connection.response()
        assert response.body == b"small\n" and response.get("Connection") == "close"
        assert connection.ended()
    run("khttpdctl", "drain", "--off")


@pytest.mark.usefixtures("directory")
def test_khttpdctl_waits_for_the_last_connection():
    with downloading() as slow, wire.Connection() as idle:
        assert ask(idle)
        done = run("khttpdctl", "drain", "--grace", "1s", "--timeout", "1s", check=False)
        assert done.returncode == 75 and "2 connections" in done.stderr, done
        ended = []
        waiting = threading.Thread(target=lambda: ended.append(run("khttpdctl", "drain", "--timeout", "5m")))
        waiting.start()
        take(slow)
        # What had been promised before stays so: it goes on until it is asked on again.
        assert not ask(slow) and slow.ended()
        assert not ask(idle) and idle.ended()
        slow.socket.close()
        idle.socket.close()
        waiting.join(wire.PATIENCE)
        assert "drained" in ended[0].stdout
    assert state() == "running" and sysfs.number("drain") == 1
    assert "draining" in run("khttpdctl", "status").stdout
    assert "\nkhttpd_draining 1\n" in run("khttpdctl", "stats", "--format=prometheus").stdout
    # Whatever ends it lets the next one begin anew.
    run("systemctl", "restart", "khttpd")
    assert sysfs.number("drain") == 0
    with wire.Connection() as connection:
        assert ask(connection)


@pytest.mark.usefixtures("directory")
def test_only_what_runs_can_be_drained():
    run("systemctl", "stop", "khttpd")
    assert run("khttpdctl", "drain", check=False).returncode
    with pytest.raises(OSError):
        sysfs.write("drain", 1)
    run("systemctl", "start", "khttpd")
    assert sysfs.number("drain") == 0


@pytest.mark.parametrize("command", (("khttpdctl", "stop"), ("systemctl", "stop", "khttpd")), ids=" ".join)
@pytest.mark.usefixtures("directory")
def test_a_stop_lets_a_download_end(command):
    """It takes nobody new, does not wait for who waits, and is over with the last download."""
    with downloading() as slow, wire.Connection() as idle, wire.Connection() as silent:
        assert ask(idle)
        eventually(lambda: connections() == 3, "all are accepted")
        stopping = threading.Thread(target=run, args=command)
        stopping.start()
        eventually(lambda: state() == "stopping", "it stops")
        assert idle.ended() and silent.ended()
        with pytest.raises(ConnectionRefusedError):
            wire.get("/small")
        time.sleep(1)
        assert connections() == 1 and state() == "stopping"
        take(slow)
        assert slow.ended()
        stopping.join(wire.PATIENCE)
        assert not stopping.is_alive() and state() == "stopped"


@pytest.mark.usefixtures("directory")
def test_requests_that_have_come_are_answered():
    """A head that came before the stop is, one that is not complete is waited for, and each says that it is the last."""
    with wire.Connection() as half, downloading() as slow:
        half.send(wire.request("/small")[:-2])
        slow.send(wire.request("/small"))
        eventually(lambda: connections() == 2, "both are accepted")
        time.sleep(0.2)
        sysfs.write("state", "stopped")
        half.send(b"\r\n")
        response = half.response()
        assert response.body == b"small\n" and response.get("Connection") == "close" and half.ended()
        take(slow)
        response = slow.response()
        assert response.body == b"small\n" and response.get("Connection") == "close" and slow.ended()
        eventually(lambda: state() == "stopped", "it has stopped")


@pytest.mark.usefixtures("directory")
def test_patience_ends():
    sysfs.write("timeouts/drain_ms", 1500)
    with downloading() as slow:
        begun = time.monotonic()
        sysfs.write("state", "stopped")
        eventually(lambda: state() == "stopped", "it has stopped")
        assert 1.4 < time.monotonic() - begun < LONG / 2
        with pytest.raises((ConnectionResetError, wire.Closed)):
            slow.body(LARGE)


@pytest.mark.parametrize("again", (("khttpdctl", "stop", "--now"), ("sysfs",), ("rmmod", "khttpd")), ids=" ".join)
@pytest.mark.usefixtures("directory")
def test_who_does_not_want_to_wait_need_not(again):
    run("systemctl", "stop", "khttpd")
    run("khttpdctl", "start")
    with downloading() as slow:
        begun = time.monotonic()
        sysfs.write("state", "stopped")
        time.sleep(0.5)
        assert state() == "stopping" and connections() == 1
        if again == ("sysfs",):
            sysfs.write("state", "stopped")
        else:
            run(*again)
        eventually(lambda: state() in ("stopped", "absent"), "it has stopped")
        assert time.monotonic() - begun < LONG / 2
        with pytest.raises((ConnectionResetError, wire.Closed)):
            slow.body(LARGE)
    assert loaded() == (again[0] != "rmmod")


@pytest.mark.usefixtures("directory")
def test_nothing_is_lost_while_it_stops_and_starts_again_and_again():
    """Who keeps a connection loses nothing that was begun: each response is whole, and the last one says so."""
    wrong, well = [], [0]
    over = threading.Event()

    def visit():
        try:
            while not over.is_set():
                try:
                    connection = wire.Connection()
                except ConnectionError:
                    # EPIPE too: it was accepted and ended at once, before connect() was back.
                    continue
                with connection:
                    try:
                        while not over.is_set() and ask(connection):
                            well[0] += 1
                    except (ConnectionResetError, BrokenPipeError, wire.Closed) as error:
                        # A request may cross the end of a connection that nobody asked on just then.
                        assert not connection.received, error
        except BaseException as error:  # pylint: disable=broad-exception-caught
            wrong.append(error)

    clients = [threading.Thread(target=visit) for _ in range(4)]
    for client in clients:
        client.start()
    for _ in range(scale.times(10, 3)):
        sysfs.write("state", "stopped")
        eventually(lambda: state() == "stopped", "it has stopped")
        sysfs.write("state", "running")
        time.sleep(0.2)
    over.set()
    for client in clients:
        client.join(wire.PATIENCE)
        assert not client.is_alive()
    assert not wrong, wrong
    assert well[0] > 20
