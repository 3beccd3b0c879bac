# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that arrive in pieces: an octet at a time, and cut in two at every place."""

import re
import socket
import time

import pytest

import corpus
import sysfs
import wire
from shell import eventually

CPUS = 1
pytestmark = pytest.mark.chapter("1 messages")


def request(line, *fields):
    """Return a request as octets."""
    return "".join(f"{text}\r\n" for text in (line, *fields, "")).encode()


HOST = "Host: t"
GET = "GET /a.txt HTTP/1.1"
POST = "POST / HTTP/1.1"
CHUNKED = "Transfer-Encoding: chunked"
# What is not valid, or for this server too much; what is valid is in corpus.py.
WRONG = {
    "bad escape": request("GET /%4 HTTP/1.1", HOST),
    "method unknown": request("BREW /a HTTP/1.1", HOST),
    "expectation": request(GET, HOST, "Expect: x"),
    "content too large": request(POST, HOST, "Content-Length: 99999"),
    "chunked with an extension": request(POST, HOST, CHUNKED) + b"3;a=\"b\"\r\nabc\r\n1\r\nd\r\n0\r\nE: f\r\n\r\n",
    "chunked wrongly": request(POST, HOST, CHUNKED) + b"3\r\nabcd\r\n0\r\n\r\n",
    "chunked with LF": request(POST, HOST, CHUNKED) + b"3\nabc\r\n0\r\n\r\n",
    "smuggling": request(POST, HOST, "Content-Length: 5", CHUNKED) + b"0\r\n\r\nG",
    "unknown coding": request(POST, HOST, "Transfer-Encoding: x, chunked"),
    "different lengths": request(POST, HOST, "Content-Length: 5", "Content-Length: 6"),
    "no host": request(GET, "A: b"),
    "two hosts": request(GET, HOST, HOST),
    "folded": request(GET, HOST, "A: b", " c"),
    "space before the colon": request(GET, HOST, "A : b"),
    "NUL in a value": request(GET, HOST, "A: b\0c"),
    "bare CR": request(GET, HOST, "A: b\rc"),
    "bare LF": GET.encode() + b"\n" + HOST.encode() + b"\n\n",
    "LF before the request": b"\n" + request(GET, HOST),
    "fragment": request("GET /a.txt#b HTTP/1.1", HOST),
    "version": request("GET /a.txt HTTP/2.0", HOST),
    "no version": b"GET /a.txt\r\n",
    "broken off in a field": request(GET, HOST)[:-3],
    "broken off in a target": b"GET /a.t",
    "broken off in content": request(POST, HOST, "Content-Length: 9") + b"12345",
}
REQUESTS = {**corpus.REQUESTS, **{f"wrong: {name}": octets for name, octets in WRONG.items()}}
BEFORE = request("GET /style.css HTTP/1.1", HOST)
# Connections that are open at once.
CROWD = 250


@pytest.fixture(scope="module", autouse=True)
def root(server):  # pylint: disable=unused-argument
    """The site of the corpus, and more patience than a slow machine needs for an octet at a time."""
    with sysfs.document_root() as directory, sysfs.setting(timeouts__head_ms=600000, timeouts__linger_ms=600000):
        corpus.fill(directory)
        tag = wire.get("/a.txt").get("ETag").encode()
        yield {name: octets.replace(corpus.TAG, tag) for name, octets in REQUESTS.items()}


def constant(answers):
    """Return answers without what is not the same twice: the time, and the boundaries of parts."""
    for boundary in set(re.findall(rb"boundary=(\w+)", answers)):
        answers = answers.replace(boundary, b"BOUNDARY")
    return re.sub(rb"\r\nDate: [^\r]+", b"", answers)


def exchange(crowd):
    """Send the pieces of each client of a crowd, each piece after the one before was read; return all answers."""
    # Nobody else counts in bytes_in.
    eventually(lambda: sysfs.number("stats/connections") == 0, "connections of others are gone")
    connections = [wire.Connection() for _ in crowd]
    for turn in range(max(map(len, crowd))):
        before = sysfs.number("stats/bytes_in")
        sent = 0
        for connection, pieces in zip(connections, crowd):
            if turn < len(pieces):
                connection.send(pieces[turn])
                sent += len(pieces[turn])
            if turn == len(pieces) - 1:
                connection.socket.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + wire.PATIENCE
        while sysfs.number("stats/bytes_in") < before + sent:
            assert time.monotonic() < deadline, "pieces are not read"
    answers = []
    for connection in connections:
        with connection:
            answers.append(constant(connection.rest()))
    return answers


def exchange_each(requests):
    """Send requests, each on a connection of its own; {name: pieces} to {name: answers}."""
    names, answers = list(requests), []
    for begin in range(0, len(names), CROWD):
        answers += exchange([requests[name] for name in names[begin:begin + CROWD]])
    return dict(zip(names, answers))


def single(octets):
    """Cut into octets."""
    return [octets[at:at + 1] for at in range(len(octets))]


def places(octets, begin=1):
    """Return where to cut; everywhere, but a long run of the same octet only here and there."""
    return [at for at in range(begin, len(octets)) if octets[at - 8:at + 8] != b"x" * 16 or at % 500 == 0]


@pytest.fixture(scope="module", name="whole")
def fixture_whole(root):  # pylint: disable=redefined-outer-name
    """What is answered to each request in one piece."""
    return exchange_each({name: [octets] for name, octets in root.items()})


@pytest.fixture(scope="module", name="octet_by_octet")
def fixture_octet_by_octet(root):  # pylint: disable=redefined-outer-name
    """What is answered to each request, an octet at a time."""
    return exchange_each({name: single(octets) for name, octets in root.items() if len(octets) < 2000})


@pytest.mark.parametrize("name", [name for name, octets in REQUESTS.items() if len(octets) < 1900])
def test_an_octet_at_a_time(name, whole, octet_by_octet):
    assert whole[name].startswith(b"HTTP/1.1 ")
    assert octet_by_octet[name] == whole[name]


@pytest.mark.parametrize("name", REQUESTS)
def test_cut_in_two_everywhere(name, root, whole):  # pylint: disable=redefined-outer-name
    octets = root[name]
    answers = exchange_each({at: (octets[:at], octets[at:]) for at in places(octets)})
    assert [at for at, answer in answers.items() if answer != whole[name]] == []


@pytest.mark.parametrize("name", REQUESTS)
def test_behind_another_request(name, root, whole):  # pylint: disable=redefined-outer-name
    """Pipelined: in one piece, and with a cut in it at every third place."""
    octets = BEFORE + root[name]
    expected = exchange([[BEFORE]])[0] + whole[name]
    pieces = {0: [octets], **{at: (octets[:at], octets[at:]) for at in places(octets, len(BEFORE))[::3]}}
    answers = exchange_each(pieces)
    assert [at for at, answer in answers.items() if answer != expected] == []
