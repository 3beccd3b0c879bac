# SPDX-License-Identifier: GPL-2.0-or-later
"""stats --watch as somebody in front of a terminal sees it: sections, the last minute, another size, the end."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

from shell import run

CPUS = 1
pytestmark = pytest.mark.usefixtures("server")
SECONDS = 120


class Display:
    """The display in a terminal of its own; a context manager."""

    def __init__(self, rows=50, columns=100):
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execvpe("khttpdctl", ["khttpdctl", "stats", "--watch=0.3"],
                       {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"})
        self.resize(rows, columns)
        self.seen = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.terminal)

    def resize(self, rows, columns):
        """Give the terminal another size, of which the kernel tells the program."""
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys):
        """Type something."""
        os.write(self.terminal, keys.encode())

    def frame(self):
        """The lines of the last whole picture."""
        pictures = self.seen.split("\x1b[?2026l")
        if len(pictures) < 2:
            return []
        text = pictures[-2].rpartition("\x1b[H")[2]
        # The terminal puts a "\r" of its own in front of a "\n".
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).split("\r\r\n")

    def until(self, condition):
        """Wait until a picture fulfils the condition, and return its lines."""
        deadline = time.monotonic() + SECONDS
        self.seen = ""
        while True:
            lines = self.frame()
            if lines and condition(lines):
                return lines
            assert time.monotonic() < deadline, f"not within {SECONDS} s: {lines}"
            if select.select([self.terminal], [], [], 1)[0]:
                self.seen += os.read(self.terminal, 65536).decode(errors="replace")

    def end(self):
        """Wait for the program's end and return its exit status."""
        deadline = time.monotonic() + SECONDS
        while True:
            ended, status = os.waitpid(self.child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < deadline
            if select.select([self.terminal], [], [], 0.2)[0]:
                try:
                    os.read(self.terminal, 65536)
                except OSError:
                    time.sleep(0.1)


def has(text):
    """A condition: some line begins so."""
    return lambda lines: any(line.startswith(text) for line in lines)


def test_keys_choose_sections_and_q_ends_it():
    run("curl", "--silent", "--output", "/dev/null", "http://localhost/")
    with Display() as display:
        display.until(lambda lines: all(has(name)(lines) for name in ("Traffic", "Latency", "Responses", "Cache")))
        for key, name in (("c", "Cache"), ("r", "Responses"), ("l", "Latency"), ("t", "Traffic"), ("x", "Refused")):
            display.press(key)
            lines = display.until(has(name))
            others = {"Cache", "Responses", "Latency", "Traffic", "Refused"} - {name}
            assert not any(line.startswith(other) for line in lines for other in others), lines
        # After the last section come all of them again.
        display.press("\t")
        display.until(lambda lines: has("Traffic")(lines) and has("Cache")(lines))
        display.press("q")
        assert display.end() == 0


def test_the_last_minute_is_drawn():
    with Display() as display, subprocess.Popen(
            ["sh", "-c", "while curl --silent --output /dev/null http://localhost/; do sleep 0.1; done"]) as client:
        try:
            lines = display.until(lambda lines: any(re.match(r"  requests +[▁-█]{3}", line) for line in lines))
        finally:
            client.kill()
    assert "Last minute" in lines
    assert any(re.search(r"max [1-9]", line) for line in lines if line.startswith("  requests")), lines


def test_it_follows_the_size_of_the_terminal():
    with Display() as display:
        display.until(has("Latency"))
        display.resize(8, 40)
        lines = display.until(lambda lines: len(lines) <= 8)
        assert max(len(line) for line in lines) <= 40
        display.resize(50, 100)
        display.until(has("Latency"))
        display.press("\x03")
        assert display.end() in (0, -signal.SIGINT)


def test_lines_where_there_is_no_terminal():
    lines = run("khttpdctl", "stats", "--watch=0.2", "--count=3").stdout.splitlines()
    assert len(lines) == 4 and lines[0].startswith("time")
    assert "\x1b" not in "".join(lines)
