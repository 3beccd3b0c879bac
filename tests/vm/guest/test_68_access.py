# SPDX-License-Identifier: GPL-2.0-or-later
"""Access by address: who is denied gets nothing of a file, however it asks and whoever asked before."""

import errno
import gzip
import ipaddress
import json
import os
import threading

import pytest

import genl
import sysfs
import wire
from cached import hits, warm
from configuration import directories
from control import Server, load, unload_anyway
from genl import attr, nest, text, u32
from shell import run

FRIEND, OTHER = "127.0.0.2", "127.0.0.9"
FRIEND6, OTHER6 = "2001:db8::2", "2001:db8::9"
FRIENDS, OTHERS, NEAR = (FRIEND, FRIEND6), (OTHER, OTHER6), ("127.0.0.0/29", "2001:db8::/125")
EVERYBODY = ("0.0.0.0/0", "::/0")
SECRET, PUBLIC = b"for friends alone\n" * 100, b"for everybody\n" * 100
# A listener's family, a client's, and the IPv4 client of a listener of IPv6.
WHERE = {"ipv4": {"port": 8081}, "mapped": {"port": 80}, "ipv6": {"host": "::1", "port": 80}}
SPELLINGS = (
    "/private", "/private/", "/private/a.txt", "//private//a.txt", "/%70rivate/a.txt", "/private%2fa.txt",
    "/%2fprivate/a.txt", "/x/../private/a.txt", "/x/%2e%2e/private/a.txt", "/../private/a.txt",
    "/./private/%2e/a.txt", "/private/../private/a.txt", "/private/open/../a.txt", "/private/open/%2e%2e/a.txt",
    "/private/open/..", "/private/a.txt?query", "/private/none", "/private/sub", "/private/sub/",
    "/private/sub/b.txt", "/private/.hidden", "/private/old", "/private/old/x", "http://test/private/a.txt",
    "/%2Fpr%69vate%2F%61.txt", "/private/a.txt/", "/private/../private/./sub//b.txt")




class Sites:
    """What the server is told of its hosts."""

    def __init__(self, k):
        self.k = k

    def block(self, kind, block):
        """One of those that are allowed or denied."""
        network = ipaddress.ip_network(block)
        octets = network.network_address.packed
        return nest(self.k[f"A_ACCESS_{kind}"], attr(self.k[f"A_BLOCK_ADDR{4 if len(octets) == 4 else 6}"], octets),
                    u32(self.k["A_BLOCK_PREFIX_LEN"], network.prefixlen))

    def access(self, where, allow=(), deny=()):
        """Who may have it."""
        return nest(self.k[f"A_{where}_ACCESS"], *(self.block("ALLOW", block) for block in allow),
                    *(self.block("DENY", block) for block in deny))

    def rule(self, prefix, *parts, **access):
        """A rule with who may have what is beneath it."""
        return nest(self.k["A_VHOST_RULE"], text(self.k["A_RULE_PREFIX"], prefix), *parts,
                    self.access("RULE", **access))

    def page(self, status, path):
        """The page of an error."""
        return nest(self.k["A_VHOST_ERROR_PAGE"], u32(self.k["A_ERROR_PAGE_STATUS"], status),
                    text(self.k["A_ERROR_PAGE_PATH"], path))

    def host(self, name, *parts):
        """A virtual host; the default one without a name."""
        return nest(self.k["A_CHANGE_VHOST"], *([text(self.k["A_VHOST_NAME"], name)] if name else []), *parts)

    def all(self, deny=()):
        """The whole, the default host of which denies somebody."""
        # Listings, files in a coding beside others, and the field Server.
        options = u32(self.k["A_VHOST_OPTIONS"], 13)
        return (self.host("", options, self.page(404, "private/404.html"), self.access("VHOST", deny=deny),
                          self.rule("/private", allow=FRIENDS),
                          self.rule("/private/old", text(self.k["A_RULE_REDIRECT"], "/public.txt"), allow=FRIENDS),
                          self.rule("/private/open"), self.rule("/index/index.html", deny=OTHERS),
                          self.rule("/beside/a.txt.gz", deny=OTHERS)),
                self.host("closed.test", self.page(403, "denied.html"), self.access("VHOST", allow=NEAR)),
                self.host("told.test", self.page(403, "denied.html"), self.access("VHOST", allow=NEAR),
                          self.rule("/denied.html")),
                self.host("most.test", self.access("VHOST", allow=EVERYBODY, deny=OTHERS)))


