# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules by prefix: fields, freshness, redirects, and who may read across origins."""

import json
import os
from email.utils import parsedate_to_datetime

import pytest

import sysfs
import wire
from cached import hits
from configuration import configured, directories
from shell import eventually, run

CPUS = 1
pytestmark = pytest.mark.chapter("16 configuration")

SAME = "Sun, 13 Sep 2020 12:26:40 GMT"
ORIGIN = "https://app.example"
OTHER = "https://other.example:8443"
RULES = f"""
[server]
root = "{{0}}"

[site]
listing = true

[[rule]]
prefix = "/cached"
cache-control = "public, max-age=31536000, immutable"

[[rule]]
prefix = "/cached/not"
cache-control = "no-store"

[[rule]]
prefix = "/expires"
expires = 3600

[[rule]]
prefix = "/both"
cache-control = "max-age=60"
expires = "1h"

[[rule]]
prefix = "/now"
expires = 0

[[rule]]
prefix = "/fields/"
fields = {{{{ X-One = "1", Strict-Transport-Security = "max-age=63072000", X-Empty = "" }}}}

[[rule]]
prefix = "/less"
remove = ["Server", "ETag", "Last-Modified", "Accept-Ranges"]

[[rule]]
prefix = "/untyped"
remove = ["Content-Type", "Vary"]

[[rule]]
prefix = "/own-server"
remove = ["Server"]
fields = {{{{ Server = "another" }}}}

[[rule]]
prefix = "/shared"
origins = ["*"]

[[rule]]
prefix = "/friends"
origins = ["{ORIGIN}", "{OTHER}"]

[[rule]]
prefix = "/secret"
listing = false

[[rule]]
prefix = "/old"
redirect = "/new"

[[rule]]
prefix = "/old/but/kept"
cache-control = "no-cache"

[[rule]]
prefix = "/elsewhere/"
redirect = "https://other.example/base"
status = 308

[[rule]]
prefix = "/found"
redirect = "/"
status = 302

[[rule]]
prefix = "/see"
redirect = "/other"
status = 303

[[rule]]
prefix = "/temporary"
redirect = "http://[2001:db8::1]:8080/"
status = 307
"""
FOLDERS = ("cached", "cached/not", "cachedx", "expires", "both", "now", "fields", "less", "untyped", "own-server",
           "shared", "friends", "secret", "old", "old/but", "old/but/kept", "plain", "elsewhere", "new")


@pytest.fixture(scope="module", name="root", autouse=True)
def fixture_root(server):  # pylint: disable=unused-argument
    """A site with a directory for each rule, and the rules."""
    with directories() as root:
        for name in FOLDERS:
            (root / name).mkdir()
            for file, content in (("a.html", b"content\n"), ("a.html.gz", b"in gzip\n")):
                (root / name / file).write_bytes(content)
                os.utime(root / name / file, (0, 1600000000))
        with configured(RULES.format(root)):
            yield root


FRESHNESS = {
    "a file": ("/cached/a.html", "public, max-age=31536000, immutable"),
    "a file with a query": ("/cached/a.html?x", "public, max-age=31536000, immutable"),
    "a listing": ("/cached/", "public, max-age=31536000, immutable"),
    "the longer prefix": ("/cached/not/a.html", "no-store"),
    "a name that begins alike": ("/cachedx/a.html", None),
    "escaped": ("/%63ached/a.html", "public, max-age=31536000, immutable"),
    "dot segments": ("/plain/../cached/a.html", "public, max-age=31536000, immutable"),
    "out of it again": ("/cached/../plain/a.html", None),
    "two slashes": ("//cached//a.html", "public, max-age=31536000, immutable"),
    "no rule": ("/plain/a.html", None),
    "beneath a redirected prefix": ("/old/but/kept/a.html", "no-cache"),
    "beside expires": ("/both/a.html", "max-age=60"),
}


