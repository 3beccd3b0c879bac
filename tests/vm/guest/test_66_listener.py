# SPDX-License-Identifier: GPL-2.0-or-later
"""What a listener can be told: how many sockets it has, when it accepts, and what connections inherit."""

import errno
import os
import re
import socket
import time
from pathlib import Path

import pytest

import genl
import remains
import sysctl
import sysfs
import wire
from control import Server, load
from shell import eventually, run
from visitors import whole

PORT = 8081
LISTEN = "0A"


@pytest.fixture(name="server")
def fixture_server(sites):
    """A server of the first, on port 80."""
    load()
    with Server() as server:
        server.start(sites["one"])
        yield server
        server.stop()


def listening():
    """The inodes of the sockets that listen on the port."""
    words = [line.split() for line in remains.sockets(PORT)]
    return {line[9] for line in words if line[3] == LISTEN}


def accepted():
    return sysfs.number("stats/accepted")


def asked(sites):
    whole(sites, "page", wire.get("/page.txt", port=PORT))


@pytest.mark.parametrize("address", ("127.0.0.1", "::"))
def test_sockets(server, sites, address):
    """As many as there are to be, each of which is served, and none is left behind."""
    for wanted, sockets in ((os.cpu_count(), 0), (1, 1), (5, 5), (2, 2)):
        server.change(server.listener(address, PORT, sockets=sockets))
        assert len(listening()) == wanted
        # TCP chooses a socket for each connection by its ports.
        for _ in range(50):
            asked(sites)
    server.change(server.listener("127.0.0.1", 80))
    eventually(lambda: not listening(), "the port is free")


