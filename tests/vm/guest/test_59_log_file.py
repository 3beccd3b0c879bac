# SPDX-License-Identifier: GPL-2.0-or-later
"""The access log as the service writes it: a line for each request, whoever sends it and whatever happens to the file.

Two requests may change places if different CPUs served them at almost the same time, even those of one connection.
"""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

import wire
from shell import eventually, run, unit

CPUS = 1
pytestmark = pytest.mark.usefixtures("server")

FILE = Path("/var/log/khttpd/access.log")
LINE = re.compile(r'127\.0\.0\.1 - - \[\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] '
                  r'"((?:[ !#-\[\]-~]|\\x[0-9a-f]{2})*)" (\d{3}) (\d+) '
                  r'"((?:[ !#-\[\]-~]|\\x[0-9a-f]{2})*)" "((?:[ !#-\[\]-~]|\\x[0-9a-f]{2})*)"')


@pytest.fixture(name="log", autouse=True)
def fixture_log():
    """The log goes to the file, and nothing is in it; yields what returns its lines when there are so many."""
    run("khttpdctl", "set", "log.access", "file")
    eventually(FILE.exists, "the file")
    # The daemon appends, wherever that is.
    os.truncate(FILE, 0)

    def lines(number):
        eventually(lambda: len(FILE.read_bytes().splitlines()) >= number, f"{number} lines")
        found = FILE.read_bytes().splitlines()
        assert len(found) == number
        return [line.decode("ascii") for line in found]
    yield lines
    run("khttpdctl", "set", "log.access", "none")


def ask(*targets):
    """Make requests."""
    with wire.Connection() as connection:
        for target in targets:
            connection.get(target, "User-Agent: tester")


def test_the_combined_log_format(log):
    before = run("khttpdctl", "get", "log.format").stdout
    assert before == "combined\n"
    with wire.Connection() as connection:
        size = len(connection.get("/", "User-Agent: tester").body)
        connection.get("/absent?x")
    first, second = sorted((LINE.fullmatch(line) for line in log(2)), key=lambda told: told[1])
    assert first.group(1, 2, 4, 5) == ("GET / HTTP/1.1", "200", "-", "tester")
    assert int(first[3]) == size
    assert second.group(1, 2) == ("GET /absent?x HTTP/1.1", "404")


def test_json(log):
    run("khttpdctl", "set", "log.format", "json")
    try:
        ask("/", "/absent?x")
        first, second = sorted((json.loads(line) for line in log(2)), key=lambda told: told["target"])
    finally:
        run("khttpdctl", "set", "log.format", "combined")
    assert (first["method"], first["target"], first["protocol"]) == ("GET", "/", "HTTP/1.1")
    assert (first["status"], first["host"], first["user_agent"], first["client"]) == (200, "test", "tester", "127.0.0.1")
    assert (second["status"], second["complete"], second["cut"]) == (404, True, False)


HOSTILE = (
    b'x" 200 1 "-" "-',
    b'x\\" 200 1 "-" "-',
    b"x\t127.0.0.1 - -",
    b"\x80\x85\xa0\xff\xe2\x80\xa8",
    b"\xc2\x9b31m",
    b"\\x0a127.0.0.1 - - [",
    b"%0d%0a127.0.0.1",
    b"${jndi:ldap://a.test/x}",
)


def test_no_client_writes_a_line(log):
    for text in HOSTILE:
        with wire.Connection() as connection:
            connection.send(b"GET / HTTP/1.1\r\nHost: test\r\nReferer: " + text + b"\r\nUser-Agent: " + text + b"\r\n\r\n")
            assert connection.response().status == 200
    # What is no request is told of as well, up to what was wrong.
    broken = (b'GET /"\n127.0.0.1 - - HTTP/1.1\r\n\r\n', b"GET /\x1b[2J\x00 HTTP/1.1\r\n\r\n", b'"\\\r\n\r\n',
              b"GET / HTTP/1.1\r\nHost: test\r\nUser-Agent: a\n127.0.0.1 - -\r\n\r\n")
    for octets in broken:
        with wire.Connection() as connection:
            connection.send(octets)
            assert connection.head().status == 400
    found = log(len(HOSTILE) + len(broken))
    told = [LINE.fullmatch(line) for line in found]
    assert all(told), found
    agents = [re.sub(rb"\\x([0-9a-f]{2})", lambda match: bytes([int(match[1], 16)]), each[5].encode())
              for each in told if each[2] == "200"]
    assert sorted(agents) == sorted(HOSTILE)


def test_rotation(log):
    with subprocess.Popen(["khttpdctl", "log", "-n", "100", "-f"], stdout=subprocess.PIPE) as follower:
        try:
            ask("/begin")
            # It has opened the file that is about to be renamed.
            assert b"/begin" in follower.stdout.readline()
            ask(*(f"/{number}" for number in range(10)))
            log(11)
            rotated = FILE.with_name("access.log.1")
            FILE.rename(rotated)
            run("systemctl", "kill", "--signal=HUP", "khttpd.service")
            eventually(FILE.exists, "a new file")
            ask(*(f"/{number}" for number in range(10, 20)))
            log(10)
            assert len(rotated.read_bytes().splitlines()) == 11
            shown = [int(re.search(rb'"GET /(\S+) ', follower.stdout.readline())[1]) for _ in range(20)]
            assert sorted(shown[:10]) == list(range(10)) and sorted(shown[10:]) == list(range(10, 20))
        finally:
            follower.kill()
    rotated.unlink()


def test_a_daemon_that_is_killed(log):
    # One that is killed too often is not started again.
    run("systemctl", "reset-failed", "khttpd.service", check=False)
    before = unit("MainPID")["MainPID"]
    os.kill(int(before), signal.SIGKILL)
    ask(*(f"/{number}" for number in range(20)))
    eventually(lambda: unit("MainPID")["MainPID"] not in ("0", before)
               and unit("ActiveState")["ActiveState"] == "active", "the service to be back")
    ask("/after")
    found = {LINE.fullmatch(line)[1] for line in log(21)}
    assert found == {f"GET /{number} HTTP/1.1" for number in [*range(20), "after"]}


def test_a_stop_leaves_nothing_behind(log):
    ask(*(f"/{number}" for number in range(50)))
    run("systemctl", "stop", "khttpd")
    try:
        assert len(log(50)) == 50
    finally:
        run("systemctl", "start", "khttpd")


def test_strangers_cannot_read_it(log):
    ask("/")
    log(1)
    assert FILE.stat().st_mode & 0o7777 == 0o640
    assert run("cat", FILE, user="nobody", check=False).returncode
    refused = run("khttpdctl", "log", user="nobody", check=False)
    assert refused.returncode == 77 and "hint: " in refused.stderr


def test_the_journal():
    mark = f"/{time.time_ns()}"
    run("khttpdctl", "set", "log.access", "journal")
    ask(mark)
    eventually(lambda: mark in run("khttpdctl", "log").stdout, "the line")
    shown = run("journalctl", "--no-pager", "--output=json", "-t", "khttpd-access", "-n", "1").stdout
    assert LINE.fullmatch(json.loads(shown)["MESSAGE"])


def test_it_is_counted():
    before = json.loads(run("khttpdctl", "stats", "--json").stdout)["log"]
    ask("/", "/")
    eventually(lambda: json.loads(run("khttpdctl", "stats", "--json").stdout)["log"]["records"] == before["records"] + 2,
               "two records")
    assert json.loads(run("khttpdctl", "stats", "--json").stdout)["log"]["lost"] == before["lost"]
