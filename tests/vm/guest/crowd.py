# SPDX-License-Identifier: GPL-2.0-or-later
"""More connections than a thread in Python can hold: crowd.c, compiled once in the guest, and what it does."""

import functools
import subprocess
import tempfile
from pathlib import Path

from shell import run

BACKLOG = Path("/proc/sys/net/core/netdev_max_backlog")


@functools.lru_cache(maxsize=None)
def program():
    """Compile the program and return its path."""
    path = Path(tempfile.mkdtemp(prefix="crowd-")) / "crowd"
    run("gcc", "-O2", "-Wall", "-o", path, Path(__file__).with_suffix(".c"))
    return path


class Crowd:
    """Connections to 127.0.0.1, to be used as a context manager; at its end they are closed.

    When they all end at once, the loopback device drops the segments that it has no room
    for, and an end that is lost comes late; so the room grows with the largest crowd.

    number   how many
    port     where to
    each     how many come from one address; addresses are 127.1.0.1 and those that follow
    prefix   what the program is run with, ("ip", "netns", "exec", "NAME") perhaps
    """

    def __init__(self, number, port=80, each=5000, prefix=()):
        self.number = number
        self.command = [str(word) for word in (*prefix, program(), number, port, each)]
        self.process = None

    def __enter__(self):
        BACKLOG.write_text(str(max(10 * self.number, int(BACKLOG.read_text(encoding="ascii")))), encoding="ascii")
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,  # pylint: disable=consider-using-with
                                        stdout=subprocess.PIPE, text=True, bufsize=1)
        assert self._answer("connected") == [self.number]
        return self

    def __exit__(self, *_):
        self.close()

    def _answer(self, word):
        line = self.process.stdout.readline().split()
        assert line and line[0] == word, f"{self.command} says {line}, exit status {self.process.poll()}"
        return [int(value) for value in line[1:]]

    def _command(self, line, word):
        self.process.stdin.write(line + "\n")
        return self._answer(word)

    def ask(self, target="/"):
        """Send a HEAD request on every connection, receive the responses; return how many were 200."""
        return self._command(f"ask {target}", "asked")[0]

    def open(self):
        """Return on how many connections nothing has come, neither an octet nor the server's end."""
        return self._command("open", "open")[0]

    def drive(self, requests, target="/"):
        """Request something on every connection as fast as it goes.

        Returns ns that it took until there were that many responses, and ns of processor
        time of the clients themselves.
        """
        return tuple(self._command(f"drive {requests} {target}", "drove"))

    def close(self, reset=False):
        """Close or reset all connections; returns when they are."""
        if self.process.poll() is None:
            try:
                if reset:
                    self.process.stdin.write("reset\n")
                self.process.stdin.close()
            except BrokenPipeError:
                pass  # its end is what was wanted
        self.process.wait()
        self.process.stdout.close()
