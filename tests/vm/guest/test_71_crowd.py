# SPDX-License-Identifier: GPL-2.0-or-later
"""A hundred thousand live connections, and the end of the server under them."""

import multiprocessing
import resource
import select
import socket
import time
from pathlib import Path

import pytest

import remains
import scale
import wire
from control import BOUND, Server, load, unload, unload_anyway
from shell import eventually
from visitors import Sites, whole

TIME_LIMIT = 3000
# MiB: a connection and its client take some 8 KiB of sockets.
MEMORY = 4096
# All of them in a long run.
NUMBER = 100000 if scale.LONG else scale.times(10000, 2000)
PROCESSES = 2
# Ports of a client for one address of the server.
PER_ADDRESS = 20000
# Of what the connections took, this much may not be back at once: what the kernel keeps for later.
KEPT = 0.1


def be_clients(first, number, told, go_on):
    """In a process of its own: open connections, have an answer on each, then see the server end each."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (number + 1000, number + 1000))
    opened = []
    try:
        for one in range(first, first + number):
            client = socket.create_connection((f"127.0.1.{1 + one // PER_ADDRESS}", 80), timeout=wire.PATIENCE)
            client.send(b"GET /small.txt HTTP/1.1\r\nHost: test\r\n\r\n")
            opened.append(client)
        answered = sum(client.recv(1000).startswith(b"HTTP/1.1 200 ") for client in opened)
        told.put(answered)
        go_on.acquire()
        waiting = select.epoll()
        for client in opened:
            client.setblocking(False)
            waiting.register(client, select.EPOLLIN)
        ended, deadline = 0, time.monotonic() + wire.PATIENCE
        numbers = {client.fileno(): client for client in opened}
        while ended < number and time.monotonic() < deadline:
            for descriptor, _ in waiting.poll(1):
                waiting.unregister(descriptor)
                try:
                    ended += not numbers[descriptor].recv(1)
                except ConnectionResetError:
                    # More of them at once than TCP keeps count of.
                    ended += 1
        told.put(ended)
        go_on.acquire()
    except BaseException as error:  # pylint: disable=broad-exception-caught
        told.put(error)


class Crowd:
    """Connections, each of which has been served and is idle; a context manager."""

    def __init__(self, number):
        context = multiprocessing.get_context("fork")
        self.number, self.told = number, context.SimpleQueue()
        self.gates = [context.Semaphore(0) for _ in range(PROCESSES)]
        share = number // PROCESSES
        self.processes = [context.Process(target=be_clients, args=(share * at, share, self.told, self.gates[at]))
                          for at in range(PROCESSES)]

    def __enter__(self):
        for process in self.processes:
            process.start()
        assert self.sum() == self.number, "a client has got no answer"
        return self

    def __exit__(self, *_):
        for process, gate in zip(self.processes, self.gates):
            gate.release()
            gate.release()
            process.join(wire.PATIENCE)
            process.kill()

    def sum(self):
        """Add up what the processes tell."""
        told = [self.told.get() for _ in self.processes]
        for value in told:
            if isinstance(value, BaseException):
                raise value
        return sum(told)

    def ended(self):
        """Return how many connections have ended, with the server's FIN or a reset."""
        for gate in self.gates:
            gate.release()
        return self.sum()


def used():
    """KiB that the kernel uses for objects and all that TCP holds."""
    return {name: remains.settled()[name] for name in ("SUnreclaim", "Percpu", "VmallocUsed")}


def allocated():
    """How many TCP sockets there are, as TCP itself counts them."""
    words = Path("/proc/net/sockstat").read_text(encoding="ascii").split("TCP:")[1].split()
    return int(words[words.index("alloc") + 1])


@pytest.fixture(name="roomy", autouse=True)
def fixture_roomy(installed):  # pylint: disable=unused-argument
    """As many files as there are connections."""
    unload_anyway()
    path = Path("/proc/sys/fs/nr_open")
    before = path.read_text(encoding="ascii")
    path.write_text(str(1 << 20), encoding="ascii")
    yield
    path.write_text(before, encoding="ascii")
    unload_anyway()


@pytest.mark.parametrize("end", ("stop", "rmmod"))
def test_the_end_of_a_crowd(end, capsys):
    with Sites() as sites:
        load()
        server = Server()
        server.start(sites["one"], server.numbers("LIMITS", connections=NUMBER + 1000),
                     server.numbers("TIMEOUTS", idle_ms=3600000))
        whole(sites, "page", wire.get("/page.txt"))
        eventually(lambda: not remains.objects("khttpd_conn"), "nobody is there")
        before, sockets = used(), allocated()
        begun = time.monotonic()
        with Crowd(NUMBER) as crowd:
            opening = time.monotonic() - begun
            assert allocated() >= sockets + 2 * NUMBER
            full = used()
            assert remains.objects("khttpd_conn") == NUMBER
            if end == "stop":
                seconds = server.stop()
                server.link.socket.close()
            else:
                server.link.socket.close()
                seconds = unload()
            assert seconds < BOUND
            assert crowd.ended() == NUMBER
            # The clients have not closed yet: what is left are theirs.
            assert allocated() <= sockets + NUMBER + NUMBER // 2
        if end == "stop":
            remains.no_objects()
            unload()
        remains.no_caches()
        eventually(lambda: allocated() <= sockets + 8, "no socket is left")
        assert not remains.sockets(80)
        after = used()
    with capsys.disabled():
        print(f"{NUMBER} opened in {opening:.1f} s, ended in {seconds:.2f} s; KiB before, with them, after: "
              + ", ".join(f"{name} {before[name]} {full[name]} {after[name]}" for name in before), end=" ")
    for name in before:
        taken = max(0, full[name] - before[name])
        assert after[name] - before[name] < KEPT * taken + 16384, f"{name}: {before[name]}, {full[name]}, {after[name]}"
