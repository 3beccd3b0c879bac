# SPDX-License-Identifier: GPL-2.0-or-later
"""khttpdctl bench against khttpd: what the client counts is what the server counts."""

import json
import signal
import subprocess

import pytest

import sysfs
from shell import eventually, run

CPUS = 1
CONTENT = b"hello world\n"
COUNTERS = ("requests", "accepted", "bytes_out")


@pytest.fixture(scope="module", autouse=True)
def root(server):  # pylint: disable=unused-argument
    """A site of one small file, and time for a slow machine."""
    with sysfs.document_root() as directory, sysfs.setting(timeouts__idle_ms=3600000, timeouts__head_ms=3600000):
        (directory / "file").write_bytes(CONTENT)
        yield


def command(*options, path="/file"):
    """The command line; the patience is for emulation."""
    return ["khttpdctl", "bench", f"http://127.0.0.1{path}", "--timeout", "120", "--json", *map(str, options)]


def bench(*options, path="/file", status=0):
    """Run it; return what it tells, and by how much the server's counters grew."""
    eventually(lambda: sysfs.number("stats/connections") == 0, "nobody is connected")
    before = {name: sysfs.number(f"stats/{name}") for name in COUNTERS}
    done = run(*command(*options, path=path), check=False)
    assert done.returncode == status, done.stderr
    # A connection's last response is counted when it has been sent, maybe after the client has it.
    eventually(lambda: sysfs.number("stats/connections") == 0, "the server has looked at every end")
    told = json.loads(done.stdout)
    grown = {name: sysfs.number(f"stats/{name}") - before[name] for name in COUNTERS}
    assert told["requests"] == grown["requests"]
    assert told["bytes_received"] == grown["bytes_out"]
    return told, grown


def assert_good(told, requests):
    """All of them were answered with 200."""
    assert told["requests"] == told["good"] == told["latency"]["count"] == requests
    assert told["status"] == {"200": requests}
    assert not any(told["errors"].values())


def test_connections_that_persist():
    told, grown = bench("-n", 3000, "-c", 10, "-t", 2)
    assert_good(told, 3000)
    # One is made to see whether there is a server.
    assert grown["accepted"] == 1 + 10
    assert 0 < told["latency"]["p50_ns"] <= told["latency"]["p99_ns"] <= told["latency"]["max_ns"]


def test_a_connection_for_each_request():
    told, grown = bench("-n", 500, "-c", 10, "--no-keep-alive")
    assert_good(told, 500)
    assert grown["accepted"] == 1 + 500


def test_pipelining():
    told, grown = bench("-n", 3000, "-c", 4, "--pipeline", 16)
    assert_good(told, 3000)
    assert grown["accepted"] == 1 + 4


def test_a_time():
    told, _ = bench("-d", 2, "-c", 4, "--pipeline", 4)
    assert_good(told, told["requests"])
    assert told["requests"] > 0 and told["seconds"] >= 2


@pytest.mark.parametrize("fast", (0, 1))
def test_connections_that_the_server_ends(fast):
    """What is pipelined behind the last response of a connection is asked again, and no error."""
    with sysfs.setting(limits__requests=7, cache__fast=fast):
        told, grown = bench("-n", 210, "-c", 2, "--pipeline", 3)
    assert_good(told, 210)
    assert grown["accepted"] >= 1 + 30


def test_another_status():
    told, _ = bench("-n", 50, path="/missing", status=69)
    assert told["good"] == 0 and told["status"] == {"404": 50} and told["errors"]["status"] == 50


def test_a_condition():
    told, _ = bench("-n", 50, "--header", "If-None-Match: *")
    assert told["good"] == 50 and told["status"] == {"304": 50}


def test_idle_connections():
    with subprocess.Popen(command("-d", 3600, "-c", 3, "--idle", 300), stdout=subprocess.PIPE, text=True) as process:
        try:
            eventually(lambda: sysfs.number("stats/connections") == 303, "all are open")
            before = sysfs.number("stats/requests")
            eventually(lambda: sysfs.number("stats/requests") > before + 100, "three of them ask")
            assert sysfs.number("stats/connections") == 303
        finally:
            process.send_signal(signal.SIGINT)
        told = json.loads(process.stdout.read())
    assert process.returncode == 0
    assert told["interrupted"] and told["good"] > 100
    assert told["idle"] == {"asked": 300, "opened": 300, "ended": 0}


def test_idle_connections_that_the_server_ends():
    with sysfs.setting(timeouts__head_ms=500):
        told, grown = bench("-d", 4, "-c", 1, "--idle", 20)
    assert told["idle"] == {"asked": 20, "opened": 20, "ended": 20}
    assert grown["accepted"] == 1 + 1 + 20


def test_without_privilege():
    done = run(*command("-n", 20), user="nobody")
    assert_good(json.loads(done.stdout), 20)
