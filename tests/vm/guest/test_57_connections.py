# SPDX-License-Identifier: GPL-2.0-or-later
"""Connections that an administrator looks at, and ends: by raw netlink, and by khttpdctl."""

import errno
import ipaddress
import json
import os
import struct
import threading
import time

import pytest

import genl
import remains
import scale
import sysfs
import wire
from control import STOPPED, Server, load, unload_anyway
from genl import attr, nest, u32, u64
from shell import eventually, run

IDLE, HEAD, ANSWER, SEND, BODY, LINGER = range(6)
NAMES = ("idle", "head", "answer", "send", "body", "linger")
OTHER_PORT = 8081
HERE = "127.0.0.1"
LARGE = 8 << 20
pytestmark = pytest.mark.usefixtures("unloaded")


class Controlled(Server):
    """A server whose connections are looked at."""

    def filter(self, block=None, **numbers):
        """A filter: block is an address or a network, min_age_ms and so on are numbers."""
        parts = []
        if block:
            network = ipaddress.ip_network(block)
            parts.append(attr(self.k[f"A_FILTER_ADDR{network.version}"], network.network_address.packed))
            parts.append(u32(self.k["A_FILTER_PREFIX_LEN"], network.prefixlen))
        for key, value in numbers.items():
            parts.append((u64 if key == "min_age_ms" else u32)(self.k[f"A_FILTER_{key.upper()}"], value))
        return nest(self.k["A_MSG_FILTER"], *parts)

    def connections(self, **filters):
        """The connections, as dictionaries."""
        parts = [self.filter(**filters)] if filters else []
        return [self.connection(message[0][1]) for message in self.link.dump(self.k["CMD_CONNECTION_GET"], *parts)]

    def connection(self, payload):
        """One connection."""
        found = dict(genl.attributes(payload))
        number = {key: int.from_bytes(found[self.k[f"A_CONNECTION_{key.upper()}"]], "little")
                  for key in ("port", "local_port", "state", "age_ms", "requests")}
        octets = found.get(self.k["A_CONNECTION_ADDR4"]) or found[self.k["A_CONNECTION_ADDR6"]]
        return {"address": str(ipaddress.ip_address(octets)), **number}

    def of(self, connection):
        """What is told of the connection of a client."""
        found = [one for one in self.connections() if one["port"] == connection.socket.getsockname()[1]]
        assert len(found) < 2
        return found[0] if found else None

    def kill(self, **filters):
        """End connections; return how many."""
        answer = self.link.ask(self.k["CMD_CONNECTION_KILL"], self.filter(**filters))
        return struct.unpack("=I", dict(answer[0])[self.k["A_MSG_KILLED"]])[0]


@pytest.fixture(name="server")
def fixture_server(sites):
    """A server of the first site, on two ports."""
    load()
    with Controlled() as server:
        server.start(sites["one"], server.listener("::", 80), server.listener("::", OTHER_PORT))
        (sites["one"] / "large").write_bytes(bytes(LARGE))
        (sites["one"] / "large").chmod(0o644)
        yield server
        server.stop()
    unload_anyway()


def small(connection):
    """Ask for something small."""
    response = connection.get("/small.txt")
    assert response.status == 200
    return connection


def in_state(state):
    """A connection in that state; ANSWER does not last."""
    if state == SEND:
        connection = wire.Connection(receive_buffer=4096)
        connection.send(wire.request("/large"))
        connection.head()
        return connection
    connection = small(wire.Connection())
    if state == HEAD:
        connection.send(wire.request("/small.txt")[:20])
    elif state == BODY:
        connection.send(wire.request("/small.txt", "Content-Length: 9", method="OPTIONS") + b"1")
        connection.response("OPTIONS")
    elif state == LINGER:
        connection.send("GET / HTTP/1.1\r\n\r\n")
        assert connection.response().status == 400
    return connection


def is_reset(connection):
    """Whether the connection was reset, whatever came before."""
    try:
        connection.rest()
    except ConnectionResetError:
        return True
    return False


