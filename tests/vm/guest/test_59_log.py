# SPDX-License-Identifier: GPL-2.0-or-later
"""The access log: every request that was answered stands in it, as it was, or is counted as lost."""

import errno
import os
import socket
import struct
import subprocess
import time
from collections import Counter

import pytest

import genl
import records
import sysfs
import wire
from configuration import directories
from control import Server, load, unload_anyway
from shell import eventually, run

CPUS = 1
PORT = 8059
SOL_SOCKET_LINGER = struct.pack("ii", 1, 0)
# Of a text that is longer than the module keeps, so much stays.
KEPT = {"line": 2048, "referer": 1024, "agent": 512}


@pytest.fixture(name="root", scope="module")
def fixture_root():
    """A site of a small file, a large one, and a directory."""
    with directories("site") as parent:
        root = parent / "site"
        (root / "small").write_text("hello world\n", encoding="ascii")
        (root / "large").write_bytes(bytes(8 << 20))
        (root / "directory").mkdir()
        yield root


@pytest.fixture(name="control", scope="module")
def fixture_control(installed, root):  # pylint: disable=unused-argument
    """A server without the daemon, its log on; nobody else reads that."""
    unload_anyway()
    load()
    with Server() as control:
        control.start(root, control.listener("0.0.0.0", PORT), control.numbers("LOG", access=records.FILE, kbytes=64))
        yield control
        control.stop()
    unload_anyway()


@pytest.fixture(name="fast", params=(1, 0), ids=("softirq", "work"))
def fixture_fast(request, control):
    """Hits answered in the softirq and by the work item, and nothing in the log yet."""
    control.change(control.numbers("CACHE", fast=request.param))
    records.take(control)
    yield request.param
    control.change(control.numbers("CACHE", fast=1))


@pytest.fixture(name="empty", autouse=True)
def fixture_empty(control):
    """Nothing in the log yet."""
    records.take(control)


def connect():
    """A connection to the server."""
    return wire.Connection(port=PORT)


def logged(control, number):
    """Wait for so many records, and return them; none of them was lost."""
    found = []

    def enough():
        more, lost = records.take(control)
        assert not lost
        found.extend(more)
        return len(found) >= number
    eventually(enough, f"{number} records")
    assert len(found) == number
    return found


def test_what_is_told(control, fast):  # pylint: disable=unused-argument
    begun = time.time_ns()
    fields = ("Referer: http://a.test/from?x=\"y\"", "User-Agent: Mozilla/5.0 (\t\xe9\xff\\)")
    with connect() as connection:
        for _ in range(3):
            connection.send(wire.request("/small?q=1", *fields, host="a.test:8059"))
            connection.head()
            connection.body(12)
        ports = connection.socket.getsockname()[1]
        whole = wire.request("/small?q=1", *fields, host="a.test:8059")
        connection.send(whole)
        answer = b""
        while not answer.endswith(b"hello world\n"):
            answer += connection.socket.recv(4096)
    for record in logged(control, 4):
        assert record.line == b"GET /small?q=1 HTTP/1.1"
        assert record.host == b"a.test:8059"
        assert record.referer == b"http://a.test/from?x=\"y\""
        assert record.agent == b"Mozilla/5.0 (\t\xe9\xff\\)"
        assert (record.client, record.client_port) == ("127.0.0.1", ports)
        assert (record.local, record.local_port) == ("127.0.0.1", PORT)
        assert (record.status, record.flags, record.octets, record.head) == (200, 0, len(answer), len(answer) - 12)
        # The time is that of the last tick.
        assert begun - 10 ** 9 < record.time_ns <= time.time_ns()
        assert 0 < record.duration_ns < 120 * 10 ** 9


CASES = {
    200: ("/small", "GET", ()), 301: ("/directory", "GET", ()), 404: ("/absent", "GET", ()),
    405: ("/small", "POST", ("Content-Length: 0",)), 501: ("/small", "NONSENSE", ()), 204: ("*", "OPTIONS", ()),
    206: ("/small", "GET", ("Range: bytes=1-2",)), 416: ("/small", "GET", ("Range: bytes=99-",)),
    412: ("/small", "GET", ("If-Match: \"none\"",)), 417: ("/small", "GET", ("Expect: nonsense",)),
    304: ("/small", "GET", ("If-None-Match: *",)),
}


@pytest.mark.parametrize("status", CASES)
def test_statuses(control, fast, status):  # pylint: disable=unused-argument
    target, method, fields = CASES[status]
    for _ in range(2):
        with connect() as connection:
            connection.send(wire.request(target, "Connection: close", *fields, method=method))
            octets = connection.rest()
        assert octets.startswith(b"HTTP/1.1 %d " % status)
        record = logged(control, 1)[0]
        assert (record.status, record.octets, record.flags) == (status, len(octets), 0)
        assert record.head == octets.index(b"\r\n\r\n") + 4
        assert record.line == f"{method} {target} HTTP/1.1".encode()


