# SPDX-License-Identifier: GPL-2.0-or-later
"""What one client may have, and who has to go when the server is full."""

import itertools
import threading
import time

import pytest

import configuration
import hostile
import scale
import sysfs
import wire
from hostile import FILES, SHORT, Others, Refusals, connections, open_many
from shell import eventually, run

pytestmark = pytest.mark.chapter("17 limits")

KINDS = ("connections", "connects", "requests", "bytes")
# Seconds that rates are saved up for, and connections that are told that they are too many.
SAVED = 10
TOLD = 8
NETWORKS = ("2001:db8:80:1::1", "2001:db8:80:1:ffff::2", "2001:db8:80:2::1")
HERE6 = "2001:db8:80::80"
SOURCES = hostile.addresses(82)


@pytest.fixture(scope="module", autouse=True)
def root(server):  # pylint: disable=unused-argument
    """Files to ask for, and IPv6 addresses of several networks."""
    for address in (*NETWORKS, HERE6):
        run("ip", "address", "replace", f"{address}/128", "dev", "lo")
    with hostile.site():
        yield
    for address in (*NETWORKS, HERE6):
        run("ip", "address", "del", f"{address}/128", "dev", "lo")


@pytest.fixture(name="others")
def fixture_others():
    """Clients that are never limited, and the end of it all."""
    with hostile.all_gone(), Others() as others:
        yield others
        others.progress()


@pytest.fixture(name="refusals")
def fixture_refusals(others):
    """What is refused in the test."""
    return Refusals(others)


@pytest.fixture(name="source")
def fixture_source():
    """An address that no client had yet."""
    return next(SOURCES)


def limits(**values):
    """Have limits on clients for a while."""
    return sysfs.setting(**{f"limits__client_{name}": value for name, value in values.items()})


def refused(connection, method="GET", target="/a"):
    """Ask, and see the answer of a limit; return whether the connection goes on."""
    return seen_refused(connection, connection.get(target, method=method), method)


def seen_refused(connection, response, method="GET"):
    """See that a response is the answer of a limit; return whether the connection goes on."""
    assert (response.status, response.reason) == (429, "Too Many Requests")
    assert 0 < int(response.get("Retry-After")) <= 60
    assert int(response.get("Content-Length")) > 0
    assert method == "HEAD" or len(response.body) == int(response.get("Content-Length"))
    if response.get("Connection") == "close":
        assert connection.rest() == b""
        return False
    return True


def sent_away(source):
    """Connect and ask; tell whether the server has ended it without a word."""
    try:
        with wire.Connection(source=source) as connection:
            connection.send(wire.request("/a"))
            return connection.socket.recv(1) == b""
    except ConnectionError:
        return True


def settle():
    """Let the server notice what has happened, so that what comes next comes later."""
    time.sleep(0.3 * scale.SLOWNESS)


class TestConnections:
    """How many connections a client has at once."""

    def test_one_above(self, others, refusals, source):
        with limits(connections=5):
            held = open_many(5, wire.request("/a"), source=source)
            for client in held:
                assert client.response().body == FILES["a"]
            for method in ("GET", "HEAD", "POST"):
                with wire.Connection(source=source) as surplus:
                    assert not refused(surplus, method)
            refusals.are(client_connections=3)
            # The next address is another client, and those who were there first are served on.
            with wire.Connection(source=next(SOURCES)) as other:
                assert other.get("/a").body == FILES["a"]
            for client in held:
                assert client.get("/b").body == FILES["b"]
            others.progress()
            held.pop().socket.close()
            # As soon as one has gone there is room again.
            eventually(lambda: wire.get("/a", source=source).status == 200, "there is room")
        assert set(refusals.now()) == {"client_connections"}
        hostile.close(held)

    def test_many_above(self, others, refusals, source):
        """Only some are told so at a time, whatever they do; the others are sent away at once."""
        with limits(connections=2):
            held = open_many(2, wire.request("/a"), source=source)
            surplus = open_many(TOLD, b"", source=source)
            refusals.are(client_connections=TOLD)
            for _ in range(20):
                assert sent_away(source)
            refusals.are(client_connections=TOLD + 20)
            others.progress()
            for client in surplus:
                assert not refused(client)
            hostile.close(surplus)
            eventually(lambda: connections() <= 2 + len(others.threads), "they have gone")
            with wire.Connection(source=source) as one:
                assert not refused(one)
            for client in held:
                assert client.response().body == FILES["a"]
            hostile.close(held)
            eventually(lambda: wire.get("/a", source=source).status == 200, "there is room")

    def test_slow_heads_of_one_address_leave_room(self, others, refusals, source):
        """They would fill the server, and nobody would be idle."""
        with sysfs.setting(limits__connections=60), limits(connections=20):
            slow = []
            for _ in range(100):
                try:
                    slow.append(wire.Connection(source=source))
                    slow[-1].send("G")
                except ConnectionError:
                    pass  # one of those that are not even told
            others.progress()
            now = refusals.now()
            assert set(now) <= {"client_connections", "reset"}
            assert now["client_connections"] == 80
        hostile.close(slow)


