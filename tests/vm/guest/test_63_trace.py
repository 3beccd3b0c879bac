# SPDX-License-Identifier: GPL-2.0-or-later
"""Tracepoints: what they tell, that no client can write into them, and that the module goes after them."""

import re
from contextlib import contextmanager
from pathlib import Path

import pytest

import cached
import sysfs
import wire
from shell import SITE, eventually, loaded, run, state

CPUS = 1
pytestmark = pytest.mark.usefixtures("tracefs", "server")

TRACING = Path("/sys/kernel/tracing")
EVENTS = {"khttpd_accept", "khttpd_request", "khttpd_cache", "khttpd_response", "khttpd_close"}
LINE = re.compile(r" *(?P<task>.+)-(?P<pid>\d+) +\[(?P<cpu>\d+)\] \S+ +\d+\.\d+: (?P<event>\w+): (?P<rest>.*)")
# What the client sent comes last, and may have spaces.
FIELD = re.compile(r"(\w+)=((?<=line=).*|\S*)")
SCRIPTS = Path(__file__).with_name("trace")


class Trace:
    """The khttpd events since the last look, in a buffer of their own."""

    def __init__(self, where):
        self.where = where

    def write(self, name, value):
        (self.where / name).write_text(f"{value}\n", encoding="ascii")

    def events(self):
        """Return event and fields of each; a line that is something else is an error."""
        found = []
        octets = (self.where / "trace").read_bytes()
        for line in octets.decode("ascii").splitlines():
            if line.startswith("#"):
                continue
            taken = LINE.fullmatch(line)
            assert taken and taken["event"] in EVENTS, line
            fields = dict(FIELD.findall(taken["rest"]))
            assert " ".join(f"{key}={value}" for key, value in fields.items()) == taken["rest"]
            found.append((taken["event"].removeprefix("khttpd_"), fields))
        return found

    def of(self, event, **wanted):
        """Return the fields of one kind of event, of those that have the wanted ones."""
        return [fields for name, fields in self.events()
                if name == event and all(fields[key] == value for key, value in wanted.items())]

    def forget(self):
        self.write("trace", "")


@pytest.fixture(name="tracefs", scope="module")
def fixture_tracefs():
    """Where it is mounted."""
    if not (TRACING / "events").exists():
        run("mount", "-t", "tracefs", "nodev", TRACING)


@contextmanager
def tracing():
    """All events of khttpd are recorded."""
    where = TRACING / "instances" / "test"
    where.mkdir()
    try:
        trace = Trace(where)
        trace.write("events/khttpd/enable", 1)
        yield trace
    finally:
        where.rmdir()


@pytest.fixture(name="trace")
def fixture_trace():
    with tracing() as trace:
        yield trace


def warm(target):
    """Ask until the answer comes out of the cache."""
    with wire.Connection() as connection:
        cached.warm(connection, target, status=200)


def octets(response):
    """Of all of a response, from the head's first to the content's last."""
    lines = [f"{response.version} {response.status} {response.reason}"]
    lines += [f"{name}: {value}" for name, value in response.fields]
    return sum(len(line) + 2 for line in lines) + 2 + len(response.body)


def complete(trace, responses):
    """Wait until the connections have ended and all was written down."""
    eventually(lambda: len(trace.of("response")) == responses and len(trace.of("accept")) == len(trace.of("close")),
               f"{responses} responses")


def test_there_are_five():
    assert {path.name for path in (TRACING / "events/khttpd").iterdir() if path.is_dir()} == EVENTS


def test_a_connection_from_begin_to_end(site, trace):
    (site / "file").write_bytes(b"content")
    with wire.Connection() as connection:
        port = connection.socket.getsockname()[1]
        assert connection.get("/file").status == 200
        assert connection.get("/none").status == 404
        assert connection.get("/file", "Connection: close").status == 200
        assert connection.ended()
    complete(trace, 3)
    accept, = trace.of("accept")
    conn = accept["conn"]
    assert accept == {"conn": conn, "client": "::ffff:127.0.0.1", "port": str(port), "to": "80"}
    assert {fields["conn"] for _, fields in trace.events()} == {conn}
    assert [fields["line"] for fields in trace.of("request")] == [
        "GET /file HTTP/1.1", "GET /none HTTP/1.1", "GET /file HTTP/1.1"]
    responses = trace.of("response")
    assert [fields["status"] for fields in responses] == ["200", "404", "200"]
    assert all(int(fields["latency_ns"]) > 0 and fields["port"] == str(port) for fields in responses)
    close, = trace.of("close")
    assert close["requests"] == "3"
    order = [name for name, _ in trace.events() if name != "cache"]
    assert order == ["accept", *("request", "response") * 3, "close"]


@pytest.mark.parametrize("fast", (1, 0))
def test_hits(site, trace, fast):
    (site / "file").write_bytes(b"content")
    with sysfs.setting(cache__fast=fast):
        warm("/file")
        complete(trace, len(trace.of("response")))
        with wire.Connection() as connection:
            def answered():
                # Others may still have been at the connection when the request came.
                trace.forget()
                response = connection.get("/file")
                answer, = eventually(lambda: trace.of("response"), "the response")
                return answer["softirq"] == str(fast) and (response, answer)
            response, answer = eventually(answered, "an answer where it should be given")
        assert response.status == 200
        assert answer["hit"] == "1" and answer["softirq"] == str(fast) and answer["status"] == "200"
        asked, = trace.of("cache")
        assert asked["verdict"] == "hit" and asked["path"] == "/file"
        assert int(answer["octets"]) == octets(response)
        trace.forget()
        response = wire.get("/file", "Connection: close")
        answer, = eventually(lambda: trace.of("response"), "the response")
        assert answer["hit"] == "1"
        assert int(answer["octets"]) == octets(response)