@pytest.fixture(scope="module", autouse=True)
def addresses():
    """The machine has some more addresses of IPv6."""
    for address in (FRIEND6, OTHER6):
        run("ip", "address", "add", f"{address}/128", "dev", "lo", "nodad")
    yield
    for address in (FRIEND6, OTHER6):
        run("ip", "address", "delete", f"{address}/128", "dev", "lo")


def write(path, content):
    """Make a file that is old enough to be kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (1600000000, 1600000000))


@pytest.fixture(scope="module", name="server", autouse=True)
def fixture_server(installed, addresses):  # pylint: disable=unused-argument,redefined-outer-name
    """A site with a part for friends."""
    unload_anyway()
    load()
    with directories() as root, Server() as server:
        for name in ("private/a.txt", "private/sub/b.txt", "private/.hidden", "private/404.html", "private/index.html",
                     "index/index.html"):
            write(root / name, SECRET)
        for name in ("public.txt", "private/open/c.txt", "beside/a.txt", "denied.html"):
            write(root / name, PUBLIC)
        for name in ("private/a.txt.gz", "beside/a.txt.gz"):
            write(root / name, gzip.compress(SECRET, mtime=0))
        server.start(root, server.listener("::", 80), server.listener("127.0.0.1", 8081), *Sites(server.k).all())
        yield server
        server.stop()
    unload_anyway()


@pytest.fixture(name="fast", params=("softirq", "work"), autouse=True)
def fixture_fast(request, server):  # pylint: disable=unused-argument
    """Hits answered in the softirq that delivers the request, and by the work item."""
    with sysfs.setting(cache__fast=int(request.param == "softirq")):
        yield


@pytest.fixture(name="family", params=WHERE)
def fixture_family(request):
    """How clients come."""
    return request.param


def client(family, friend):
    """Where a client connects from and to."""
    six = family == "ipv6"
    return {**WHERE[family], "source": (FRIEND6 if six else FRIEND) if friend else (OTHER6 if six else OTHER)}


def is_denied(response):
    """See that a response tells nothing."""
    assert response.status == 403
    for name in ("ETag", "Last-Modified", "Location", "Content-Range", "Content-Encoding", "Expires", "Cache-Control"):
        assert response.get(name) is None, name
    assert b"friends" not in response.body
    return True


@pytest.mark.parametrize("way", wire.WAYS)
def test_no_spelling_gets_round_it(family, way):
    for spelling in SPELLINGS:
        octets = wire.request(spelling)
        assert is_denied(wire.ask(way, octets, **client(family, False))), spelling
        answer = wire.ask(way, octets, **client(family, True))
        assert answer.status in (200, 301, 404), (spelling, answer)
        assert is_denied(wire.ask(way, octets, **client(family, False))), spelling


def test_what_lies_beside_it_is_open(family):
    for target in ("/public.txt", "/private/open/c.txt", "/private/%6fpen/c.txt"):
        for friend in (True, False):
            assert wire.get(target, **client(family, friend)).body == PUBLIC
    assert wire.get("/privateer", **client(family, False)).status == 404


@pytest.mark.parametrize("fields", ((), ("Accept-Encoding: gzip",), ("Range: bytes=0-9",), ("If-None-Match: *",),
                                    ('If-Match: "x"',), ("If-Modified-Since: Tue, 01 Jan 2030 00:00:00 GMT",),
                                    ("Origin: https://a.example",)))
def test_nothing_out_of_the_cache(family, fields):
    for target in ("/private/a.txt", "/private/", "/private/sub/b.txt"):
        with wire.Connection(**client(family, True)) as connection:
            assert warm(connection, target).body == SECRET
            coded = warm(connection, target, "Accept-Encoding: gzip")
            assert gzip.decompress(coded.body) == SECRET if coded.get("Content-Encoding") else coded.body == SECRET
        with wire.Connection(**client(family, False)) as connection:
            for method in ("GET", "HEAD", "OPTIONS"):
                before = hits()
                assert is_denied(connection.get(target, *fields, method=method))
                assert hits() == before


def test_amid_others_on_a_connection(family):
    with wire.Connection(**client(family, True)) as connection:
        assert warm(connection, "/private/a.txt").body == SECRET
        assert warm(connection, "/public.txt").body == PUBLIC
    with wire.Connection(**client(family, False)) as connection:
        for _ in range(5):
            connection.send(b"".join(wire.request(target) for target in ("/public.txt", "/private/a.txt") * 5))
            for _ in range(5):
                assert connection.response().body == PUBLIC
                assert is_denied(connection.response())


def test_a_change_counts_from_the_next_request_on(server):
    with wire.Connection(source=OTHER) as kept:
        assert warm(kept, "/public.txt").body == PUBLIC
        server.change(*Sites(server.k).all(deny=[OTHER]))
        try:
            assert is_denied(kept.get("/public.txt"))
            assert is_denied(kept.get("*", method="OPTIONS"))
            assert kept.get("/private/open/c.txt").body == PUBLIC
            assert wire.get("/public.txt", source=FRIEND).body == PUBLIC
        finally:
            server.change(*Sites(server.k).all())
        assert warm(kept, "/public.txt").body == PUBLIC


def test_under_changes():
    """No snapshot lets anybody slip in."""
    seen, end = {FRIEND: set(), OTHER: set()}, threading.Event()

    def ask(source):
        with wire.Connection(source=source) as connection:
            while not end.is_set():
                seen[source].add(connection.get("/private/a.txt").status)

    threads = [threading.Thread(target=ask, args=(source,)) for source in seen]
    for thread in threads:
        thread.start()
    before = sysfs.read("limits/fields")
    for number in range(100):
        sysfs.write("limits/fields", 100 + number % 2)
    sysfs.write("limits/fields", before)
    end.set()
    for thread in threads:
        thread.join()
    assert seen == {FRIEND: {200}, OTHER: {403}}


def test_an_index_has_a_path_of_its_own(family):
    for _ in range(3):
        assert wire.get("/index/", **client(family, True)).body == SECRET
        assert is_denied(wire.get("/index/", **client(family, False)))
        assert is_denied(wire.get("/index/index.html", **client(family, False)))


def test_a_coding_beside_a_file_has_a_path_of_its_own(family):
    for _ in range(3):
        answer = wire.get("/beside/a.txt", "Accept-Encoding: gzip", **client(family, True))
        assert gzip.decompress(answer.body) == SECRET
        answer = wire.get("/beside/a.txt", "Accept-Encoding: gzip", **client(family, False))
        content = gzip.decompress(answer.body) if answer.get("Content-Encoding") else answer.body
        assert content == PUBLIC


def test_the_page_of_an_error_has_a_path_of_its_own(family):
    answer = wire.get("/none", **client(family, True))
    assert (answer.status, answer.body) == (404, SECRET)
    answer = wire.get("/none", **client(family, False))
    assert answer.status == 404 and b"friends" not in answer.body


def test_a_listing_has_no_more_than_its_reader(family):
    def names(friend):
        listed = json.loads(wire.get("/", "Accept: application/json", **client(family, friend)).body)
        return {entry["name"].rstrip("/") for entry in listed["entries"]}

    everything = {"private", "public.txt", "index", "beside", "denied.html"}
    assert names(True) == everything
    assert names(False) == everything - {"private"}


def test_hosts(family):
    for host, friend, status in (("closed.test", True, 200), ("closed.test", False, 403), ("most.test", True, 200),
                                 ("most.test", False, 403), ("test", False, 200)):
        for _ in range(2):
            answer = wire.ask("alone", wire.request("/public.txt", host=host), **client(family, friend))
            assert answer.status == status
            assert answer.body == PUBLIC if status == 200 else is_denied(answer)


def test_the_page_that_tells_who_is_denied(family):
    """It is sent where a rule opens it, and only there."""
    for host, told in (("closed.test", False), ("told.test", True)):
        for target in ("/public.txt", "/"):
            answer = wire.ask("alone", wire.request(target, host=host), **client(family, False))
            assert answer.status == 403
            assert (answer.body == PUBLIC) == told
            assert answer.get("ETag") is None


def test_denials_are_counted(family):
    before = sysfs.number("stats/refused_denied")
    for _ in range(3):
        is_denied(wire.get("/private/a.txt", **client(family, False)))
    wire.get("/private/a.txt", **client(family, True))
    assert sysfs.number("stats/refused_denied") == before + 3


def test_a_cached_redirect_and_what_is_not_there(family):
    for target, status in (("/private/old", 301), ("/private/none", 404), ("/private/sub", 301)):
        with wire.Connection(**client(family, True)) as connection:
            warm(connection, target, status=status)
        assert is_denied(wire.get(target, **client(family, False)))
    # The page of this error is not for the same clients as what is missing.
    for friend in (True, False, True, False):
        answer = wire.get("/none", **client(family, friend))
        assert answer.status == 404 and (SECRET in answer.body) == friend


def test_what_the_kernel_refuses(server):
    link, k = server.link, server.k
    before = link.dump(k["CMD_VHOST_GET"])
    try:
        four = attr(k["A_BLOCK_ADDR4"], ipaddress.ip_address("10.0.0.0").packed)
        six = attr(k["A_BLOCK_ADDR6"], ipaddress.ip_address("2001:db8::").packed)

        def length(bits):
            return u32(k["A_BLOCK_PREFIX_LEN"], bits)

        def change(*blocks):
            link.ask(k["CMD_SERVER_SET"], nest(k["A_CHANGE_VHOST"], nest(k["A_VHOST_ACCESS"], *blocks)))

        for wanted, blamed, parts in (
                (errno.EINVAL, "ACCESS_ALLOW", (four,)), (errno.EINVAL, "ACCESS_ALLOW", (length(8),)),
                (errno.EINVAL, "ACCESS_ALLOW", (four, six, length(8))),
                (errno.EINVAL, "BLOCK_PREFIX_LEN", (four, length(33))),
                (errno.EINVAL, "BLOCK_ADDR4", (four, length(6))), (errno.EINVAL, "BLOCK_ADDR6", (six, length(28))),
                (errno.ERANGE, "BLOCK_PREFIX_LEN", (six, length(129)))):
            with pytest.raises(genl.Refused) as caught:
                change(nest(k["A_ACCESS_ALLOW"], *parts))
            assert caught.value.errno == wanted
            assert caught.value.blamed[0] == k[f"A_{blamed}"], (blamed, parts)
            assert caught.value.text
        most = k["BLOCKS_MAX"]
        one = nest(k["A_ACCESS_DENY"], four, length(8))
        with pytest.raises(genl.Refused) as caught:
            change(*[one] * (most + 1))
        assert caught.value.errno == errno.E2BIG
        assert link.dump(k["CMD_VHOST_GET"]) == before
        change(*[one] * most, *[nest(k["A_ACCESS_ALLOW"], six, length(32))] * most)
        assert is_denied(wire.get("/public.txt", source=FRIEND))
        assert wire.get("/public.txt", host="::1", source=FRIEND6).body == PUBLIC
    finally:
        server.change(*Sites(k).all())
    assert link.dump(k["CMD_VHOST_GET"]) == before
