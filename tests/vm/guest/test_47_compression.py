# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that are compressed for who accepts it, and when they are not (RFC 9110, sections 8.4 and 12.5.3)."""

import gzip
import os
import random
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

import fuse
import sysfs
import wire
from shell import eventually, run

CPUS = 1
pytestmark = pytest.mark.chapter("12 codings")

MOMENT = 1600000000
# As configured unless a test wants it otherwise.
LEAST, MOST = 1 << 10, 1 << 20
# Larger than what is read to be kept, so that whoever reads of it compresses or sends it.
SLOW = 200000
SIBLING = b"made by the administrator\n" * 100
DECODE = {None: bytes, "gzip": gzip.decompress, "deflate": zlib.decompress}
CODINGS = tuple(DECODE)


def text(length, seed=0):
    """Return text of so many octets, always the same."""
    generator = random.Random(seed)
    words = ["".join(generator.choices("etaoinshrdlu", k=generator.randint(1, 9))) for _ in range(500)]
    return " ".join(generator.choices(words, k=length // 2 + 1)).encode()[:length]


FILES = {
    "page.html": text(20000),
    "index.html": text(3000),
    "style.css": text(5000),
    "app.js": text(5000),
    "data.json": text(5000),
    "feed.atom": text(5000),
    "logo.svg": text(5000),
    "module.wasm": text(5000),
    "font.ttf": text(5000),
    "zeros.txt": bytes(100000),
    "long.txt": text(300000),
    "least.txt": text(LEAST),
    "less.txt": text(LEAST - 1),
    "most.txt": text(MOST),
    "more.txt": text(MOST + 1),
    "empty.txt": b"",
    "random.txt": random.Random(1).randbytes(50000),
    "picture.png": text(5000),
    "photo.jpeg": text(5000),
    "archive.gz": text(5000),
    "font.woff2": text(5000),
    "unknown": text(5000),
    "sibling.html": text(5000),
    "better.html": text(5000),
    "older.html": text(5000),
}
COMPRESSED = ("index.html", "style.css", "app.js", "data.json", "feed.atom", "logo.svg", "module.wasm", "font.ttf",
              "zeros.txt", "long.txt", "least.txt", "most.txt")
AS_THEY_ARE = ("less.txt", "more.txt", "empty.txt", "picture.png", "photo.jpeg", "archive.gz", "font.woff2", "unknown")


def write(path, content, moment=MOMENT):
    """Write a file of a known age."""
    path.write_bytes(content)
    os.utime(path, (0, moment))


def renew(path):
    """Have a file be one that was not asked for yet, though nothing in it changes."""
    os.utime(path, (0, path.stat().st_mtime + 1))


@pytest.fixture(scope="module", name="root", autouse=True)
def fixture_root(server):  # pylint: disable=unused-argument
    """A site of all that is compressed and all that is not."""
    with sysfs.document_root() as directory:
        for name, content in FILES.items():
            write(directory / name, content)
        write(directory / "sibling.html.gz", SIBLING)
        write(directory / "better.html.br", SIBLING)
        write(directory / "older.html.gz", SIBLING, MOMENT - 1)
        yield directory


def accept(*lines):
    """Return the field lines of Accept-Encoding; one for a coding, none for no coding."""
    return [f"Accept-Encoding: {line}" for line in lines if line]


def check(response, coding, content):
    """See that a response is in that coding, and says so."""
    assert response.status == 200
    assert response.get("Content-Encoding") == coding
    assert response.get("Content-Length") == str(len(response.body))
    assert wire.same(DECODE[coding](response.body), content)
    assert coding is None or len(response.body) < len(content)


def is_varied(response):
    """Whether the response says that it depends on what the client accepts."""
    return "accept-encoding" in response.members("Vary")


# The lines of Accept-Encoding, and the coding that must come of it.
NEGOTIATION = {
    "no field": (None,),
    "nothing": (None, ""),
    "identity": (None, "identity"),
    "gzip": ("gzip", "gzip"),
    "the old name": ("gzip", "x-gzip"),
    "deflate": ("deflate", "deflate"),
    "upper case": ("deflate", "DEFLATE"),
    "both": ("gzip", "gzip, deflate"),
    "both the other way": ("gzip", "deflate, gzip"),
    "two lines": ("gzip", "deflate", "gzip"),
    "what is not made": (None, "br, zstd, compress"),
    "a browser": ("gzip", "gzip, deflate, br, zstd"),
    "br preferred": ("gzip", "br, gzip;q=0.1"),
    "deflate preferred": ("deflate", "gzip;q=0.5, deflate;q=0.501"),
    "identity preferred": (None, "identity, gzip;q=0.9, deflate;q=0.9"),
    "identity not preferred": ("gzip", "identity;q=0.5, gzip"),
    "gzip refused": (None, "gzip;q=0"),
    "gzip refused, deflate taken": ("deflate", "gzip;q=0, deflate"),
    "gzip refused, the rest taken": ("deflate", "gzip;q=0.000, *;q=0.5"),
    "anything": ("gzip", "*"),
    "nothing at all": (None, "*;q=0"),
    "identity refused": (None, "identity;q=0"),
    "identity refused, deflate taken": ("deflate", "identity;q=0, deflate"),
}


@pytest.mark.parametrize("name", NEGOTIATION)
def test_negotiation(name, ask):
    coding, *lines = NEGOTIATION[name]
    got = ask(wire.request("/page.html", *accept(*lines)))
    check(got, coding, FILES["page.html"])
    assert is_varied(got)
    assert got.get("Content-Type") == "text/html; charset=utf-8"


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("name", ("page.html", "long.txt", "random.txt", "less.txt"))
def test_head_tells_the_same(name, coding, root):
    for first in ("GET", "HEAD"):
        # Whichever comes first makes what may be kept for the other.
        renew(root / name)
        second = "HEAD" if first == "GET" else "GET"
        got, told = (wire.get(f"/{name}", *accept(coding), method=method) for method in (first, second))
        assert [field for field in told.fields if field[0] != "Date"] == \
            [field for field in got.fields if field[0] != "Date"]


@pytest.mark.parametrize("coding", ("gzip", "deflate"))
@pytest.mark.parametrize("name", COMPRESSED)
def test_what_is_compressed(name, coding, ask):
    got = ask(wire.request(f"/{name}", *accept(coding)))
    check(got, coding, FILES[name])
    assert is_varied(got)
    got = ask(wire.request(f"/{name}"))
    check(got, None, FILES[name])
    assert is_varied(got)


@pytest.mark.parametrize("name", AS_THEY_ARE)
def test_what_is_sent_as_it_is(name, ask):
    got = ask(wire.request(f"/{name}", *accept("gzip, deflate")))
    check(got, None, FILES[name])
    assert not is_varied(got)


def test_what_would_not_become_smaller(ask):
    for coding in CODINGS:
        check(ask(wire.request("/random.txt", *accept(coding))), None, FILES["random.txt"])


def test_an_index_is_compressed(ask):
    check(ask(wire.request("/", *accept("gzip"))), "gzip", FILES["index.html"])


BESIDE = {
    "gzip is there": ("/sibling.html", "gzip, deflate", "gzip", SIBLING),
    "gzip is there, deflate is wanted": ("/sibling.html", "deflate", "deflate", None),
    "gzip is there, deflate is preferred": ("/sibling.html", "deflate, gzip;q=0.5", "deflate", None),
    "br is there": ("/better.html", "gzip, deflate, br", "br", SIBLING),
    "br is there, gzip is wanted": ("/better.html", "gzip", "gzip", None),
    "gzip is there and older": ("/older.html", "gzip", "gzip", None),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_lies_beside_comes_first(name, ask):
    path, line, coding, octets = BESIDE[name]
    got = ask(wire.request(path, *accept(line)))
    assert is_varied(got)
    if octets is None:
        check(got, coding, FILES[path[1:]])
    else:
        # The server does not look into it.
        assert (got.status, got.get("Content-Encoding"), got.body) == (200, coding, octets)


@pytest.mark.chapter("9 validators")
def test_each_coding_has_its_own_entity_tag():
    tags = {wire.get("/page.html", *accept(coding)).get("ETag") for coding in CODINGS}
    assert len(tags) == len(CODINGS) and None not in tags


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("other", CODINGS)
def test_conditions_are_about_the_coding(coding, other, ask):
    mine, theirs = (wire.get("/page.html", *accept(name)).get("ETag") for name in (coding, other))
    got = ask(wire.request("/page.html", f"If-None-Match: {theirs}", *accept(coding)))
    assert got.status == (304 if coding == other else 200)
    assert got.get("ETag") == mine
    assert is_varied(got)
    got = ask(wire.request("/page.html", f"If-None-Match: {theirs}", *accept(coding), method="HEAD"))
    assert got.status == (304 if coding == other else 200)


@pytest.mark.parametrize("fields, status", (
    (("Range: bytes=3-20",), 206),
    (("Range: bytes=20000-",), 416),
    (("Range: bytes=0-0, 5-9",), 206),
), ids=("one", "none", "two"))
@pytest.mark.parametrize("coding", ("gzip", "deflate"))
def test_ranges_are_of_the_file(coding, fields, status, ask):
    """What is compressed for a client is given as a whole: parts are those of the file, as of every other client."""
    plain, got = (ask(wire.request("/page.html", *fields, *accept(name))) for name in (None, coding))
    assert (got.status, got.get("Content-Encoding")) == (status, None)
    assert is_varied(got) or status == 416
    for name in ("ETag", "Content-Range", "Content-Length"):
        assert got.get(name) == plain.get(name)
    if len(fields[0].split(",")) == 1 and status == 206:
        assert got.body == FILES["page.html"][3:21]
        assert got.get("Content-Range") == f"bytes 3-20/{len(FILES['page.html'])}"


def test_the_tag_of_a_coding_does_not_continue_the_file(ask):
    tag = wire.get("/page.html", *accept("gzip")).get("ETag")
    got = ask(wire.request("/page.html", "Range: bytes=3-20", f"If-Range: {tag}", *accept("gzip")))
    assert got.status == 200
    check(got, got.get("Content-Encoding"), FILES["page.html"])


def test_what_was_made_is_kept(root):
    renew(root / "page.html")
    start = sysfs.number("stats/cache_hits")
    # What has just been written is not kept yet.
    eventually(lambda: wire.get("/page.html", *accept("gzip")) and sysfs.number("stats/cache_hits") > start, "it is kept")
    first = wire.get("/page.html", *accept("gzip"))
    before = sysfs.number("stats/cache_hits")
    for _ in range(10):
        got = wire.get("/page.html", *accept("gzip"))
        assert got.body == first.body
    # A response is counted when it has been sent.
    eventually(lambda: sysfs.number("stats/cache_hits") >= before + 10, "all were hits")


def test_a_file_that_changes(root):
    with wire.Connection() as connection:
        tags = set()
        for number in range(10):
            content = text(20000, number)
            write(root / "changing.css", content, MOMENT + number)
            for coding in CODINGS * 2:
                got = connection.get("/changing.css", *accept(coding))
                check(got, coding, content)
                tags.add(got.get("ETag"))
        assert len(tags) == 10 * len(CODINGS)
        (root / "changing.css").unlink()
        assert connection.get("/changing.css", *accept("gzip")).status == 404


def test_switched_off(ask):
    with sysfs.setting(compression__enabled=0):
        for line in ("gzip", "deflate"):
            got = ask(wire.request("/page.html", *accept(line)))
            check(got, None, FILES["page.html"])
            assert not is_varied(got)
        # It is of no account to what lies beside.
        assert ask(wire.request("/sibling.html", *accept("gzip"))).body == SIBLING
    check(ask(wire.request("/page.html", *accept("gzip"))), "gzip", FILES["page.html"])


def test_bounds_that_are_configured():
    with sysfs.setting(compression__min_bytes=20001):
        check(wire.get("/page.html", *accept("gzip")), None, FILES["page.html"])
        check(wire.get("/zeros.txt", *accept("gzip")), "gzip", FILES["zeros.txt"])
    with sysfs.setting(compression__min_bytes=20000, compression__max_bytes=20000):
        check(wire.get("/page.html", *accept("gzip")), "gzip", FILES["page.html"])
        check(wire.get("/zeros.txt", *accept("gzip")), None, FILES["zeros.txt"])
        check(wire.get("/style.css", *accept("gzip")), None, FILES["style.css"])
    with sysfs.setting(compression__min_bytes=0):
        check(wire.get("/less.txt", *accept("gzip")), "gzip", FILES["less.txt"])
        check(wire.get("/empty.txt", *accept("gzip")), None, b"")
    with sysfs.setting(compression__max_bytes=MOST + 1):
        check(wire.get("/more.txt", *accept("gzip")), "gzip", FILES["more.txt"])


@pytest.mark.parametrize("coding", ("gzip", "deflate"))
def test_the_level_that_is_configured(coding):
    lengths = []
    for level in range(1, 10):
        with sysfs.setting(compression__level=level):
            got = wire.get("/long.txt", *accept(coding))
            check(got, coding, FILES["long.txt"])
            lengths.append(len(got.body))
    assert lengths[0] > lengths[3] > lengths[8]


class Gate:
    """A file of which nothing can be read until the gate is opened."""

    def __init__(self, content):
        self.content = content
        self.reached, self.opened = threading.Event(), threading.Event()

    def read(self, offset, size):
        """Read, as soon as that is to be."""
        self.reached.set()
        assert self.opened.wait(wire.PATIENCE)
        return self.content[offset:offset + size]


@contextmanager
def compressing(root):
    """Have a client wait for a file in slow/, which can be read no sooner than a gate is opened; yields all three."""
    gate, directory = Gate(text(SLOW)), root / "slow"
    file = fuse.File(SLOW, gate.read)
    directory.mkdir()
    try:
        with fuse.mounted({"file.txt": file}) as (_, mounted), wire.Connection() as client:
            run("mount", "--bind", mounted, directory)
            try:
                client.send(wire.request("/slow/file.txt", *accept("gzip")))
                assert gate.reached.wait(wire.PATIENCE)
                yield file, gate, client
            finally:
                gate.opened.set()
                eventually(lambda: not run("umount", directory, check=False).returncode, "nobody uses it")
    finally:
        directory.rmdir()


def test_no_more_at_once_than_configured(root):
    """While one is compressed and no more may be, all others get what they ask for as it is; later, compressed."""
    with sysfs.setting(compression__at_once=1):
        with compressing(root) as (_, gate, client):
            renew(root / "style.css")
            for coding in ("gzip", "deflate"):
                got = wire.get("/style.css", *accept(coding))
                check(got, None, FILES["style.css"])
                assert is_varied(got)
            gate.opened.set()
            check(client.response(), "gzip", gate.content)
            for coding in ("gzip", "deflate"):
                check(wire.get("/style.css", *accept(coding)), coding, FILES["style.css"])


def test_two_at_once(root):
    with sysfs.setting(compression__at_once=2):
        with compressing(root) as (_, gate, client):
            renew(root / "style.css")
            check(wire.get("/style.css", *accept("gzip")), "gzip", FILES["style.css"])
            gate.opened.set()
            check(client.response(), "gzip", gate.content)


def test_a_file_that_changes_while_it_is_compressed(root):
    """Half of the old content and half of the new is not kept and not sent in a coding."""
    with compressing(root) as (file, gate, client):
        old = gate.content
        file.size += 1
        gate.content = old + b"!"
        gate.opened.set()
        check(client.response(), None, old)
        check(wire.get("/slow/file.txt", *accept("gzip")), "gzip", old + b"!")


def test_a_client_that_does_not_wait(root):
    """What was begun for a client that has gone ends, and others are served."""
    with sysfs.setting(compression__at_once=1):
        with compressing(root) as (_, gate, client):
            client.socket.close()
            renew(root / "style.css")
            check(wire.get("/style.css", *accept("deflate")), None, FILES["style.css"])
            gate.opened.set()
            eventually(lambda: wire.get("/style.css", *accept("deflate")).get("Content-Encoding") == "deflate",
                       "it may be compressed again")


def test_many_clients_at_once(root):
    """Who comes when too much is compressed gets the same, if not as small."""
    names = [f"many-{number}.txt" for number in range(16)]
    contents = {name: text(50000, number) for number, name in enumerate(names)}
    for name, content in contents.items():
        write(root / name, content)

    def fetch(number):
        with wire.Connection() as connection:
            for name in random.Random(number).sample(names, len(names)):
                got = connection.get(f"/{name}", *accept("gzip" if number % 2 else "deflate"))
                assert got.get("Content-Encoding") in (None, "gzip" if number % 2 else "deflate")
                check(got, got.get("Content-Encoding"), contents[name])
                assert is_varied(got)

    with sysfs.setting(compression__at_once=1), ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(fetch, number) for number in range(8)]:
            done.result()
    for name in names:
        check(wire.get(f"/{name}", *accept("gzip")), "gzip", contents[name])
        (root / name).unlink()


def test_a_client_that_decodes(tmp_path):
    """curl takes the compressed form and saves the plain one."""
    output = tmp_path / "output"
    for coding in ("gzip", "deflate"):
        done = run("curl", "--silent", "--show-error", "--compressed", "--header", f"Accept-Encoding: {coding}",
                   "--write-out", "%{size_download}", "--output", output, "http://localhost/long.txt")
        assert wire.same(output.read_bytes(), FILES["long.txt"])
        assert int(done.stdout) < len(FILES["long.txt"])
