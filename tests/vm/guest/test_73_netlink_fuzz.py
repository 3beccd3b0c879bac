# SPDX-License-Identifier: GPL-2.0-or-later
"""Random messages of the netlink family, well formed and broken, from root and from anybody."""

import errno
import os
import random
import select
import socket
import struct
import traceback

import pytest

import genl
import scale
import seed
import wire
from control import RUNNING, STOPPED, USER, Server, unload_anyway
from genl import attr, nest, text, u32, u64
from visitors import Sites

TIME_LIMIT = 3000
MESSAGES = 2000
NOBODY = 65534
# What the kernel may say of a message that it does not like.
EXPECTED = {errno.EINVAL, errno.ERANGE, errno.E2BIG, errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EADDRINUSE,
            errno.EADDRNOTAVAIL, errno.EBUSY, errno.ESTALE, errno.EDESTADDRREQ, errno.EOPNOTSUPP, errno.EMSGSIZE,
            errno.ENAMETOOLONG, errno.ELOOP, errno.EBADMSG, errno.EPERM}
STRINGS = (b"", b"/", b"/usr", b"/etc/passwd", b"/nowhere", b"/root", b"a", b"a.test", b"*.test", b"A", b"text/plain",
           b"text/a\r\nb", b"index.html", b"..", b"a/b", b"/a/../b", b"https://a.test", b"ETag", b"X-A", b"\xff\xfe",
           b"a" * 255, b"a" * 256, b"/" + b"x" * 4095, b"y" * 2048, b"y" * 2049, b"a\0b", b"txt", b"%s%n")
NUMBERS = (0, 1, 2, 3, 4, 12, 13, 31, 32, 63, 64, 80, 99, 100, 127, 128, 255, 256, 304, 404, 511, 512, 513, 599, 1000,
           4096, 65535, 65536, 1 << 24, 0x7fffffff, 0x80000000, 0xffffffff)


# Nests of nothing but numbers.
NUMERIC = ("TIMEOUTS", "LIMITS", "CACHE", "COMPRESSION", "LOG")


