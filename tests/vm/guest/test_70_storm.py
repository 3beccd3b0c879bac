# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that can be done to a server, in random order, again and again, while clients of every manner come."""

import fcntl
import socket
import struct
import time

import pytest

import genl
import remains
import scale
import seed
import wire
from control import BOUND, COLD, HOT, RUNNING, USER, Server, load, unload, unload_anyway
from genl import nest, text, u32
from visitors import Sites, Visitors

TIME_LIMIT = 3000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
# KiB; what the rest of the system needs more than before.
MARGIN = {"Percpu": 1024, "VmallocUsed": 8192, "KernelStack": 4096, "SUnreclaim": 24576}
# All but that of which the kernel makes a device; an unbound queue cannot be CPU-intensive.
HOT_FLAGS = [flags for flags in range(64) if flags & 5 != 5]
COLD_FLAGS = [flags for flags in HOT_FLAGS if flags & 1]


def lists(server, chance):
    """Virtual hosts and media types, or none."""
    k = server.k
    parts = [u32(k["A_CHANGE_CLEAR"], 3)]
    if chance.random() < 0.7:
        rules = [nest(k["A_VHOST_RULE"], text(k["A_RULE_PREFIX"], f"/{number}"),
                      nest(k["A_RULE_FIELD"], text(k["A_FIELD_NAME"], "X-Storm"), text(k["A_FIELD_VALUE"], "x" * 500)))
                 for number in range(chance.randrange(20))]
        parts.append(server.nest("VHOST", u32(k["A_VHOST_OPTIONS"], chance.choice((1, 5, 13, 12))), *rules))
        parts += [server.nest("VHOST", text(k["A_VHOST_NAME"], f"{number}.test"), text(k["A_VHOST_ROOT"], "/usr/share"))
                  for number in range(chance.randrange(5))]
    if chance.random() < 0.5:
        parts.append(server.nest("MIME", text(k["A_MIME_TYPE"], f"text/x-{chance.randrange(9)}"),
                                 text(k["A_MIME_EXTENSION"], "txt")))
    return parts


class Elsewhere:
    """A network namespace with a server of its own, and clients in the middle of something there."""

    def __init__(self, root):
        self.sockets = genl.in_new_namespace(lambda: self._make(root))

    @staticmethod
    def _make(root):
        with socket.socket() as control:
            fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
        with Server() as server:
            server.start(root)
            # The namespace lives as long as its sockets.
            connections = [wire.Connection(receive_buffer=4096) for _ in range(4)]
            assert connections[0].get("/small.txt").status == 200
            for number, octets in enumerate((b"GET /", wire.request("/huge.txt"), wire.request("/page.txt") * 9)):
                connections[number + 1].send(octets)
        return [connection.socket for connection in connections]

    def end(self):
        """Let it go, in the middle of transfers."""
        for one in self.sockets:
            one.close()