def test_an_address_is_not_shared_with_a_stranger(server):
    """One that would share it gets no company, however many sockets there are to be."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", PORT))
        other.listen()
        for sockets in (1, 3):
            with pytest.raises(genl.Refused) as caught:
                server.change(server.listener("127.0.0.1", PORT, sockets=sockets))
            assert caught.value.errno == errno.EADDRINUSE
        assert len(listening()) == 1


def test_who_says_nothing_is_not_accepted(server, sites):
    server.change(server.listener("127.0.0.1", PORT, defer_accept_s=60))
    before = accepted()
    with wire.Connection(port=PORT) as connection:
        time.sleep(0.5)
        assert accepted() == before
        whole(sites, "page", connection.get("/page.txt"))
        assert accepted() == before + 1
    # At last it is accepted all the same.
    server.change(server.listener("127.0.0.1", PORT, defer_accept_s=1))
    with wire.Connection(port=PORT):
        eventually(lambda: accepted() == before + 2, "the silent one is accepted")


def test_data_in_the_syn(server, sites):
    def passive():
        """Connections that began with data, as TCP counts them."""
        names, numbers = Path("/proc/net/netstat").read_text(encoding="ascii").splitlines()[:2]
        return int(dict(zip(names.split(), numbers.split()))["TCPFastOpenPassive"])

    with sysctl.setting("net.ipv4.tcp_fastopen", 3):
        server.change(server.listener("127.0.0.1", PORT, fast_open=16))
        begun = passive()
        for number in range(10):
            with socket.socket() as client:
                client.sendto(wire.request("/page.txt", "Connection: close"), socket.MSG_FASTOPEN, ("127.0.0.1", PORT))
                client.settimeout(wire.PATIENCE)
                answer = b"".join(iter(lambda client=client: client.recv(1 << 16), b""))
            assert answer.partition(b"\r\n\r\n")[2] in sites.content["page"]
            # The first gets a cookie.
            assert number == 0 or passive() > begun


def test_buffers(server, sites):
    server.change(server.listener("127.0.0.1", PORT, send_bytes=50000, receive_bytes=30000))
    with wire.Connection(port=PORT) as connection:
        whole(sites, "page", connection.get("/page.txt"))
        shown = run("ss", "--tcp", "--no-header", "--memory", "--numeric", "state", "established",
                    f"( sport = :{PORT} )").stdout
    # The kernel takes twice as much, for its own part of it.
    found = re.search(r"rb(\d+),t\d+,tb(\d+)", shown)
    assert found and [int(number) for number in found.groups()] == [60000, 100000], shown


def test_what_needs_no_new_socket(server, sites):
    server.change(server.listener("127.0.0.1", PORT, sockets=2))
    before = listening()
    server.change(server.listener("127.0.0.1", PORT, sockets=2, backlog=7, defer_accept_s=3, fast_open=4))
    assert listening() == before
    asked(sites)
    listener = server.lists()[0][0]
    wanted = {"BACKLOG": 7, "SOCKETS": 2, "DEFER_ACCEPT_S": 3, "FAST_OPEN": 4, "SEND_BYTES": 0}
    for name, value in wanted.items():
        assert (server.k[f"A_LISTENER_{name}"], value.to_bytes(4, "little")) in listener, name
    server.change(server.listener("127.0.0.1", PORT, sockets=2, send_bytes=20000))
    assert not listening() & before


@pytest.mark.parametrize("name, value", (("sockets", 1025), ("defer_accept_s", 61), ("fast_open", 65536),
                                         ("send_bytes", (64 << 20) + 1), ("receive_bytes", 1 << 31)))
def test_too_much(server, name, value):
    before = listening()
    with pytest.raises(genl.Refused) as caught:
        server.change(server.listener("127.0.0.1", PORT, **{name: value}))
    assert caught.value.errno == errno.ERANGE
    assert listening() == before


@pytest.fixture(name="far")
def fixture_far(server):
    """A network namespace behind the device near0, whose addresses here are 10.66.0.1 and fe80::661."""
    run("ip", "netns", "add", "far")
    run("ip", "link", "add", "near0", "type", "veth", "peer", "name", "far0", "netns", "far")
    for space, device, number in (((), "near0", 1), (("-n", "far"), "far0", 2)):
        run("ip", *space, "address", "add", f"10.66.0.{number}/24", "dev", device)
        run("ip", *space, "address", "add", f"fe80::66{number}/64", "dev", device, "nodad")
        run("ip", *space, "link", "set", device, "up")
    yield "far"
    server.change(server.listener("127.0.0.1", 80))
    run("ip", "netns", "delete", "far")
    eventually(lambda: not Path("/sys/class/net/near0").exists(), "the device goes with its namespace")


def reaches(url, *command):
    """Tell whether curl gets a page."""
    done = run(*command, "curl", "--silent", "--globoff", "--max-time", "60", "--output", "/dev/null", url, check=False)
    # 7 is a connection that was refused.
    assert done.returncode in (0, 7), done
    return not done.returncode


def test_a_device(server, far):
    there = ("ip", "netns", "exec", far)
    for address, device, outside, inside in (
            ("0.0.0.0", None, True, True), ("0.0.0.0", "near0", True, False), ("::", "near0", True, False),
            ("0.0.0.0", "lo", False, True), ("10.66.0.1", None, True, False), ("10.66.0.1", "near0", True, False)):
        server.change(server.listener(address, PORT, device=device))
        assert reaches(f"http://10.66.0.1:{PORT}/page.txt", *there) == outside, (address, device)
        # What the machine sends to an address of near0 of its own would count as coming over that.
        assert reaches(f"http://127.0.0.1:{PORT}/page.txt") == inside, (address, device)
    server.change(server.listener("fe80::661", PORT, device="near0"))
    assert reaches(f"http://[fe80::661%25far0]:{PORT}/page.txt", *there)


def test_devices_share_an_address_and_a_port(server, far):
    server.change(server.listener("0.0.0.0", PORT, device="near0", sockets=2),
                  server.listener("0.0.0.0", PORT, device="lo"))
    assert reaches(f"http://10.66.0.1:{PORT}/page.txt", "ip", "netns", "exec", far)
    assert reaches(f"http://127.0.0.1:{PORT}/page.txt")
    told = [dict(listener) for listener in server.lists()[0]]
    assert sorted(listener[server.k["A_LISTENER_DEVICE"]] for listener in told) == [b"lo\0", b"near0\0"]
    with pytest.raises(genl.Refused) as caught:
        server.change(*[server.listener("0.0.0.0", PORT, device="lo")] * 2)
    assert caught.value.errno == errno.EINVAL


def test_a_device_that_is_not_there(server, far):  # pylint: disable=unused-argument
    before = listening()
    # The latter is in another network namespace.
    for device in ("none0", "far0"):
        with pytest.raises(genl.Refused) as caught:
            server.change(server.listener("0.0.0.0", PORT, device=device))
        assert (caught.value.errno, caught.value.text) == (errno.ENODEV, "there is no such network device")
    with pytest.raises(genl.Refused) as caught:
        server.change(server.listener("0.0.0.0", PORT, device="0123456789abcdef"))
    assert caught.value.errno == errno.EINVAL
    with pytest.raises(genl.Refused) as caught:
        server.change(server.listener("fe80::661", PORT))
    assert caught.value.text == "a link-local address needs a device"
    assert listening() == before
