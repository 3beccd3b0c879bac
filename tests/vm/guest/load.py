# SPDX-License-Identifier: GPL-2.0-or-later
"""Many clients at once: a crowd that one thread drives, and workers in the background."""

import selectors
import socket
import threading
import time

import wire


class Client:
    """One of a crowd: asks for the same thing again and again on one connection."""

    def __init__(self, request, expected, times):
        self.socket = socket.create_connection(("127.0.0.1", 80), timeout=wire.PATIENCE)
        self.socket.setblocking(False)
        self.request = request
        self.expected = expected
        self.left = times
        self.received = b""

    def ask(self):
        """Send the request, which is small enough to go at once."""
        self.socket.send(self.request)

    def take(self):
        """Take what has arrived; True while there is more to come."""
        self.received += self.socket.recv(1 << 16)
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found or len(body) < len(self.expected):
            return True
        assert head.startswith(b"HTTP/1.1 200 "), head
        assert wire.same(body, self.expected)
        self.received = b""
        self.left -= 1
        if self.left:
            self.ask()
        return self.left > 0


def crowd(clients):
    """Drive clients until each has all its answers."""
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.ask()
        while selector.get_map():
            ready = selector.select(wire.PATIENCE)
            assert ready, f"{len(selector.get_map())} clients wait for nothing"
            for key, _ in ready:
                if not key.data.take():
                    selector.unregister(key.fileobj)


class Workers:
    """Threads that call work() again and again while a test does something else.

    To be used as a context manager; at its end the first exception of a thread is raised.
    """

    def __init__(self, work, number=4):
        self.work = work
        self.rounds = [0] * number
        self.error = None
        self.end = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(number)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self.end.set()
        for thread in self.threads:
            thread.join(wire.PATIENCE)
            assert not thread.is_alive(), "a client still waits for its answer"
        if self.error and not kind:
            raise self.error

    def _run(self, number):
        try:
            while not self.end.is_set():
                self.work()
                self.rounds[number] += 1
        except Exception as error:  # pylint: disable=broad-exception-caught
            self.error = self.error or error

    def progress(self):
        """Wait until every worker has done something more."""
        goal = [done + 1 for done in self.rounds]
        deadline = time.monotonic() + wire.PATIENCE
        while any(done < wanted for done, wanted in zip(self.rounds, goal)):
            if self.error:
                raise self.error
            assert time.monotonic() < deadline, "a client waits for its answer"
            time.sleep(0.002)