class TestConnects:
    """How many connections a client makes per second."""

    def test_a_burst_and_then_the_rate(self, others, refusals, source):
        rate = 2
        begun, served, told, number = time.monotonic(), 0, 0, 60
        with limits(connects=rate):
            for _ in range(number):
                try:
                    with wire.Connection(source=source) as connection:
                        response = connection.get("/a")
                        served += response.status == 200
                        told += response.status == 429 and not seen_refused(connection, response)
                except (wire.Closed, ConnectionError):
                    pass  # too many are being told so at the moment
            earned = SAVED * rate + rate * (time.monotonic() - begun) + 1
            assert told > 0
            assert SAVED * rate <= served <= earned
            refusals.are(client_connects=number - served)
            with wire.Connection(source=next(SOURCES)) as other:
                assert other.get("/a").status == 200
            others.progress()
            # What it was refused it has not paid for.
            time.sleep(5)
            assert wire.get("/a", source=source).status == 200


class TestRequests:
    """How many requests a client makes per second."""

    @staticmethod
    def together(source, number, wanted="/a"):
        """All in one segment, or in a few; after a refusal that ends the connection, on the next."""
        statuses = []
        while len(statuses) < number:
            with wire.Connection(source=source) as connection:
                connection.send(wire.request(wanted) * (number - len(statuses)))
                for _ in range(number - len(statuses)):
                    response = connection.response()
                    statuses.append(response.status)
                    if response.status == 429 and not seen_refused(connection, response):
                        break
        return statuses

    @staticmethod
    def in_turn(source, number):
        """One after the other."""
        statuses = []
        while len(statuses) < number:
            with wire.Connection(source=source) as connection:
                for _ in range(number - len(statuses)):
                    method = ("GET", "HEAD", "POST", "OPTIONS")[len(statuses) % 4]
                    response = connection.get("/a", method=method)
                    statuses.append(response.status)
                    if response.status == 429 and not seen_refused(connection, response, method):
                        break
        return statuses

    @staticmethod
    def anew(source, number):
        """Each on a connection of its own, which makes no new client of it."""
        return [wire.get("/a", source=source).status for _ in range(number)]

    @pytest.mark.parametrize("way", ("together", "in_turn", "anew"))
    def test_a_burst_and_then_the_rate(self, others, refusals, source, way):
        rate, number = 2, 60
        begun = time.monotonic()
        with limits(requests=rate):
            statuses = getattr(self, way)(source, number)
            earned = SAVED * rate + rate * (time.monotonic() - begun) + 1
            assert len(statuses) == number
            assert SAVED * rate <= number - statuses.count(429) <= earned
            assert 429 not in statuses[:SAVED * rate]
            refusals.are(client_requests=statuses.count(429))
            assert wire.get("/a", source=next(SOURCES)).status == 200
            others.progress()

            def served():
                return wire.get("/a", source=source).status == 200
            eventually(served, "it recovers")

    def test_it_recovers_as_fast_as_it_says(self, others, source):  # pylint: disable=unused-argument
        with limits(requests=1):
            response = None
            for _ in range(200):
                response = wire.get("/a", source=source)
                if response.status == 429:
                    break
            time.sleep(int(response.get("Retry-After")))
            assert wire.get("/a", source=source).status == 200

    def test_a_network_of_ipv6_is_one_client(self, others, refusals):
        """The first 64 bits of an address count: whoever has them has all the others."""
        with limits(requests=1):
            statuses = [wire.get("/a", host=HERE6, source=source).status
                        for _ in range(15) for source in NETWORKS[:2]]
            assert statuses[:SAVED] == [200] * SAVED and 429 in statuses
            assert wire.get("/a", host=HERE6, source=NETWORKS[2]).status == 200
            refusals.are(client_requests=statuses.count(429))
            others.progress()

    def test_a_network_of_ipv6_has_so_many_connections(self, others, refusals):
        with limits(connections=2):
            with wire.Connection(HERE6, source=NETWORKS[0]) as first, \
                    wire.Connection(HERE6, source=NETWORKS[1]) as second:
                assert first.get("/a").status == second.get("/a").status == 200
                for source in NETWORKS[:2]:
                    with wire.Connection(HERE6, source=source) as third:
                        assert not refused(third)
                with wire.Connection(HERE6, source=NETWORKS[2]) as other:
                    assert other.get("/a").status == 200
            refusals.are(client_connections=2)
            others.progress()


