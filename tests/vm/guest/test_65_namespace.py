# SPDX-License-Identifier: GPL-2.0-or-later
"""A second network namespace with a server of its own."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

import scale
import sysfs
import wire
from load import Workers
from shell import eventually, run

HERE, THERE = "192.0.2.1", "192.0.2.2"
NAME = "khttpd-test"
LARGE = 16 << 20


def inside(*command, **options):
    """Run a command in the namespace."""
    return run("ip", "netns", "exec", NAME, *command, **options)


def namespaces():
    """Return how many network namespaces the kernel holds; None where it does not tell."""
    directory = Path("/sys/kernel/slab/net_namespace")
    if not directory.exists():
        return None
    (directory / "shrink").write_text("1", encoding="ascii")
    return int((directory / "objects").read_text(encoding="ascii").split()[0])


@pytest.fixture(name="root")
def fixture_root():
    """A site for the other namespace."""
    directory = Path(tempfile.mkdtemp(prefix="other-"))
    directory.chmod(0o755)
    (directory / "index.html").write_bytes(b"the other\n")
    (directory / "large").write_bytes(b"x" * LARGE)
    yield directory
    shutil.rmtree(directory)


@contextmanager
def namespace(root):
    """A namespace, joined to this one by a cable, whose server serves a directory."""
    run("ip", "netns", "add", NAME)
    try:
        run("ip", "link", "add", "khttpd0", "type", "veth", "peer", "name", "khttpd1", "netns", NAME)
        run("ip", "address", "add", f"{HERE}/24", "dev", "khttpd0")
        run("ip", "link", "set", "khttpd0", "up")
        inside("ip", "address", "add", f"{THERE}/24", "dev", "khttpd1")
        for device in ("lo", "khttpd1"):
            inside("ip", "link", "set", device, "up")
        inside("khttpdctl", "start")
        inside("khttpdctl", "set-root", "--runtime", root)
        yield
    finally:
        if Path(f"/run/netns/{NAME}").exists():
            run("ip", "netns", "delete", NAME)
        eventually(lambda: not Path("/sys/class/net/khttpd0").exists(), "the namespace is gone")


def test_each_namespace_has_its_own_server(server, root):  # pylint: disable=unused-argument
    generation, requests = sysfs.number("generation"), sysfs.number("stats/requests")
    with namespace(root):
        for host in (THERE, "::ffff:" + THERE):
            assert wire.get("/", host=host).body == b"the other\n"
        assert inside("curl", "--silent", "http://localhost/").stdout == "the other\n"
        assert inside("curl", "--silent", "http://[::1]/").stdout == "the other\n"
        assert b"the other" not in wire.get("/").body
        # A response is counted when it has been sent, and who got it may be faster.
        eventually(lambda: sysfs.number("stats/requests") > requests, "the count of the request")
        assert sysfs.number("stats/requests") == requests + 1
        inside("khttpdctl", "stop")
        assert wire.get("/").status == 200
        with pytest.raises(ConnectionRefusedError):
            wire.get("/", host=THERE)
        inside("khttpdctl", "start")
        assert wire.get("/", host=THERE).status == 200
    # Nothing of this concerned the server here.
    assert sysfs.number("generation") == generation
    assert wire.get("/").status == 200


def test_a_namespace_goes_under_load(server, root):  # pylint: disable=unused-argument
    before = namespaces()

    def visit():
        try:
            with wire.Connection(host=THERE, timeout=5) as connection:
                for _ in range(1000):
                    assert connection.get("/").body == b"the other\n"
        except (OSError, wire.Closed):
            # The namespace has gone.
            pass

    for _ in range(scale.times(5, 2)):
        opened = []
        with namespace(root), Workers(visit, 2) as visitors:
            for number in range(20):
                connection = wire.Connection(host=THERE, receive_buffer=4096)
                connection.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n"[:(None, 10, 0)[number % 3]])
                opened.append(connection)
            assert opened[0].socket.recv(10) == b"HTTP/1.1 2"
            assert not visitors.error
            run("ip", "netns", "delete", NAME)
        for connection in opened:
            connection.socket.close()
        assert wire.get("/").status == 200
    if before is not None:
        eventually(lambda: namespaces() == before, "no namespace is held")


def test_a_namespace_goes_while_its_file_system_is_to_go(server):
    """With the namespace goes what it held: the root's file system can be unmounted."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        run("mount", "-t", "tmpfs", "-o", "mode=755", "khttpd-test", directory)
        try:
            (Path(directory) / "index.html").write_bytes(b"the other\n")
            with namespace(server):
                # "ip netns exec" has mounts of its own, this has ours.
                run("nsenter", f"--net=/run/netns/{NAME}", "khttpdctl", "set-root", "--runtime", directory)
                assert wire.get("/", host=THERE).body == b"the other\n"
                assert run("umount", directory, check=False).returncode != 0
            eventually(lambda: run("umount", directory, check=False).returncode == 0, "nothing holds it")
        except BaseException:
            run("umount", "--lazy", directory, check=False)
            raise
