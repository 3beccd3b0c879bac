# SPDX-License-Identifier: GPL-2.0-or-later
"""The servers: each begins and ends within a `with`, alone on port 80."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from workloads import ROOT

HERE = Path(__file__).resolve().parent
PORT = 80
CONNECTIONS = 32768
DAY = 86400000
FAST = Path("/sys/kernel/khttpd/cache/fast")
# Where lighttpd keeps what it has compressed.
CACHE = Path("/var/tmp/bench-lighttpd")
# What one of the PROGRAMS says.
LOG = Path("/var/tmp/bench-server.log")
# Where khttpd's daemon writes the access log.
LOGS = Path("/var/tmp/bench-logs")
# khttpd without the softirq path, with a flag of its hot queue.
QUEUES = {"khttpd-unbound": "UNBOUND", "khttpd-highpri": "HIGHPRI", "khttpd-intensive": "CPU_INTENSIVE"}
KHTTPD = ("khttpd", "khttpd-log", "khttpd-work", *QUEUES)
FLOORS = ("floor-softirq", "floor-work")
PROGRAMS = {
    "nginx": ["nginx", "-c", HERE / "nginx.conf", "-g", "daemon off;"],
    "h2o": ["h2o", "-c", HERE / "h2o.conf"],
    "lighttpd": ["lighttpd", "-D", "-f", HERE / "lighttpd.conf"],
}
SERVERS = (*KHTTPD, *FLOORS, *PROGRAMS)
# Unless others are asked for.
USUAL = tuple(name for name in SERVERS if name not in QUEUES)


class Missing(Exception):
    """A server, or a way that it may be set to, is not there."""


def run(*command, timeout=120):
    """Run a command; what it says is shown if it fails."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=timeout, check=False)
    if done.returncode:
        sys.exit(f"error: {command}: {done.stdout}")
    return done.stdout


def wait_for_port(accepts=True, timeout=30):
    """Wait until the port accepts connections, or does not."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            socket.create_connection(("127.0.0.1", PORT), timeout).close()
            answered = True
        except OSError:
            answered = False
        if answered == accepts:
            return
        if time.monotonic() > deadline:
            sys.exit(f"error: port {PORT} is {'open' if answered else 'closed'}")
        time.sleep(0.05)


class Program:
    """A server that is a program."""

    def __init__(self, name):
        self.command = [str(word) for word in PROGRAMS[name]]
        self.process = None

    def __enter__(self):
        CACHE.mkdir(exist_ok=True)
        CACHE.chmod(0o1777)
        # What it says must not come between the figures.
        with LOG.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)  # pylint: disable=consider-using-with
        try:
            wait_for_port()
        except SystemExit:
            print(LOG.read_text(encoding="utf-8", errors="replace"), file=sys.stderr)
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)
        wait_for_port(False)


class Khttpd:
    """khttpd, its answers in the softirq or not; what cannot be had is Missing."""

    def __init__(self, name):
        self.fast = name in ("khttpd", "khttpd-log")
        self.logs = name == "khttpd-log"
        self.flag = QUEUES.get(name)
        self.server = None
        self.daemon = None

    def __enter__(self):
        import control  # pylint: disable=import-outside-toplevel

        load_khttpd()
        if not self.fast and not FAST.exists():
            raise Missing("this khttpd has no softirq path that could be switched off")
        if FAST.exists():
            FAST.write_text(f"{int(self.fast)}\n", encoding="ascii")
        self.server = server = control.Server()
        k = server.k
        options = k["DEFAULT_VHOST_OPTIONS"] | k["VHOST_OPTION_LISTING"]
        server.start(ROOT, server.listener("0.0.0.0", PORT, backlog=16384),
                     server.numbers("TIMEOUTS", head_ms=DAY, idle_ms=DAY),
                     server.workqueue(k["QUEUE_HOT"], k[f"QUEUE_FLAG_{self.flag}"] if self.flag else 0, 0),
                     server.nest("VHOST", control.u32(k["A_VHOST_OPTIONS"], options)))
        wait_for_port()
        if self.logs:
            self.log()
        return self

    def log(self):
        """Have the daemon write an access log."""
        pushed = HERE / "module" / "khttpdctl"
        program = pushed if pushed.exists() else shutil.which("khttpdctl")
        if not program:
            raise Missing("there is no khttpdctl")
        LOGS.mkdir(exist_ok=True)
        self.server.change(self.server.numbers("LOG", access=self.server.k["LOG_ACCESS_FILE"]))
        self.daemon = subprocess.Popen([program, "daemon", "--quiet"],  # pylint: disable=consider-using-with
                                       env={**os.environ, "LOGS_DIRECTORY": str(LOGS)})

    def end_log(self):
        """Tell what became of the access log."""
        counted = [Path(f"/sys/kernel/khttpd/stats/log_{what}").read_text(encoding="ascii").strip()
                   for what in ("records", "lost")]
        self.daemon.terminate()
        self.daemon.wait(120)
        with (LOGS / "access.log").open(encoding="ascii") as lines:
            written = sum(1 for _ in lines)
        (LOGS / "access.log").unlink()
        print(f"access log: {counted[0]} records, {written} lines, {counted[1]} lost", file=sys.stderr)
        self.server.change(self.server.numbers("LOG", access=self.server.k["LOG_ACCESS_NONE"]))

    def __exit__(self, *_):
        if self.daemon:
            self.end_log()
        if self.server:
            self.server.stop()
            self.server.__exit__()
        wait_for_port(False)


def load_khttpd():
    """Load the module: one that was pushed, or else the installed one."""
    if Path("/sys/module/khttpd").exists():
        return
    pushed = HERE / "module" / "khttpd.ko"
    if not pushed.exists():
        run("modprobe", "khttpd")
        return
    for needed in run("modinfo", "--field=depends", pushed).strip().split(","):
        if needed:
            run("modprobe", needed)
    run("insmod", pushed)


class Floor:
    """A module that answers with what khttpd answered; choose() says to what."""

    def __init__(self, name):
        self.softirq = int(name == "floor-softirq")
        self.loaded = False

    def __enter__(self):
        if not (HERE / "floor.ko").exists():
            raise Missing("the floor is not built for this kernel")
        return self

    def choose(self, response, closes):
        """Answer with the content of that file from now on."""
        self.__exit__()
        run("insmod", HERE / "floor.ko", f"port={PORT}", f"response={response}", f"softirq={self.softirq}",
            f"end={int(closes)}")
        self.loaded = True
        wait_for_port()

    def __exit__(self, *_):
        if self.loaded:
            run("rmmod", "floor")
            self.loaded = False
            wait_for_port(False)


def server(name):
    """Return the server of a name."""
    return Program(name) if name in PROGRAMS else Floor(name) if name in FLOORS else Khttpd(name)
