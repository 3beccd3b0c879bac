#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Inside a guest: run the commands that the host sends over a virtio serial port.

Both directions carry frames: one octet of type, four octets of length (big
endian), the payload.  One command runs at a time.

From the host:  H nonce      answer with the same nonce (finds the start of a frame)
                R json       run {"argv": [...], "user": name, "pty": [rows, columns], "env": {...}}
                I octets     to its standard input; none means end of file
                W json       [rows, columns] of its terminal
                T            end it
To the host:    H nonce
                O octets     its standard output
                E octets     its standard error
                X json       its exit status, negative for a signal
"""

import fcntl
import json
import os
import pty
import pwd
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

HEAD = struct.Struct(">cI")
CHUNK = 65536


class HostGone(Exception):
    """The host has closed its end of the port."""


class Port:
    """Frames over the port."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self.received = b""

    def receive(self):
        """Read what there is and yield the complete frames."""
        try:
            data = os.read(self.fd, CHUNK)
        except BlockingIOError:
            return
        if not data:
            raise HostGone
        self.received += data
        while len(self.received) >= HEAD.size:
            kind, length = HEAD.unpack_from(self.received)
            end = HEAD.size + length
            if len(self.received) < end:
                return
            payload = self.received[HEAD.size : end]
            self.received = self.received[end:]
            yield kind, payload

    def send(self, kind, payload):
        """Send one frame whole; wait while the host does not read."""
        data = HEAD.pack(kind, len(payload)) + payload
        poll = select.poll()
        poll.register(self.fd, select.POLLOUT)
        while data:
            events = poll.poll()
            if events[0][1] & (select.POLLHUP | select.POLLERR):
                raise HostGone
            try:
                data = data[os.write(self.fd, data[:CHUNK]) :]
            except BlockingIOError:
                pass

    def wait_for_host(self):
        """Return once the host has opened its end."""
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        while any(events & select.POLLHUP for _, events in poll.poll()):
            time.sleep(0.2)
        self.received = b""


class Command:
    """A process and the pipes or the terminal that it talks through."""

    def __init__(self, request):
        user = pwd.getpwnam(request.get("user", "root"))
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": user.pw_dir,
            "USER": user.pw_name,
            "LOGNAME": user.pw_name,
            "SHELL": "/bin/bash",
            "LANG": "C.UTF-8",
            **request.get("env", {}),
        }
        options = dict(cwd=user.pw_dir, env=environment, start_new_session=True)
        if user.pw_uid:
            options.update(user=user.pw_uid, group=user.pw_gid, extra_groups=[])
        self.pending = b""
        self.input_ends = False
        self.terminal = request.get("pty")
        if self.terminal:
            master, slave = pty.openpty()
            self.stdin, self.outputs = master, {master: b"O"}
            self.resize(self.terminal)
            os.fchown(slave, user.pw_uid, -1)
            self.process = subprocess.Popen(
                request["argv"], stdin=slave, stdout=slave, stderr=slave,
                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), **options)
            os.close(slave)
        else:
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(
                request["argv"], stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, **options)
            self.stdin = self.process.stdin.fileno()
            self.outputs = {self.process.stdout.fileno(): b"O", self.process.stderr.fileno(): b"E"}
        os.set_blocking(self.stdin, False)

    def resize(self, size):
        """Tell the terminal its rows and columns."""
        if self.terminal:
            fcntl.ioctl(self.stdin, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))

    def feed(self, data):
        """Queue input; none ends it."""
        self.pending += data
        self.input_ends = self.input_ends or not data

    def write_pending(self):
        """Give the process what it takes of its input."""
        try:
            self.pending = self.pending[os.write(self.stdin, self.pending[:CHUNK]) :]
        except BlockingIOError:
            return
        except OSError:
            self.pending, self.input_ends = b"", True

    def close_input_if_done(self):
        """Let the process see the end of its input."""
        if self.input_ends and not self.pending and not self.terminal and not self.process.stdin.closed:
            self.process.stdin.close()

    def read(self, fd):
        """Return what an output has to say; nothing when it is at its end."""
        try:
            data = os.read(fd, CHUNK)
        except OSError:  # a terminal whose last process has gone
            data = b""
        if not data:
            del self.outputs[fd]
        return data

    def end(self):
        """End the process and everything in its session's process group."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def obey(port, command, kind, payload):
    """Carry out one frame; return the command that runs after it."""
    if kind == b"H":
        port.send(b"H", payload)
    elif kind == b"R" and command is None:
        try:
            return Command(json.loads(payload))
        except (OSError, KeyError) as error:
            port.send(b"E", f"{error}\n".encode())
            port.send(b"X", b"127")
    elif command and kind == b"I":
        command.feed(payload)
    elif command and kind == b"W":
        command.resize(json.loads(payload))
    elif command and kind == b"T":
        command.end()
    return command


def serve(port):
    """Talk to the host until it goes."""
    command = None
    try:
        while True:
            poll = select.poll()
            poll.register(port.fd, select.POLLIN)
            if command:
                for fd in command.outputs:
                    poll.register(fd, select.POLLIN)
                command.close_input_if_done()
                if command.pending:
                    poll.register(command.stdin,
                                  select.POLLOUT | (select.POLLIN if command.terminal else 0))
            for fd, events in poll.poll(100 if command else None):
                if fd == port.fd:
                    if events & select.POLLHUP:
                        raise HostGone
                    for kind, payload in port.receive():
                        command = obey(port, command, kind, payload)
                elif command and events & select.POLLOUT:
                    command.write_pending()
                if command and fd in command.outputs and events & (select.POLLIN | select.POLLHUP):
                    data = command.read(fd)
                    kind = command.outputs.get(fd)
                    if data and kind:
                        port.send(kind, data)
            # A process that left children with its outputs behind is over all the same.
            if command and command.process.poll() is not None:
                finish(port, command)
                command = None
    except HostGone:
        if command:
            command.end()
            command.process.wait()


def finish(port, command):
    """Send the last output and the exit status."""
    for fd, kind in list(command.outputs.items()):
        for _ in range(1024):  # a child that was left behind may write for ever
            data = command.read(fd) if select.select([fd], [], [], 0)[0] else b""
            if not data:
                break
            port.send(kind, data)
    port.send(b"X", str(command.process.returncode).encode())
    if command.terminal:
        os.close(command.stdin)
    else:
        for pipe in (command.process.stdin, command.process.stdout, command.process.stderr):
            pipe.close()


def device(name):
    """Return the device of the port with a name; the links in /dev/virtio-ports wait for udev."""
    for told in Path("/sys/class/virtio-ports").glob("*/name"):
        if told.read_text(encoding="ascii").strip() == name:
            return f"/dev/{told.parent.name}"
    return None


def main():
    while not device(sys.argv[1]):
        time.sleep(0.2)
    port = Port(device(sys.argv[1]))
    while True:
        port.wait_for_host()
        serve(port)


if __name__ == "__main__":
    main()