class Storm:
    """The operations; each is one change, or a few."""

    def __init__(self, sites, chance):
        self.sites, self.chance = sites, chance
        self.server = None
        self.elsewhere = []
        self.load_module()

    def load_module(self):
        """Load the module and start the server."""
        load()
        self.server = Server()
        self.server.start(self.sites["one"], *lists(self.server, self.chance))

    def unload_module(self):
        """Unload it, while it serves here and elsewhere, or after the stop."""
        if self.chance.random() < 0.3:
            self.server.stop()
        self.server.link.socket.close()
        unload()
        self.load_module()

    def stop(self):
        """Stop, and start again."""
        self.server.stop()
        if not self.elsewhere and self.chance.random() < 0.5:
            # The caches are the module's, and so also of its servers in other namespaces.
            remains.no_objects()
        self.server.change(self.server.server(state=RUNNING))

    def listeners(self):
        """Other listeners."""
        one = self.server.listener
        backlog, sockets = self.chance.choice((1, 16, 4096)), self.chance.choice((0, 1, 5))
        self.server.change(*self.chance.choice((
            [one("::", 80, backlog=backlog)], [one("0.0.0.0", 80)], [one("::", 80), one("127.0.0.1", 8081)],
            [one("::", 80, sockets=sockets, defer_accept_s=1, fast_open=16)],
            [one("127.0.0.1", 80), one("::1", 80), one("127.0.0.2", 8081, backlog=backlog)],
            [one("::", 80, v6only=1), one("0.0.0.0", 80), one("::", 8081)])))

    def queues(self):
        """Other workqueues."""
        flags, active = self.chance.choice(HOT_FLAGS), self.chance.choice((0, 1, 16, 512))
        report = self.server.change(
            self.server.workqueue(HOT, flags, active),
            self.server.workqueue(COLD, self.chance.choice(COLD_FLAGS), self.chance.choice((0, 1, 512))))
        key = self.server.k["A_MSG_WORKQUEUE"], bytes(4), self.server.k["A_WORKQUEUE_FLAGS"]
        assert int.from_bytes(report[key], "little") == flags

    def root(self):
        """The other site."""
        self.server.change(self.server.server(root=self.sites[self.chance.choice(("one", "two"))], uid=USER))

    def sites_and_types(self):
        """Other virtual hosts and media types."""
        self.server.change(*lists(self.server, self.chance))

    def values(self):
        """Other limits and timeouts; none of them is in a client's way."""
        fields = self.chance.randrange(50, 100)
        report = self.server.change(self.server.numbers("LIMITS", fields=fields, head_bytes=16384 + fields),
                                    self.server.numbers("TIMEOUTS", idle_ms=self.chance.randrange(60000, 90000)))
        assert self.server.number(report, "LIMITS", "fields") == fields

    def namespace(self):
        """A namespace more, or one less."""
        if len(self.elsewhere) < 3 and self.chance.random() < 0.6:
            self.elsewhere.append(Elsewhere(self.sites["one"]))
        elif self.elsewhere:
            self.elsewhere.pop(self.chance.randrange(len(self.elsewhere))).end()

    def look(self):
        """Read everything that can be read."""
        self.server.lists()
        self.server.link.ask(self.server.k["CMD_STATS_GET"])
        self.server.link.dump(self.server.k["CMD_STATS_GET"])

    def end(self):
        """Leave nothing."""
        while self.elsewhere:
            self.elsewhere.pop().end()
        self.server.stop()
        remains.no_objects()
        self.server.link.socket.close()


def weather(chance):
    """Return the names of operations in random order; how many of each, on a stock kernel, stands here."""
    names = []
    for name, number in (("stop", 200), ("listeners", 200), ("queues", 200), ("root", 200), ("sites_and_types", 200),
                         ("values", 200), ("namespace", 100), ("look", 100), ("unload_module", 30)):
        names += [name] * scale.times(number, 3)
    chance.shuffle(names)
    return names


@pytest.mark.usefixtures("installed")
def test_storm(capsys):
    unload_anyway()
    chance = seed.draw(capsys)
    before = remains.settled()
    slowest, taken = {}, {}
    with Sites() as sites:
        storm = Storm(sites, chance)
        with Visitors(sites, chance) as visitors:
            for name in weather(chance):
                begun = time.monotonic()
                getattr(storm, name)()
                seconds = time.monotonic() - begun
                slowest[name] = max(slowest.get(name, 0), seconds)
                taken[name] = taken.get(name, 0) + seconds
                assert slowest[name] < BOUND, name
                if visitors.failed():
                    break
        # Every manner of client has been there, and after it all a client is served.
        assert visitors.told_right() > 10, visitors.count
        assert wire.get("/page.txt", host="127.0.0.1").body in sites.content["page"]
        storm.end()
        remains.no_sockets(80, 8081)
        unload()
    remains.no_caches()
    after = remains.settled()
    with capsys.disabled():
        print("seconds altogether and at most: "
              + ", ".join(f"{name} {taken[name]:.1f} {slowest[name]:.2f}" for name in slowest), dict(visitors.count))
    for name, margin in MARGIN.items():
        assert after[name] - before[name] < margin, f"{name}: {before[name]} KiB before, {after[name]} KiB after"