def test_why_the_cache_has_no_answer(site, trace):
    for name in ("changed", "same"):
        (site / name).write_bytes(b"content")
        warm("/" + name)
    trace.forget()
    (site / "changed").write_bytes(b"another")
    assert wire.get("/changed").body == b"another"
    assert wire.get("/same", "Range: bytes=7-").status == 416
    assert wire.get("/none").status == 404
    complete(trace, 3)
    verdicts = {(fields["path"], fields["verdict"]) for fields in trace.of("cache")}
    assert verdicts == {("/changed", "stale"), ("/same", "unfit"), ("/none", "absent")}
    assert [fields["hit"] for fields in trace.of("response")] == ["0"] * 3


def test_octets_of_what_is_sent_in_pieces(site, trace):
    content = bytes(3 << 20)
    (site / "file").write_bytes(content)
    response = wire.get("/file")
    assert response.body == content
    complete(trace, 1)
    answer, = trace.of("response")
    assert int(answer["octets"]) == octets(response)


def test_ipv6(site, trace):  # pylint: disable=unused-argument
    assert wire.get("/none", host="::1").status == 404
    complete(trace, 1)
    assert {fields["client"] for fields in trace.of("accept") + trace.of("response")} == {"::1"}


def test_no_client_writes_a_line(site, trace):  # pylint: disable=unused-argument
    """Trace.events() takes no line that is not whole, and no octet that is not ASCII."""
    targets = [b'/a"b', b"/a\\b", b"/a%0Ab", b"/a%00b", b"/%22%0akhttpd_close:", b"/a\"?b=\xe9\xff", b"/" + b"\xff" * 200]
    targets += [b"/a" + bytes([octet]) + b"b" for octet in range(256)]
    for target in targets:
        with wire.Connection() as connection:
            connection.send(b"GET " + target + b" HTTP/1.1\r\nHost: test\r\n\r\n")
            assert connection.response().status in (400, 404, 505)
    complete(trace, len(targets))
    lines = [fields["line"] for fields in trace.of("request")]
    assert "GET /a%0Ab HTTP/1.1" in lines and "GET /%22%0akhttpd_close: HTTP/1.1" in lines
    assert len(lines) > 10
    for line in lines + [fields["path"] for fields in trace.of("cache")]:
        assert re.fullmatch(r"([ -\[\]-~]|\\x[0-9a-f]{2})*", line) and len(line) < 96, line


@pytest.mark.parametrize("fast", (1, 0))
def test_the_phases_of_requests(site, fast):
    """By the script, which sees each request from its begin to its end."""
    (site / "file").write_bytes(b"content")
    with sysfs.setting(cache__fast=fast):
        warm("/file")
        urls = [f"http://127.0.0.1/{name}" for name in ("none", "file", "nothing", "file")]
        told = run(SCRIPTS / "phases", "curl", "--silent", *urls).stdout.splitlines()
    kinds = {line[:20].strip(): line[20:].split() for line in told[1:]}
    count = {kind: int(figures[0]) for kind, figures in kinds.items()}
    assert count.pop("no hit") == 2 and sum(count.values()) == 2
    # If others are still at the connection when a request comes, it is a work item's, too.
    assert set(count) <= {"hit, in a work item", *(["hit, in the softirq"] if fast else [])}
    names = re.findall(r"\S+(?: \S+)?", told[0])
    phases = dict(zip(names, map(float, kinds["no hit"]), strict=True))
    # What has to open a file waits for the cold queue, and in a work item it is found out on the hot one that it has to.
    assert (fast or phases["wait hot"] > 0) and phases["wait cold"] > 0 and phases["work cold"] > 0
    assert not (TRACING / "instances/khttpd-phases").exists()


def test_the_functions_of_a_request(site):
    """By the script, which leaves the tracer as it was."""
    if "function_graph" not in (TRACING / "available_tracers").read_text(encoding="ascii").split():
        pytest.skip("this kernel has no tracer of functions")
    (site / "file").write_bytes(b"content")
    warm("/file")
    told = run(SCRIPTS / "functions", "curl", "--silent", "http://127.0.0.1/file", "http://127.0.0.1/none").stdout
    assert "khttpd_fast_serve" in told and "khttpd_lookup_path" in told
    assert (TRACING / "current_tracer").read_text(encoding="ascii") == "nop\n"
    assert (TRACING / "set_ftrace_filter").read_text(encoding="ascii").startswith("#### all functions enabled")


def test_nobody_but_root_looks():
    done = run("cat", TRACING / "events/khttpd/khttpd_request/id", user="visitor", check=False)
    assert done.returncode != 0 and "Permission denied" in done.stderr


def test_unloaded_while_it_is_traced():
    with tracing() as trace:
        assert wire.get("/").status == 200
        eventually(lambda: trace.of("close"), "the end of the connection")
        run("systemctl", "stop", "khttpd")
        try:
            assert state() in ("stopped", "absent")
            run("rmmod", "khttpd")
            assert not loaded() and not (TRACING / "events/khttpd").exists()
            # What was written down is gone, or is told without the module's help.
            (trace.where / "trace").read_bytes()
        finally:
            run("systemctl", "start", "khttpd")
    run("khttpdctl", "set-root", SITE)
    with tracing() as trace:
        assert wire.get("/").status == 200
        complete(trace, 1)
