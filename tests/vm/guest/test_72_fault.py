# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that is not to be had: at random for everybody, and at each single place of every configuration call."""

import errno
import random
import socket
import threading
import time

import pytest

import fault
import genl
import remains
import scale
import seed
import wire
from control import COLD, HOT, RUNNING, STOPPED, Server, load
from genl import nest, text, u32
from visitors import SIZES, whole

pytestmark = pytest.mark.skipif(not fault.mounted(), reason="this kernel injects no faults")
TIME_LIMIT = 3000
SECONDS = 40
# A client that has waited so long for an answer has been forgotten: retransmission is quicker than that.
FORGOTTEN = 60
# More allocations than any call makes.
ENOUGH = 2000
# Of a socket that there is no inode for, the kernel says that there are too many; of a port that TCP has no memory to
# remember, that it is in use.
REFUSED = errno.ENOMEM, errno.ENFILE, errno.EADDRINUSE
ESTABLISHED, FIN_WAIT1, FIN_WAIT2 = 1, 4, 5
# There is none any more, or it is in FIN-WAIT-1, FIN-WAIT-2, LAST-ACK or CLOSING.
CLOSING = None, FIN_WAIT1, FIN_WAIT2, 9, 11


@pytest.fixture(name="server")
def fixture_server(sites):
    """A server of the first."""
    load()
    with Server() as server:
        server.start(sites["one"], listing(server))
        yield server
        server.stop()


def listing(server):
    """A default virtual host that lists directories."""
    return server.nest("VHOST", u32(server.k["A_VHOST_OPTIONS"], 13))


class Client(threading.Thread):
    """Asks for this and that, each on a connection of its own or several in a row."""

    def __init__(self, sites, value):
        super().__init__(daemon=True)
        self.sites, self.chance = sites, random.Random(value)
        self.outcomes, self.forgotten, self.wrong = {}, [], None
        self.over = threading.Event()

    def run(self):
        try:
            while not self.over.is_set():
                outcome = self.visit()
                self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        except BaseException as error:  # pylint: disable=broad-exception-caught
            self.wrong = error

    def visit(self):
        """Ask on one connection; return how it ended."""
        try:
            with wire.Connection(timeout=FORGOTTEN) as connection:
                try:
                    return self.ask(connection)
                except socket.timeout:
                    # What both ends look like tells whose fault that is.
                    self.forgotten.append((remains.state(connection.socket), *remains.peer_state(connection.socket)))
                    return "forgotten"
        except wire.Closed:
            return "closed"
        except (OSError, MemoryError) as error:
            return errno.errorcode.get(getattr(error, "errno", None) or 0, type(error).__name__)

    def ask(self, connection):
        """Ask a few times."""
        for name in self.chance.choices([*SIZES, "list"], k=self.chance.randrange(1, 5)):
            response = connection.get("/list/" if name == "list" else f"/{name}.txt")
            if response.status == 200 and name != "list":
                whole(self.sites, name, response)
            else:
                assert response.status in (200, 404, 500, 503), response.status
        if self.chance.random() < 0.3:
            # Everything is said: now the server is to end it.
            connection.socket.shutdown(socket.SHUT_WR)
            return "ended" if connection.ended() else "more than asked for"
        return "well"


@pytest.mark.parametrize("module, percent", ((True, 5), (False, 1)), ids=("of the module", "of everybody"))
def test_allocations_fail_at_random(server, sites, module, percent, capsys):
    """Nobody is forgotten, and afterwards everything works.

    A FIN that TCP has no memory for is never sent (tcp_send_fin()), whoever closes; a client that waits for it, or
    for what the server says to it, is nobody's but TCP's.  Its mark is a socket that is closing, with nothing to
    send: also one in FIN-WAIT-2, where the next acknowledgement takes it, as nothing of what it sent is missing.
    It may be the client's, of which the server has heard nothing then.
    """
    chance = seed.draw(capsys)
    clients = [Client(sites, chance.random()) for _ in range(4)]
    server.link.socket.settimeout(FORGOTTEN)
    refused = changed = 0
    for client in clients:
        client.start()
    with fault.at_random(percent, module):
        deadline = time.monotonic() + scale.times(SECONDS * scale.SLOWNESS) / 2
        while time.monotonic() < deadline:
            try:
                server.change(server.numbers("LIMITS", fields=chance.randrange(50, 100)),
                              server.workqueue(HOT, chance.choice((0, 1, 8)), 0), listing(server))
                changed += 1
            except (genl.Refused, OSError) as error:
                assert isinstance(error, socket.timeout) or error.errno in (*REFUSED, errno.ENOBUFS), error
                refused += 1
            time.sleep(0.05)
        for client in clients:
            client.over.set()
    for client in clients:
        client.join(3 * FORGOTTEN)
        assert not client.is_alive()
        if client.wrong:
            raise client.wrong
    outcomes = {}
    for client in clients:
        for outcome, number in client.outcomes.items():
            outcomes[outcome] = outcomes.get(outcome, 0) + number
    forgotten = [found for client in clients for found in client.forgotten]
    with capsys.disabled():
        print(outcomes, f"{changed} changes, {refused} refused", forgotten, end=" ")
    for own, state, line in forgotten:
        assert state in CLOSING or own in (FIN_WAIT1, FIN_WAIT2) and state == ESTABLISHED, (own, line)
    assert outcomes.get("well") and changed
    server.link.socket.close()
    server.link = genl.Link()
    for name in SIZES:
        for _ in range(20):
            response = wire.get(f"/{name}.txt")
            assert response.status == 200
            whole(sites, name, response)
    assert wire.get("/list/").status == 200


