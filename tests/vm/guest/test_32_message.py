# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a message ends and the next begins, and how a connection ends."""

import socket

import pytest

import sysfs
import wire
from shell import eventually

CPUS = 1
pytestmark = pytest.mark.chapter("4 connection")

FILES = {"/": b"index\n", "/a": b"a\n", "/b": b"bb\n" * 5000, "/c": b""}


@pytest.fixture(scope="module", autouse=True)
def root(server):  # pylint: disable=unused-argument
    """A small site."""
    with sysfs.document_root() as directory:
        for path, content in FILES.items():
            (directory / (path[1:] or "index.html")).write_bytes(content)
        yield directory


def request(path, *fields, method="GET", version="HTTP/1.1"):
    """Return a request as text."""
    return "".join(f"{text}\r\n" for text in (f"{method} {path} {version}", "Host: test", *fields, ""))


def test_http_1_1_persists_until_told_otherwise():
    with wire.Connection() as connection:
        for _ in range(20):
            got = connection.get("/a")
            assert (got.body, got.get("Connection")) == (b"a\n", None)
        for options in ("close", "Close", "x, close", "keep-alive, close", ",,close,"):
            with wire.Connection() as other:
                other.send(request("/a", f"Connection: {options}") + request("/b"))
                assert other.response().get("Connection") == "close"
                assert other.rest() == b""


def test_http_1_0_closes_unless_asked():
    for fields in ((), ("Connection: close",), ("Connection: keep-alive, close",)):
        with wire.Connection() as connection:
            connection.send(request("/a", *fields, version="HTTP/1.0") + request("/b"))
            got = connection.response()
            assert (got.status, got.body, got.get("Connection")) == (200, b"a\n", "close")
            assert connection.rest() == b""
    with wire.Connection() as connection:
        for _ in range(3):
            got = connection.get("/a", "Connection: Keep-Alive", version="HTTP/1.0")
            assert (got.status, got.body, got.get("Connection")) == (200, b"a\n", "keep-alive")
            assert got.get("Transfer-Encoding") is None


def test_a_thousand_requests_in_one_write():
    paths = [list(FILES)[number % len(FILES)] for number in range(1000)]
    with wire.Connection() as connection:
        connection.send("".join(map(request, paths)))
        for path in paths:
            assert connection.response().body == FILES[path]


def test_a_pipeline_of_hits_and_errors():
    expected = [
        (request("/a"), "GET", 200),
        (request("/none"), "GET", 404),
        (request("/b", method="HEAD"), "HEAD", 200),
        (request("/a", "Content-Length: 3", method="POST") + "GET", "POST", 405),
        (request("/none", method="HEAD"), "HEAD", 404),
        ("\r\n" + request("/c"), "GET", 200),
        (request("*", method="OPTIONS"), "OPTIONS", 204),
        (request("/%zz"), "GET", 400),
        (request("/a", "Expect: x"), "GET", 417),
        (request("/a", method="NONE"), "NONE", 501),
    ] * 30 + [
        (request("/a", "Content-Length: x"), "GET", 400),
    ]
    with wire.Connection() as connection:
        connection.send("".join(text for text, _, _ in expected) + request("/a"))
        for text, method, status in expected:
            assert connection.response(method).status == status, text
        assert connection.rest() == b""


def test_answers_to_a_pipeline_whose_client_reads_late():
    """More than all buffers hold is asked for before anything is read."""
    with wire.Connection(receive_buffer=4096) as connection:
        connection.send(request("/b") * 500)
        for _ in range(500):
            assert connection.response().body == FILES["/b"]


def test_a_client_that_has_said_all_gets_all_answers():
    with wire.Connection() as connection:
        connection.send(request("/a") + request("/b") * 20 + request("/none"))
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.response().body == b"a\n"
        for _ in range(20):
            assert connection.response().body == FILES["/b"]
        assert connection.response().status == 404
        assert connection.rest() == b""


def test_a_client_that_leaves_without_a_word():
    for nothing in ("", "\r\n", "\r\n\r\n"):
        with wire.Connection() as connection:
            connection.send(nothing)
            connection.socket.shutdown(socket.SHUT_WR)
            assert connection.rest() == b""
    with wire.Connection() as connection:
        # Some clients send an empty line behind a request.
        connection.send(request("/a") + "\r\n")
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.response().body == b"a\n"
        assert connection.rest() == b""


def test_a_client_that_breaks_off_in_a_head():
    for end in ("GE", "GET /a", "GET /a HTTP/1.1\r\nHost: te", request("/a")[:-1]):
        with wire.Connection() as connection:
            connection.send(request("/a") + end)
            connection.socket.shutdown(socket.SHUT_WR)
            assert connection.response().status == 200
            assert connection.response().status == 400
            assert connection.rest() == b""


@pytest.mark.chapter("2 content")
def test_a_client_that_breaks_off_in_a_body():
    with wire.Connection() as connection:
        connection.send(request("/a", "Content-Length: 10", method="POST") + "12345")
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.response().status == 405
        assert connection.rest() == b""


