# SPDX-License-Identifier: GPL-2.0-or-later
"""Files beside a file that are the same in a content coding, and who gets them (RFC 9110, section 12.5.3)."""

import gzip
import os

import pytest

import sysfs
import wire
from shell import run

CPUS = 1
pytestmark = pytest.mark.chapter("12 codings")

MOMENT = 1600000000
SUFFIX = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}


def write(path, content, moment=MOMENT):
    """Write a file of a known age."""
    path.write_bytes(content)
    os.utime(path, (0, moment))


def content_of(coding):
    """What the file in a coding holds; the server does not look into it."""
    return f"in {coding or 'no coding'}\n".encode() * 40


def fill(root, name, *codings):
    """Write a file and some of its siblings."""
    write(root / name, content_of(None))
    for coding in codings:
        write(root / (name + SUFFIX[coding]), content_of(coding))


@pytest.fixture(scope="module", name="root", autouse=True)
def fixture_root(server):  # pylint: disable=unused-argument
    """A site with siblings, and with what is none."""
    with sysfs.document_root() as directory:
        fill(directory, "all.html", *SUFFIX)
        fill(directory, "index.html", *SUFFIX)
        fill(directory, "gzip.html", "gzip")
        fill(directory, "zstd.js", "zstd", "gzip")
        fill(directory, "none.html")
        fill(directory, "image.png", "gzip")
        fill(directory, "no-extension", "br")
        write(directory / "orphan.html.gz", b"orphan")

        fill(directory, "older.html", *SUFFIX)
        os.utime(directory / "older.html.br", (0, MOMENT - 1))
        fill(directory, "all-older.html", *SUFFIX)
        for suffix in SUFFIX.values():
            os.utime(directory / f"all-older.html{suffix}", (0, MOMENT - 1000))
        fill(directory, "newer.html", "gzip")
        os.utime(directory / "newer.html.gz", (0, MOMENT + 1000))

        fill(directory, "closed.html", "br", "gzip")
        (directory / "closed.html.br").chmod(0)
        fill(directory, "folder.html", "gzip")
        (directory / "folder.html.br").mkdir()
        fill(directory, "pipe.html", "gzip")
        os.mkfifo(directory / "pipe.html.br", 0o666)
        fill(directory, "out.html", "gzip")
        (directory / "out.html.br").symlink_to("/etc/passwd")
        fill(directory, "link.html", "gzip")
        (directory / "link.html.br").symlink_to("all.html.br")
        fill(directory, "empty.html", "gzip")
        write(directory / "empty.html.gz", b"")
        yield directory


ALL = "/all.html"
# The lines of Accept-Encoding, and the coding that must come of br, zstd, gzip and none.
NEGOTIATION = {
    "no field": (None,),
    "nothing": (None, ""),
    "identity": (None, "identity"),
    "gzip": ("gzip", "gzip"),
    "br": ("br", "br"),
    "zstd": ("zstd", "zstd"),
    "what there is none of": (None, "deflate"),
    "what nobody knows": (None, "sdch, compress"),
    "all": ("br", "gzip, deflate, br, zstd"),
    "all in another order": ("br", "zstd, br, gzip"),
    "a browser of today": ("br", "gzip, deflate, br, zstd"),
    "a browser of yesterday": ("gzip", "gzip, deflate"),
    "zstd and gzip": ("zstd", "gzip, zstd"),
    "in upper case": ("gzip", "GZIP"),
    "in mixed case": ("br", "gZip, Br"),
    "old name": ("gzip", "x-gzip"),
    "no spaces": ("br", "gzip,br"),
    "tabs": ("br", "gzip\t,\tbr"),
    "empty members": ("br", ", ,gzip,, br,"),
    "two lines": ("br", "gzip", "br"),
    "two lines the other way": ("br", "br", "gzip"),
    "weights": ("gzip", "br;q=0.5, gzip;q=0.9, zstd;q=0.7"),
    "weights of three digits": ("zstd", "br;q=0.998, gzip;q=0.997, zstd;q=0.999"),
    "weight of one": ("gzip", "br;q=0.9, gzip;q=1.000"),
    "no weight is one": ("gzip", "br;q=0.9, gzip"),
    "equal weights": ("br", "gzip;q=0.5, zstd;q=0.5, br;q=0.5"),
    "spaces around a weight": ("gzip", "br ; q=0.5 , gzip ;\tq=0.9"),
    "q in upper case": ("gzip", "br;Q=0.5, gzip;Q=0.9"),
    "the lowest weight": ("gzip", "gzip;q=0.001"),
    "weight zero": (None, "gzip;q=0"),
    "weight zero of three digits": (None, "gzip;q=0.000"),
    "one of weight zero": ("zstd", "br;q=0, zstd, gzip;q=0.1"),
    "identity preferred": (None, "identity, gzip;q=0.5"),
    "identity preferred by little": (None, "identity;q=0.6, br;q=0.5"),
    "identity not preferred": ("br", "identity;q=0.5, br"),
    "anything": ("br", "*"),
    "anything but br": ("zstd", "*, br;q=0"),
    "anything, but rather gzip": ("gzip", "*;q=0.5, gzip"),
    "anything, zstd least": ("br", "*;q=0.5, zstd;q=0.1"),
    "nothing at all": (None, "*;q=0"),
    "nothing but gzip": ("gzip", "*;q=0, gzip"),
    "identity refused": (None, "identity;q=0"),
    "identity refused, gzip taken": ("gzip", "identity;q=0, gzip"),
    "identity refused, anything taken": ("br", "identity;q=0, *"),
    "a name that begins alike": (None, "gzipped, bro, zst"),
    "half of a name": (None, "gz, b"),
}