class TestBytes:
    """How many bytes a client is sent per second."""

    RATE = 200000

    def download(self, source, seconds, number=1):
        """Receive the large file on some connections for a while; return octets and the seconds that it took."""
        clients = open_many(number, wire.request("/large"), source=source)
        counts = [0] * number
        end = threading.Event()

        def receive(at):
            while not end.is_set():
                counts[at] += len(clients[at].socket.recv(65536))

        threads = [threading.Thread(target=receive, args=(at,), daemon=True) for at in range(number)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        taken, octets = time.monotonic() - begun, sum(counts)
        end.set()
        for thread in threads:
            thread.join(wire.PATIENCE)
        hostile.close(clients, reset=True)
        return octets, taken

    @pytest.mark.parametrize("number", (1, 4))
    def test_sending_is_held_up(self, others, refusals, source, number):
        """What is sent in one go is a debt, so there may be one such beyond."""
        with limits(bytes=self.RATE):
            octets, taken = self.download(source, 4, number)
            assert octets <= self.RATE * (taken + 1) + number * 65536 + 1000
            assert refusals.now()["client_bytes"] > 0
            others.progress()
        # It was no client that was slow.
        assert set(refusals.now()) <= {"client_bytes", "reset"}

    def test_what_is_held_up_is_right_in_the_end(self, others, source):
        with limits(bytes=self.RATE), sysfs.setting(timeouts__send_ms=SHORT):
            begun = time.monotonic()
            with wire.Connection(source=source) as connection:
                sent = 0
                while sent < 4 * self.RATE:
                    assert connection.get("/c").body == FILES["c"]
                    sent += len(FILES["c"])
                others.progress()
            # All but a second's worth and what was sent last had to be waited for.
            assert time.monotonic() - begun >= (sent - self.RATE - len(FILES["c"])) / self.RATE - 0.1

    def test_a_client_that_goes_while_it_is_held_up(self, source):
        refusals = Refusals()
        with hostile.all_gone(), limits(bytes=100):
            clients = open_many(3, wire.request("/large"), source=source)
            eventually(lambda: refusals.now().get("client_bytes", 0) >= 3, "they are held up")
            hostile.close(clients, reset=True)
            eventually(lambda: connections() == 0, "they have gone", 60)

    @pytest.mark.skipif(not scale.LONG, reason="it takes long, and so it is only in the long run")
    def test_a_client_that_comes_back_has_still_to_wait(self, source):
        """However much was sent in one go."""
        with limits(bytes=1000):
            with wire.Connection(source=source) as connection:
                connection.send(wire.request("/large"))
                assert len(connection.body(60000)) == 60000
            time.sleep(12)
            with wire.Connection(source=source, timeout=5) as connection:
                with pytest.raises(TimeoutError):
                    connection.get("/a")


class TestControl:
    """The limits are settings like all others."""

    def test_off_by_default(self, others, refusals, source):
        assert [sysfs.number(f"limits/client_{kind}") for kind in KINDS] == [0] * 4
        held = open_many(scale.times(300, 100), wire.request("/a") * 10, source=source)
        for client in held:
            assert [client.response().status for _ in range(10)] == [200] * 10
        hostile.close(held)
        others.progress()
        assert not refusals.now()

    @pytest.mark.parametrize("kind, most", (("connections", 4194304), ("connects", 1000000), ("requests", 1000000),
                                            ("bytes", (1 << 32) - 1)))
    def test_bounds(self, kind, most):
        for value in (most, 0):
            sysfs.write(f"limits/client_{kind}", value)
            assert sysfs.number(f"limits/client_{kind}") == value
        for value in (most + 1, -1):
            with pytest.raises(OSError):
                sysfs.write(f"limits/client_{kind}", value)
        assert sysfs.number(f"limits/client_{kind}") == 0

    def test_changes_under_load(self, others, refusals, source):
        """They count for the next connection and the next request."""
        with limits(connections=0, connects=0, requests=0), wire.Connection(source=source) as kept:
            for value in itertools.chain.from_iterable([(1, 0)] * scale.times(10, 2)):
                for kind in KINDS[:3]:
                    sysfs.write(f"limits/client_{kind}", value)
                others.progress()
                if value:
                    statuses = {kept.get("/a").status for _ in range(2 * SAVED)}
                    assert statuses <= {200, 429}
                else:
                    assert kept.get("/a").status == 200
        assert set(refusals.now()) <= {"client_requests"} and refusals.now()

    def test_all_are_told(self, others, source):
        """sysfs, khttpdctl stats, and the same as JSON."""
        before = hostile.told_refusals().get("client_requests", 0)
        with limits(requests=1):
            refused_now = [wire.get("/a", source=source).status for _ in range(20)].count(429)
        others.progress()
        assert refused_now > 0
        assert hostile.told_refusals()["client_requests"] - before == refused_now
        assert sysfs.number("stats/refused_client_requests") == hostile.told_refusals()["client_requests"]
        assert "client-requests" in run("khttpdctl", "stats").stdout


def is_open(connection):
    """Tell whether the server has not ended a connection, on which nothing is expected."""
    connection.socket.setblocking(False)
    try:
        assert connection.socket.recv(1) == b""
        return False
    except BlockingIOError:
        return True
    finally:
        connection.socket.settimeout(wire.PATIENCE)


def used(number):
    """Return so many connections, each of which had an answer."""
    made = open_many(number, wire.request("/a"))
    for connection in made:
        assert connection.response().body == FILES["a"]
    return made


class TestFull:
    """The server has as many connections as it may have."""

    @pytest.fixture(name="gone", autouse=True)
    def fixture_gone(self):
        """The end of it all."""
        with hostile.all_gone():
            yield

    def test_the_longest_idle_goes(self):
        """Not the oldest: the one that was used longest ago."""
        refusals = Refusals()
        with sysfs.setting(limits__connections=30):
            groups = [used(10) for _ in range(3)]
            for group in (1, 0, 2):
                settle()
                for connection in groups[group]:
                    assert connection.get("/b").body == FILES["b"]
            new = []
            for group in (1, 0):
                for at in range(10):
                    new += used(1)
                    eventually(lambda: sum(map(is_open, groups[group])) == 9 - at,  # pylint: disable=cell-var-from-loop
                               "one has gone")
                    assert connections() == 30
            assert all(map(is_open, groups[2])) and all(map(is_open, new))
            for connection in new + groups[2]:
                assert connection.get("/a").status == 200
            refusals.are(evicted=20)
        hostile.close([*itertools.chain(*groups), *new])

    def test_who_never_said_a_word_goes_as_well(self):
        refusals = Refusals()
        with sysfs.setting(limits__connections=10):
            silent = [wire.Connection() for _ in range(10)]
            eventually(lambda: connections() == 10, "all are accepted")
            settle()
            new = used(10)
            assert all(map(is_open, new))
            eventually(lambda: not any(map(is_open, silent)), "they have gone")
            refusals.are(evicted=10)
        hostile.close(silent + new)

    @pytest.mark.parametrize("number", (100, 1000))
    def test_all_were_used_since(self, number):
        """However many there are to choose from, and whatever they did: there is room for one more, and one more."""
        refusals = Refusals()
        number = scale.times(number, 80)
        with sysfs.setting(limits__connections=number):
            idle = used(number)
            for connection in idle:
                assert connection.get("/b").status == 200
            settle()
            new = used(number // 2)
            refusals.are(evicted=len(new))
            eventually(lambda: sum(map(is_open, idle)) == number - len(new), "as many have gone")
            assert all(map(is_open, new))
        hostile.close(idle + new)

    def test_idle_ones_behind_busy_ones(self):
        """Those who were first are in the middle of something, however many they are."""
        refusals = Refusals()
        with sysfs.setting(limits__connections=210):
            busy = open_many(200, b"GET /a HTTP/1.1\r\nHo")
            eventually(lambda: connections() == 200, "all are accepted")
            idle = used(10)
            settle()
            new = used(10)
            refusals.are(evicted=10)
            eventually(lambda: not any(map(is_open, idle)), "they have gone")
            for connection in busy:
                connection.send("st: test\r\n\r\n")
                assert connection.response().body == FILES["a"]
        hostile.close(busy + idle + new)

    def test_busy_ones_stay(self):
        """In a head, in a body, in a response; with none that is idle, the new one is told so."""
        refusals = Refusals()
        with sysfs.setting(limits__connections=9):
            heads = open_many(3, b"GET /a HTTP/1.1\r\nHo")
            bodies = open_many(3, wire.request("/a", "Content-Length: 5", method="POST") + b"12")
            readers = open_many(3, wire.request("/some"), receive_buffer=4096)
            for connection in bodies:
                assert connection.response().status == 405
            for connection in readers:
                assert connection.head().status == 200
            eventually(lambda: connections() == 9, "all are accepted")
            settle()
            for _ in range(3):
                with wire.Connection() as surplus:
                    told = surplus.get("/a")
                    assert (told.status, told.get("Connection")) == (503, "close")
                    assert 0 < int(told.get("Retry-After")) <= 60
                    assert len(told.body) == int(told.get("Content-Length"))
                    assert surplus.rest() == b""
            refusals.are(limit=3)
            # And all of them get what they came for.
            for connection in heads:
                connection.send("st: test\r\n\r\n")
                assert connection.response().body == FILES["a"]
            for connection in bodies:
                connection.send(b"345" + wire.request("/b"))
                assert connection.response().body == FILES["b"]
            for connection in readers:
                assert wire.same(connection.body(hostile.SOME), bytes(hostile.SOME))
            # Now they are idle, and make room.
            settle()
            new = used(3)
            refusals.are(limit=3, evicted=3)
        hostile.close(heads + bodies + readers + new)

    def test_a_flood_of_idle_ones_stops_nobody(self):
        """More than there is room for, again and again: everybody who asks is served."""
        refusals = Refusals()
        with sysfs.setting(limits__connections=50), Others() as others:
            flood = []
            for at in range(scale.times(1000, 100)):
                flood.append(wire.Connection())
                if len(flood) > 200:
                    flood.pop(0).socket.close()
                if at % 100 == 99:
                    others.progress()
            eventually(lambda: connections() <= 50, "there are no more than may be")
            hostile.close(flood)
        assert set(refusals.now()) <= {"evicted", "reset"} and refusals.now()["evicted"] > 0

    def test_the_limit_sinks(self):
        """Who is there stays until others come."""
        with sysfs.setting(limits__connections=40):
            idle = used(40)
            settle()
            sysfs.write("limits/connections", 10)
            assert all(map(is_open, idle))
            assert wire.get("/a").status in (200, 503)
            eventually(lambda: wire.get("/a").status == 200, "there is room")
        hostile.close(idle)


def test_in_a_file():
    """The last of all, as the files say what is served from then on."""
    text = "[limits]\nclient-connections = 100\nclient-connects = 50\nclient-requests = 200\nclient-bytes = 1000000\n"
    with configuration.configured(text):
        assert [sysfs.number(f"limits/client_{kind}") for kind in KINDS] == [100, 50, 200, 1000000]
    assert [sysfs.number(f"limits/client_{kind}") for kind in KINDS] == [0] * 4
