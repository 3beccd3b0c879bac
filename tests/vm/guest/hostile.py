# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile clients: what they have in common, those who are to be served meanwhile, and what is counted."""

import itertools
import json
import os
import random
import threading
import time
from contextlib import contextmanager

import remains
import scale
import sysfs
import wire
from load import Workers
from shell import eventually, run

# A timeout that is to pass, and one that is not to, however slow the machine is; in ms.
SHORT = 1500 * scale.SLOWNESS
LONG = 3600000
FILES = {"a": b"a\n", "b": bytes(range(256)) * 20, "c": b"".join(b"%07d\n" % number for number in range(4000))}
# Bytes that no buffers hold; and such that do not fit a small one.
LARGE = 16 << 20
SOME = 1 << 20
# Pages that TCP keeps at hand, up to 1 MiB for each processor.
RESERVED = 256 * os.cpu_count()


def addresses(net):
    """Return one address of the loopback network 127.net.0.0/16 after the other."""
    return (f"127.{net}.{at // 250 % 250}.{1 + at % 250}" for at in itertools.count())


class Others(Workers):
    """Well-behaved clients in the background, whose answers have to be right all along.

    Each visit is from another address, so that limits on a client are none for them.
    """

    def __init__(self, number=2):
        self.sources = addresses(100)
        # How often the server ended a connection before the request came, on which a client asks again.
        self.late = 0
        self.chance = random.Random(1)
        self.lock = threading.Lock()
        super().__init__(self._visit, number)

    def _visit(self):
        with self.lock:
            source = next(self.sources)
        with wire.Connection(source=source) as connection:
            for name in self.chance.choices(list(FILES), k=3):
                try:
                    connection.send(wire.request(f"/{name}"))
                    response = connection.head()
                except (wire.Closed, ConnectionError):
                    assert not connection.received, connection.received
                    response = None
                if not response or response.status == 408:
                    # RFC 9112 section 9.5: another time, on another connection.
                    self.late += 1
                    return
                assert response.status == 200, response
                assert wire.same(connection.body(response.get("Content-Length")), FILES[name]), f"/{name} is wrong"


class Refusals:
    """Refusals since this was made, by reason; of all others none are expected."""

    def __init__(self, others=None):
        self.others = others
        self.late = others.late if others else 0
        self.before = self._read()

    @staticmethod
    def _read():
        return {path.name.removeprefix("refused_"): int(path.read_text(encoding="ascii"))
                for path in (sysfs.SYSFS / "stats").glob("refused_*")}

    def now(self):
        """Return how many there are of each reason that there are any of."""
        return {reason: count - self.before[reason] for reason, count in self._read().items()
                if count > self.before[reason]}

    def are(self, timeout=120, **wanted):
        """Wait until there are so many; those of the other clients may come on top."""
        wanted = {reason: count for reason, count in wanted.items() if count}

        def there():
            now = self.now()
            late = self.others.late - self.late if self.others else 0
            return (set(wanted) <= set(now) and all(now[reason] >= count for reason, count in wanted.items())
                    and sum(now.values()) <= sum(wanted.values()) + late)

        try:
            eventually(there, "refusals are counted", timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.now()} and not {wanted}") from None


def told_refusals():
    """Return what khttpdctl says of refusals, by the names of sysfs; only what there is any of."""
    refused = json.loads(run("khttpdctl", "stats", "--json").stdout)["refused"]
    return {reason.replace("-", "_"): count for reason, count in refused.items()}


def connections():
    """Return how many connections the server has."""
    return sysfs.number("stats/connections")


def sockets():
    """Return the lines of the server's sockets, but of those that listen."""
    return [line for line in remains.sockets(80) if int(line.split()[3], 16) != remains.LISTEN]


@contextmanager
def site():
    """Serve some files of known content, and a large one, without limits in time."""
    with sysfs.document_root() as directory, \
            sysfs.setting(timeouts__head_ms=LONG, timeouts__idle_ms=LONG, timeouts__send_ms=LONG,
                          timeouts__linger_ms=LONG):
        for name, content in FILES.items():
            (directory / name).write_bytes(content)
        (directory / "large").write_bytes(bytes(LARGE))
        (directory / "some").write_bytes(bytes(SOME))
        yield directory


@contextmanager
def all_gone():
    """See that in the end no connection, no socket and no memory of them is left."""
    pages = socket_pages()
    yield
    eventually(lambda: connections() == 0, "all connections are gone")
    eventually(lambda: not sockets(), "no socket is left")
    remains.no_objects()
    eventually(lambda: socket_pages() <= pages + RESERVED, "the memory of sockets is given back")


def socket_pages():
    """Return how many pages the queues of TCP sockets take."""
    with open("/proc/net/sockstat", encoding="ascii") as lines:
        words = next(line for line in lines if line.startswith("TCP:")).split()
    return int(words[words.index("mem") + 1])


def open_many(number, *data, **options):
    """Make connections and send something on each: one after the other of data."""
    made = []
    for at in range(number):
        made.append(wire.Connection(**options))
        made[-1].send(data[at % len(data)])
    return made


def drip(clients, octets, pause=0.05):
    """Send octets one by one on all connections until the server has ended them; return what each received."""
    received = {client: b"" for client in clients}
    alive = set(clients)
    for client in clients:
        client.socket.setblocking(False)
    deadline = time.monotonic() + 10 * wire.PATIENCE
    at = 0
    while alive:
        assert time.monotonic() < deadline, f"{len(alive)} connections are never ended"
        for client in list(alive):
            try:
                client.send(octets[at % len(octets):][:1])
            except (BlockingIOError, ConnectionError):
                pass  # whether it is over is told by what is received
            try:
                data = client.socket.recv(1 << 16)
            except BlockingIOError:
                continue
            except ConnectionError:
                data = b""
            received[client] += data
            if not data:
                alive.remove(client)
                client.socket.close()
        at += 1
        time.sleep(pause)
    return list(received.values())


def close(clients, reset=False):
    """Close connections, or reset them."""
    for client in clients:
        if reset:
            remains.reset_on_close(client.socket)
        client.socket.close()
