# SPDX-License-Identifier: GPL-2.0-or-later
"""Two members behind keepalived and IPVS, in network namespaces: one is drained and restarted, and nobody notices.

The configuration of the balancer is that of docs/fleet.md.
"""

import collections
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from shell import eventually, run

CPUS = 1
PAGE = Path("/usr/share/doc/khttpdctl/fleet.md")
CONFIGURATION = Path("/etc/khttpd/netns")
BALANCER, VISITOR = "balancer", "visitor"
MEMBERS = {"one": "198.51.100.11", "two": "198.51.100.12"}
SERVICE, OUTSIDE, INSIDE = "192.0.2.10", "192.0.2.1", "198.51.100.1"
RULE = '[[rule]]\nprefix = "/ready"\nreadiness = true\n'

pytestmark = pytest.mark.usefixtures("server")


def inside(name, *command, **options):
    """Run a command in a namespace."""
    return run("ip", "netns", "exec", name, *command, **options)


def member(name, *words, **options):
    """Run khttpdctl for a member."""
    return run("khttpdctl", "--netns", name, *words, **options)


def namespace(stack, name):
    """Make a namespace until the end."""
    run("ip", "netns", "add", name)
    stack.callback(run, "ip", "netns", "delete", name)
    run("ip", "-n", name, "link", "set", "lo", "up")


def cable(name, address, gateway, there):
    """Join a namespace to the balancer, whose end of the cable has the other address, or is in a bridge without one."""
    run("ip", "-n", name, "link", "add", "uplink", "type", "veth", "peer", "name", f"to-{name}", "netns", BALANCER)
    run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "uplink")
    run("ip", "-n", name, "link", "set", "uplink", "up")
    if there:
        run("ip", "-n", BALANCER, "address", "add", f"{there}/24", "dev", f"to-{name}")
    else:
        run("ip", "-n", BALANCER, "link", "set", f"to-{name}", "master", "lan")
    run("ip", "-n", BALANCER, "link", "set", f"to-{name}", "up")
    run("ip", "-n", name, "route", "add", "default", "via", gateway)


