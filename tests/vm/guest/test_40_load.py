# SPDX-License-Identifier: GPL-2.0-or-later
"""Many connections at once, active and idle, and what is left of them."""

import resource
import socket

import pytest

import sysfs
import wire
from load import Client, crowd
from remains import objects
from shell import eventually

ACTIVE = 1000
IDLE = 2000
TIMES = 10
FILES = {"a": b"a\n", "b": b"b" * 5000, "c.html": b"<p>c\n" * 4000}


@pytest.fixture(scope="module", autouse=True)
def root(server):  # pylint: disable=unused-argument
    """A small site, and clients that are not sent away on a slow machine."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16384), hard))
    with sysfs.document_root() as directory, sysfs.setting(timeouts__idle_ms=3600000, timeouts__head_ms=600000):
        for name, content in FILES.items():
            (directory / name).write_bytes(content)
        yield


def request(name):
    """Return a request as octets."""
    return f"GET /{name} HTTP/1.1\r\nHost: test\r\n\r\n".encode()


def connections():
    """Return how many connections the server has."""
    return sysfs.number("stats/connections")


def test_active_clients_beside_idle_ones():
    accepted, answered = sysfs.number("stats/accepted"), sysfs.number("stats/requests")
    idle = [Client(request("a"), FILES["a"], 1) for _ in range(IDLE)]
    # Half of them have had an answer, the others have not said a word.
    crowd(idle[::2])
    active = [Client(request(name), FILES[name], TIMES)
              for name in (list(FILES)[number % len(FILES)] for number in range(ACTIVE))]
    eventually(lambda: connections() == ACTIVE + IDLE, "all are accepted")
    crowd(active)
    assert connections() == ACTIVE + IDLE
    assert sysfs.number("stats/accepted") - accepted == ACTIVE + IDLE
    for client in active:
        client.socket.close()
    eventually(lambda: connections() == IDLE, "the active ones are gone")
    for client in idle:
        client.left = 1
    crowd(idle)
    eventually(lambda: sysfs.number("stats/requests") - answered == ACTIVE * TIMES + IDLE + IDLE // 2,
               "every request is counted")
    for client in idle:
        client.socket.close()
    eventually(lambda: connections() == 0, "the idle ones are gone")


def test_an_idle_connection_has_no_exchange():
    """It is a structure and a socket: thousands of them cost no buffer."""
    with wire.Connection() as connection:
        assert connection.get("/a").status == 200
        eventually(lambda: objects("khttpd_exchange") == 0, "the exchange is freed")
        assert objects("khttpd_conn") >= 1
        assert connection.get("/a").status == 200


def test_nothing_is_left_of_connections():
    for _ in range(3):
        opened = [wire.Connection() for _ in range(200)]
        for number, connection in enumerate(opened):
            # An answer read, an answer unread, half a head, nothing.
            connection.send(request("b")[:(None, None, 20, 0)[number % 4]])
            if number % 4 == 0:
                assert connection.response().body == FILES["b"]
        for connection in opened:
            connection.socket.close()
    eventually(lambda: connections() == 0, "all are gone")
    for cache in ("khttpd_conn", "khttpd_exchange"):
        eventually(lambda: objects(cache) == 0, f"{cache} is empty")  # pylint: disable=cell-var-from-loop


def test_slow_heads_stop_nobody():
    """More clients in the middle of a head than any workqueue has workers."""
    slow = [socket.create_connection(("127.0.0.1", 80)) for _ in range(600)]
    for client in slow:
        client.send(b"GET /a HTT")
    with wire.Connection() as connection:
        for _ in range(20):
            assert connection.get("/b").body == FILES["b"]
    for client in slow:
        client.send(request("a")[10:])
    for client in slow:
        client.settimeout(wire.PATIENCE)
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        client.close()


def test_clients_that_do_not_read_stop_nobody(server):
    """More downloads that stand still than any workqueue has workers."""
    with sysfs.setting(root=server, timeouts__send_ms=600000):
        slow = [wire.Connection(receive_buffer=4096) for _ in range(600)]
        for client in slow:
            client.send(b"".join(request("libstdc++.tag") for _ in range(3)))
        with wire.Connection() as connection:
            for _ in range(20):
                assert connection.get("/README").status == 200
        for client in slow:
            client.socket.close()
    eventually(lambda: connections() == 0, "all are gone")