@pytest.mark.parametrize("name", FRESHNESS)
def test_cache_control(name, ask):
    path, value = FRESHNESS[name]
    got = ask(wire.request(path))
    assert (got.status, got.get("Cache-Control"), got.get("Expires") is None) == (200, value, path != "/both/a.html")
    assert ask(wire.request(path, method="HEAD")).get("Cache-Control") == value


@pytest.mark.parametrize("fields, status", (
    (("If-None-Match: *",), 304), ((f"If-Modified-Since: {SAME}",), 304), (("Range: bytes=0-1",), 206)))
def test_a_304_and_a_206_say_the_same_of_freshness(fields, status, ask):
    got = ask(wire.request("/cached/a.html", *fields))
    assert (got.status, got.get("Cache-Control")) == (status, "public, max-age=31536000, immutable")
    got = ask(wire.request("/expires/a.html", *fields))
    assert got.status == status
    assert lifetime(got) == 3600


def lifetime(response):
    """Return how many seconds Expires is behind Date."""
    expires, date = (parsedate_to_datetime(response.get(name)) for name in ("Expires", "Date"))
    return (expires - date).total_seconds()


@pytest.mark.parametrize("path, seconds", (("/expires/a.html", 3600), ("/both/a.html", 3600), ("/now/a.html", 0)))
def test_expires(path, seconds, ask):
    assert lifetime(ask(wire.request(path))) == seconds


# Prepared at one time, it is told what the time is, as Date is.
@pytest.mark.parametrize("fields, method", (((), "GET"), ((), "HEAD"), (("If-None-Match: *",), "GET"),
                                            (("Connection: close",), "GET")))
def test_what_comes_out_of_the_cache_expires_later(fields, method):
    def comes_out():
        with wire.Connection() as connection:
            before = hits()
            answer = connection.get("/expires/a.html", *fields, method=method)
            assert lifetime(answer) == 3600
        return answer if hits() > before else None

    first = eventually(comes_out, "it is a hit")
    eventually(lambda: (answer := comes_out()) and answer.get("Expires") != first.get("Expires"), "time passes")


@pytest.mark.parametrize("path", ("/cached/none", "/expires/none", "/cached/a.html/x"))
def test_an_error_is_not_kept(path, ask):
    got = ask(wire.request(path))
    assert (got.status, got.get("Cache-Control"), got.get("Expires")) == (404, None, None)


@pytest.mark.parametrize("path, status, fields", (
    ("/fields/a.html", 200, ()), ("/fields/", 200, ()), ("/fields/none", 404, ()),
    ("/fields/a.html", 304, ("If-None-Match: *",)),
    ("/fields/a.html", 206, ("Range: bytes=0-1",)), ("/fields/a.html", 416, ("Range: bytes=99-",)),
    ("/fields/a.html", 412, ('If-Match: "x"',)), ("/fields/a.html", 206, ("Range: bytes=0-0,-1",))))
def test_added_fields(path, status, fields, ask):
    """To every response, errors included."""
    got = ask(wire.request(path, *fields))
    assert got.status == status
    assert (got.get("X-One"), got.get("Strict-Transport-Security"), got.get("X-Empty")) == ("1", "max-age=63072000", "")


def test_added_fields_are_added_nowhere_else(ask):
    for path in ("/plain/a.html", "/fieldsx"):
        assert ask(wire.request(path)).get("X-One") is None


def test_fields_that_are_left_out(ask):
    got = ask(wire.request("/less/a.html"))
    assert got.status == 200 and got.body == b"content\n"
    for name in ("Server", "ETag", "Last-Modified", "Accept-Ranges"):
        assert got.get(name) is None, name
    assert got.get("Date") and got.get("Content-Type")
    assert ask(wire.request("/less/none")).get("Server") is None
    got = ask(wire.request("/untyped/a.html", "Accept-Encoding: gzip"))
    assert (got.status, got.get("Content-Type"), got.get("Vary"), got.body) == (200, None, None, b"in gzip\n")
    assert ask(wire.request("/own-server/a.html")).get("Server") == "another"


