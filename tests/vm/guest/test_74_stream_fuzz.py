# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutated streams of requests: what comes back is HTTP to the letter, and nobody else notices anything."""

import gzip
import multiprocessing
import random
import re
import socket
import time
import traceback
import zlib

import pytest

import corpus
import remains
import scale
import seed
import sysfs
import wire
from load import Workers

TIME_LIMIT = 3000
STREAMS = 500
PROCESSES = 2
TOKENS = (b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\0", b" ", b"\t", b":", b"/", b"..", b"/../", b"%2e%2e/", b"%00", b"%", b"?",
          b"#", b"*", b"\xff", b"\x80", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/0.9", b"GET ", b"HEAD ", b"POST ",
          b"OPTIONS ", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"Host: test\r\n", b"Host:\r\n", b"Connection: close\r\n",
          b"Connection: keep-alive\r\n", b"Content-Length: 5\r\n", b"Content-Length: 18446744073709551616\r\n",
          b"Content-Length: -1\r\n", b"Content-Length: 5, 5\r\n", b"Transfer-Encoding: chunked\r\n",
          b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n", b"fffffffffffffffff\r\n", b"5;x=y\r\nabcde\r\n",
          b"Range: bytes=0-\r\n", b"Range: bytes=" + b"0-0," * 200 + b"5-\r\n", b"Expect: 100-continue\r\n",
          b"Upgrade: h2c\r\n", b" folded\r\n", b"X: " + b"y" * 9000 + b"\r\n", b"A:\r\n" * 120, b"a" * 9000, b"\r\n" * 50,
          b"bytes=", b"q=0", b";", b",", b"\"", b"W/", b"127.0.0.1", b"[::1]", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
STATUS_LINE = re.compile(rb"HTTP/1\.1 ([2-5]\d\d) [\x20-\x7e]*\Z")
FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ([\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?\Z")
# After these, nothing that the client sends can be understood.
FINAL = (408, 413, 414, 431, 505)


def mutate(chance, octets):
    """Return octets that are not quite what they were, or not at all."""
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(octets) + 1)
        to = min(len(octets), at + chance.choice((1, 2, 5, 20, 100)))
        other = chance.choice(SEEDS)
        way = chance.randrange(8)
        if way == 0 and octets[at:]:
            octets = octets[:at] + bytes((octets[at] ^ 1 << chance.randrange(8),)) + octets[at + 1:]
        elif way == 1:
            octets = octets[:at]
        elif way == 2:
            octets = octets[:at] + octets[to:]
        elif way == 3:
            octets = octets[:to] + octets[at:to] * chance.choice((1, 1, 2, 50)) + octets[to:]
        elif way == 4:
            octets = octets[:at] + other[chance.randrange(len(other)):]
        elif way == 5:
            octets = octets[:at] + chance.randbytes(chance.choice((1, 4, 64, 3000))) + octets[at:]
        else:
            octets = octets[:at] + chance.choice(TOKENS) + octets[at:]
        octets = octets[:1 << 17]
    return octets


SEEDS = [octets.replace(corpus.TAG, b'"x"') for octets in corpus.REQUESTS.values()]


def stream(chance):
    """Return what a client sends: requests one after another, some of them spoilt, or all."""
    requests = chance.choices(SEEDS, k=chance.choice((1, 1, 2, 3, 10, 100)))
    if chance.random() < 0.5:
        return mutate(chance, b"".join(requests))
    requests[chance.randrange(len(requests))] = mutate(chance, chance.choice(requests))
    return b"".join(requests)


def send(chance, connection, octets):
    """Send octets in pieces; False if the server had enough before their end."""
    cuts = sorted(chance.randrange(len(octets) + 1) for _ in range(chance.choice((0, 0, 1, 3, 30))))
    try:
        for begin, end in zip([0, *cuts], [*cuts, len(octets)]):
            connection.sendall(octets[begin:end])
            if chance.random() < 0.1:
                time.sleep(chance.random() / 100)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def head(octets):
    """Take a response's head apart."""
    first, *lines = octets.split(b"\r\n")
    status = STATUS_LINE.match(first)
    assert status, first
    fields = {}
    for line in lines:
        field = FIELD.match(line)
        assert field, line
        name = field[1].lower()
        assert name not in fields or name in (b"vary", b"x-a"), line
        fields[name] = field[2] or b""
    return int(status[1]), fields


def chunked(octets):
    """Return how long a chunked body at the beginning of octets is; None if it is not whole."""
    at = 0
    while True:
        size = re.compile(rb"([0-9a-f]+)\r\n").match(octets, at)
        if not size:
            return None
        at = size.end() + int(size[1], 16) + 2
        if octets[at - 2:at] != b"\r\n":
            return None
        if not int(size[1], 16):
            return at


def decoded(fields, body):
    """Return what was compressed on the fly; None if nothing was."""
    try:
        return {b"gzip": gzip.decompress, b"deflate": zlib.decompress}[fields.get(b"content-encoding")](body)
    except (KeyError, OSError, EOFError, zlib.error):
        return None


def judge(received):
    """See that all that was received is responses, one after another, the last of them whole; return their statuses."""
    statuses = []
    while received:
        text, found, received = received.partition(b"\r\n\r\n")
        assert found, text[:200]
        status, fields = head(text)
        statuses.append(status)
        length = fields.get(b"content-length")
        if b"transfer-encoding" in fields:
            assert fields[b"transfer-encoding"] == b"chunked" and length is None
            took = chunked(received)
            assert took, received[:200]
            received = received[took:]
        elif status not in (204, 304):
            assert length is not None and length.isdigit(), text
            # The answer to HEAD has a length and no content; which method a spoilt request has nobody can tell.
            if received and not received.startswith(b"HTTP/1.1 "):
                body, received = received[:int(length)], received[int(length):]
                assert len(body) == int(length), (text, len(body))
                if status == 200:
                    assert body in CONTENTS or decoded(fields, body) in CONTENTS, (text, body[:200])
        last = fields.get(b"connection") == b"close"
        assert last or status not in FINAL, text
        assert not last or not received, (text, received[:200])
        # Nothing that is not to be served.
        assert b"root:" not in text
    return statuses


CONTENTS = set(corpus.FILES.values())


def be_a_client(chance):
    """Send a stream, and judge the answer; return what came, None where it was not waited for."""
    octets = stream(chance)
    with socket.create_connection(("127.0.0.1", 80), timeout=wire.PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            all_sent = send(chance, connection, octets)
            if chance.random() < 0.2:
                remains.reset_on_close(connection)
                return None
            if chance.random() < 0.1:
                connection.recv(chance.randrange(1, 1000))
                return None
            if all_sent:
                connection.shutdown(socket.SHUT_WR)
            pieces = []
            while piece := connection.recv(1 << 18):
                pieces.append(piece)
        except ConnectionResetError:
            # Only a client that goes on for longer than the server lingers is reset.
            assert len(octets) > 65536, octets
            return None
        except OSError as error:
            raise AssertionError(f"{error} of {octets!r}") from error
    try:
        return judge(b"".join(pieces))
    except AssertionError as error:
        raise AssertionError(f"{error}\nof {octets!r}") from error


def be_clients(value, told, number):
    """In a process of its own: be one client after another."""
    chance, statuses = random.Random(value), {}
    try:
        for _ in range(number):
            for status in be_a_client(chance) or [None]:
                statuses[status] = statuses.get(status, 0) + 1
        told.put((statuses, None))
    except BaseException:  # pylint: disable=broad-exception-caught
        told.put((statuses, traceback.format_exc()[-8000:]))


@pytest.fixture(name="root")
def fixture_root(site):
    """A small site."""
    corpus.fill(site)


def counters():
    """What the server refused, by reason."""
    return {path.name: sysfs.number(f"stats/{path.name}") for path in (sysfs.SYSFS / "stats").glob("refused_*")}


def canary():
    """A client that has nothing to do with it all."""
    with wire.Connection() as connection:
        for name in ("a.txt", "large.bin", "style.css"):
            assert wire.same(connection.get(f"/{name}").body, corpus.FILES[name])
            time.sleep(0.05)


@pytest.mark.usefixtures("root")
def test_streams(capsys):
    chance = seed.draw(capsys)
    before = counters()
    context = multiprocessing.get_context("fork")
    told, statuses, errors = context.SimpleQueue(), {}, []
    processes = [context.Process(target=be_clients, args=(chance.random(), told, scale.times(STREAMS, 200)))
                 for _ in range(PROCESSES)]
    with Workers(canary, 1) as canaries:
        for process in processes:
            process.start()
        for _ in processes:
            found, error = told.get()
            errors += [error] if error else []
            for status, number in found.items():
                statuses[status] = statuses.get(status, 0) + number
        for process in processes:
            process.join()
        canaries.progress()
    with capsys.disabled():
        print({str(status): number for status, number in sorted(statuses.items(), key=str)}, end=" ")
    assert not errors, errors[0]
    for status in (200, 206, 304, 400, 404, 405):
        assert statuses.get(status), f"no {status}: {statuses}"
    after = counters()
    assert after["refused_reset"] > before["refused_reset"]
    assert after["refused_memory"] == before["refused_memory"]