@pytest.mark.parametrize("octets, status, line", (
    (b"GET /\n\r\n\r\n", 400, b"GET /"),
    (b"GET / HTTP/1.1\r\nHost: a\r\nBad Field: x\r\n\r\n", 400, b"GET / HTTP/1.1"),
    (b"GET /\x00\x1b[31m HTTP/1.1\r\n\r\n", 400, b"GET /"),
    (b"GET / HTTP/2.0\r\n\r\n", 505, b"GET / HTTP/2.0"),
    (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 414, b"GET /" + b"a" * 2043),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 20000, 431, b"GET / HTTP/1.1"),
), ids=("bare LF", "a field", "control characters", "version", "a long line", "a long field"))
def test_errors_of_the_parser(control, octets, status, line):
    with connect() as connection:
        connection.send(octets)
        assert connection.head().status == status
    record = logged(control, 1)[0]
    assert (record.status, record.line, record.agent) == (status, line, b"")
    assert record.flags == (records.CUT if len(line) == KEPT["line"] else 0)


def test_long_texts_are_cut(control, fast):  # pylint: disable=unused-argument
    fields = ("Referer: " + "r" * 5000, "User-Agent: " + "u" * 5000)
    with connect() as connection:
        for _ in range(2):
            assert connection.get("/small?" + "q" * 5000, *fields).status == 200
    for record in logged(control, 2):
        assert record.flags == records.CUT
        assert record.line == b"GET /small?" + b"q" * (KEPT["line"] - len("GET /small?"))
        assert record.referer == b"r" * KEPT["referer"]
        assert record.agent == b"u" * KEPT["agent"]


def test_pipelined_requests(control, fast):  # pylint: disable=unused-argument
    # One after the other at first, so that they are hits.
    with connect() as connection:
        connection.get("/small")
        connection.send(b"".join(wire.request(f"/small?{number}") for number in range(100)))
        for _ in range(100):
            assert connection.response().status == 200
    # Those of a CPU are in their order, and the work item may go to another.
    lines = Counter(record.line for record in logged(control, 101))
    assert lines == Counter([b"GET /small HTTP/1.1", *(b"GET /small?%d HTTP/1.1" % number for number in range(100))])


def test_content_of_a_request(control):
    with connect() as connection:
        connection.send(wire.request("/small", "Content-Length: 5") + b"12345" + wire.request("/small?next"))
        assert [connection.response().status for _ in range(2)] == [200, 200]
    assert {record.line[:11] for record in logged(control, 2)} == {b"GET /small ", b"GET /small?"}


def test_a_connection_that_is_cut(control):
    with connect() as connection:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, SOL_SOCKET_LINGER)
        connection.send(wire.request("/large"))
        connection.socket.recv(1000)
    record = logged(control, 1)[0]
    assert (record.status, record.flags, record.line) == (200, records.INCOMPLETE, b"GET /large HTTP/1.1")
    assert 1000 <= record.octets < 8 << 20
    assert record.local_port == PORT


def test_a_client_above_its_rate(control):
    control.change(control.numbers("LIMITS", client_requests=1))
    try:
        with connect() as connection:
            statuses = [connection.get("/small").status for _ in range(20)]
    finally:
        control.change(control.numbers("LIMITS", client_requests=0))
    assert 429 in statuses
    # Those of a CPU are in their order.
    assert Counter(record.status for record in logged(control, 20)) == Counter(statuses)


def test_loss_is_counted(control, fast):  # pylint: disable=unused-argument
    before = records.counted(control)
    agent = "User-Agent: " + "u" * 400
    with connect() as connection:
        for _ in range(60):
            connection.send(wire.request("/small", agent) * 20)
            for _ in range(20):
                assert connection.response().status == 200
    eventually(lambda: sum(records.counted(control)) - sum(before) == 1200, "all requests to be counted")
    kept, lost = (now - then for now, then in zip(records.counted(control), before))
    assert kept and lost
    found, told = records.take(control)
    assert (len(found), told) == (kept, lost)
    # The next one is told of no loss, and finds nothing.
    assert records.take(control) == ([], 0)
    with connect() as connection:
        connection.get("/small")
    assert len(logged(control, 1)) == 1


