# SPDX-License-Identifier: GPL-2.0-or-later
"""The server, or the whole module, goes away in the middle of everything."""

import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

import scale
import sysfs
import wire
from configuration import configured
from shell import SITE, eventually, loaded, run, state

TIME_LIMIT = 3000
# Seconds that an end may take.
BOUND = 30 * scale.SLOWNESS
LARGE = "/user/a01655.html"


def request(path):
    """Return a request as text."""
    return f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n"


class Everything:
    """Connections in every state that there is."""

    def __init__(self):
        self.connections = []
        for _ in range(3):
            self.open()
            self.open(request("/")).response()
            # Half a head, half a body, a client that has said all, a lingering connection.
            self.open(request("/")[:20])
            self.open("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n1")
            self.open(request("/")).socket.shutdown(socket.SHUT_WR)
            self.open("GET / HTTP/1.1\r\n\r\n").response()
            # Downloads that stand still, that go on, and pipelines.
            self.open(request(LARGE), receive_buffer=4096)
            self.open(request(LARGE) * 5, receive_buffer=65536).head()
            self.open(request("/none") * 200)
        self.curls = [subprocess.Popen(["curl", "--silent", "--limit-rate", "100k", "--output", "/dev/null",
                                        f"http://localhost{LARGE}"]) for _ in range(2)]

    def open(self, data="", **options):
        """Make one more connection and send something."""
        connection = wire.Connection(**options)
        connection.send(data)
        self.connections.append(connection)
        return connection

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.socket.close()
        for curl in self.curls:
            curl.kill()
            curl.wait()

    def end(self):
        """See that every connection has ended, whatever was received before."""
        for connection in self.connections:
            try:
                connection.rest()
            except ConnectionResetError:
                pass


def start(root):
    """Load the module and serve a directory, without the daemon."""
    run("modprobe", "khttpd")
    sysfs.write("root", root)
    sysfs.write("uid", 33)
    sysfs.write("gid", 33)
    # What has begun is to be cut off.
    sysfs.write("timeouts/drain_ms", 0)
    sysfs.write("state", "running")


@pytest.fixture(name="bare")
def fixture_bare(unloaded):  # pylint: disable=unused-argument
    """The module is not loaded, before and after."""
    yield
    if loaded():
        run("rmmod", "khttpd")


def bounded(*command):
    """Run a command that ends in time."""
    begun = time.monotonic()
    run(*command, timeout=10 * BOUND)
    taken = time.monotonic() - begun
    assert taken < BOUND, f"{command} took {taken:.1f} s"


@pytest.mark.usefixtures("bare")
def test_rmmod_in_the_middle_of_transfers():
    for _ in range(scale.times(20, 3)):
        start(SITE)
        with Everything() as everything:
            bounded("rmmod", "khttpd")
            assert not loaded()
            everything.end()
    start(SITE)
    assert wire.get("/").status == 200


@pytest.mark.usefixtures("bare")
def test_rmmod_while_clients_come():
    """Connections that are not accepted yet, and such that come while the listener closes."""
    for _ in range(scale.times(10, 3)):
        start(SITE)
        storm = subprocess.Popen(["sh", "-c", "while curl --silent --output /dev/null http://localhost/; do :; done"])
        eventually(lambda: sysfs.number("stats/requests") > 2, "clients are served")
        bounded("rmmod", "khttpd")
        assert storm.wait(wire.PATIENCE) is not None


@pytest.mark.usefixtures("bare")
def test_rmmod_of_an_idle_module():
    for _ in range(scale.times(10, 3)):
        run("modprobe", "khttpd")
        bounded("rmmod", "khttpd")


@pytest.mark.usefixtures("bare")
def test_stop_and_start_by_state():
    start(SITE)
    for _ in range(scale.times(20, 3)):
        with Everything() as everything:
            sysfs.write("state", "stopped")
            eventually(lambda: state() == "stopped", "it is stopped", BOUND)
            everything.end()
        assert sysfs.number("stats/connections") == 0
        sysfs.write("state", "running")
        assert wire.get("/").status == 200


@pytest.mark.usefixtures("bare")
def test_a_file_system_can_be_unmounted_right_after_the_stop():
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        for _ in range(scale.times(10, 3)):
            run("mount", "-t", "tmpfs", "-o", "mode=755", "khttpd-test", directory)
            try:
                (Path(directory) / "large").write_bytes(bytes(8 << 20))
                start(directory)
                with wire.Connection(receive_buffer=4096) as slow, wire.Connection() as idle:
                    slow.send(request("/large"))
                    slow.head()
                    assert idle.get("/none").status == 404
                    assert run("umount", directory, check=False).returncode != 0
                    sysfs.write("state", "stopped")
                    eventually(lambda: state() == "stopped", "it is stopped", BOUND)
                    run("umount", directory)
            except BaseException:
                run("umount", "--lazy", directory, check=False)
                raise


@pytest.mark.usefixtures("bare")
def test_a_file_system_can_be_unmounted_after_the_root_has_moved():
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        run("mount", "-t", "tmpfs", "-o", "mode=755", "khttpd-test", directory)
        try:
            (Path(directory) / "file").write_bytes(b"x")
            start(directory)
            with wire.Connection() as idle:
                assert idle.get("/file").body == b"x"
                sysfs.write("root", SITE)
                assert idle.get("/file").status == 404
                eventually(lambda: run("umount", directory, check=False).returncode == 0, "nothing holds it")
        except BaseException:
            run("umount", "--lazy", directory, check=False)
            raise


def start_again():
    """Start the service, as often as wanted: the service manager may suspect a loop, on a fast machine."""
    # It has forgotten a unit that was stopped for a while, and then there is nothing to reset.
    run("systemctl", "reset-failed", "khttpd", check=False)
    run("systemctl", "start", "khttpd")


def test_systemctl_stop_in_the_middle_of_transfers(server):  # pylint: disable=unused-argument
    with configured("[timeouts]\ndrain-ms = 0\n"):
        for _ in range(scale.times(8, 3)):
            start_again()
            with Everything() as everything:
                bounded("systemctl", "stop", "khttpd")
                assert state() == "stopped"
                everything.end()
        start_again()
    assert wire.get("/").status == 200
