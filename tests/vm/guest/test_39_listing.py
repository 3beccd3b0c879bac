# SPDX-License-Identifier: GPL-2.0-or-later
"""Listings of directories: complete, in order, and leading back to every file."""

import codecs
import html.parser
import json
import os
import re
import time
from urllib.parse import unquote_to_bytes, urljoin

import pytest

import scale
import wire
from configuration import configured, directories
from shell import eventually

CPUS = 1
pytestmark = pytest.mark.chapter("15 listings")

MOMENT = 1600000000
# Names that some listing or other has got wrong.
ODD = [
    b"plain.txt", b"with space", b" leading", b"trailing ", b"two  spaces", b"tab\there", b"new\nline", b"return\r",
    b"bell\x07", b"\x01\x1f\x7f", b"quote\"double", b"quote'single", b"back\\slash", b"back`tick", b"<b>bold",
    b"<script>alert(1)", b"&amp;", b"a&b", b"&lt", b"100%", b"%41", b"%2e%2e", b"%00", b"#fragment", b"a#b",
    b"?query", b"a?b=c", b"a;b", b"a=b", b"a+b", b"a,b", b"a:b", b"http:", b"javascript:alert(1)", b"mailto:a@b",
    b"a@b", b"~tilde", b"$dollar", b"!", b"*", b"(a)", b"[a]", b"{a}", b"|", b"^", b"-", b"--", b"_", b"a.", b"a..b",
    b"CON", b"\xc3\xa4\xe2\x82\xac", b"\xf0\x9d\x84\x9e", "a\u0308".encode(), "\u202egnp.exe".encode(),
    "\ufeff".encode(), b"\xff\xfe", b"\x80", b"\xc3", b"a\xe2\x82", b"\xed\xa0\x80", b"\xc0\xaf", b"index",
    b"x" * 255, "ä".encode() * 127, b"\x01" * 255, b"\xff" * 255, b"&" * 255, b"%" * 255,
]
HIDDEN = [b".hidden", b".htaccess", b"...", b".a.txt"]
FOLDERS = [b"folder", b"Folder 2", b"z", b"#odd?", b"a:b.d"]
MANY = scale.either(20000, 50000)
TOO_MANY = 65537

ON = """
[site]
listing = true
"""