@pytest.mark.parametrize("state", (IDLE, HEAD, SEND, BODY, LINGER), ids=NAMES.__getitem__)
def test_a_state_is_told_and_chosen_by(server, state):
    with in_state(state) as connection, small(wire.Connection()) as other:
        eventually(lambda: server.of(connection)["state"] == state, NAMES[state])
        port = connection.socket.getsockname()[1]
        shown = server.connections(states=1 << state)
        assert [one["port"] for one in shown if one["port"] == port] == [port]
        assert {one["state"] for one in shown} == {state}
        if state != IDLE:
            assert server.kill(states=1 << state) == 1
            # Who has had the end already gets nothing behind it.
            assert is_reset(connection) or state == LINGER
            assert small(other)
            eventually(lambda: not server.of(connection), "it is gone")
            assert server.kill(states=1 << state) == 0


@pytest.mark.parametrize("client, shown", (("127.0.0.5", "127.0.0.5"), ("::1", "::1")))
def test_what_is_told_of_one(server, client, shown):
    before = time.monotonic()
    with wire.Connection(host=client if ":" in client else HERE, port=OTHER_PORT, source=client) as connection:
        for _ in range(3):
            small(connection)
        time.sleep(0.3)
        told = server.of(connection)
        assert told["address"] == shown and told["local_port"] == OTHER_PORT
        assert told["requests"] == 3 and told["state"] == IDLE
        assert 250 <= told["age_ms"] <= 1000 * (time.monotonic() - before) + 50


def ports(connections):
    """The ports of clients."""
    return {connection.socket.getsockname()[1] for connection in connections}


def test_each_part_of_a_filter_counts(server):
    old = [small(wire.Connection(source=f"127.0.0.{2 + number}")) for number in range(3)]
    time.sleep(1.5)
    new = [small(wire.Connection(source="127.0.1.1")), small(wire.Connection(host="::1")),
           small(wire.Connection(port=OTHER_PORT, source="127.0.1.1"))]
    everybody = ports(old + new)
    first = old[0].socket.getsockname()[1]
    try:
        for filters, expected in (
                ({}, everybody), ({"block": "127.0.0.0/24"}, ports(old)),
                ({"block": "127.0.0.0/23"}, everybody - ports(new[1:2])), ({"block": "127.0.0.3"}, ports(old[1:2])),
                ({"block": "::1"}, ports(new[1:2])), ({"block": "::/0"}, ports(new[1:2])),
                ({"block": "0.0.0.0/0"}, everybody - ports(new[1:2])), ({"block": "10.0.0.0/8"}, set()),
                ({"port_min": first, "port_max": first}, {first}), ({"port_min": 65535}, everybody & {65535}),
                ({"local_port": OTHER_PORT}, ports(new[2:])), ({"local_port": 80}, ports(old + new[:2])),
                ({"states": 1 << IDLE}, everybody), ({"states": 1 << SEND | 1 << HEAD}, set()),
                ({"min_age_ms": 1200}, ports(old)), ({"min_age_ms": 1 << 40}, set()),
                ({"block": "127.0.1.1", "local_port": 80}, ports(new[:1]))):
            assert {one["port"] for one in server.connections(**filters)} == expected, filters
        killed = sysfs.number("stats/refused_killed")
        assert server.kill(block="127.0.0.0/24", min_age_ms=1200) == 3
        assert all(is_reset(connection) for connection in old)
        assert sysfs.number("stats/refused_killed") == killed + 3
        for connection in new:
            small(connection)
        assert server.kill(local_port=OTHER_PORT) == 1 and is_reset(new[2])
        assert server.kill() == 2
        assert all(is_reset(connection) for connection in new[:2])
        eventually(lambda: not server.connections(), "none is left")
        assert wire.get("/small.txt").status == 200
    finally:
        for connection in old + new:
            connection.socket.close()


