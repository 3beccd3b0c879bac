# SPDX-License-Identifier: GPL-2.0-or-later
"""Generic netlink over a raw socket: every octet of a message is the test's own choice."""

import ctypes
import os
import re
import socket
import struct
import threading
from pathlib import Path

NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP = 1, 2, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
NETLINK_GENERIC, GENL_ID_CTRL = 16, 16
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
NLA_F_NESTED = 0x8000
SO_SNDBUFFORCE = 32
CLONE_NEWNET = 0x40000000
PATIENCE = 120
HEADER = "/usr/src/khttpd-*/module/uapi/linux/khttpd.h"


class Refused(Exception):
    """The kernel refused a request."""

    def __init__(self, error, text, blamed):
        super().__init__(f"{os.strerror(error)}: {text}")
        self.errno, self.text, self.blamed = error, text, blamed


def attr(number, payload=b""):
    """Return an attribute with its padding."""
    return struct.pack("=HH", 4 + len(payload), number) + payload + bytes(-len(payload) % 4)


def nest(number, *attributes):
    """Return an attribute that holds others."""
    return attr(number | NLA_F_NESTED, b"".join(attributes))


def u32(number, value):
    """Return an attribute with a number."""
    return attr(number, struct.pack("=I", value))


def u64(number, value):
    """Return an attribute with a large number."""
    return attr(number, struct.pack("=Q", value))


def text(number, value, nul=True):
    """Return an attribute with a string, with or without a NUL at its end."""
    return attr(number, (value.encode() if isinstance(value, str) else value) + (b"\0" if nul else b""))


def attributes(payload):
    """Return the attributes of a payload as a list of numbers and payloads."""
    found = []
    while payload:
        length, number = struct.unpack_from("=HH", payload)
        found.append((number & 0x3FFF, payload[4:length]))
        payload = payload[(length + 3) & ~3:]
    return found


def constants():
    """Return the numbers that the header for user space gives, by their names without KHTTPD_."""
    header = next(Path("/").glob(HEADER.lstrip("/"))).read_text(encoding="utf-8")
    found = {name: int(value, 0) for name, value in re.findall(r"#define KHTTPD_(\w+)\s+(\d\w*)\n", header)}
    for body in re.findall(r"^enum(?: \w+)? \{(.*?)^\}", header, re.MULTILINE | re.DOTALL):
        number = -1
        for name, value in re.findall(r"^\tKHTTPD_(\w+)(?: = (\d+))?,", body, re.MULTILINE):
            number = int(value) if value else number + 1
            found[name] = number
    return found


def in_new_namespace(make):
    """Return what make() returns in a network namespace of its own, which lives as long as its sockets."""
    made = []

    def work():
        # Of this thread alone, which ends with it.
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "unshare")
        made.append(make())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return made[0]


class Link:
    """A socket to a family, to be used as a context manager."""

    def __init__(self, family="khttpd"):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.socket.settimeout(PATIENCE)
        self.sequence = 0
        self.family = GENL_ID_CTRL
        answer = self.ask(3, text(2, family))[0]
        self.family = struct.unpack("=H", dict(answer)[1])[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def room(self, octets):
        """Let messages be as long as this."""
        self.socket.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, octets)

    def send(self, command, *parts, flags=NLM_F_ACK):
        """Send a request and return its octets."""
        self.sequence += 1
        payload = struct.pack("=BBH", command, 1, 0) + b"".join(parts)
        message = struct.pack("=IHHII", 16 + len(payload), self.family, NLM_F_REQUEST | flags, self.sequence, 0)
        self.socket.send(message + payload)
        return message + payload

    def messages(self, size=1 << 17):
        """Return the messages of one datagram as a list of kinds, flags, sequence numbers and payloads."""
        data, _, flags, _ = self.socket.recvmsg(size)
        assert not flags & socket.MSG_TRUNC
        found = []
        while data:
            length, kind, flags, sequence, _ = struct.unpack_from("=IHHII", data)
            found.append((kind, flags, sequence, data[16:length]))
            data = data[(length + 3) & ~3:]
        return found

    def ask(self, command, *parts, flags=NLM_F_ACK):
        """Send a request; return the attributes of each message of the answer, or raise Refused."""
        request = self.send(command, *parts, flags=flags)
        answers = []
        while True:
            for kind, flags, sequence, payload in self.messages():
                if sequence != self.sequence:
                    continue
                if kind == NLMSG_ERROR:
                    self.judge(request, flags, payload)
                    return answers
                if kind == NLMSG_DONE:
                    error = -struct.unpack_from("=i", payload)[0]
                    if error:
                        raise Refused(error, "the dump broke off", None)
                    return answers
                answers.append(attributes(payload[4:]))

    def dump(self, command, *parts):
        """Return the attributes of each message of a dump."""
        return self.ask(command, *parts, flags=NLM_F_DUMP)

    @staticmethod
    def judge(request, flags, payload):
        """Raise Refused unless this is an acknowledgement; the blamed attribute is given without its header."""
        error = -struct.unpack_from("=i", payload)[0]
        if not error:
            return
        told = dict(attributes(payload[20:])) if flags & 0x200 else {}
        blamed = None
        if 2 in told:
            offset = struct.unpack("=I", told[2])[0]
            length, number = struct.unpack_from("=HH", request, offset)
            blamed = (number & 0x3FFF, request[offset + 4:offset + length])
        raise Refused(error, told.get(1, b"").rstrip(b"\0").decode(), blamed)