class Page(html.parser.HTMLParser):
    """A listing as a browser reads it: links above the table and in its head, and rows."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.above, self.columns, self.rows, self.tags = [], [], [], []
        self.place, self.link, self.title = "above", None, ""
        self.sorts, self.attributes = {}, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        attrs = dict(attrs)
        if tag in ("thead", "tbody", "title"):
            self.place = tag
        elif tag == "style":
            self.place = "style"
        elif tag in ("h1", "table"):
            self.place = "above"
        if tag == "th":
            self.sorts[len(self.sorts)] = attrs.get("aria-sort")
        if tag == "tr" and self.place == "tbody":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")
        if tag == "a":
            self.link = [attrs["href"], ""]
            place = {"above": self.above, "thead": self.columns}.get(self.place)
            (self.rows[-1] if place is None else place).append(self.link)

    def handle_endtag(self, tag):
        if tag == "a":
            self.link = None
        elif tag == "table":
            self.place = "below"

    def handle_data(self, data):
        if self.place == "title":
            self.title += data
        if self.link:
            self.link[1] += data
        elif self.place == "tbody" and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data if isinstance(self.rows[-1][-1], str) else ""

    def entries(self):
        """Return the rows as (href, name, size, time), without the one that leads up."""
        found = []
        for row in self.rows:
            links = [cell for cell in row if isinstance(cell, list)]
            texts = [cell.strip() for cell in row if isinstance(cell, str)]
            if links[0][0] != "../":
                found.append((links[0][0], links[0][1], *texts[-2:]))
        return found


def make(directory, name, content, moment=MOMENT):
    """Write a file whose name is octets."""
    path = os.path.join(os.fsencode(directory), name)
    with open(path, "wb") as file:
        file.write(content)
    os.utime(path, (0, moment))


@pytest.fixture(scope="module", name="root", autouse=True)
def fixture_root(server):  # pylint: disable=unused-argument
    """A site with a directory of odd names, one of many sizes and times, an empty one, and others."""
    with directories("odd", "sorted", "empty", "indexed", "up") as root:
        for name in ODD:
            make(root / "odd", name, b"this is " + name)
        for name in HIDDEN:
            make(root / "odd", name, b"hidden")
        (root / "odd" / ".well-known").mkdir()
        for name in FOLDERS:
            os.mkdir(os.path.join(os.fsencode(root / "odd"), name))
            make(os.path.join(os.fsencode(root / "odd"), name), b"inside", b"in " + name)
        for number, name in enumerate(("b", "a", "C", "d", "E", "10", "9", "aa", "B")):
            make(root / "sorted", name.encode(), b"x" * (number * 577 % 1900), MOMENT + number * 7919 % 13 * 86400)
        for number, name in enumerate(("dz", "da", "Dm")):
            (root / "sorted" / name).mkdir()
            os.utime(root / "sorted" / name, (0, MOMENT + number * 5 % 3 * 86400))
        make(root / "indexed", b"index.html", b"the index")
        (root / "up" / "to" / "here & <there>").mkdir(parents=True)
        make(root / "up" / "to" / "here & <there>", b"file", b"deep")
        (root / "unreadable").mkdir(mode=0o711)
        with configured(ON + f'[server]\nroot = "{root}"\n'):
            yield root


def page(path, *fields):
    """Return the listing of a path as a Page."""
    got = wire.get(path, *fields)
    assert (got.status, got.get("Content-Type")) == (200, "text/html; charset=utf-8")
    return Page(got.body.decode("utf-8"))


def hrefs(octets):
    """Return the references in the rows of a page that is too long for a patient parser."""
    return re.findall('<td><a href="([^"]*)"', octets.decode())


def document(path):
    """Return the listing of a path as JSON."""
    got = wire.get(path, "Accept: application/json")
    assert (got.status, got.get("Content-Type")) == (200, "application/json")
    return json.loads(got.body.decode("utf-8"))


def followed(path, href):
    """Return what a link leads to."""
    target = urljoin(f"http://test{path}", href)
    assert target.startswith("http://test/"), target
    return wire.get(target.removeprefix("http://test"))


def shown(name):
    """Return a name as it can be shown: nothing that is not UTF-8, that controls, or that turns the text around."""
    return re.sub("[\x00-\x1f\x7f\u202a-\u202e]", "\ufffd", name.decode("utf-8", "octet"))


# A replacement for each octet that belongs to no character.
codecs.register_error("octet", lambda error: ("\ufffd", error.start + 1))


def test_framing(ask):
    """The length is not known beforehand: chunked, or for HTTP/1.0 up to the end of the connection."""
    got = ask(wire.request("/odd/"))
    assert (got.status, got.get("Transfer-Encoding"), got.get("Content-Length")) == (200, "chunked", None)
    old = ask(wire.request("/odd/", version="HTTP/1.0"))
    assert (old.get("Transfer-Encoding"), old.get("Content-Length"), old.get("Connection")) == (None, None, "close")
    assert old.body == got.body
    kept = ask(wire.request("/odd/", "Connection: keep-alive", version="HTTP/1.0"))
    assert (kept.get("Transfer-Encoding"), kept.get("Connection"), kept.body) == (None, "close", got.body)


def test_head(ask):
    for version in ("HTTP/1.1", "HTTP/1.0"):
        got, told = (ask(wire.request("/odd/", method=method, version=version)) for method in ("GET", "HEAD"))
        assert told.body == b""
        assert [field for field in told.fields if field[0] != "Date"] == \
            [field for field in got.fields if field[0] != "Date"]


def test_it_depends_on_accept(ask):
    for fields in ((), ("Accept: application/json",)):
        assert "accept" in ask(wire.request("/odd/", *fields)).members("Vary")


@pytest.mark.parametrize("fields", (("Range: bytes=0-9",), ("If-None-Match: *x*",), ("Accept-Encoding: br, gzip",),
                                    ("If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT",)), ids=lambda value: value[0])
def test_fields_that_a_listing_does_not_know(fields, ask):
    got = ask(wire.request("/sorted/", *fields))
    assert (got.status, got.get("Content-Range"), got.get("Content-Encoding")) == (200, None, None)
    assert got.body == wire.get("/sorted/").body


@pytest.mark.parametrize("name", ODD, ids=lambda name: repr(name)[2:-1][:30])
def test_an_odd_name(name):
    """It is there once, shown as itself, and its link leads to the file, in both forms."""
    text = shown(name)
    found = [href for href, label, *_ in page("/odd/").entries() if followed_name(href) == name]
    assert len(found) == 1
    assert [label for href, label, *_ in page("/odd/").entries() if href == found[0]] == [text]
    got = followed("/odd/", found[0])
    assert (got.status, got.body) == (200, b"this is " + name)
    entries = [entry for entry in document("/odd/")["entries"] if followed_name(entry["href"]) == name]
    assert len(entries) == 1 and entries[0]["size"] == len(name) + 8 and entries[0]["type"] == "file"
    assert followed("/odd/", entries[0]["href"]).body == b"this is " + name


def followed_name(href):
    """Return the name that a reference names, as a browser sees it from /odd/."""
    return unquote_to_bytes(urljoin("http://test/odd/", href)).removeprefix(b"http://test/odd/").rstrip(b"/")


@pytest.mark.parametrize("name", FOLDERS, ids=repr)
def test_an_odd_directory(name):
    found = [(href, label) for href, label, *_ in page("/odd/").entries() if followed_name(href) == name]
    assert len(found) == 1 and found[0][0].endswith("/") and found[0][1] == shown(name) + "/"
    inner = urljoin("http://test/odd/", found[0][0]).removeprefix("http://test")
    assert [entry[0] for entry in page(inner).entries()] == ["inside"]
    assert followed(inner, "inside").body == b"in " + name
    assert [entry["href"] for entry in document("/odd/")["entries"] if entry["type"] == "directory"
            and followed_name(entry["href"]) == name] == [found[0][0]]


def test_nothing_else_is_there():
    """Neither hidden names nor any twice; .well-known is not hidden."""
    hrefs = [followed_name(entry[0]) for entry in page("/odd/").entries()]
    assert sorted(hrefs) == sorted([*ODD, *FOLDERS, b".well-known"])
    assert sorted(followed_name(entry["href"]) for entry in document("/odd/")["entries"]) == \
        sorted([*ODD, *FOLDERS, b".well-known"])


def test_the_page_is_inert():
    """No script, no event handler, nothing from elsewhere, whatever files are called."""
    got = wire.get("/odd/")
    read = Page(got.body.decode())
    assert not {"script", "iframe", "object", "embed", "img", "link", "b"} & set(read.tags)
    assert not [name for name in read.attributes if name.startswith("on") or name in ("src", "style")]
    assert all(not re.match(r"[a-z]+:", href) for href, *_ in read.entries())
    assert all(octet >= 0x20 or octet == 0x0a for octet in got.body)


def test_the_page_is_accessible():
    read = page("/odd/")
    text = wire.get("/odd/").body.decode()
    assert re.search(r'(?i)<html lang="en"', text)
    assert re.search(r'(?i)<meta name="viewport"', text)
    assert "prefers-color-scheme" in text
    assert {"table", "caption", "thead", "tbody", "th"} <= set(read.tags)
    assert "/odd/" in read.title


SORTS = {
    "": ("name", False), "C=N;O=A": ("name", False), "C=N;O=D": ("name", True), "C=N&O=D": ("name", True),
    "O=D;C=N": ("name", True), "O=D": ("name", True), "C=S;O=A": ("size", False), "C=S;O=D": ("size", True),
    "C=S&O=D": ("size", True), "C=S": ("size", False), "C=M;O=A": ("mtime", False), "C=M;O=D": ("mtime", True),
    "O=D&C=M": ("mtime", True), "C=M": ("mtime", False), "C=X;O=D": ("name", True), "nonsense": ("name", False),
    "C=S;O=X": ("size", False), "C=;O=": ("name", False), "&;&;": ("name", False), "C=S;C=M": ("mtime", False),
}


def expected_order(root, key, descending):
    """Return names as they must come: directories first, then by the key, then by name."""
    entries = list(os.scandir(root / "sorted"))

    def rank(entry):
        name = (entry.name.lower(), entry.name)
        if key == "name" or key == "size" and entry.is_dir():
            return (0, name) if key == "name" else (0, 0)
        return (entry.stat().st_size if key == "size" else int(entry.stat().st_mtime),)

    entries.sort(key=lambda entry: (entry.name.lower(), entry.name))
    entries.sort(key=rank, reverse=descending)
    entries.sort(key=lambda entry: not entry.is_dir())
    return [entry.name + "/" * entry.is_dir() for entry in entries]


@pytest.mark.parametrize("query", SORTS)
def test_order(query, root):
    key, descending = SORTS[query]
    read = page(f"/sorted/?{query}")
    assert [entry[0] for entry in read.entries()] == expected_order(root, key, descending)
    column = ("name", "size", "mtime").index(key)
    assert read.sorts == {number: ("descending" if descending else "ascending") if number == column else None
                          for number in range(3)}
    told = document(f"/sorted/?{query}")
    assert [entry["href"] for entry in told["entries"]] == expected_order(root, key, descending)
    assert (told["sort"], told["order"]) == (key, "descending" if descending else "ascending")


def test_the_heads_of_the_columns_turn_the_order():
    """Each leads to its own order, and the one that is in use to the other direction."""
    read = page("/sorted/")
    assert [href for href, _ in read.columns] == ["?C=N;O=D", "?C=S;O=A", "?C=M;O=A"]
    assert [href for href, _ in page("/sorted/?C=S;O=A").columns] == ["?C=N;O=A", "?C=S;O=D", "?C=M;O=A"]
    assert [href for href, _ in page("/sorted/?C=S;O=D").columns] == ["?C=N;O=A", "?C=S;O=A", "?C=M;O=A"]


def test_sizes_and_times(root):
    for href, _, size, moment in page("/sorted/").entries():
        found = (root / "sorted" / href).stat()
        assert moment == time.strftime("%Y-%m-%d %H:%M", time.gmtime(found.st_mtime))
        if not href.endswith("/"):
            number = float(size.split()[0])
            unit = {"B": 1, "KiB": 1024}[size.split()[1]]
            assert number * unit <= found.st_size < (number + (1 if unit == 1 else 0.1)) * unit
        else:
            assert size in ("", "-", "–")
    for entry in document("/sorted/")["entries"]:
        found = (root / "sorted" / entry["href"]).stat()
        assert entry["mtime"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(found.st_mtime))
        assert entry["size"] == (None if entry["type"] == "directory" else found.st_size)


def test_the_way_up():
    """The parents are links, each to where it says, and so is the row that leads up."""
    path = "/up/to/here%20&%20%3Cthere%3E/"
    read = page(path)
    assert [(label, urljoin(f"http://test{path}", href)) for href, label in read.above] == [
        ("/", "http://test/"), ("up", "http://test/up/"), ("to", "http://test/up/to/")]
    assert any(isinstance(cell, list) and cell[0] == "../" for row in read.rows for cell in row)
    assert "here & <there>" in read.title
    assert page("/").above == []
    assert document(path)["path"] == "/up/to/here & <there>/"
    assert document("/")["path"] == "/"


def test_empty_directories_and_others():
    assert page("/empty/").entries() == []
    assert document("/empty/")["entries"] == []
    assert wire.get("/indexed/").body == b"the index"
    assert wire.get("/unreadable/").status == 403
    assert wire.get("/none/").status == 404
    assert wire.get("/empty").get("Location") == "/empty/"


ACCEPT = {
    "no field": (None, False),
    "nothing": ("", False),
    "JSON": ("application/json", True),
    "JSON in another case": ("Application/JSON", True),
    "JSON with a parameter": ("application/json;charset=utf-8", True),
    "HTML": ("text/html", False),
    "anything": ("*/*", False),
    "a browser": ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
    "a script": ("application/json, text/plain, */*", True),
    "JSON rather": ("text/html;q=0.5, application/json", True),
    "HTML rather": ("text/html, application/json;q=0.9", False),
    "both alike": ("application/json, text/html", False),
    "no JSON": ("*/*, application/json;q=0", False),
    "anything but HTML": ("application/*, text/html;q=0", True),
    "any application": ("application/*", True),
    "an image": ("image/png", False),
    "JSON of another kind": ("application/ld+json", False),
}


@pytest.mark.parametrize("name", ACCEPT)
def test_html_or_json(name, ask):
    value, is_json = ACCEPT[name]
    got = ask(wire.request("/sorted/", *([] if value is None else [f"Accept: {value}"])))
    assert got.get("Content-Type") == ("application/json" if is_json else "text/html; charset=utf-8")


def test_a_listing_is_of_now(root):
    with wire.Connection() as connection:
        for number in range(5):
            make(root / "empty", b"%d" % number, b"")
            got = connection.get("/empty/", "Accept: application/json")
            assert [entry["name"] for entry in json.loads(got.body)["entries"]] == list("01234")[:number + 1]
        for number in range(5):
            (root / "empty" / str(number)).unlink()
        assert json.loads(connection.get("/empty/", "Accept: application/json").body)["entries"] == []


@pytest.fixture(scope="module", name="many")
def fixture_many(root):
    """A directory with 50,000 entries."""
    directory = root / "many"
    directory.mkdir()
    add(directory, 0, MANY)
    return directory


def add(directory, begin, end):
    """Make empty files, whose names are in another order than their numbers."""
    handle = os.open(directory, os.O_RDONLY)
    for number in range(begin, end):
        os.mknod(f"{number * 7919 % 99991:05d}", 0o644, dir_fd=handle)
    os.close(handle)


def test_tens_of_thousands_of_entries(many):
    names = sorted(os.listdir(many))
    with wire.Connection() as connection:
        assert wire.same(hrefs(connection.get("/many/").body), ["../", *names])
        got = json.loads(connection.get("/many/?C=N;O=D", "Accept: application/json").body)
        assert wire.same([entry["href"] for entry in got["entries"]], names[::-1])
        assert connection.get("/sorted/").status == 200


def test_a_client_that_leaves_or_waits_in_the_middle_of_a_large_listing(many):  # pylint: disable=unused-argument
    for taken in (0, 1000, 100000):
        with wire.Connection(receive_buffer=4096) as connection:
            connection.send(wire.request("/many/") * 3)
            while taken > 0:
                taken -= len(connection.socket.recv(min(taken, 4096)))
    with wire.Connection(receive_buffer=4096) as slow:
        slow.send(wire.request("/many/", "Accept: application/json") + wire.request("/sorted/"))
        assert wire.get("/sorted/").status == 200
        assert len(json.loads(slow.response().body)["entries"]) == MANY
        assert slow.response().status == 200


def test_a_directory_that_changes_while_it_is_listed(many):
    """What was there all the time is there once."""
    with wire.Connection(receive_buffer=4096) as connection:
        connection.send(wire.request("/many/", "Accept: application/json"))
        connection.head()
        for number in range(100):
            make(many, b"new-%d" % number, b"")
        connection.received = connection.received or connection.socket.recv(1)
        found = [entry["name"] for entry in json.loads(connection.chunks())["entries"]]
    assert len(found) == len(set(found))
    assert len([name for name in found if name.isdigit()]) == MANY
    for number in range(100):
        (many / f"new-{number}").unlink()


def test_more_entries_than_are_sorted(many):
    """Beyond 65,536 they come unsorted, all of them, and the listing says so."""
    add(many, MANY, TOO_MANY)
    names = sorted(os.listdir(many))
    assert len(names) == TOO_MANY
    got = wire.get("/many/?C=S;O=D")
    assert wire.same(sorted(hrefs(got.body)), ["../", *names])
    assert b"too many to sort" in got.body
    told = document("/many/")
    assert told["sort"] is None
    assert wire.same(sorted(entry["href"] for entry in told["entries"]), names)
    eventually(lambda: wire.get("/sorted/").status == 200, "the rest goes on")


@pytest.mark.chapter("7 directories")
class TestWhereListed:
    """Who may see a listing."""

    def test_not_unless_configured(self, root):
        with configured(f'[site]\nlisting = false\n[server]\nroot = "{root}"\n'):
            assert wire.get("/sorted/").status == 403
            assert wire.get("/sorted/", "Accept: application/json").status == 403
            assert wire.get("/indexed/").status == 200

    @pytest.mark.parametrize("site, rule, status", ((True, False, 403), (False, True, 200)))
    def test_by_rule(self, root, site, rule, status):
        text = (f'[server]\nroot = "{root}"\n[site]\nlisting = {str(site).lower()}\n'
                f'[[rule]]\nprefix = "/odd"\nlisting = {str(rule).lower()}\n')
        with configured(text):
            assert wire.get("/odd/").status == status
            assert wire.get("/sorted/").status == (200 if site else 403)

    def test_hidden_names_are_there_with_dot_files(self, root):
        with configured(f'[server]\nroot = "{root}"\n[site]\nlisting = true\ndot-files = true\n'):
            names = {followed_name(entry["href"]) for entry in document("/odd/")["entries"]}
            assert names == {*ODD, *FOLDERS, *HIDDEN, b".well-known"}