REDIRECTS = {
    "the prefix": (301, "/old", "/new"),
    "the prefix with a slash": (301, "/old/", "/new/"),
    "beneath it": (301, "/old/a/b.html", "/new/a/b.html"),
    "query": (301, "/old/a?x=y&z", "/new/a?x=y&z"),
    "empty query": (301, "/old/a?", "/new/a?"),
    "encoded again": (301, "/old/a%20b%3F%23%25%C3%A4", "/new/a%20b%3F%23%25%C3%A4"),
    "raw octets": (301, "/old/\xc3\xa4", "/new/%C3%A4"),
    "line ends": (301, "/old/%0d%0aX:%20y", "/new/%0D%0AX:%20y"),
    "dot segments": (301, "/plain/../old/x/../a", "/new/a"),
    "two slashes": (301, "/old//evil.example", "/new/evil.example"),
    "another site": (308, "/elsewhere/a", "https://other.example/base/a"),
    "another site, the prefix": (308, "/elsewhere/", "https://other.example/base"),
    "another site with a query": (308, "/elsewhere/a?b", "https://other.example/base/a?b"),
    "the root": (302, "/found/a", "/a"),
    "the root, two slashes": (302, "/found//evil.example/a", "/evil.example/a"),
    "the root, escaped slashes": (302, "/found/%2f%2fevil.example", "/evil.example"),
    "see other": (303, "/see/a", "/other/a"),
    "temporary": (307, "/temporary/a", "http://[2001:db8::1]:8080/a"),
    "temporary, no host made longer": (307, "/temporary/.evil.example", "http://[2001:db8::1]:8080/.evil.example"),
}


@pytest.mark.parametrize("name", REDIRECTS)
@pytest.mark.parametrize("method", ("GET", "HEAD"))
def test_redirect(name, method, ask):
    status, target, location = REDIRECTS[name]
    got = ask(wire.request(target, method=method))
    assert (got.status, got.get("Location").lower()) == (status, location.lower())
    assert not got.get("Location").startswith("//")


@pytest.mark.parametrize("target, status", (
    ("/older", 404), ("/oldx/a", 404), ("/see%2fa", 303), ("/old/but/kept/none", 404)))
def test_what_is_redirected(target, status, ask):
    assert ask(wire.request(target)).status == status


def test_a_method_that_is_not_allowed_is_not_redirected(ask):
    assert ask(wire.request("/old/a", "Content-Length: 0", method="POST")).status == 405


ORIGINS = {
    "all": ("/shared/a.html", ORIGIN, "*"),
    "all, nobody asks": ("/shared/a.html", None, "*"),
    "all, of a file": ("/shared/a.html", "null", "*"),
    "a friend": ("/friends/a.html", ORIGIN, ORIGIN),
    "another friend": ("/friends/a.html", OTHER, OTHER),
    "no friend": ("/friends/a.html", "https://evil.example", None),
    "the beginning of a friend": ("/friends/a.html", ORIGIN[:-1], None),
    "more than a friend": ("/friends/a.html", ORIGIN + ".evil.example", None),
    "another scheme": ("/friends/a.html", ORIGIN.replace("https", "http"), None),
    "another port": ("/friends/a.html", ORIGIN + ":8443", None),
    "nobody": ("/friends/a.html", None, None),
    "null": ("/friends/a.html", "null", None),
    "a star": ("/friends/a.html", "*", None),
    "no rule": ("/plain/a.html", ORIGIN, None),
}