def test_what_makes_no_sense_is_refused_and_loses_nothing(server):
    k, link = server.k, server.link
    ipv4, ipv6 = attr(k["A_FILTER_ADDR4"], b"\x7f\0\0\1"), attr(k["A_FILTER_ADDR6"], bytes(16))
    long, short = u32(k["A_FILTER_PREFIX_LEN"], 33), u32(k["A_FILTER_PREFIX_LEN"], 8)
    with small(wire.Connection()) as connection:
        for parts, error, text, blamed in (
                (None, errno.EINVAL, "which connections", None),
                ((short,), errno.EINVAL, "at most one address", "PREFIX_LEN"),
                ((ipv4, ipv6), errno.EINVAL, "at most one address", "ADDR6"),
                ((ipv4, long), errno.EINVAL, "32 bits", "PREFIX_LEN"),
                ((ipv4, short), errno.EINVAL, "behind the prefix", "ADDR4"),
                ((u32(k["A_FILTER_STATES"], 1 << 6),), errno.EINVAL, "", "STATES"),
                ((u32(k["A_FILTER_PORT_MAX"], 65536),), errno.ERANGE, "", "PORT_MAX"),
                ((attr(k["A_FILTER_ADDR6"], bytes(15)),), errno.ERANGE, "", "ADDR6")):
            with pytest.raises(genl.Refused) as refused:
                link.ask(k["CMD_CONNECTION_KILL"], *([] if parts is None else [nest(k["A_MSG_FILTER"], *parts)]))
            told = refused.value
            assert told.errno == error and text in told.text, (parts, told)
            assert (told.blamed and told.blamed[0]) == (blamed and k[f"A_FILTER_{blamed}"]), (parts, told)
        with pytest.raises(genl.Refused) as refused:
            link.dump(k["CMD_CONNECTION_GET"], nest(k["A_MSG_FILTER"], ipv4, long))
        assert refused.value.errno == errno.EINVAL
        assert len(server.connections()) == 1
        small(connection)


