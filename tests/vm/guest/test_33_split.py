# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that arrive in pieces: an octet at a time, and cut in two at every place."""

import re
import socket
import time

import pytest

import sysfs
import wire
from shell import eventually


def request(line, *fields):
    """Return a request as octets."""
    return "".join(f"{text}\r\n" for text in (line, *fields, "")).encode()


HOST = "Host: t"
GET = "GET /a HTTP/1.1"
POST = "POST / HTTP/1.1"
CHUNKED = "Transfer-Encoding: chunked"
REQUESTS = {
    "get": request(GET, HOST),
    "index": request("GET / HTTP/1.1", HOST),
    "head": request("HEAD /a HTTP/1.1", HOST),
    "options": request("OPTIONS * HTTP/1.1", HOST),
    "close": request(GET, HOST, "Connection: close"),
    "http 1.0": request("GET /a HTTP/1.0"),
    "http 1.0 keep-alive": request("GET /a HTTP/1.0", "Connection: keep-alive"),
    "absolute form": request("GET http://t:80/a?b HTTP/1.1", HOST),
    "query": request("GET /a?b=c%20 HTTP/1.1", HOST),
    "escapes": request("GET /%61 HTTP/1.1", HOST),
    "dot segments": request("GET /d/.././a HTTP/1.1", HOST),
    "empty lines before": b"\r\n\r\n" + request(GET, HOST),
    "fields": request(GET, HOST, "A:b", "C:\t d e \t", "F:"),
    "redirect": request("GET /d?q HTTP/1.1", HOST),
    "forbidden": request("GET /d/ HTTP/1.1", HOST),
    "not found": request("GET /none HTTP/1.1", HOST),
    "bad escape": request("GET /%4 HTTP/1.1", HOST),
    "method not allowed": request("DELETE /a HTTP/1.1", HOST),
    "method unknown": request("BREW /a HTTP/1.1", HOST),
    "expectation": request(GET, HOST, "Expect: x"),
    "content": request(POST, HOST, "Content-Length: 5") + b"GET /",
    "content too large": request(POST, HOST, "Content-Length: 99999"),
    "chunked": request(POST, HOST, CHUNKED) + b"3;a=\"b\"\r\nabc\r\n1\r\nd\r\n0\r\nE: f\r\n\r\n",
    "chunked wrongly": request(POST, HOST, CHUNKED) + b"3\r\nabcd\r\n0\r\n\r\n",
    "smuggling": request(POST, HOST, "Content-Length: 5", CHUNKED) + b"0\r\n\r\nG",
    "unknown coding": request(POST, HOST, "Transfer-Encoding: x, chunked"),
    "no host": request(GET, "A: b"),
    "two hosts": request(GET, HOST, HOST),
    "folded": request(GET, HOST, "A: b", " c"),
    "bare LF": GET.encode() + b"\n" + HOST.encode() + b"\n\n",
    "version": request("GET /a HTTP/2.0", HOST),
    "no version": b"GET /a\r\n",
    "pipeline": request(GET, HOST) + request("GET /b HTTP/1.1", HOST),
}
BEFORE = request("GET /b HTTP/1.1", HOST)


@pytest.fixture(scope="module", autouse=True)
def root(server):  # pylint: disable=unused-argument
    """A small site, and more patience than a slow machine needs for an octet at a time."""
    with sysfs.document_root() as directory, sysfs.setting(timeouts__head_ms=600000, timeouts__linger_ms=600000):
        for name in ("a", "b", "index.html"):
            (directory / name).write_bytes(name.encode())
        (directory / "d").mkdir()
        yield


def exchange(pieces):
    """Send pieces, each after the one before was read, and return all that is answered."""
    with wire.Connection() as connection:
        for piece in pieces:
            before = sysfs.number("stats/bytes_in")
            connection.send(piece)
            deadline = time.monotonic() + wire.PATIENCE
            while sysfs.number("stats/bytes_in") < before + len(piece):
                assert time.monotonic() < deadline, f"{piece!r} is not read"
        connection.socket.shutdown(socket.SHUT_WR)
        return re.sub(rb"\r\nDate: [^\r]+", b"", connection.rest())


@pytest.fixture(scope="module", name="whole")
def fixture_whole():
    """What is answered to each request in one piece."""
    return {name: exchange([octets]) for name, octets in REQUESTS.items()}


def quiet():
    """Nobody else counts in bytes_in."""
    eventually(lambda: sysfs.number("stats/connections") == 0, "connections of others are gone")


@pytest.mark.parametrize("name", REQUESTS)
def test_an_octet_at_a_time(name, whole):
    quiet()
    octets = REQUESTS[name]
    assert whole[name].startswith(b"HTTP/1.1 ")
    assert exchange(octets[at:at + 1] for at in range(len(octets))) == whole[name]


@pytest.mark.parametrize("name", REQUESTS)
def test_cut_in_two_everywhere(name, whole):
    quiet()
    octets = REQUESTS[name]
    for at in range(1, len(octets)):
        assert exchange((octets[:at], octets[at:])) == whole[name], f"cut at {at}"


@pytest.mark.parametrize("name", REQUESTS)
def test_behind_another_request(name, whole):
    """Pipelined, in one piece, an octet at a time, and with the cut in it at every third place."""
    quiet()
    octets = BEFORE + REQUESTS[name]
    expected = exchange([BEFORE]) + whole[name]
    assert exchange([octets]) == expected
    assert exchange(octets[at:at + 1] for at in range(len(octets))) == expected
    for at in range(len(BEFORE) + 1, len(octets), 3):
        assert exchange((octets[:at], octets[at:])) == expected, f"cut at {at}"
