# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that mean harm, while others go on being served; in the end nothing is left of them."""

import collections
import itertools
import socket
import threading
import time

import pytest

import hostile
import remains
import scale
import seed
import sysfs
import wire
from crowd import Crowd
from hostile import FILES, LARGE, SHORT, SOME, Others, Refusals, connections, open_many
from load import Workers
from shell import eventually

pytestmark = pytest.mark.chapter("4 connection")

MANY = scale.times(200, 40)
# Pages that nobody else leaves behind meanwhile, in KiB.
SLACK = 16384


@pytest.fixture(scope="module", autouse=True)
def root(server):  # pylint: disable=unused-argument
    """Files to ask for; and what the kernel keeps for itself has not grown when all is over."""
    with hostile.site():
        wire.get("/large")
        before = remains.settled()["SUnreclaim"]
        yield
        eventually(lambda: remains.settled()["SUnreclaim"] < before + SLACK, "memory is given back")


@pytest.fixture(name="others")
def fixture_others():
    """Clients that have to be served all along, and the end of it all."""
    with hostile.all_gone(), Others() as others:
        others.progress()
        yield others
        others.progress()


@pytest.fixture(name="refusals")
def fixture_refusals(others):
    """What is refused in the test; the program tells the same as sysfs."""
    refusals, told = Refusals(others), collections.Counter(hostile.told_refusals())
    yield refusals
    eventually(lambda: collections.Counter(hostile.told_refusals()) - told == refusals.now(), "both tell the same")