def network(stack):
    """A visitor, the balancer, and the members behind it."""
    for name in (BALANCER, VISITOR, *MEMBERS):
        namespace(stack, name)
    run("ip", "-n", BALANCER, "link", "add", "lan", "type", "bridge")
    run("ip", "-n", BALANCER, "address", "add", f"{INSIDE}/24", "dev", "lan")
    run("ip", "-n", BALANCER, "link", "set", "lan", "up")
    cable(VISITOR, OUTSIDE, SERVICE, SERVICE)
    for name, address in MEMBERS.items():
        cable(name, address, INSIDE, None)
    inside(BALANCER, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1")


def serve(stack, name):
    """Start a member, which serves its name."""
    root = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    stack.callback(shutil.rmtree, root)
    root.chmod(0o755)
    (root / "name").write_text(name, encoding="ascii")
    (root / "ready").write_text("ready", encoding="ascii")
    (CONFIGURATION / name / "khttpd.conf.d").mkdir(parents=True)
    stack.callback(shutil.rmtree, CONFIGURATION / name)
    (CONFIGURATION / name / "khttpd.conf.d" / "60-ready.conf").write_text(RULE, encoding="ascii")
    member(name, "set-root", root)
    run("systemctl", "start", f"khttpd@{name}")
    stack.callback(run, "systemctl", "stop", f"khttpd@{name}")


def balance(stack):
    """Start keepalived with the configuration of the page."""
    directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    found = re.search(r"```keepalived\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (directory / "keepalived.conf").write_text(found[1], encoding="ascii")
    log = stack.enter_context(open(directory / "log", "wb"))
    keepalived = subprocess.Popen(
        ["ip", "netns", "exec", BALANCER, "keepalived", "--check", "--dont-fork", "--log-console", "--log-detail",
         "--use-file", directory / "keepalived.conf", "--pid", directory / "pid",
         "--checkers_pid", directory / "checkers"],
        stdout=log, stderr=subprocess.STDOUT)

    def end():
        keepalived.terminate()
        keepalived.wait(60)
        print((directory / "log").read_text(encoding="utf-8", errors="replace")[-4000:])

    stack.callback(end)


def weights():
    """The weight of each member, as IPVS has it."""
    shown = inside(BALANCER, "ipvsadm", "--list", "--numeric").stdout
    found = dict(re.findall(r"-> (\S+):80 +Masq +(\d+)", shown))
    return {name: int(found[address]) for name, address in MEMBERS.items() if address in found}


@pytest.fixture(name="fleet")
def fixture_fleet():
    """Both members serve, and the balancer has seen it."""
    with ExitStack() as stack:
        network(stack)
        for name in MEMBERS:
            serve(stack, name)
        balance(stack)
        eventually(lambda: weights() == {"one": 1, "two": 1}, "both members are in")
        yield


class Visitors:
    """A process in the visitor's namespace that asks all the time; a context manager."""

    # Half of its clients keep their connections for as long as they may.
    PROGRAM = """
import collections, http.client, json, sys, threading
over, count, wrong = threading.Event(), collections.Counter(), []

def visit(keep):
    connection = None
    while not over.is_set():
        try:
            connection = connection or http.client.HTTPConnection(sys.argv[1], timeout=60)
            connection.request("GET", "/name")
            response = connection.getresponse()
            body = response.read().decode()
            assert response.status == 200 and body in ("one", "two"), (response.status, body)
            count[body] += 1
            if response.will_close or not keep:
                connection.close()
                connection = None
        except Exception as error:
            wrong.append(repr(error))
            connection = None

threads = [threading.Thread(target=visit, args=(number % 2,)) for number in range(4)]
for thread in threads:
    thread.start()
for line in sys.stdin:
    print(json.dumps([count, wrong]), flush=True)
over.set()
for thread in threads:
    thread.join()
print(json.dumps([count, wrong]), flush=True)
"""

    def __enter__(self):
        self.process = subprocess.Popen(["ip", "netns", "exec", VISITOR, sys.executable, "-c", self.PROGRAM, SERVICE],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def told(self):
        """How often each member has answered so far; nothing else has happened."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.judge(self.process.stdout.readline())

    def end(self):
        """Let them end, and return the last count."""
        return self.judge(self.process.communicate(timeout=120)[0])

    @staticmethod
    def judge(line):
        """See that nobody was let down."""
        count, wrong = json.loads(line)
        assert not wrong, wrong
        return collections.Counter(count)

    def answered(self, names, number=5):
        """Wait until each of these members, and no other, has answered so many requests more."""
        before = self.told()
        eventually(lambda: all(self.told()[name] >= before[name] + number for name in names), f"{names} answer")
        return {name: self.told()[name] - before[name] for name in MEMBERS}


def test_no_request_is_lost_while_each_member_is_restarted(fleet):  # pylint: disable=unused-argument
    with Visitors() as visitors:
        visitors.answered(MEMBERS)
        for leaving, staying in (("one", "two"), ("two", "one")):
            said = member(leaving, "drain", "--grace", "15s", "--timeout", "3m").stdout
            assert "drained" in said
            assert weights() == {leaving: 0, staying: 1}
            assert visitors.answered([staying])[leaving] == 0
            started = json.loads(member(leaving, "status", "--json").stdout)["uptime_seconds"]
            run("systemctl", "restart", f"khttpd@{leaving}")
            assert json.loads(member(leaving, "status", "--json").stdout)["uptime_seconds"] < started
            eventually(lambda: weights() == {"one": 1, "two": 1}, "it is back")
            visitors.answered(MEMBERS)
        total = visitors.end()
    assert min(total.values()) > 10
    print(dict(total), end=" ")


def test_a_member_that_drains_takes_its_place_again(fleet):  # pylint: disable=unused-argument
    with Visitors() as visitors:
        visitors.answered(MEMBERS)
        member("one", "drain", "--no-wait")
        eventually(lambda: weights() == {"one": 0, "two": 1}, "it is out")
        visitors.answered(["two"])
        member("one", "drain", "--off")
        eventually(lambda: weights() == {"one": 1, "two": 1}, "it is back")
        visitors.answered(MEMBERS)
        visitors.end()


def test_a_member_that_stops_without_draining_is_noticed(fleet):  # pylint: disable=unused-argument
    """What the visitors were spared above: the balancer learns of a stop only afterwards."""
    with Visitors() as visitors:
        visitors.answered(MEMBERS)
        run("systemctl", "stop", "khttpd@one")
        with pytest.raises(AssertionError, match="refused"):
            for _ in range(50):
                visitors.told()
                time.sleep(0.2)
        eventually(lambda: weights() == {"one": 0, "two": 1}, "it is out")
        run("systemctl", "start", "khttpd@one")