@pytest.mark.parametrize("name", ORIGINS)
def test_origins(name, ask):
    path, origin, allowed = ORIGINS[name]
    got = ask(wire.request(path, *([f"Origin: {origin}"] if origin else [])))
    assert got.status == 200
    if name == "all, nobody asks":
        assert got.get("Access-Control-Allow-Origin") in (None, "*")
    else:
        assert got.get("Access-Control-Allow-Origin") == allowed
    # A cache must not give the answer for one origin to another.
    assert ("origin" in got.members("Vary")) == path.startswith("/friends")


@pytest.mark.parametrize("path, status, fields", (
    ("/friends/none", 404, ()), ("/friends/a.html", 304, ("If-None-Match: *",)),
    ("/friends/a.html", 206, ("Range: bytes=0-1",)), ("/friends/a.html", 200, ("Accept-Encoding: gzip",)),
    ("/friends/", 200, ())))
def test_origins_of_other_answers(path, status, fields, ask):
    got = ask(wire.request(path, f"Origin: {ORIGIN}", *fields))
    assert (got.status, got.get("Access-Control-Allow-Origin")) == (status, ORIGIN)
    assert "origin" in got.members("Vary")


PREFLIGHTS = {
    "a friend": ("/friends/a.html", ORIGIN, "GET", ORIGIN),
    "a friend, HEAD": ("/friends/a.html", ORIGIN, "HEAD", ORIGIN),
    "no friend": ("/friends/a.html", "https://evil.example", "GET", None),
    "all": ("/shared/a.html", ORIGIN, "GET", "*"),
    "no rule": ("/plain/a.html", ORIGIN, "GET", None),
}


@pytest.mark.parametrize("name", PREFLIGHTS)
def test_preflight(name, ask):
    path, origin, method, allowed = PREFLIGHTS[name]
    got = ask(wire.request(path, f"Origin: {origin}", f"Access-Control-Request-Method: {method}", method="OPTIONS"))
    assert (got.status, got.get("Access-Control-Allow-Origin")) == (204, allowed)
    if allowed:
        assert {"get", "head"} <= set(got.members("Access-Control-Allow-Methods"))
        assert int(got.get("Access-Control-Max-Age")) > 0
    else:
        assert got.get("Access-Control-Allow-Methods") is None


@pytest.mark.chapter("15 listings")
def test_listing_by_rule(ask):
    assert ask(wire.request("/secret/")).status == 403
    assert ask(wire.request("/plain/")).status == 200
    assert ask(wire.request("/secret/a.html")).status == 200


def test_who_is_answered(root):
    """The lists are told as they were given, and each is inherited by itself."""
    def generation():
        return json.loads(run("khttpdctl", "status", "--json").stdout)["generation"]

    lists = '[site]\nallow = ["127.0.0.0/29", "2001:DB8::/32"]\ndeny = ["127.0.0.7"]\n' \
            '[[rule]]\nprefix = "/friends"\ndeny = ["127.0.0.2"]\n[[rule]]\nprefix = "/shared"\nallow = []\n'
    with configured(f'[server]\nroot = "{root}"\n{lists}'):
        before = generation()
        run("khttpdctl", "apply")
        assert generation() == before
        kernel = json.loads(run("khttpdctl", "get", "--json").stdout)["kernel"]
        assert kernel["site.allow"] == ["127.0.0.0/29", "2001:db8::/32"]
        assert kernel["site.deny"] == ["127.0.0.7"]
        for target, answered in (("/plain/a.html", (1, 2)), ("/friends/a.html", (1, 7)), ("/shared/a.html", (1, 2, 9))):
            for number in (1, 2, 7, 9):
                status = wire.get(target, source=f"127.0.0.{number}").status
                assert status == (200 if number in answered else 403), (target, number)
        denied = json.loads(run("khttpdctl", "stats", "--json").stdout)["refused"]["denied"]
        assert denied == sysfs.number("stats/refused_denied") > 0
        refused = run("khttpdctl", "set", "site.allow", "10.1.2.3/8", check=False)
        assert refused.returncode == 64
        assert "did you mean '10.0.0.0/8'?" in refused.stderr