def test_nobody_else_may(server):
    """Addresses of clients are personal, and to end connections is an administrator's."""
    with small(wire.Connection()):
        told = []

        def try_it():
            with genl.Link() as link:
                for ask in (lambda: link.dump(server.k["CMD_CONNECTION_GET"]),
                            lambda: link.ask(server.k["CMD_CONNECTION_KILL"], server.filter())):
                    try:
                        told.append(ask())
                    except genl.Refused as refused:
                        told.append(refused.errno)

        child = os.fork()
        if not child:
            os.setuid(65534)
            try:
                try_it()
                os._exit(0 if told == [errno.EPERM] * 2 else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert len(server.connections()) == 1


def test_another_namespace_has_connections_of_its_own(server, sites):
    def elsewhere():
        with Controlled() as other:
            run("ip", "link", "set", "lo", "up")
            other.start(sites["two"])
            with wire.Connection() as connection:
                assert connection.get("/small.txt").status == 200
                here = other.of(connection)
                assert [here["port"]] == [one["port"] for one in other.connections()]
                assert other.kill() == 1 and is_reset(connection)
            other.stop()
            return here

    with small(wire.Connection()) as connection:
        assert genl.in_new_namespace(elsewhere)["local_port"] == 80
        assert len(server.connections()) == 1
        small(connection)


def test_many_are_told_once_each_while_others_come_and_go(server):
    number = scale.times(1500, 100)
    stay = [wire.Connection() for _ in range(number)]
    over = threading.Event()
    wrong = []

    def come_and_go():
        try:
            while not over.is_set():
                small(wire.Connection()).socket.close()
        except BaseException as error:  # pylint: disable=broad-exception-caught
            wrong.append(error)

    others = [threading.Thread(target=come_and_go) for _ in range(2)]
    for other in others:
        other.start()
    try:
        eventually(lambda: len(server.connections(states=1 << IDLE)) >= number, "all are accepted")
        for _ in range(5):
            found = [one["port"] for one in server.connections()]
            assert len(found) == len(set(found)) and ports(stay) <= set(found)
    finally:
        over.set()
        for other in others:
            other.join()
    assert not wrong, wrong
    for connection in stay:
        connection.socket.close()
    eventually(lambda: not server.connections(), "all are gone")


def test_a_dump_that_is_left_in_the_middle_or_outlives_what_it_tells_of(server):
    """The place of a dump is kept while connections around it end, and nothing of it is left behind."""
    number = scale.times(1000, 300)
    for how in ("closed", "killed", "stopped"):
        connections = [wire.Connection() for _ in range(number)]
        eventually(lambda: len(server.connections()) == number, "all are accepted")
        links = [genl.Link() for _ in range(3)]
        for link in links:
            link.send(server.k["CMD_CONNECTION_GET"], flags=genl.NLM_F_DUMP)
            assert link.messages()
        links.pop().socket.close()
        if how == "closed":
            for connection in connections:
                connection.socket.close()
        elif how == "killed":
            assert server.kill() == number
        else:
            server.stop()
        eventually(lambda: not sysfs.number("stats/connections"), "all are gone")
        for link in links:
            while link.messages()[-1][0] != genl.NLMSG_DONE:
                pass
            link.socket.close()
        for connection in connections:
            connection.socket.close()
        if how == "stopped":
            assert server.state() == STOPPED and not server.connections() and server.kill() == 0
            server.change(server.server(state=1))
    remains.no_objects()


class Visitor(threading.Thread):
    """Asks, twenty times on each connection."""

    def __init__(self, content):
        super().__init__()
        self.content, self.over, self.wrong = content, threading.Event(), None
        self.well = self.reset = 0

    def run(self):
        try:
            while not self.over.is_set():
                self.visit()
        except BaseException as error:  # pylint: disable=broad-exception-caught
            self.wrong = error

    def visit(self):
        """Ask on one connection."""
        try:
            with wire.Connection() as connection:
                for _ in range(20):
                    response = connection.get("/small.txt")
                    assert response.status == 200 and wire.same(response.body, self.content)
            self.well += 1
        except (ConnectionResetError, BrokenPipeError):
            self.reset += 1


def test_connections_are_killed_under_load(server, sites, capsys):
    """Who is killed is reset; nobody gets wrong octets, and nothing is left of those who were killed."""
    clients = [Visitor((sites["one"] / "small.txt").read_bytes()) for _ in range(6)]
    for client in clients:
        client.start()
    killed = 0
    deadline = time.monotonic() + scale.times(10, 3)
    while time.monotonic() < deadline:
        killed += server.kill(states=1 << IDLE | 1 << SEND)
        time.sleep(0.05)
    for client in clients:
        client.over.set()
    for client in clients:
        client.join()
        if client.wrong:
            raise client.wrong
    well, reset = sum(client.well for client in clients), sum(client.reset for client in clients)
    with capsys.disabled():
        print(f"{well} visits ended, {reset} were reset, {killed} killed", end=" ")
    assert well and reset and killed >= reset
    eventually(lambda: not server.connections(), "none is left")
    remains.no_objects()


# What an administrator does.


def shown(*filters):
    """What khttpdctl shows as JSON."""
    return json.loads(run("khttpdctl", "connections", *filters, "--json").stdout)["connections"]


def test_khttpdctl_shows_and_ends_them(server):
    with in_state(SEND) as slow, small(wire.Connection(source="127.0.0.7")) as idle:
        eventually(lambda: server.of(slow)["state"] == SEND, "it is being sent to")
        assert {one["state"] for one in shown()} == {"send", "idle"}
        assert [one["state"] for one in shown("--state", "send")] == ["send"]
        assert shown("--from", "127.0.0.7/32")[0]["address"] == "127.0.0.7"
        page = run("khttpdctl", "connections").stdout
        assert f"127.0.0.7:{idle.socket.getsockname()[1]}" in page and "send" in page
        done = run("khttpdctl", "connections", "kill", check=False)
        assert done.returncode == 64 and "--all" in done.stderr and len(shown()) == 2
        assert "1 connection" in run("khttpdctl", "connections", "kill", "--state", "send").stdout
        assert is_reset(slow)
        small(idle)
        assert json.loads(run("khttpdctl", "connections", "kill", "--all", "--json").stdout)["killed"] == 1
        assert is_reset(idle)
        assert run("khttpdctl", "connections", user="nobody", check=False).returncode == 77