INSIDE = "GET /none HTTP/1.1\r\nHost: test\r\n\r\n"
BODIES = {
    "length": ("Content-Length: 34", INSIDE),
    "length zero": ("Content-Length: 0", ""),
    "length of a single octet": ("Content-Length: 1", "\r"),
    "length at the limit": ("Content-Length: 65536", "G" * 65536),
    "chunked": ("Transfer-Encoding: chunked", f"22\r\n{INSIDE}\r\n0\r\n\r\n"),
    "chunked in another case": ("transfer-encoding: Chunked", f"22\r\n{INSIDE}\r\n0\r\n\r\n"),
    "chunked and empty": ("Transfer-Encoding: chunked", "0\r\n\r\n"),
    "many chunks": ("Transfer-Encoding: chunked", "1\r\nG\r\n" * 1000 + "000\r\n\r\n"),
    "extensions": ("Transfer-Encoding: chunked", '3;a;b=c ; d="e;\\" f"\r\nabc\r\n0;x\r\n\r\n'),
    "trailers": ("Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\nA: b\r\nContent-Length: 100\r\n\r\n"),
}


@pytest.mark.chapter("2 content")
@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("method", ("GET", "POST", "OPTIONS"))
def test_a_body_is_skipped(name, method):
    field, body = BODIES[name]
    status = {"GET": 200, "POST": 405, "OPTIONS": 204}[method]
    with wire.Connection() as connection:
        connection.send((request("/a", field, method=method) + body) * 2 + request("/b"))
        assert connection.response(method).status == status
        assert connection.response(method).status == status
        assert connection.response().body == FILES["/b"]


BROKEN_BODIES = {
    "no size": "\r\nabc",
    "size that is none": "x\r\nabc\r\n0\r\n\r\n",
    "size with a prefix": "0x3\r\nabc\r\n0\r\n\r\n",
    "negative size": "-3\r\nabc\r\n0\r\n\r\n",
    "size beyond all numbers": "f" * 17 + "\r\nabc",
    "size of all bits": "f" * 16 + "\r\n" + "a" * 70000,
    "space behind the size": "3 \r\nabc\r\n0\r\n\r\n",
    "extension without a name": "3;\r\nabc\r\n0\r\n\r\n",
    "LF behind the size": "3\nabc\r\n0\r\n\r\n",
    "LF in an extension": "3;a\nb\r\nabc\r\n0\r\n\r\n",
    "LF behind the data": "3\r\nabc\n0\r\n\r\n",
    "data longer than its size": "3\r\nabcd\r\n0\r\n\r\n",
    "data shorter than its size": "3\r\nab\r\n0\r\n\r\n",
    "LF behind the last chunk": "0\n\r\n",
    "trailer without a colon": "0\r\nA\r\n\r\n",
    "folded trailer": "0\r\nA: b\r\n c\r\n\r\n",
    "endless extension": "3;a=" + "b" * 100000,
    "endless trailers": "0\r\n" + "A: b\r\n" * 20000,
    "content above the limit": "8000\r\n" + "a" * 0x8000 + "\r\n8001\r\n" + "a" * 0x8001 + "\r\n0\r\n\r\n",
}


@pytest.mark.chapter("2 content")
@pytest.mark.parametrize("name", BROKEN_BODIES)
def test_nothing_is_answered_behind_a_broken_body(name):
    """The request itself was answered; what follows must not be taken for another."""
    with wire.Connection() as connection:
        connection.send(request("/a", "Transfer-Encoding: chunked", method="POST") + BROKEN_BODIES[name]
                        + request("/b") * 3)
        assert connection.response().status == 405
        assert connection.rest() == b""


@pytest.mark.chapter("2 content")
def test_continue_is_not_waited_for():
    """The final status comes at once; as the content may follow or not, the connection ends."""
    with wire.Connection() as connection:
        connection.send(request("/a", "Content-Length: 5", "Expect: 100-continue", method="POST"))
        got = connection.response()
        assert (got.status, got.get("Connection")) == (405, "close")
        connection.send("12345" + request("/b"))
        assert connection.rest() == b""
    with wire.Connection() as connection:
        assert connection.get("/a", "Expect: 100-Continue").status == 200
        assert connection.get("/b").body == FILES["/b"]
    with wire.Connection() as connection:
        # An HTTP/1.0 client cannot mean it.
        assert connection.get("/a", "Expect: 100-continue", version="HTTP/1.0").status == 200


REFUSED_EARLY = {
    400: "GET / HTTP/1.1\r\n\r\n",
    413: request("/a", "Content-Length: 8000000", method="POST"),
    414: request("/" + "a" * 20000),
    431: request("/a", *(f"Field-{number}: {'x' * 100}" for number in range(1000))),
}


@pytest.mark.parametrize("status", REFUSED_EARLY)
def test_the_answer_arrives_while_the_client_still_sends(status):
    """Lingering close: no reset overtakes the answer, however much is on its way."""
    head = REFUSED_EARLY[status]
    with wire.Connection() as connection:
        connection.send(head)
        for _ in range(8):
            connection.send(b"x" * 1000000)
        assert connection.response().status == status
        assert connection.rest() == b""


def test_requests_on_one_connection_can_be_limited():
    with sysfs.setting(limits__requests=3), wire.Connection() as connection:
        connection.send(request("/a") * 5)
        assert [connection.response().get("Connection") for _ in range(3)] == [None, None, "close"]
        assert connection.rest() == b""
    with wire.Connection() as connection:
        connection.send(request("/a") * 5)
        assert [connection.response().get("Connection") for _ in range(5)] == [None] * 5


def test_both_address_families():
    for host in ("127.0.0.1", "127.1.2.3", "::1"):
        assert wire.get("/a", host=host).body == b"a\n"


def test_a_client_that_resets_is_counted():
    before = sysfs.number("stats/refused_reset")
    with wire.Connection(receive_buffer=4096) as connection:
        connection.send(request("/b") * 1000)
        assert connection.response().status == 200
        # Closed with answers unread: TCP resets.
    eventually(lambda: sysfs.number("stats/refused_reset") == before + 1, "the reset is counted")
