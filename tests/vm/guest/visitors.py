# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients of every manner, in processes of their own, that judge each answer that they get."""

import collections
import multiprocessing
import os
import random
import shutil
import socket
import tempfile
import time
import traceback
from pathlib import Path

import remains
import scale
import wire

SIZES = {"none": 0, "small": 13, "page": 5000, "large": 300000, "huge": 4 << 20}
# Of the directory list/.
NAMES = scale.times(300, 50)


class Sites:
    """Two sites of the same names and different contents; a context manager."""

    def __init__(self):
        self.parent = Path(tempfile.mkdtemp(prefix="storm-"))
        self.parent.chmod(0o755)
        self.content = {name: [] for name in SIZES}
        for site in ("one", "two"):
            (self.parent / site / "list").mkdir(parents=True)
            for name, size in SIZES.items():
                # Octets that stand nowhere else, in no other file and at no other place.
                octets = random.Random(site + name).randbytes(size)
                (self.parent / site / f"{name}.txt").write_bytes(octets)
                self.content[name].append(octets)
            for number in range(NAMES):
                (self.parent / site / "list" / f"{site}-{number}").touch()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.parent)

    def __getitem__(self, name):
        return self.parent / name


def whole(sites, name, response, span=None):
    """See that the body of a success is the file of one of the sites, or the asked-for part of it."""
    if response.status not in (200, 206):
        assert response.status in (403, 404, 416, 429, 503), (name, response.status)
        return
    wanted = sites.content[name]
    if response.status == 206:
        wanted = [content[span[0]:span[1] + 1] for content in wanted]
    assert any(wire.same(response.body, content) for content in wanted), \
        f"{name} {span}: {response.status} with {len(response.body)} wrong octets {response.body[:64]!r}"


def fetch(sites, chance, connection):
    """Some requests, one after the other, or at once."""
    names = chance.choices(list(SIZES), (4, 8, 8, 4, 1), k=chance.randrange(1, 6))
    if chance.random() < 0.3:
        connection.send(b"".join(wire.request(f"/{name}.txt") for name in names))
        for name in names:
            whole(sites, name, connection.response())
        return
    for name in names:
        whole(sites, name, connection.get(f"/{name}.txt"))


def fetch_ranges(sites, chance, connection):
    """A part of a file."""
    for name in chance.choices(("page", "large"), k=3):
        first = chance.randrange(SIZES[name])
        last = min(first + chance.choice((0, 10, 4096, 70000)), SIZES[name] - 1)
        whole(sites, name, connection.get(f"/{name}.txt", f"Range: bytes={first}-{last}"), (first, last))


def fetch_listing(sites, chance, connection):  # pylint: disable=unused-argument
    """A listing, where there is one: all names of one site, and none of the other."""
    response = connection.get("/list/", "Accept: application/json")
    if response.status == 200:
        counts = [response.body.count(f'"name":"{site}-'.encode()) for site in ("one", "two")]
        assert sorted(counts) == [0, NAMES], f"{counts} names in {response.body[:200]!r}"
    else:
        assert response.status in (403, 404, 429, 503), response.status


def read_slowly(sites, chance, connection):
    """A large file through a small window, with pauses; now and then not to its end."""
    connection.send(wire.request("/huge.txt"))
    response = connection.head()
    if response.status != 200:
        return
    length, pieces = int(response.get("Content-Length")), []
    for _ in range(chance.randrange(1, 20)):
        pieces.append(connection.body(min(length, 4096)))
        length -= len(pieces[-1])
        time.sleep(0.001)
    if chance.random() < 0.5:
        pieces.append(connection.body(length))
        whole(sites, "huge", wire.Response(200, "", "", body=b"".join(pieces)))


def break_off(sites, chance, connection):  # pylint: disable=unused-argument
    """Half a request, a request whose answer is not taken, half a body; and a reset, or not."""
    # Who says nothing to a listener with TCP_DEFER_ACCEPT is not told when that one goes.
    octets = chance.choice((
        wire.request("/large.txt")[:chance.randrange(1, 40)], wire.request("/huge.txt") * chance.randrange(1, 50),
        wire.request("/", "Content-Length: 100", method="POST") + b"x" * chance.randrange(100), b"\0" * 3000,
        wire.request("/list/") * 3))
    connection.send(octets)
    if chance.random() < 0.3:
        connection.socket.shutdown(socket.SHUT_WR)
    if chance.random() < 0.5:
        remains.reset_on_close(connection.socket)
    if chance.random() < 0.3:
        connection.socket.recv(100)


MANNERS = ((fetch, 10), (fetch_ranges, 3), (fetch_listing, 2), (read_slowly, 1), (break_off, 5))


def visit(sites, chance, host, port):
    """Be a client once; return what it was and whether it came to its end."""
    manner = chance.choices(*zip(*MANNERS))[0]
    buffer = 4096 if manner is read_slowly else None
    try:
        with wire.Connection(host, port, receive_buffer=buffer) as connection:
            manner(sites, chance, connection)
    except socket.timeout:
        raise
    except (OSError, wire.Closed):
        # The server, its listener or its module has gone.
        time.sleep(0.005)
        return manner.__name__, False
    return manner.__name__, True


class Visitors:
    """Processes that visit again and again; a context manager, which raises what went wrong in any of them.

    A listener may not be there: a visit may fail as a whole, but what is answered must be right.
    """

    def __init__(self, sites, chance, number=3, places=(("127.0.0.1", 80), ("::1", 80), ("127.0.0.1", 8081))):
        self.sites = sites
        self.places = places
        self.context = multiprocessing.get_context("fork")
        self.end = self.context.Event()
        self.told = self.context.SimpleQueue()
        self.processes = [self.context.Process(target=self._run, args=(chance.random(),), daemon=True)
                          for _ in range(number)]
        self.count = collections.Counter()

    def __enter__(self):
        for process in self.processes:
            process.start()
        return self

    def __exit__(self, kind, *_):
        self.end.set()
        errors = []
        for _ in self.processes:
            deadline = time.monotonic() + 2 * wire.PATIENCE
            while self.told.empty():
                assert time.monotonic() < deadline, "a client still waits for its answer"
                time.sleep(0.05)
            count, error = self.told.get()
            self.count.update(count)
            errors += [error] if error else []
        for process in self.processes:
            process.join()
        if errors and not kind:
            raise AssertionError(errors[0])

    def _run(self, seed):
        chance, count, error = random.Random(seed), collections.Counter(), None
        os.nice(1)
        try:
            while not self.end.is_set():
                manner, done = visit(self.sites, chance, *chance.choice(self.places))
                count[manner, done] += 1
        except BaseException:  # pylint: disable=broad-exception-caught
            error = traceback.format_exc()
        self.told.put((count, error))

    def failed(self):
        """Tell whether a client has given up, which is not to be waited for until the end."""
        return not self.told.empty()

    def told_right(self):
        """Return how many visits came to their end."""
        return sum(number for (_, done), number in self.count.items() if done)
