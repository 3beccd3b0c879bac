# SPDX-License-Identifier: GPL-2.0-or-later
"""A server under direct control: by raw netlink, without the daemon, as fast as a test can ask."""

import ipaddress
import subprocess
import time

import genl
from genl import nest, text, u32
from shell import loaded, run

# Seconds that a stop may take, with everything on the machine at once.
BOUND = 120
STOPPED, RUNNING = 0, 1
HOT, COLD = 0, 1
# www-data
USER = 33


class Server:
    """The server of the network namespace that it is made in; a context manager."""

    def __init__(self):
        self.link = genl.Link()
        self.link.room(1 << 20)
        self.k = genl.constants()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.link.socket.close()

    def nest(self, name, *parts):
        """A nest of a change."""
        return nest(self.k[f"A_CHANGE_{name}"], *parts)

    def numbers(self, name, **values):
        """A nest of numbers: numbers("LIMITS", fields=10)."""
        return self.nest(name, *(u32(self.k[f"A_{name}_{key.upper()}"], value) for key, value in values.items()))

    def server(self, root=None, **numbers):
        """The nest of the server itself: state, uid, gid, root."""
        return self.nest("SERVER", *([text(self.k["A_SERVER_ROOT"], str(root))] if root else []),
                         *(u32(self.k[f"A_SERVER_{key.upper()}"], value) for key, value in numbers.items()))

    def listener(self, address, port, device=None, **numbers):
        """A listener; numbers are its backlog, v6only and so on."""
        octets = ipaddress.ip_address(address).packed
        return self.nest("LISTENER", genl.attr(self.k[f"A_LISTENER_ADDR{4 if len(octets) == 4 else 6}"], octets),
                         u32(self.k["A_LISTENER_PORT"], port),
                         *([text(self.k["A_LISTENER_DEVICE"], device)] if device else []),
                         *(u32(self.k[f"A_LISTENER_{key.upper()}"], value) for key, value in numbers.items()))

    def workqueue(self, queue, flags, max_active):
        """A workqueue."""
        return self.numbers("WORKQUEUE", queue=queue, flags=flags, max_active=max_active)

    def change(self, *parts):
        """Change the server; return the answer as get() does."""
        return self.report(self.link.ask(self.k["CMD_SERVER_SET"], *parts))

    def get(self):
        """Return what is reported, as a dictionary of (nest, attribute) and payload; of workqueues (nest, queue, …)."""
        return self.report(self.link.ask(self.k["CMD_SERVER_GET"]))

    def report(self, answers):
        """Take an answer apart."""
        found = {}
        for number, payload in answers[0]:
            inner = genl.attributes(payload)
            # The two workqueues differ in their first attribute.
            which = (number, inner[0][1]) if number == self.k["A_MSG_WORKQUEUE"] else (number,)
            found.update({(*which, key): value for key, value in inner})
        return found

    def number(self, report, name, key):
        """Return a number of a report."""
        octets = report[(self.k[f"A_MSG_{name}"], self.k[f"A_{name}_{key.upper()}"])]
        return int.from_bytes(octets, "little")

    def state(self):
        """Return the state: 2 is stopping."""
        return self.number(self.get(), "SERVER", "state")

    def lists(self):
        """Return what the dumps report, but for a listener's number and how many connections it has."""
        passing = self.k["A_LISTENER_ID"], self.k["A_LISTENER_CONNECTIONS"]
        listeners = [[(key, value) for key, value in genl.attributes(message[0][1]) if key not in passing]
                     for message in self.link.dump(self.k["CMD_LISTENER_GET"])]
        return listeners, self.link.dump(self.k["CMD_VHOST_GET"]), self.link.dump(self.k["CMD_MIME_GET"])

    def start(self, root, *parts):
        """Serve a directory."""
        self.change(self.server(state=RUNNING, root=root, uid=USER, gid=USER), *parts)

    def stop(self):
        """Stop at once, and wait until it is done; return the seconds that it took."""
        begun = time.monotonic()
        # The first lets requests end that have begun, the second does not.
        for _ in range(2):
            self.change(self.server(state=STOPPED))
        while self.state() != STOPPED:
            assert time.monotonic() - begun < BOUND, "the server does not stop"
            time.sleep(0.005)
        return time.monotonic() - begun


def load():
    """Load the module."""
    subprocess.run(["modprobe", "khttpd"], check=True, timeout=BOUND)
    assert loaded()


def unload():
    """Unload the module, whatever it does; return the seconds that it took."""
    begun = time.monotonic()
    subprocess.run(["rmmod", "khttpd"], check=True, timeout=BOUND)
    assert not loaded()
    return time.monotonic() - begun


def unload_anyway():
    """Have no daemon and no module, whatever state another test has left them in."""
    run("systemctl", "stop", "khttpd")
    if loaded():
        unload()