def accept(lines):
    """Return the field lines of Accept-Encoding."""
    return [f"Accept-Encoding: {line}" for line in lines]


def check(response, coding, content=None):
    """See that a response is in that coding, and says so."""
    assert response.status == 200
    assert response.get("Content-Encoding") == coding
    content = content_of(coding) if content is None else content
    assert response.body == content
    assert response.get("Content-Length") == str(len(content))


@pytest.mark.parametrize("name", NEGOTIATION)
def test_negotiation(name, ask):
    coding, *lines = NEGOTIATION[name]
    got = ask(wire.request(ALL, *accept(lines)))
    check(got, coding)
    assert got.get("Content-Type") == "text/html; charset=utf-8"
    assert "accept-encoding" in got.members("Vary")


@pytest.mark.parametrize("name", NEGOTIATION)
def test_head_tells_the_same(name):
    _, *lines = NEGOTIATION[name]
    got, told = (wire.get(ALL, *accept(lines), method=method) for method in ("GET", "HEAD"))
    assert [field for field in told.fields if field[0] != "Date"] == \
        [field for field in got.fields if field[0] != "Date"]


EVERYTHING = "Accept-Encoding: br, zstd, gzip"
BESIDE = {
    "only gzip": ("/gzip.html", "gzip"),
    "zstd and gzip": ("/zstd.js", "zstd"),
    "none": ("/none.html", None),
    "of an image": ("/image.png", "gzip"),
    "without an extension": ("/no-extension", "br"),
    "of an index": ("/", "br"),
    "of an index by name": ("/index.html", "br"),
    "with a query": ("/gzip.html?a=b", "gzip"),
    "best one older than the file": ("/older.html", "zstd"),
    "all older than the file": ("/all-older.html", None),
    "newer than the file": ("/newer.html", "gzip"),
    "best one not readable": ("/closed.html", "gzip"),
    "best one a directory": ("/folder.html", "gzip"),
    "best one a pipe": ("/pipe.html", "gzip"),
    "best one a link that leaves the root": ("/out.html", "gzip"),
    "best one a link within the root": ("/link.html", "br"),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_lies_beside(name, ask):
    path, coding = BESIDE[name]
    got = ask(wire.request(path, EVERYTHING))
    check(got, coding)
    assert path in ("/none.html", "/all-older.html") or "accept-encoding" in got.members("Vary")


def test_an_empty_sibling(ask):
    check(ask(wire.request("/empty.html", EVERYTHING)), "gzip", b"")


def test_no_file_but_its_sibling(ask):
    assert ask(wire.request("/orphan.html", EVERYTHING)).status == 404


@pytest.mark.parametrize("path, kind", (("/all.html.gz", "application/gzip"), ("/orphan.html.gz", "application/gzip")))
@pytest.mark.parametrize("fields", ((), (EVERYTHING,), ("Accept-Encoding: identity",)), ids=("-", "all", "identity"))
def test_a_sibling_by_its_name_is_a_file(path, kind, fields, ask):
    got = ask(wire.request(path, *fields))
    assert (got.status, got.get("Content-Type"), got.get("Content-Encoding")) == (200, kind, None)


@pytest.mark.chapter("9 validators")
def test_each_coding_has_its_own_entity_tag():
    tags = {coding: wire.get(ALL, *accept(lines)).get("ETag") for coding, lines in
            ((None, ()), ("gzip", ("gzip",)), ("br", ("br",)), ("zstd", ("zstd",)))}
    assert len(set(tags.values())) == 4
    assert all(tag.startswith('"') for tag in tags.values())


@pytest.mark.parametrize("coding", (None, "gzip", "br", "zstd"))
@pytest.mark.parametrize("other", (None, "gzip", "br", "zstd"))
def test_conditions_are_about_the_coding(coding, other, ask):
    mine, theirs = (wire.get(ALL, *accept([name] if name else [])) for name in (coding, other))
    fields = accept([coding] if coding else [])
    got = ask(wire.request(ALL, f"If-None-Match: {theirs.get('ETag')}", *fields))
    assert got.status == (304 if coding == other else 200)
    # A cache stores under Vary, also what it learns from a 304.
    assert "accept-encoding" in got.members("Vary")
    assert got.get("ETag") == mine.get("ETag")
    got = ask(wire.request(ALL, f"If-Match: {theirs.get('ETag')}", *fields))
    assert got.status == (200 if coding == other else 412)


@pytest.mark.parametrize("coding", (None, "gzip", "br", "zstd"))
def test_ranges_are_of_the_coding(coding, ask):
    fields = accept([coding] if coding else [])
    content = content_of(coding)
    got = ask(wire.request(ALL, "Range: bytes=3-20", *fields))
    assert (got.status, got.body, got.get("Content-Encoding")) == (206, content[3:21], coding)
    assert got.get("Content-Range") == f"bytes 3-20/{len(content)}"
    assert "accept-encoding" in got.members("Vary")
    got = ask(wire.request(ALL, f"Range: bytes={len(content)}-", *fields))
    assert got.get("Content-Range") == f"bytes */{len(content)}"
    # The tag of another coding does not continue this one.
    other = wire.get(ALL, *accept(["br" if coding != "br" else "gzip"])).get("ETag")
    got = ask(wire.request(ALL, "Range: bytes=3-20", f"If-Range: {other}", *fields))
    assert (got.status, got.body) == (200, content)


@pytest.mark.parametrize("fields, status", (((), 404), ((EVERYTHING,), 404)), ids=("-", "all"))
def test_an_error_has_no_coding(fields, status, ask):
    got = ask(wire.request("/nowhere.html", *fields))
    assert (got.status, got.get("Content-Encoding")) == (status, None)


def test_a_sibling_that_comes_and_goes(root):
    fill(root, "changing.css")
    with wire.Connection() as connection:
        check(connection.get("/changing.css", EVERYTHING), None)
        write(root / "changing.css.gz", content_of("gzip"))
        check(connection.get("/changing.css", EVERYTHING), "gzip")
        write(root / "changing.css.br", content_of("br"))
        check(connection.get("/changing.css", EVERYTHING), "br")
        write(root / "changing.css", b"new", MOMENT + 1)
        check(connection.get("/changing.css", EVERYTHING), None, b"new")
        (root / "changing.css").unlink()
        assert connection.get("/changing.css", EVERYTHING).status == 404


def test_a_client_that_decodes(root, tmp_path):
    """curl takes the compressed form and saves the plain one."""
    plain = b"plain text\n" * 1000
    write(root / "real.txt", plain)
    write(root / "real.txt.gz", gzip.compress(plain))
    output = tmp_path / "output"
    done = run("curl", "--silent", "--show-error", "--compressed", "--write-out", "%{size_download}",
               "--output", output, "http://localhost/real.txt")
    assert output.read_bytes() == plain
    assert int(done.stdout) == len(gzip.compress(plain)) < len(plain)
