# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's end of a guest's command channel; agent.py tells the protocol."""

import json
import os
import socket
import struct
import time
from dataclasses import dataclass

HEAD = struct.Struct(">cI")


class ChannelError(Exception):
    """The guest did not answer, or not in time."""


@dataclass
class Result:
    """What a command in a guest left behind."""

    status: int
    out: bytes
    err: bytes

    @property
    def text(self):
        """Standard output as text."""
        return self.out.decode(errors="replace")

    @property
    def messages(self):
        """Standard error as text."""
        return self.err.decode(errors="replace")


class Channel:
    """A connection to the agent behind a Unix socket.  One command at a time."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.received = b""

    def close(self):
        """End the connection; the agent ends a command that still runs."""
        self.socket.close()

    def fileno(self):
        """For select."""
        return self.socket.fileno()

    def send(self, kind, payload=b""):
        """Send one frame."""
        self.socket.settimeout(60)
        try:
            self.socket.sendall(HEAD.pack(kind, len(payload)) + payload)
        except OSError as error:
            raise ChannelError(f"the guest takes no commands: {error}") from error

    def receive(self, timeout):
        """Return the next frame as (type, payload), or None after timeout seconds."""
        deadline = time.monotonic() + timeout
        while True:
            if len(self.received) >= HEAD.size:
                kind, length = HEAD.unpack_from(self.received)
                end = HEAD.size + length
                if len(self.received) >= end:
                    payload = self.received[HEAD.size : end]
                    self.received = self.received[end:]
                    return kind, payload
            if not self._read(deadline - time.monotonic()):
                return None

    def _read(self, timeout):
        self.socket.settimeout(max(timeout, 0.001))
        try:
            data = self.socket.recv(1 << 20)
        except TimeoutError:
            return False
        except OSError as error:
            raise ChannelError(f"the guest has gone: {error}") from error
        if not data:
            raise ChannelError("the guest has gone")
        self.received += data
        return True

    def greet(self, timeout):
        """Wait until the agent answers, and forget what an earlier host left in the line."""
        nonce = os.urandom(16)
        answer = HEAD.pack(b"H", len(nonce)) + nonce
        self.send(b"H", nonce)
        deadline = time.monotonic() + timeout
        while answer not in self.received:
            left = deadline - time.monotonic()
            if left <= 0:
                raise ChannelError(f"the guest's agent did not answer within {timeout:.0f} s")
            self._read(left)
        self.received = self.received.split(answer, 1)[1]

    def start(self, argv, **request):
        """Start a command; request as in agent.py."""
        self.send(b"R", json.dumps({"argv": argv, **request}).encode())

    def run(self, argv, timeout, stdin=b"", on_output=None, **request):
        """Run a command to its end and return the Result.

        timeout is in seconds; on_output gets every piece of its output as it comes.
        """
        self.start(argv, **request)
        for begin in range(0, len(stdin), 1 << 16):
            self.send(b"I", stdin[begin : begin + (1 << 16)])
        self.send(b"I")
        outputs = {b"O": bytearray(), b"E": bytearray()}
        deadline = time.monotonic() + timeout
        late = False
        while True:
            frame = self.receive(deadline - time.monotonic())
            if frame is None:
                if late:
                    raise ChannelError("the agent could not end a command")
                late, deadline = True, time.monotonic() + 60
                self.send(b"T")
                continue
            kind, payload = frame
            if kind == b"X":
                break
            outputs[kind] += payload
            if on_output:
                on_output(payload)
        result = Result(int(payload), bytes(outputs[b"O"]), bytes(outputs[b"E"]))
        if late:
            raise ChannelError(
                f"{' '.join(argv)}: not finished within {timeout:.0f} s\n"
                f"{result.text[-2000:]}{result.messages[-2000:]}")
        return result