class TestSlow:
    """Clients that take their time."""

    def test_heads(self, others, refusals):
        """An octet at a time: told so in the end."""
        head = wire.request("/a", "A: ")[:-4]
        with sysfs.setting(timeouts__head_ms=SHORT):
            clients = open_many(MANY, head[:1])
            others.progress()
            answers = hostile.drip(clients, head[1:] + b"x" * 1000000)
        told = sum(answer.startswith(b"HTTP/1.1 408 ") for answer in answers)
        # Where the first octet was late, there is nobody to be told.
        assert told >= MANY // 2 and answers.count(b"") == MANY - told
        refusals.are(head_timeout=told, idle_timeout=MANY - told)

    def test_bodies(self, others, refusals):
        """They have their answer at once, and in the end the connection is closed."""
        with sysfs.setting(timeouts__head_ms=SHORT):
            clients = open_many(MANY, wire.request("/a", "Content-Length: 50000", method="POST"),
                                wire.request("/a", "Transfer-Encoding: chunked", method="POST") + b"C350\r\n")
            others.progress()
            answers = hostile.drip(clients, b"x")
        assert all(answer.startswith(b"HTTP/1.1 405 ") for answer in answers)
        refusals.are(head_timeout=MANY)

    def test_readers_that_read_nothing(self, others, refusals):
        with sysfs.setting(timeouts__send_ms=SHORT):
            clients = open_many(MANY, wire.request("/large"), wire.request("/large") * 20, receive_buffer=2304)
            others.progress()
            refusals.are(send_timeout=MANY)
            for client in clients:
                with pytest.raises((wire.Closed, ConnectionError)):
                    client.head()
                    client.body(LARGE)
        hostile.close(clients)

    def test_readers_that_read_an_octet_now_and_then(self, others, refusals):
        """So few that the window stays shut are no progress."""
        with sysfs.setting(timeouts__send_ms=SHORT):
            clients = open_many(MANY // 10, wire.request("/large"), receive_buffer=2304)
            deadline = time.monotonic() + wire.PATIENCE * scale.SLOWNESS
            while refusals.now().get("send_timeout", 0) < len(clients):
                assert time.monotonic() < deadline, refusals.now()
                for client in clients:
                    try:
                        client.socket.recv(1)
                    except ConnectionError:
                        pass
                time.sleep(0.05)
            others.progress()
        refusals.are(send_timeout=len(clients))
        hostile.close(clients)

    def test_readers_with_a_shut_window_are_no_burden(self, others, refusals):
        """As many as there are workers of a queue, and more, for as long as they like."""
        clients = open_many(scale.times(600, 300), wire.request("/large"), receive_buffer=2304)
        for _ in range(5):
            others.progress()
        assert connections() >= len(clients)
        hostile.close(clients)
        eventually(lambda: connections() <= len(others.threads), "those who went away are noticed")
        # With what was unread, their end is a reset.
        refusals.are(reset=len(clients))


class TestFlood:
    """Connections and no end of them."""

    @staticmethod
    def flood(number, addresses, others):
        """Connect, and do one of the usual things."""
        held = []
        for at in range(number):
            client = wire.Connection(source=next(addresses)).socket
            if at % 4 == 1:
                client.sendall(wire.request("/a"))
            elif at % 4 == 2:
                client.sendall(b"GET /a HTT")
            elif at % 4 == 3:
                remains.reset_on_close(client)
            held.append(client)
            if len(held) > 100:
                held.pop(0).close()
            if at % 500 == 499:
                others.progress()
        for client in held:
            client.close()

    @pytest.mark.parametrize("addresses", ("one address", "many addresses"))
    def test_coming_and_going(self, others, refusals, addresses):
        number, accepted = scale.times(2000, 200), sysfs.number("stats/accepted")
        source = itertools.repeat("127.2.0.1") if addresses == "one address" else hostile.addresses(3)
        self.flood(number, source, others)
        eventually(lambda: sysfs.number("stats/accepted") - accepted >= number, "all are accepted")
        eventually(lambda: connections() <= len(others.threads), "all are gone")
        # Closed with an answer unread is reset, too.
        assert set(refusals.now()) <= {"reset"}
        assert number // 4 <= refusals.now()["reset"] <= number // 2 + others.late

    def test_many_at_once(self, others, refusals):
        number = scale.times(1000, 200)
        with Crowd(number, each=1000) as crowd:
            eventually(lambda: connections() >= number, "all are accepted")
            others.progress()
            assert crowd.ask("/a") == number
            others.progress()
            assert crowd.open() == number
            crowd.close(reset=True)
            refusals.are(reset=number)


def open_fresh():
    """Nothing was said."""
    return wire.Connection()


def open_idle():
    """An answer was received."""
    connection = wire.Connection()
    assert connection.get("/a").body == FILES["a"]
    return connection


def open_in_head():
    """The server waits for the rest of a head."""
    connection = wire.Connection()
    connection.send("GET /a HTTP/1.1\r\nHost: te")
    return connection


def open_in_body():
    """The server waits for the rest of the content of a request that it has answered."""
    connection = wire.Connection()
    connection.send("POST /a HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n12345")
    assert connection.response().status == 405
    return connection


def open_in_response():
    """The server waits for room to send."""
    connection = wire.Connection(receive_buffer=4096)
    connection.send(wire.request("/some"))
    assert connection.head().status == 200
    return connection


def open_in_pipeline():
    """The same, and requests wait in the socket."""
    connection = wire.Connection(receive_buffer=4096)
    connection.send(wire.request("/some") * 3 + wire.request("/a") * 300)
    assert connection.head().status == 200
    return connection


def open_lingering():
    """The server waits for the client to close."""
    connection = wire.Connection()
    connection.send("GET / HTTP/1.1\r\n\r\n")
    assert connection.response().status == 400
    assert connection.rest() == b""
    return connection


OPEN = {function.__name__[5:]: function for function in
        (open_fresh, open_idle, open_in_head, open_in_body, open_in_response, open_in_pipeline, open_lingering)}


# What comes on a connection of which the client has closed its half.
HALF = {
    "fresh": lambda data: data == b"",
    "idle": lambda data: data == b"",
    "in_head": lambda data: data.startswith(b"HTTP/1.1 400 "),
    "in_body": lambda data: data == b"",
    "in_response": lambda data: len(data) == SOME,
    "in_pipeline": lambda data: data.count(b"HTTP/1.1 200 ") == 302,
    "lingering": lambda data: data == b"",
}


class TestEnd:
    """A client may go in any way at any moment."""

    @pytest.mark.parametrize("name", OPEN)
    def test_reset(self, others, refusals, name):
        clients = [OPEN[name]() for _ in range(MANY // 4)]
        eventually(lambda: connections() >= len(clients), "all are accepted")
        others.progress()
        hostile.close(clients, reset=True)
        refusals.are(reset=len(clients))

    @pytest.mark.parametrize("name", OPEN)
    def test_half_closed(self, others, refusals, name):
        """It still gets all that it has asked for, and then the server closes as well."""
        clients = [OPEN[name]() for _ in range(scale.times(5, 2) if name.startswith("in_") else MANY // 4)]
        for client in clients:
            client.socket.shutdown(socket.SHUT_WR)
        others.progress()
        for client in clients:
            assert HALF[name](client.rest())
        eventually(lambda: connections() <= len(others.threads), "the server has closed them")
        hostile.close(clients)
        assert not others.late and not refusals.now()

    @pytest.mark.parametrize("name", OPEN)
    def test_closed_without_a_word(self, others, refusals, name):
        clients = [OPEN[name]() for _ in range(MANY // 4)]
        eventually(lambda: connections() >= len(clients), "all are accepted")
        others.progress()
        hostile.close(clients)
        eventually(lambda: connections() <= len(others.threads), "they are gone")
        # Whoever was still being sent something is met with a reset.
        assert set(refusals.now()) <= {"reset"}


class TestPipeline:
    """Ten thousand requests at once on a connection."""

    @pytest.mark.parametrize("late", (False, True), ids=("read at once", "read late"))
    def test_all_are_answered_in_order(self, others, refusals, late):
        number = scale.times(10000)
        names = [list(FILES)[(at * at + at // 7) % 3 if at % 50 else 2] for at in range(number)]
        names = [name if name != "c" or at % 50 == 0 else "a" for at, name in enumerate(names)]
        requests = b"".join(wire.request(f"/{name}?{at}", method="HEAD" if at % 11 == 5 else "GET")
                            for at, name in enumerate(names))
        with wire.Connection() as connection:
            sent = []

            def send():
                for at in range(0, len(requests), 50000):
                    connection.send(requests[at:at + 50000])
                    sent.append(at)

            sender = threading.Thread(target=send, daemon=True)
            sender.start()
            if late:
                # It stands still when all buffers on the way are full.
                while True:
                    before = len(sent)
                    others.progress()
                    if len(sent) == before:
                        break
            for at, name in enumerate(names):
                method = "HEAD" if at % 11 == 5 else "GET"
                response = connection.response(method)
                assert response.status == 200, (at, response)
                assert int(response.get("Content-Length")) == len(FILES[name]), at
                assert method == "HEAD" or wire.same(response.body, FILES[name]), at
            sender.join(wire.PATIENCE)
            connection.socket.shutdown(socket.SHUT_WR)
            assert connection.rest() == b""
        assert not refusals.now()


class TestHeads:
    """Heads as long as may be, and one more."""

    @staticmethod
    def statuses(*requests):
        """Send each of the requests on many connections, the last octet late, and return all statuses by request."""
        clients = [open_many(MANY // 4, request[:-1]) for request in requests]
        for group, request in zip(clients, requests):
            for client in group:
                client.send(request[-1:])
        found = [{client.response().status for client in group} for group in clients]
        for group in clients:
            hostile.close(group)
        return found

    @pytest.mark.parametrize("line, head, fields", ((8192, 16384, 100), (65000, 65536, 1024)))
    @pytest.mark.usefixtures("refusals")
    def test_largest(self, others, line, head, fields):
        with sysfs.setting(limits__head_bytes=head, limits__line_bytes=line, limits__fields=fields):
            target = "/a?" + "x" * (line - len("GET /a?"))
            assert self.statuses(wire.request(target), wire.request(target + "x")) == [{200}, {414}]
            others.progress()
            value = "A: " + "x" * (head - len(wire.request("/a", "A: ")))
            assert self.statuses(wire.request("/a", value), wire.request("/a", value + "x")) == [{200}, {431}]
            others.progress()
            most = [f"A{number}: b" for number in range(fields - 1)]
            assert self.statuses(wire.request("/a", *most), wire.request("/a", *most, "C: d")) == [{200}, {431}]
            others.progress()


def garbage(chance):
    """Return octets that no client sends, or almost those that one sends."""
    kind = chance.randrange(6)
    if kind == 0:
        return chance.randbytes(chance.choice((1, 10, 1000, 30000)))
    if kind == 1:
        return bytes(chance.choices(b"\r\n :GET/HTP1.0\0\t\xff", k=chance.randrange(1, 3000)))
    if kind == 2:
        return chance.choice((b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + chance.randbytes(500),
                              b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\4\0\0\0\0\0", b"\r\n" * 20000,
                              b"SSH-2.0-client\r\n", b"\0" * 10000, b"GET /a HTTP/0.9\r\n\r\n", b"GET /a\r\n"))
    if kind == 3:
        return wire.request("/" + "../" * chance.randrange(1000) + "%00%2e%2e/" * chance.randrange(100))
    good = bytearray(wire.request(chance.choice(("/a", "/b", "/c", "/large")), "Range: bytes=0-10,5-", "Accept: */*",
                                  "If-None-Match: *", "Content-Length: 3", method=chance.choice(("GET", "POST")))
                     * chance.randrange(1, 4))
    for _ in range(chance.randrange(1, 10)):
        at = chance.randrange(len(good))
        if chance.random() < 0.5:
            good[at] = chance.randrange(256)
        else:
            del good[at:at + chance.randrange(20)]
            good = good or bytearray(b"\n")
    return bytes(good)


def test_garbage(others, refusals, capsys):
    """For some seconds, or for minutes: what comes back, if anything, is HTTP."""
    chance = seed.draw(capsys)

    def send():
        with wire.Connection() as connection:
            try:
                connection.send(garbage(chance))
                connection.socket.shutdown(socket.SHUT_WR)
                answer = connection.socket.recv(9)
            except ConnectionError:
                return
            assert answer in (b"", b"HTTP/1.1 "), answer

    end = time.monotonic() + (180 if scale.LONG else 6)
    with Workers(send) as senders:
        while time.monotonic() < end:
            others.progress()
            senders.progress()
    assert sum(senders.rounds) > 20
    assert set(refusals.now()) <= {"reset"}
