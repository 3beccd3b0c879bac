# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured of a load, and by which clock; README.md tells what each method is for."""

import re
import sys
import time
from pathlib import Path

import client
from servers import run

TIMERS = Path("/proc/timer_list")
# Seconds without a load.
REST = 5


class Counted:
    """Every instruction of the guest counts, those of the client within, too: its clock advances by them."""

    def load(self, name, etag, seconds):
        """Put a load on the server; return what the client reports, and in "instructions" what it took."""
        report = client.wrk(name, etag, seconds)
        return {**report, "instructions": 1000 * report["us"]}

    def figure(self, report):
        """Return what else the report of a load tells."""
        return {key: report[key] for key in ("p50", "p99", "p99.9")}


def processor_time():
    """Return nanoseconds of the clock, and of those that the processor was idle, to the nanosecond."""
    timers = TIMERS.read_text(encoding="ascii")
    idle = re.findall(r"\.(?:idle|iowait)_sleeptime *: (\d+) nsecs", timers)
    return int(re.search(r"now at (\d+) nsecs", timers)[1]), sum(map(int, idle))


class Server:
    """The client is outside; what counts are the instructions of a guest that is not idle, but for those of its background."""

    def __init__(self):
        run("ip", "address", "add", f"{client.GUEST}/{client.PREFIX}", "dev", "eth0")
        run("ip", "link", "set", "eth0", "up")
        self.background = 0
        elapsed, busy = self.spent(lambda: time.sleep(REST))[:2]
        self.background = busy / elapsed
        print(f"background: {100 * self.background:.2f} % of the processor's time", file=sys.stderr)

    def spent(self, action):
        """Return nanoseconds that passed, those in which the processor did the action's work, and what the action returns."""
        begun, idle_before = processor_time()
        result = action()
        ended, idle_after = processor_time()
        elapsed = ended - begun
        return elapsed, elapsed - (idle_after - idle_before) - self.background * elapsed, result

    def load(self, name, etag, seconds):
        """As Counted.load()."""
        elapsed, busy, report = self.spent(lambda: client.ask(name, etag, seconds))
        return {**report, "instructions": busy, "idle": 1 - self.background - busy / elapsed}

    def figure(self, report):
        """As Counted.figure()."""
        return {"idle": report["idle"]}


METHODS = {"counted": Counted, "server": Server}