def test_nobody_reads_when_it_is_switched_off(control):
    made = records.counted(control)[0]
    with connect() as connection:
        for _ in range(5):
            connection.get("/small")
    eventually(lambda: records.counted(control)[0] == made + 5, "five records")
    before = records.counted(control)
    control.change(control.numbers("LOG", access=records.NONE))
    try:
        assert records.counted(control) == (before[0], before[1] + 5)
        assert records.take(control) == ([], 0)
        with connect() as connection:
            connection.get("/small")
        assert records.counted(control) == (before[0], before[1] + 5)
    finally:
        control.change(control.numbers("LOG", access=records.FILE))
    assert records.take(control) == ([], 0)


def test_the_reader_is_told(control):
    with genl.Link() as listener:
        groups = [dict(genl.attributes(inner)) for number, payload in listener_groups()
                  for inner in [payload] if number]
        group = next(struct.unpack("=I", one[2])[0] for one in groups if one[1] == b"log\0")
        listener.socket.setsockopt(genl.SOL_NETLINK, 1, group)
        with connect() as connection:
            connection.get("/small")
        _, _, _, payload = listener.messages()[0]
        # Whoever may listen learns nothing but that.
        assert payload[0] == control.k["CMD_LOG_NTF"] and len(payload) == 4
    assert len(logged(control, 1)) == 1


def listener_groups():
    """The multicast groups of the family, as nests."""
    with genl.Link("nlctrl") as link:
        answer = dict(link.ask(3, genl.text(2, "khttpd"))[0])
    return genl.attributes(answer[7])


def test_a_stranger_gets_no_record(control):
    with connect() as connection:
        connection.get("/small")
    child = os.fork()
    if not child:
        os.setgid(65534)
        os.setuid(65534)
        code = 1
        try:
            with genl.Link() as link:
                link.dump(control.k["CMD_LOG_GET"])
        except genl.Refused as refused:
            code = 0 if refused.errno == errno.EPERM else 2
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(logged(control, 1)) == 1


def test_a_namespace_has_a_log_of_its_own(control, root):
    """Who may read the one has no record of the other."""
    def elsewhere():
        with Server() as other:
            run("ip", "link", "set", "lo", "up")
            other.start(root, other.listener("127.0.0.1", PORT), other.numbers("LOG", access=records.FILE, kbytes=64))
            assert records.take(other) == ([], 0)
            with connect() as connection:
                connection.get("/small?elsewhere")
            found = logged(other, 1)
            other.stop()
            return found

    with connect() as connection:
        connection.get("/small?here")
    for where, found in (("elsewhere", genl.in_new_namespace(elsewhere)), ("here", logged(control, 1))):
        assert [record.line for record in found] == [f"GET /small?{where} HTTP/1.1".encode()]


@pytest.mark.parametrize("values", ({"access": 3}, {"format": 2}, {"kbytes": 15}, {"kbytes": 65537}))
def test_what_is_out_of_range(control, values):
    before = control.get()
    with pytest.raises(genl.Refused) as refused:
        control.change(control.numbers("LOG", **values))
    assert refused.value.errno == errno.ERANGE
    assert control.get() == before


def test_two_readers_while_requests_are_made(control):
    clients = [subprocess.Popen(["curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{PORT}/small?[1-500]"])
               for _ in range(4)]
    taken = [0, 0]
    try:
        with Server() as other:
            while any(client.poll() is None for client in clients):
                for each in (control, other):
                    for which, number in enumerate(map(lambda got: got if isinstance(got, int) else len(got),
                                                       records.take(each))):
                        taken[which] += number
    finally:
        for client in clients:
            assert client.wait(120) == 0

    def all_there():
        found, lost = records.take(control)
        taken[0] += len(found)
        taken[1] += lost
        return sum(taken) >= 2000
    eventually(all_there, "all records")
    assert sum(taken) == 2000


def test_resizing_under_load(control):
    before = records.counted(control)
    client = subprocess.Popen(["curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{PORT}/small?[1-1000]"])
    taken = 0
    for kbytes in range(16, 400, 16):
        control.change(control.numbers("LOG", kbytes=kbytes))
        taken += len(records.take(control)[0])
    assert client.wait(120) == 0

    # What was dropped with a buffer is among the lost ones.
    def all_there():
        nonlocal taken
        taken += len(records.take(control)[0])
        return taken + records.counted(control)[1] - before[1] >= 1000
    try:
        eventually(all_there, "all requests")
    finally:
        control.change(control.numbers("LOG", kbytes=64))
    assert taken + records.counted(control)[1] - before[1] == 1000


def test_the_files_tell_the_same(control):
    assert sysfs.number("log/access") == records.FILE
    with sysfs.setting(log__format=1):
        assert control.number(control.get(), "LOG", "format") == 1
    with connect() as connection:
        connection.get("/small")
    eventually(lambda: sysfs.number("stats/log_records") == records.counted(control)[0], "the same number")
    assert sysfs.number("stats/log_lost") == records.counted(control)[1]