class Grammar:
    """What a change may consist of: the attributes of the contract and how each is made."""

    def __init__(self, k, chance, root):
        self.k, self.chance, self.root = k, chance, str(root)
        number, string = self.number, self.string
        self.nests = {
            "SERVER": {"STATE": number, "GENERATION": self.long, "EXPECT_GENERATION": self.long, "VERSION": string,
                       "ROOT": self.directory, "UID": number, "GID": number, "STARTED_NS": self.long, "DRAIN": number},
            "LISTENER": {"ID": number, "ADDR4": self.address, "ADDR6": self.address, "PORT": self.port,
                         "V6ONLY": number, "BACKLOG": number, "CONNECTIONS": number},
            "WORKQUEUE": {"QUEUE": number, "FLAGS": number, "MAX_ACTIVE": number, "NAME": string},
            **{name: {key.removeprefix(f"A_{name}_"): number for key in k
                      if key.startswith(f"A_{name}_")} for name in NUMERIC},
            "VHOST": {"NAME": string, "ROOT": self.directory, "INDEX": string, "OPTIONS": number, "SYMLINKS": number,
                      "CHARSET": string, "DEFAULT_TYPE": string, "ERROR_PAGE": "ERROR_PAGE", "RULE": "RULE"},
            "ERROR_PAGE": {"STATUS": number, "PATH": string},
            "RULE": {"PREFIX": self.directory, "FIELD": "FIELD", "REMOVE": string, "CACHE_CONTROL": string,
                     "EXPIRES_S": number, "LISTING": number, "REDIRECT": string, "REDIRECT_STATUS": number,
                     "ORIGIN": string, "READINESS": number},
            "FIELD": {"NAME": string, "VALUE": string},
            "MIME": {"TYPE": string, "EXTENSION": string},
            "FILTER": {"ADDR4": self.address, "ADDR6": self.address, "PREFIX_LEN": number, "PORT_MIN": self.port,
                       "PORT_MAX": self.port, "LOCAL_PORT": self.port, "STATES": number, "MIN_AGE_MS": self.long},
        }
        self.top = ("SERVER", "LISTENER", "WORKQUEUE", "TIMEOUTS", "LIMITS", "CLEAR", "VHOST", "MIME", "CACHE",
                    "COMPRESSION", "LOG")
        self.commands = [number for name, number in k.items() if name.startswith("CMD_")]

    def number(self, key):
        """A number, at a bound or anywhere."""
        chance = self.chance
        value = chance.choice(NUMBERS) if chance.random() < 0.7 else chance.randrange(1 << chance.randrange(1, 33))
        return u32(key, value)

    def long(self, key):
        """A number of 64 bits."""
        return u64(key, self.chance.choice((0, 1, 10, 1 << 63)))

    def string(self, key):
        """A string, with or without its end."""
        return text(key, self.chance.choice(STRINGS), nul=self.chance.random() < 0.8)

    def directory(self, key):
        """A path; mostly of something that can be served."""
        return text(key, self.root) if self.chance.random() < 0.7 else self.string(key)

    def address(self, key):
        """An address of this machine, or any other; it has the same number in a listener and in a filter."""
        wide = key == self.k["A_LISTENER_ADDR6"]
        known = ((bytes(16), bytes(15) + b"\1") if wide else (b"\x7f\0\0\1", b"\x7f\1\2\3", bytes(4)))
        return attr(key, self.chance.choice(known) if self.chance.random() < 0.8 else self.octets(20))

    def port(self, key):
        """A port that nobody else on this machine has."""
        return u32(key, self.chance.randrange(8000, 8100)) if self.chance.random() < 0.9 else self.number(key)

    def octets(self, most):
        """Anything."""
        return self.chance.randbytes(self.chance.randrange(most))

    def inside(self, name, depth=0):
        """The attributes of a nest, some of them wrong: in number, in kind, in length, in order, too often."""
        chance, found = self.chance, []
        kinds = self.nests[name]
        for _ in range(chance.choice((0, 1, 1, 2, 3, len(kinds), 80 if depth < 2 and chance.random() < 0.03 else 4))):
            key = chance.choice(list(kinds))
            number, make = self.k[f"A_{name}_{key}"], kinds[key]
            made = self.nest(number, self.inside(make, depth + 1)) if isinstance(make, str) else make(number)
            found.append(self.spoil(made) if chance.random() < 0.04 else made)
        return found

    def valid(self, name):
        """The attributes of a nest as a change that is to succeed has them."""
        chance, k = self.chance, self.k
        return nest(k[f"A_CHANGE_{name}"], *{
            "SERVER": lambda: [u32(k["A_SERVER_STATE"], RUNNING), text(k["A_SERVER_ROOT"], self.root),
                               u32(k["A_SERVER_UID"], USER)],
            "LISTENER": lambda: [attr(k["A_LISTENER_ADDR4"], b"\x7f\0\0\1"), self.port(k["A_LISTENER_PORT"])],
            "WORKQUEUE": lambda: [u32(k["A_WORKQUEUE_QUEUE"], chance.randrange(2)),
                                  u32(k["A_WORKQUEUE_FLAGS"], chance.randrange(64))],
            "TIMEOUTS": lambda: [u32(k["A_TIMEOUTS_IDLE_MS"], chance.randrange(100, 99999))],
            "LIMITS": lambda: [u32(k["A_LIMITS_FIELDS"], chance.randrange(1, 1024))],
            "VHOST": lambda: [text(k["A_VHOST_NAME"], f"n{chance.randrange(1 << 60)}.test"),
                              nest(k["A_VHOST_RULE"], text(k["A_RULE_PREFIX"], "/"), u32(k["A_RULE_LISTING"], 1))],
            "MIME": lambda: [text(k["A_MIME_TYPE"], "text/plain"), text(k["A_MIME_EXTENSION"], "txt")],
        }[name]())

    @staticmethod
    def nest(number, parts):
        """A nest, cut where its length could not be told."""
        return attr(number | genl.NLA_F_NESTED, b"".join(parts)[:65000])

    def spoil(self, made):
        """An attribute that is not what it was."""
        chance = self.chance
        length, number = struct.unpack_from("=HH", made)
        return chance.choice((
            lambda: struct.pack("=HH", chance.choice((0, 1, 3, 4, 5, length - 1, length + 1, 65535)), number) + made[4:],
            lambda: struct.pack("=HH", length, chance.choice((0, 99, 0x3fff, number ^ 0x8000, number | 0x4000))) + made[4:],
            lambda: made + made,
            lambda: attr(number, self.octets(40)),
            lambda: made[:4] + self.octets(len(made))[:length - 4].ljust(len(made) - 4, b"\0"),
            lambda: made[:max(1, len(made) - chance.randrange(1, 8))],
            lambda: attr(number, (made * chance.randrange(2, 30))[:65000]),
        ))()

    def change(self):
        """The attributes of a change."""
        chance, parts = self.chance, []
        if chance.random() < 0.3:
            return b"".join(self.valid(name) for name in chance.sample(self.top[:5] + self.top[6:8],
                                                                       chance.randrange(1, 5)))
        for _ in range(chance.choice((0, 1, 1, 2, 4, 70 if chance.random() < 0.05 else 5))):
            name = chance.choice(self.top)
            number = self.k[f"A_CHANGE_{name}"]
            made = self.number(number) if name == "CLEAR" else self.nest(number, self.inside(name))
            parts.append(self.spoil(made) if chance.random() < 0.05 else made)
        if chance.random() < 0.02:
            parts *= chance.randrange(2, 2000 // (len(parts) or 1) + 3)
        octets = b"".join(parts)[:150000]
        if octets and chance.random() < 0.05:
            at = chance.randrange(len(octets))
            octets = octets[:at] + bytes((octets[at] ^ 1 << chance.randrange(8),)) + octets[at + 1:]
        return octets

    def attributes(self, command):
        """What goes with a command: mostly what it takes."""
        k = self.k
        if command in (k["CMD_CONNECTION_GET"], k["CMD_CONNECTION_KILL"]) and self.chance.random() < 0.8:
            return self.nest(k["A_MSG_FILTER"], self.inside("FILTER"))
        return self.change()

    def message(self, family, sequence):
        """A message: its octets, and whether its header is such that it must be answered."""
        chance, k = self.chance, self.k
        command = chance.choice((k["CMD_SERVER_SET"],) * 12 + (*self.commands, 0, max(self.commands) + 1, 255))
        flags = genl.NLM_F_REQUEST | genl.NLM_F_ACK
        flags |= chance.choice((0, 0, 0, genl.NLM_F_DUMP, 0x100, 0x400, 0xf00))
        payload = struct.pack("=BBH", command, chance.choice((0, 1, 2, 255)), 0) + self.attributes(command)
        length, right = 16 + len(payload), True
        if chance.random() < 0.05:
            length, right = chance.choice((0, 15, 16, 17, 19, length - 1, length + 4, 1 << 31, 0xffffffff)), False
        if chance.random() < 0.03:
            flags, right = chance.randrange(1 << 16), False
        return struct.pack("=IHHII", length & 0xffffffff, family, flags, sequence, 0) + payload, command, flags, right


class Talk:
    """Messages to the family, and what comes back; a socket is abandoned now and then."""

    def __init__(self, chance, root):
        self.chance = chance
        self.open()
        self.grammar = Grammar(genl.constants(), chance, root)

    def open(self):
        """A new socket."""
        self.link = genl.Link()
        # What is sent is carried out before it is said to be sent.
        self.link.socket.settimeout(20)
        if not os.getuid():
            self.link.room(1 << 20)

    def say(self):
        """Send a message; return its octets, its command, its flags, and the error that came back, None for none."""
        self.link.sequence += 1
        octets, command, flags, right = self.grammar.message(self.link.family, self.link.sequence)
        try:
            self.link.socket.send(octets)
        except OSError as error:
            # Longer than the socket takes at once.
            assert error.errno in (errno.EMSGSIZE, errno.ENOBUFS), error
            return octets, command, flags, error.errno
        if self.chance.random() < 0.02:
            # In the middle of a dump, perhaps.
            self.link.socket.close()
            self.open()
            return octets, command, 0, None
        try:
            return octets, command, flags, self.hear(right)
        except socket.timeout as error:
            raise AssertionError(f"no answer to {octets[:4000]!r}") from error

    def hear(self, answered):
        """Receive what there is; return the error."""
        error, heard = None, False
        while answered and not heard or select.select([self.link.socket], [], [], 0)[0]:
            data = self.link.socket.recv(1 << 18)
            while data:
                length, kind = struct.unpack_from("=IH", data)
                if kind in (genl.NLMSG_ERROR, genl.NLMSG_DONE):
                    heard = True
                    error = -struct.unpack_from("=i", data, 16)[0] or error
                data = data[(length + 3) & ~3:]
        return error


def as_anybody(work):
    """Do something in a process without privileges, and return what it has to complain of."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work()
            os.write(write, b"done")
        except BaseException:  # pylint: disable=broad-exception-caught
            os.write(write, traceback.format_exc().encode()[-4000:])
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        words = told.read()
    os.waitpid(child, 0)
    return words


@pytest.fixture(name="server")
def fixture_server(installed):  # pylint: disable=unused-argument
    """A server of its own, which is stopped afterwards."""
    unload_anyway()
    with Sites() as sites, Server() as server:
        server.sites = sites
        recover(server)
        yield server
        server.stop()
    unload_anyway()


def recover(server):
    """From whatever state, by one message or two: what is wanted, and only that."""
    if server.state() != STOPPED:
        server.stop()
    k = server.k
    values = [server.nest(name, *(u32(k[f"A_{name}_{key}"], k.get(f"DEFAULT_{name}_{key}", k.get(f"DEFAULT_{key}")))
                                  for key in (key.removeprefix(f"A_{name}_") for key in k
                                              if key.startswith(f"A_{name}_"))))
              for name in NUMERIC]
    server.start(server.sites["one"], *values, server.listener("::", 80), server.workqueue(0, 0, 0),
                 server.workqueue(1, 1, 0), u32(k["A_CHANGE_CLEAR"], 3))
    assert wire.get("/page.txt").body == server.sites.content["page"][0]


def snapshot(server):
    """Everything that is reported of a configuration."""
    return server.get(), server.lists()


def settle(server):
    """Wait until a stop that was begun is done, so that nothing changes by itself."""
    if server.state() == 2:
        server.stop()


def test_messages_of_root(server, capsys):
    """A message that fails changes nothing; whatever one succeeds, the server can be had as it is wanted."""
    talk = Talk(seed.draw(capsys), server.sites["two"])
    good = errors = 0
    before = snapshot(server)
    for number in range(scale.times(MESSAGES, 300)):
        octets, _, flags, error = talk.say()
        if error:
            errors += 1
            assert error in EXPECTED, (errno.errorcode.get(error), octets[:4000])
        elif flags:
            good += 1
        settle(server)
        after = snapshot(server)
        assert not error or after == before, (errno.errorcode[error], octets[:4000])
        generation = "SERVER", "generation"
        assert server.number(after[0], *generation) >= server.number(before[0], *generation)
        if number % 50 == 49:
            recover(server)
            after = snapshot(server)
        before = after
    talk.link.socket.close()
    recover(server)
    with capsys.disabled():
        print(f"{good} taken, {errors} refused", end=" ")
    # The messages are neither all good nor all bad.
    assert good > errors / 20 and errors > good / 20


def test_messages_of_anybody(server, capsys):
    """Nobody without the right changes anything, whatever he sends."""
    chance = seed.draw(capsys)
    before = snapshot(server)

    def work():
        talk = Talk(chance, server.sites["two"])
        for _ in range(scale.times(MESSAGES, 300)):
            octets, command, flags, error = talk.say()
            # What is no request the kernel passes over without a word.
            if command != server.k["CMD_SERVER_SET"] or not flags & genl.NLM_F_REQUEST \
                    or struct.unpack_from("=I", octets)[0] != len(octets):
                continue
            # Of unusual flags the kernel may think before it thinks of rights.
            assert error in (errno.EPERM, errno.EMSGSIZE) or error and flags != 5, (error, octets[:4000])

    assert as_anybody(work) == "done"
    assert snapshot(server) == before
    assert wire.get("/page.txt").body == server.sites.content["page"][0]


def test_messages_at_the_same_time(server, capsys):
    """Several processes at once, of root and of others; nobody looks at what comes of it until the end."""
    chance = seed.draw(capsys)
    children = []
    for _ in range(3):
        talk_seed = chance.random()
        child = os.fork()
        if not child:
            status = 1
            try:
                talk = Talk(random.Random(talk_seed), server.sites["two"])
                for _ in range(scale.times(MESSAGES // 3, 100)):
                    error = talk.say()[3]
                    assert not error or error in EXPECTED, errno.errorcode.get(error)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * len(children)
    settle(server)
    recover(server)
    assert len(server.lists()[0]) == 1 and server.lists()[1:] == ([], [])
