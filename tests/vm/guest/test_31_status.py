# SPDX-License-Identifier: GPL-2.0-or-later
"""The status codes: what brings each of them about, and what comes with it."""

import re
from contextlib import contextmanager

import pytest

import sysfs
import wire

CPUS = 1
pytestmark = pytest.mark.chapter("14 errors")

GET = "GET / HTTP/1.1\r\nHost: test\r\n"
NEXT = "GET /next HTTP/1.1\r\nHost: test\r\n\r\n"
REASONS = {
    301: "Moved Permanently", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    413: "Content Too Large", 414: "URI Too Long", 417: "Expectation Failed",
    431: "Request Header Fields Too Large", 501: "Not Implemented",
    505: "HTTP Version Not Supported",
}


@pytest.fixture(scope="module", autouse=True)
def root(server):  # pylint: disable=unused-argument
    """A small site."""
    with sysfs.document_root() as directory:
        (directory / "index.html").write_bytes(b"index\n")
        (directory / "next").write_bytes(b"next\n")
        (directory / "folder").mkdir()
        (directory / "folder" / "file.txt").write_bytes(b"file\n")
        (directory / "closed").write_bytes(b"closed\n")
        (directory / "closed").chmod(0)
        yield directory


def line(request, *fields):
    """A request with a request line of its own."""
    return "".join(f"{text}\r\n" for text in (request, "Host: test", *fields, ""))


def field(*fields):
    """A request with field lines of its own beside Host."""
    return line("GET / HTTP/1.1", *fields)


def target(text):
    """A request for a target."""
    return line(f"GET {text} HTTP/1.1")


