#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run a command in a guest, on this terminal.

    terminal.py SOCKET [COMMAND [ARGUMENT]...]      without a command: a shell
"""

import json
import os
import select
import signal
import sys
import termios
import tty

from channel import Channel, ChannelError


def size():
    """Return the rows and columns of this terminal."""
    columns, rows = os.get_terminal_size(0)
    return rows, columns


def show(channel):
    """Write what the guest says; return the exit status once the command has ended."""
    while frame := channel.receive(0):
        kind, payload = frame
        if kind == b"X":
            return int(payload)
        (sys.stderr if kind == b"E" else sys.stdout).buffer.write(payload)
    sys.stdout.flush()
    sys.stderr.flush()
    return None


def relay(channel, terminal):
    """Pass input and output on until the command ends; return its exit status."""
    sources = [0, channel]
    while True:
        readable = select.select(sources, [], [], 1)[0]
        if 0 in readable:
            data = os.read(0, 4096)
            channel.send(b"I", data)
            if not data:
                sources.remove(0)
                if terminal:
                    return 0
        if channel in readable:
            status = show(channel)
            if status is not None:
                return status


def run(path, argv):
    """Run a command over the channel at path; return its exit status."""
    channel = Channel(path)
    channel.greet(10)
    if not os.isatty(0):
        channel.start(argv)
        return relay(channel, terminal=False)
    before = termios.tcgetattr(0)
    channel.start(argv, pty=size(), env={"TERM": os.environ.get("TERM", "linux")})
    signal.signal(signal.SIGWINCH, lambda *_: channel.send(b"W", json.dumps(size()).encode()))
    try:
        tty.setraw(0)
        return relay(channel, terminal=True)
    finally:
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def main():
    try:
        status = run(sys.argv[1], sys.argv[2:] or ["/bin/bash", "--login"])
    except OSError:
        sys.exit("error: no guest is there\nhint: start it with ./try")
    except ChannelError as error:
        sys.exit(f"error: {error}\nhint: the guest runs one command at a time; end the other one")
    sys.stdout.flush()
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