def calls(server, sites):
    """Every configuration call: what it is called, what it does, and how to come back from it."""
    k = server.k
    many = [server.nest("VHOST", text(k["A_VHOST_NAME"], f"n{number}.test"), text(k["A_VHOST_ROOT"], str(sites["two"])),
                        nest(k["A_VHOST_RULE"], text(k["A_RULE_PREFIX"], "/"), text(k["A_RULE_CACHE_CONTROL"], "no-store")))
            for number in range(3)]
    types = server.nest("MIME", text(k["A_MIME_TYPE"], "text/x-a"), text(k["A_MIME_EXTENSION"], "txt"))
    set_, link = k["CMD_SERVER_SET"], server.link
    back = server.server(state=RUNNING, root=sites["one"])
    return {
        "start": (lambda: link.ask(set_, server.server(state=RUNNING, root=sites["one"])), server.stop),
        "stop": (lambda: link.ask(set_, server.server(state=STOPPED)), lambda: again(server, sites)),
        "root": (lambda: link.ask(set_, server.server(root=sites["two"])), lambda: server.change(back)),
        "listeners": (lambda: link.ask(set_, server.listener("::", 80), server.listener("127.0.0.1", 8081)),
                      lambda: server.change(server.listener("::", 80))),
        "overlapping listeners": (lambda: link.ask(set_, server.listener("127.0.0.1", 80)),
                                  lambda: server.change(server.listener("::", 80))),
        "virtual hosts": (lambda: link.ask(set_, listing(server), *many), lambda: server.change(listing(server))),
        "media types": (lambda: link.ask(set_, types), lambda: server.change(u32(k["A_CHANGE_CLEAR"], k["LIST_MIME"]))),
        "queues": (lambda: link.ask(set_, server.workqueue(HOT, 1, 5), server.workqueue(COLD, 1, 5)),
                   lambda: server.change(server.workqueue(HOT, 0, 0), server.workqueue(COLD, 1, 0))),
        "limits": (lambda: link.ask(set_, server.numbers("LIMITS", fields=77)),
                   lambda: server.change(server.numbers("LIMITS", fields=100))),
        "get": (lambda: link.ask(k["CMD_SERVER_GET"]), lambda: None),
        "counters": (lambda: link.ask(k["CMD_STATS_GET"]), lambda: None),
        **{f"dump {name}": (lambda name=name: link.dump(k[f"CMD_{name}_GET"]), lambda: None)
           for name in ("LISTENER", "VHOST", "MIME", "STATS")},
    }


def again(server, sites):
    """Start after a stop that has begun."""
    if server.state() != STOPPED:
        server.stop()
    server.change(server.server(state=RUNNING, root=sites["one"]))


CALLS = ("start", "stop", "root", "listeners", "overlapping listeners", "virtual hosts", "media types", "queues", "limits",
         "get", "counters", "dump LISTENER", "dump VHOST", "dump MIME", "dump STATS")


@pytest.mark.parametrize("name", CALLS)
def test_the_nth_allocation_fails(server, sites, name, capsys):
    """The call fails and has changed nothing, or succeeds; and the server goes on serving."""
    call, back = calls(server, sites)[name]
    if name == "start":
        server.stop()
    nth, failures = fault.Nth(), 0
    server.link.socket.settimeout(5)
    try:
        for number in range(1, ENOUGH):
            before = server.get(), server.lists()
            error = None
            nth.arm(number)
            try:
                call()
            except genl.Refused as refusal:
                error = refusal.errno
            except OSError as refusal:
                # The message itself, or its answer, has found no memory.
                error = refusal.errno or errno.ETIMEDOUT
            left = nth.arm(0)
            if error is None or error in (errno.ENOBUFS, errno.ETIMEDOUT):
                server.link.socket.close()
                server.link = fresh_link()
                call, back = calls(server, sites)[name]
            if error is not None:
                failures += 1
                assert error in (*REFUSED, errno.ENOBUFS, errno.ETIMEDOUT), errno.errorcode[error]
            if error in REFUSED:
                assert (server.get(), server.lists()) == before, number
            else:
                back()
            if server.state() == RUNNING:
                whole(sites, "page", answered(wire.get("/page.txt")))
            if left:
                break
        else:
            pytest.fail("there is no end to it")
    finally:
        nth.close()
    with capsys.disabled():
        print(f"{number} allocations, {failures} failures", end=" ")
    if server.state() != RUNNING:
        server.start(sites["one"])


def answered(response):
    """A response that is a success."""
    assert response.status == 200, response.status
    return response


def fresh_link():
    """A socket without what is left of an earlier answer."""
    link = genl.Link()
    link.room(1 << 20)
    link.socket.settimeout(5)
    return link