# Nothing behind these can be understood: the connection ends.
MALFORMED = {
    "no Host": "GET / HTTP/1.1\r\n\r\n",
    "no Host with the absolute form": "GET http://test/ HTTP/1.1\r\n\r\n",
    "two Hosts": field("Host: test"),
    "two different Hosts": field("host: other"),
    "two Hosts in HTTP/1.0": "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
    "empty Host": "GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "Host with userinfo": "GET / HTTP/1.1\r\nHost: me@test\r\n\r\n",
    "Host with a space": "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "Host with a list": "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "Host with a path": "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "Host with a wrong port": "GET / HTTP/1.1\r\nHost: test:65536\r\n\r\n",
    "Host with a broken address": "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
    "folded field": field("A: b", " c"),
    "folded field with a tab": field("A: b", "\tc"),
    "space before the first field": "GET / HTTP/1.1\r\n Host: test\r\n\r\n",
    "space before the colon": field("A : b"),
    "tab before the colon": field("A\t: b"),
    "no name": field(": b"),
    "no colon": field("A"),
    "name that is no token": field("A(b): c"),
    "name beyond ASCII": GET.encode() + b"\xc3\xa4: b\r\n\r\n",
    "NUL in a value": field("A: b\0c"),
    "NUL in a name": field("A\0: b"),
    "CR in a value": field("A: b\rc"),
    "DEL in a value": field("A: b\x7f"),
    "LF as end of the request line": "GET / HTTP/1.1\nHost: test\r\n\r\n",
    "LF as end of a field": "GET / HTTP/1.1\r\nHost: test\nA: b\r\n\r\n",
    "LF as end of the head": GET + "\n",
    "LF everywhere": "GET / HTTP/1.1\nHost: test\n\n",
    "LF before the request": "\n" + field(),
    "CR without LF before the request": "\r" + field(),
    "HTTP/0.9": "GET /\r\n",
    "HTTP/0.9 with a space": "GET / \r\n",
    "version with letters": line("GET / HTTP/1.x"),
    "version with two digits": line("GET / HTTP/1.12"),
    "version with a leading zero": line("GET / HTTP/01.1"),
    "version without a minor number": line("GET / HTTP/1"),
    "version in lower case": line("GET / http/1.1"),
    "version of another protocol": line("GET / RTSP/1.0"),
    "space behind the version": line("GET / HTTP/1.1 "),
    "two spaces before the target": line("GET  / HTTP/1.1"),
    "two spaces behind the target": line("GET /  HTTP/1.1"),
    "tabs between the words": line("GET\t/\tHTTP/1.1"),
    "no method": line(" / HTTP/1.1"),
    "method that is no token": line("G@T / HTTP/1.1"),
    "space in the target": target("/a b"),
    "fragment": target("/#a"),
    "NUL in the target": target("/a\0b"),
    "control character in the target": target("/a\x01b"),
    "relative target": target("index.html"),
    "asterisk": target("*"),
    "scheme of another protocol": target("ftp://test/"),
    "absolute form without a host": target("http:///"),
    "absolute form with userinfo": target("http://me@test/"),
    "CONNECT to a path": line("CONNECT / HTTP/1.1"),
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
    "an SSH greeting": "SSH-2.0-OpenSSH_9.2\r\n",
    "noise": bytes(range(128, 256)) * 3,
    "zeros": bytes(1000),
}
# Nor behind a body whose end is not known for sure.
MALFORMED_CONTENT = {
    "length with a sign": field("Content-Length: +5"),
    "negative length": field("Content-Length: -1"),
    "hexadecimal length": field("Content-Length: 0x5"),
    "empty length": field("Content-Length:"),
    "two lengths in one": field("Content-Length: 5 5"),
    "list of different lengths": field("Content-Length: 5, 6"),
    "different lengths": field("Content-Length: 5", "Content-Length: 6"),
    "length and chunked": field("Content-Length: 5", "Transfer-Encoding: chunked"),
    "chunked and length": field("Transfer-Encoding: chunked", "Content-Length: 5"),
    "chunked that is not last": field("Transfer-Encoding: chunked, gzip"),
    "chunked twice": field("Transfer-Encoding: chunked, chunked"),
    "chunked twice in two fields": field("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    "chunked with a parameter": field("Transfer-Encoding: chunked;a=b"),
    "a coding and no chunked": field("Transfer-Encoding: gzip"),
    "chunked in quotes": field('Transfer-Encoding: "chunked"'),
    "chunked with a vertical tab": field("Transfer-Encoding: \x0bchunked"),
    "chunked in HTTP/1.0": line("POST / HTTP/1.0", "Transfer-Encoding: chunked"),
}
# What these ask for cannot be, but where they end is known: the connection goes on.
WRONG = {
    "escape that is none": target("/%zz"),
    "escape that is cut off": target("/a%4"),
    "escape without digits": target("/a%"),
    "escaped NUL": target("/next%00.txt"),
}
OTHERS = {
    "directory": (301, target("/folder")),
    "directory without an index": (403, target("/folder/")),
    "file of somebody else": (403, target("/closed")),
    "no such file": (404, target("/none")),
    "no such directory": (404, target("/none/none/")),
    "file with a slash": (404, target("/next/")),
    "file as a directory": (404, target("/next/none")),
    "POST": (405, line("POST / HTTP/1.1", "Content-Length: 0")),
    "PUT": (405, line("PUT /next HTTP/1.1", "Content-Length: 0")),
    "DELETE": (405, line("DELETE /next HTTP/1.1")),
    "PATCH": (405, line("PATCH /next HTTP/1.1")),
    "TRACE": (405, line("TRACE / HTTP/1.1")),
    "PROPFIND": (405, line("PROPFIND / HTTP/1.1")),
    "CONNECT": (405, line("CONNECT test:80 HTTP/1.1")),
    "unknown expectation": (417, field("Expect: a-miracle")),
    "unknown method": (501, line("BREW /pot HTTP/1.1")),
    "method in lower case": (501, line("get / HTTP/1.1")),
}
ENDING = {
    "content above the limit": (413, line("POST / HTTP/1.1", "Content-Length: 65537")),
    "content beyond all numbers": (413, line("POST / HTTP/1.1", f"Content-Length: {'9' * 40}")),
    "long target": (414, target("/" + "a" * 8192)),
    "long query": (414, target("/?" + "a" * 8192)),
    "long head": (431, field("A: " + "b" * 16384)),
    "many fields": (431, field(*["A: b"] * 100)),
    "unknown coding": (501, field("Transfer-Encoding: gzip, chunked")),
    "HTTP/2.0": (505, line("GET / HTTP/2.0")),
    "HTTP/3.1": (505, line("GET / HTTP/3.1")),
    "HTTP/0.9 with a version": (505, line("GET / HTTP/0.9")),
    "the preface of HTTP/2": (505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
}


def see(response, status, persists):
    """See that an error is complete: fields, framing and a page for people."""
    assert response.status == status
    assert response.reason == REASONS[status]
    assert response.version == "HTTP/1.1"
    assert int(response.get("Content-Length")) == len(response.body)
    assert 0 < len(response.body) < 1000
    assert response.get("Content-Type") == "text/html; charset=utf-8"
    assert f"<title>{status} {REASONS[status]}</title>".encode() in response.body
    assert re.fullmatch(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT",
                        response.get("Date"))
    assert response.get("Server") == "khttpd"
    assert response.get("Connection") == (None if persists else "close")
    assert response.get("Allow") == ("GET, HEAD, OPTIONS" if status == 405 else None)


@pytest.fixture(name="way", params=wire.WAYS)
def fixture_way(request):
    """How a request comes: alone, after another one was answered, or amid others."""
    return request.param


@contextmanager
def connected(way, request):
    """Send a request that way, and a good one behind it; yields the connection before the first answer to these."""
    octets = (request if isinstance(request, bytes) else request.encode()) + NEXT.encode()
    with wire.Connection() as connection:
        if way == "kept":
            assert connection.get("/next").status == 200
            connection.send(octets)
        elif way == "pipelined":
            connection.send(NEXT.encode() + octets)
            assert connection.response().status == 200
        else:
            connection.send(octets)
        yield connection


def ask(way, request, status, persists):
    """Send a request and a good one behind it, which is answered or not."""
    with connected(way, request) as connection:
        see(connection.response(), status, persists)
        if persists:
            assert connection.response().body == b"next\n"
        else:
            assert connection.rest() == b""


@pytest.mark.chapter("1 messages")
@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(name, way):
    ask(way, MALFORMED[name], 400, False)


@pytest.mark.chapter("2 content")
@pytest.mark.parametrize("name", MALFORMED_CONTENT)
def test_malformed_content(name, way):
    ask(way, MALFORMED_CONTENT[name], 400, False)


@pytest.mark.chapter("5 paths")
@pytest.mark.parametrize("name", WRONG)
def test_wrong_target(name, way):
    ask(way, WRONG[name], 400, True)


@pytest.mark.parametrize("name", OTHERS)
def test_error_after_which_the_connection_goes_on(name, way):
    ask(way, OTHERS[name][1], OTHERS[name][0], True)


@pytest.mark.parametrize("name", ENDING)
def test_error_after_which_the_connection_ends(name, way):
    ask(way, ENDING[name][1], ENDING[name][0], False)


@pytest.mark.chapter("3 methods")
def test_an_error_for_head_has_no_body():
    with wire.Connection() as connection:
        for path, status in (("/none", 404), ("/folder/", 403), ("/folder", 301), ("/%zz", 400)):
            told = connection.get(path, method="HEAD")
            got = connection.get(path)
            assert told.status == got.status == status
            assert told.get("Content-Length") == got.get("Content-Length") == str(len(got.body))
    with wire.Connection() as connection:
        connection.send("HEAD / HTTP/1.1\r\n\r\n")
        assert connection.response("HEAD").status == 400
        assert connection.rest() == b""


@pytest.mark.chapter("3 methods")
@pytest.mark.parametrize("form", ("*", "/", "/none", "/folder", "http://test", "http://test/next"))
def test_options(form, way):
    told = wire.ask(way, wire.request(form, method="OPTIONS"))
    assert told.status == 204
    assert told.get("Allow") == "GET, HEAD, OPTIONS"
    assert told.get("Content-Length") is None


GOOD = {
    "no Host in HTTP/1.0": "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "Host with a port": "GET / HTTP/1.1\r\nHost: test:80\r\n\r\n",
    "Host with an empty port": "GET / HTTP/1.1\r\nHost: test:\r\n\r\n",
    "Host that is an address": "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
    "Host with an underscore": "GET / HTTP/1.1\r\nHost: a_b.test\r\n\r\n",
    "name of nobody": "GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
    "names in any case": "GET / HTTP/1.1\r\nhOsT: test\r\ncONNECTION: kEEP-aLIVE\r\n\r\n",
    "tabs around a value": "GET / HTTP/1.1\r\nHost:\t test\t \r\nA:\t\tb\t\r\n\r\n",
    "no space before a value": "GET / HTTP/1.1\r\nHost:test\r\n\r\n",
    "empty value": field("A:"),
    "value beyond ASCII": GET.encode() + b"A: \xff\xfe\r\n\r\n",
    "empty lines before the request": "\r\n\r\n\r\n" + field(),
    "absolute form": target("http://other.example/"),
    "absolute form in upper case": target("HTTP://OTHER.EXAMPLE/"),
    "absolute form without a path": target("http://test"),
    "absolute form with a query alone": target("http://test?a"),
    "query": target("/?a=b"),
    "empty query": target("/?"),
    "HTTP/1.2": line("GET / HTTP/1.2"),
    "HTTP/1.9": line("GET / HTTP/1.9"),
    "hundred fields": field(*["A: b"] * 99),
    "equal lengths": field("Content-Length: 0", "Content-Length: 0"),
    "list of equal lengths": field("Content-Length: 0, 0"),
    "length with leading zeros": field("Content-Length: 000"),
    "escaped index": target("/%69ndex%2ehtml"),
    "escaped in lower and upper case": target("/%69nde%78.htm%6C"),
    "dot segments": target("/folder/./../x/..//./index.html"),
}


@pytest.mark.chapter("1 messages")
@pytest.mark.parametrize("name", GOOD)
def test_good(name, way):
    with connected(way, GOOD[name]) as connection:
        got = connection.response()
        assert (got.status, got.body) == (200, b"index\n")
        assert connection.response().body == b"next\n"


def test_lengths_at_the_limits():
    """The last that is taken and the first that is not."""
    with sysfs.setting(limits__line_bytes=100, limits__head_bytes=300, limits__fields=3, limits__body_bytes=10):
        def status(request):
            with wire.Connection() as connection:
                connection.send(request)
                return connection.response().status

        longest = "/?" + "a" * (100 - len("GET /?"))
        assert status(target(longest)) == 200
        assert status(target(longest + "a")) == 414
        room = 300 - len(field("A: "))
        assert status(field("A: " + "b" * room)) == 200
        assert status(field("A: " + "b" * (room + 1))) == 431
        assert status(field("A: b", "C: d")) == 200
        assert status(field("A: b", "C: d", "E: f")) == 431
        assert status(line("POST / HTTP/1.1", "Content-Length: 10") + "a" * 10) == 405
        assert status(line("POST / HTTP/1.1", "Content-Length: 11") + "a" * 11) == 413
