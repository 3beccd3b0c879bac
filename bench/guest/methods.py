# SPDX-License-Identifier: GPL-2.0-or-later
"""The methods: what is measured of a load, and by which clock; ../README.md tells what each is good for."""

import re
import time
from pathlib import Path

import client
from servers import PROGRAMS, USUAL, run

# Seconds without a load.
REST = 5


class Method:
    """What the methods have in common, and what most of them are like.

    what     for people
    seconds  that a workload is measured, unless others are asked for
    servers  that are measured, unless others are asked for
    counted  the guest has one processor, whose clock counts instructions
    outside  the client is not in the guest
    turns    how often each server is measured
    paired   the turns are those of two servers, of which each pair is compared
    crowds   it tells what connections take that idle
    """

    what = ""
    seconds = 2.0
    servers = USUAL
    counted = True
    outside = False
    turns = 1
    paired = False
    crowds = False


class Counted(Method):
    """The guest's clock advances by its instructions, and whatever is executed in it counts."""

    what = "counted instructions, client included"
    seconds = 0.4
    crowds = True

    def load(self, name, etag, seconds):
        """Put a load on the server; return what the client reports, and in "instructions" what it took."""
        report = client.wrk(name, etag, seconds)
        return {**report, "instructions": 1000 * report["us"]}

    def extra(self, report):
        """Return what else the report of a load tells."""
        return {key: report[key] for key in ("p50", "p99", "p99.9")}


def processor_time(timers):
    """Take from /proc/timer_list the nanoseconds of the clock, and of those the ones that processors were idle."""
    idle = re.findall(r"\.(?:idle|iowait)_sleeptime *: (\d+) nsecs", timers)
    return int(re.search(r"^now at (\d+) nsecs", timers, re.M)[1]), sum(map(int, idle))


class ServerOnly(Method):
    """As Counted, but the client is outside, and what counts is the time in which the guest is not idle."""

    what = "counted instructions, server only"
    outside = True
    turns = 3

    def __init__(self):
        run("ip", "address", "add", f"{client.GUEST}/{client.PREFIX}", "dev", "eth0")
        run("ip", "link", "set", "eth0", "up")
        # Looking at the clock takes some milliseconds itself.
        _, looked, looking = self.spent(lambda: time.sleep(0))
        _, elapsed, busy = self.spent(lambda: time.sleep(REST))
        self.background = (busy - looking) / (elapsed - looked)

    def spent(self, action):
        """Return an action's result, and how many nanoseconds passed meanwhile and were busy."""
        begun, idle_before = self.now()
        result = action()
        ended, idle_after = self.now()
        elapsed = ended - begun
        return result, elapsed, elapsed - (idle_after - idle_before)

    def now(self):
        """Return the clock and the idle time so far."""
        return processor_time(Path("/proc/timer_list").read_text(encoding="ascii"))

    def load(self, name, etag, seconds):
        """As Counted.load(), without what the guest does anyway."""
        report, elapsed, busy = self.spent(lambda: client.ask(name, etag, seconds))
        return {**report, "instructions": busy - self.background * elapsed, "idle": 1 - busy / elapsed}

    def extra(self, report):
        """As Counted.extra()."""
        return {"idle": report["idle"], "background": self.background}


class Wall(Method):
    """The time that passes, of pairs of servers in turn.

    The second processor takes what comes over the network, as a card's interrupt would have it. Otherwise the one
    that sends it would: the client's, on which a server in the kernel would then compute, and on no other.
    """

    what = "wall clock, in pairs"
    servers = ("khttpd", *PROGRAMS)
    counted = False
    turns = 7
    paired = True

    def __init__(self):
        Path("/sys/class/net/lo/queues/rx-0/rps_cpus").write_text("2", encoding="ascii")

    def load(self, name, etag, seconds):
        """Put a load on the server; return what the client reports."""
        return client.wrk(name, etag, seconds)


METHODS = {"counted": Counted, "server": ServerOnly, "wall": Wall}
