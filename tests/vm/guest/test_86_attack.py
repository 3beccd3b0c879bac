# SPDX-License-Identifier: GPL-2.0-or-later
"""Attacks on paths: whatever is asked for, and whoever changes the tree meanwhile, no octet of a file comes that is not
to be served.

Files that must not come hold a canary, which is looked for in everything that is received.
"""

import ctypes
import gzip
import itertools
import json
import os
import random
import secrets
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import disk
import scale
import sysfs
import wire
from configuration import configured, directories
from load import Workers
from shell import eventually, run

TIME_LIMIT = 2400
pytestmark = pytest.mark.chapter("5 paths")

SEED = int(os.environ.get("KHTTPD_SEED") or random.SystemRandom().randrange(1 << 32))
CANARY = secrets.token_hex(24).encode()
HERE = Path(__file__).resolve().parent
WWW_DATA = 33
SITES = """
[server]
root = "{0}/site"
[site]
listing = true
index = ["index.html", "index.out"]
[site.error-pages]
404 = "/errors/404.html"
403 = "/errors/out.html"
[[vhost]]
names = ["owner.test"]
root = "{0}/site"
symlinks = "owner"
[[vhost]]
names = ["none.test"]
root = "{0}/site"
symlinks = "none"
[[vhost]]
names = ["other.test"]
root = "{0}/other"
[vhost.error-pages]
404 = "/index.html"
[[vhost]]
names = ["inner.test"]
root = "{0}/site/inner"
dot-files = true
"""
HOSTS = ("test", "owner.test", "none.test", "other.test", "inner.test")
DEFAULT = ("test", "owner.test", "none.test")


@pytest.fixture(scope="module", name="world")
def fixture_world(server):  # pylint: disable=unused-argument
    """Sites side by side, beside a directory that belongs to none of them."""
    print(f"KHTTPD_SEED={SEED}")
    with directories("site", "other", "outside") as world:
        fill_outside(world / "outside")
        fill_site(world / "site", world / "outside")
        (world / "other" / "index.html").write_bytes(b"other index\n")
        (world / "other" / "public").write_bytes(b"other public\n")
        with configured(SITES.format(world)):
            yield world


def fill_outside(outside):
    """Make what must never be seen, readable for everybody."""
    (outside / "canary").write_bytes(CANARY)
    (outside / "index.html").write_bytes(CANARY)
    (outside / "file").write_bytes(CANARY)
    (outside / "404.html").write_bytes(CANARY)
    (outside / "page.html.gz").write_bytes(gzip.compress(b"canary") + CANARY)
    (outside / "dir").mkdir()
    (outside / "dir" / "file").write_bytes(CANARY)


def fill_site(site, outside):
    """Make a site that is full of traps."""
    (site / "index.html").write_bytes(b"site index\n")
    (site / "public").write_bytes(b"site public\n")
    (site / "page.html").write_bytes(b"site page\n")
    (site / "a" / "b").mkdir(parents=True)
    (site / "a" / "b" / "public").write_bytes(b"site a b public\n")
    (site / "inner" / ".dots").mkdir(parents=True)
    (site / "inner" / "index.html").write_bytes(b"inner index\n")
    (site / "inner" / ".dots" / "public").write_bytes(b"inner dots\n")
    (site / "errors").mkdir()
    (site / "errors" / "404.html").symlink_to(outside / "404.html")
    (site / "errors" / "out.html").symlink_to("../../outside/404.html")
    (site / "page.html.gz").symlink_to(outside / "page.html.gz")
    (site / "page.html.br").symlink_to("../outside/canary")
    for name in ("indexed", "indexed-dir"):
        (site / name).mkdir()
    (site / "indexed" / "index.out").symlink_to(outside / "canary")
    (site / "indexed-dir" / "index.html").symlink_to(outside)
    for name, target in LINKS_OUT.items():
        (site / name).symlink_to(target.format(outside))
    for name, target in LINKS_WITHIN.items():
        (site / name).symlink_to(target)
    (site / "loop").symlink_to("loop")
    (site / "loop-1").symlink_to("loop-2/x")
    (site / "loop-2").symlink_to("loop-1")
    for number in range(45):
        (site / f"chain-{number}").symlink_to(f"chain-{number + 1}")
    (site / "chain-45").symlink_to("public")
    for name in (".secret", ".git", "..secret", "...", ".well-known.old", "a/.secret", "a/b/.git"):
        (site / name).mkdir()
        (site / name / "file").write_bytes(CANARY)
    (site / ".env").write_bytes(CANARY)
    (site / ".well-known").mkdir()
    (site / ".well-known" / "public").write_bytes(b"well known\n")
    (site / ".well-known" / ".hidden").write_bytes(CANARY)


# To outside, in every way; {0} is its absolute path.
LINKS_OUT = {
    "out": "{0}", "out-file": "{0}/canary", "out-relative": "../outside", "out-relative-file": "../outside/canary",
    "out-slash": "{0}/", "out-dots": "./a/../../outside", "out-deep": "a/b/../../../outside/canary",
    "out-chain": "out-file", "out-chain-2": "out-chain", "out-through-dir": "out/canary",
    "out-and-in": "../site/public", "out-root": "/", "out-parent": "..", "out-proc": "/proc/self/root/{0}/canary",
    "out-many": "../" * 40 + "{0}/canary",
}
LINKS_WITHIN = {
    "in": "public", "in-dir": "a/b", "in-dots": "a/b/../../public", "in-chain": "in", "in-through-dir": "in-dir/public",
    "in-dot": "./././public",
}
# What may be served, and nothing else.
PUBLIC = {b"site index\n", b"site public\n", b"site page\n", b"site a b public\n", b"inner index\n", b"inner dots\n",
          b"other index\n", b"other public\n", b"well known\n"}


def judge(status, body, where, listing=False):
    """See that an answer is one that may be."""
    assert CANARY not in body and b"root:" not in body, where
    assert status in (200, 204, 301, 400, 403, 404, 405, 414, 431, 501), (where, status)
    if status == 200 and not listing and not body.startswith(b"<!DOCTYPE html>") and body:
        assert body in PUBLIC, (where, body[:100])


def attack(requests):
    """Send requests on as few connections as the server allows, each answer judged; return how many there were."""
    pending = iter(requests)
    count = 0
    left = True
    while left:
        left = False
        with wire.Connection() as connection:
            for octets in pending:
                left = True
                connection.send(octets)
                try:
                    got = connection.response(octets.split(b" ", 1)[0].decode("latin-1"))
                except (wire.Closed, ConnectionError) as error:
                    raise AssertionError(f"no answer to {octets!r}") from error
                count += 1
                judge(got.status, got.body, octets)
                assert CANARY not in repr(got.fields).encode(), octets
                if got.get("Connection") == "close" or got.version == "HTTP/1.0":
                    break
    with wire.Connection() as connection:
        assert connection.get("/index.html").body == b"site index\n"
    return count


def some(items, number):
    """Return as many of the items as this kernel has time for."""
    number = scale.times(number)
    return items if len(items) <= number else random.Random(SEED).sample(items, number)


def raw(target, host="test", *fields, method="GET"):
    """Return a request whose target is octets."""
    target = target if isinstance(target, bytes) else target.encode("utf-8")
    lines = b"".join(line.encode() + b"\r\n" for line in fields)
    return method.encode() + b" " + target + b" HTTP/1.1\r\nHost: " + host.encode() + b"\r\n" + lines + b"\r\n"


DOTS = (
    "..", "%2e%2e", "%2E%2E", ".%2e", "%2e.", "%2E.", "%252e%252e", "%25252e%25252e", "%%32%65%%32%65", "%c0%ae%c0%ae",
    "%c0%2e%c0%2e", "%e0%80%ae%e0%80%ae", "%f0%80%80%ae%f0%80%80%ae", "%fc%80%80%80%80%ae%fc%80%80%80%80%ae",
    "%u002e%u002e", "%uff0e%uff0e", "%ef%bc%8e%ef%bc%8e", "．．", "%e2%80%a5", "..%00", "%00..", "..%20", "%20..",
    "..%09", "..%0a", "..%0d%0a", "..;", "..;a=b", "..%3b", "..#", "..%23", "..%3f", "...", "....", "..%5c", "..\\",
    ".%00.", ". .", "..%2e", "..%c0%af", "..%01", "..%7f", "..%ff", "^.^.", "x/..", "%2e%2e%2e%2e",
)
SLASHES = ("/", "//", "/./", "%2f", "%2F", "%252f", "%5c", "\\", "%255c", "%c0%af", "%c1%9c", "%e0%80%af", "%ef%bc%8f",
           "%u2215", "/%2e/", "/%20/", ";/", "/;/", "/\\/", "%2f%2f", "/%00/", "\\/", "/%2f")
FRONTS = ("", "/a", "/a/b", "/none", "/.well-known", "/in-dir", "/public", "/out", "/a/%2e")
TAILS = ("outside/canary", "outside/", "etc/passwd", "site/.env", "other/public")


def test_traversal():
    """Every spelling of dots and slashes, up from everywhere, for each host."""
    targets = [f"{front}/{(dots + slash) * times}{tail}"
               for dots in DOTS for slash in SLASHES for front in FRONTS for times in (1, 2, 4, 12) for tail in TAILS]
    chosen = some(targets, 1500)
    hosts = itertools.cycle(HOSTS)
    # What is no octet of a target ends the connection; that is slow, and tested here but for some.
    assert attack(raw(target, next(hosts)) for target in chosen) == len(chosen)


@pytest.fixture(autouse=True)
def fixture_silence(world):  # pylint: disable=unused-argument
    """Nothing that a client does is logged by the kernel."""
    before = kernel_log()
    yield
    said = [line for line in kernel_log()[len(before):] if "khttpd" in line]
    assert not said


def kernel_log():
    """Return the lines of the kernel's log."""
    return run("dmesg").stdout.splitlines()


def test_forms_of_the_target(world):
    """A target in the absolute form, authorities that look like paths, schemes that are none of ours."""
    out = f"{world}/outside/canary"
    targets = [
        "http://test/../outside/canary", "http://test/%2e%2e/outside/canary", "http://test/out-file",
        "http://test//../outside/canary", "http://test", "http://test?/../outside/canary", "http://test/..",
        "HTTP://test/out/canary", "https://test/out/canary", "http://test:80/out-file", "http://test:/out-file",
        "http://user@test/out-file", "http://user:pass@test/", "http://test@other.test/public", "http://..//out-file",
        "http:///outside/canary", "http://", "http:/outside/canary", "http:outside/canary", "http://../outside/canary",
        "http://[::1]/out-file", "http://[::1]:80/../outside/canary", "http://[/out-file", "http://te%73t/public",
        "http://test\\../outside/canary", "http://test/\\..\\outside\\canary", "http://test;/public",
        f"file://{out}", f"file:{out}", f"file:///{out}", "ftp://test/public", "gopher://test/", "data:,x",
        f"//test{out}", f"//{out}", f"/{out}", f"{out}", f"///{out}", f"/.{out}", f"/%2f{out}", f"/{out[1:]}%00",
        f"/file:{out}", f"/http://test{out}", f"/http:/{out}", "/?file=../outside/canary",
        "/public?/../../outside/canary", "/public%3f/../outside/canary", "/public%23", "/;/outside/canary", "*", "/*",
        "/.", "/..", "/../", "/...",
        "/~/outside", "/~root/", "/C:/outside/canary", "/c:\\outside", "/\\\\host\\share", "/::$DATA", "/public::$DATA",
        "/public.", "/public%20", "/public/", "/public//", "/public/.", "/public/..", "/public/../public", "/PUBLIC",
        "test:80", "test:443", "outside/canary", "../outside/canary", "./public", "public",
    ]
    requests = [raw(target, host, method=method) for target in targets for host in HOSTS
                for method in ("GET", "HEAD", "OPTIONS", "CONNECT")]
    chosen = some(requests, 800)
    assert attack(chosen) == len(chosen)


def test_octets_that_are_none_of_a_target():
    """NUL and other controls, raw and encoded, in the path and in the name of the host."""
    requests = []
    for octet in [*range(0x21), 0x7f, 0x80, 0xa0, 0xff, ord("\\"), ord("#")]:
        for place in (b"/%bout-file", b"/out-file%b", b"/public%b/../../outside/canary", b"/..%b/outside/canary"):
            requests += [raw(place % bytes([octet])), raw(place % b"%%%02x" % octet)]
        requests += [b"GET /public HTTP/1.1\r\nHost: " + text % bytes([octet]) + b"\r\n\r\n"
                     for text in (b"other%b.test", b"%bother.test", b"other.test%b/../site", b"..%b")]
    # A line break or a space ends what is a target; then what follows may be another request.
    for octets in some(requests, 400):
        with wire.Connection() as connection:
            connection.send(octets)
            connection.socket.shutdown(socket.SHUT_WR)
            received = connection.rest()
            assert received.startswith(b"HTTP/1.1 ") and CANARY not in received, octets


def test_hosts_are_no_paths():
    """The name of a host chooses among configured roots, and is never part of a path."""
    hosts = ("..", "../outside", "outside", "./other", "other.test/../outside", "/outside", "site/inner",
             "inner.test/.dots", "%2e%2e", "other.test%00", "other.test\\..", "*", "*.test", ".", "a/b", "[::1]",
             "[..]", "..:80",
             "other.test:80/../..", "other.test, test", "other.test test", "")
    requests = [f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode() for host in hosts
                for target in ("/canary", "/outside/canary", "/../outside/canary")]
    assert attack(requests) == len(requests)


@pytest.mark.parametrize("host", DEFAULT)
def test_links_out(host):
    """Refused, whatever comes behind them, and whether that exists or not."""
    with wire.Connection() as connection:
        for name in LINKS_OUT:
            for behind in ("", "/", "/canary", "/none", "/dir/file", "/../public", "/.", "/outside/canary"):
                connection.send(raw(f"/{name}{behind}", host))
                got = connection.response()
                judge(got.status, got.body, (name, behind))
                assert got.status in ((200,) if behind == "/../public" else (403, 404)), (name, behind)
                assert got.get("Location") is None


def test_links_within():
    """Followed, where the site says so."""
    with wire.Connection() as connection:
        for name in LINKS_WITHIN:
            connection.send(raw(f"/{name}"))
            followed = connection.response()
            assert followed.status == 301 if name == "in-dir" else followed.body.endswith(b"public\n")
            connection.send(raw(f"/{name}", "none.test"))
            assert connection.response().status == 403
        for name in ("loop", "loop-1", "loop-2", "chain-0"):
            assert connection.get(f"/{name}").status == 403
        assert connection.get("/chain-20").body == b"site public\n"


def test_hidden_names():
    """In every spelling; .well-known is not hidden, what is hidden in it is."""
    hidden = ("/.env", "/.secret/file", "/.git/file", "/..secret/file", "/.../file", "/.well-known.old/file",
              "/a/.secret/file", "/a/b/.git/file", "/.well-known/.hidden", "/.git", "/.git/")
    with wire.Connection() as connection:
        for path in hidden:
            for spelled in (path, path.replace(".", "%2e"), path.replace(".", "%2E"), path.replace("/", "//"),
                            path.replace("/", "/./"), "/a/.." + path, "/none/.." + path, path.replace("/", "/%2e/"),
                            "/" + path.replace("/.", "%2f."), "/public/.." + path):
                for host in DEFAULT:
                    connection.send(raw(spelled, host))
                    got = connection.response()
                    assert (got.status, CANARY in got.body) == (404, False), spelled
        assert connection.get("/.well-known/public").body == b"well known\n"
        connection.send(raw("/.dots/public", "inner.test"))
        assert connection.response().body == b"inner dots\n"


def test_other_ways_than_by_its_name():
    """A link out is not an index, no coding of a page, no error's page, and no line of a listing."""
    everything = "Accept-Encoding: br, gzip, zstd, *"
    with wire.Connection() as connection:
        got = connection.get("/page.html", everything)
        assert (got.body, got.get("Content-Encoding")) == (b"site page\n", None)
        for path, status in (("/indexed/", 403), ("/indexed-dir/", 403), ("/none", 404), ("/out", 403),
                             ("/page.html.gz", 403), ("/page.html.br", 403), ("/errors/404.html", 403)):
            got = connection.get(path, everything)
            assert got.status == status and CANARY not in got.body, path
        got = connection.get("/errors/", "Accept: application/json")
        assert (got.status, json.loads(got.body)["entries"]) == (200, [])
    for host in DEFAULT:
        with wire.Connection() as connection:
            connection.send(raw("/a/", host))
            got = connection.response()
            assert got.status == 200 and b".secret" not in got.body


def test_a_listing_shows_what_is_served(world):
    """Neither links out, nor what is no file, nor hidden names, nor what is closed to the user."""
    site = world / "site" / "listed"
    site.mkdir()
    (site / "file").write_bytes(b"x")
    (site / "dir").mkdir()
    (site / "in").symlink_to("file")
    for name, target in (("out", "../../outside/canary"), ("out-dir", world / "outside"), ("dangling", "none"),
                         ("loop", "loop"), ("magic", "/proc/self/exe")):
        (site / name).symlink_to(target)
    os.mkfifo(site / "fifo")
    os.mknod(site / "null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    (site / ".hidden").write_bytes(b"x")
    (site / "closed").write_bytes(b"x")
    (site / "closed-dir").mkdir()
    for name in ("closed", "closed-dir"):
        (site / name).chmod(0o700)
    names = {}
    for host in ("test", "none.test"):
        got = wire.ask("alone", raw("/listed/", host, "Accept: application/json"))
        assert got.status == 200
        names[host] = {entry["name"] for entry in json.loads(got.body)["entries"]}
    assert names == {"test": {"file", "dir", "in"}, "none.test": {"file", "dir"}}


# ----------------------------------------------------------------------
# What is mounted beneath the root


@contextmanager
def bound(source, target):
    """Have a bind mount for a while."""
    if source.is_dir():
        target.mkdir()
    else:
        target.touch()
    run("mount", "--bind", source, target)
    try:
        yield
    finally:
        eventually(lambda: run("umount", target, check=False).returncode == 0, "it is free")


def test_a_mount_beneath_the_root_belongs_to_it(world):
    """Whoever may mount there says so: it is served, and is a place like any other to leave by a link or not."""
    with disk.mounted("tmpfs", "mode=755") as elsewhere:
        (elsewhere / "public").write_bytes(b"site public\n")
        (elsewhere / "up").symlink_to("../public")
        (elsewhere / "up-up").symlink_to("../../outside/canary")
        (elsewhere / "absolute").symlink_to(elsewhere / "public")
        with bound(elsewhere, world / "site" / "bound"), bound(elsewhere / "public", world / "site" / "bound-file"):
            with wire.Connection() as connection:
                assert connection.get("/bound/public").body == b"site public\n"
                assert connection.get("/bound-file").body == b"site public\n"
                assert connection.get("/bound/up").body == b"site public\n"
                for path in ("/bound/up-up", "/bound/absolute"):
                    assert connection.get(path).status == 403
                assert connection.get("/bound/../../outside/canary").status == 404


@pytest.fixture(name="process")
def fixture_process(world):
    """A process of the very user that files are read as, in the directory outside and with the canary open."""
    code = "import os, sys; print(os.open('canary', os.O_RDONLY), flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=world / "outside", stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, user=WWW_DATA, group=WWW_DATA, extra_groups=[]) as process:
        number = int(process.stdout.readline())
        # So it can be had that way, by who may.
        assert run("setpriv", "--reuid", WWW_DATA, "--regid", WWW_DATA, "--clear-groups", "cat",
                   f"/proc/{process.pid}/fd/{number}").stdout.encode() == CANARY
        yield process.pid, number
        process.stdin.close()


def test_magic_links(world, process):
    """Those of procfs lead anywhere, past every ".."; none is followed, with procfs in the root or links to it."""
    pid, number = process
    site = world / "site"
    (site / "proc").mkdir()
    run("mount", "-t", "proc", "proc", site / "proc")
    try:
        (site / "magic").symlink_to(f"proc/{pid}/fd/{number}")
        (site / "magic-dir").symlink_to(f"proc/{pid}/cwd")
        (site / "magic-chain").symlink_to("magic-dir/canary")
        with wire.Connection() as connection:
            for host in DEFAULT:
                for path in (f"proc/{pid}/fd/{number}", f"proc/{pid}/cwd", f"proc/{pid}/cwd/canary", "magic",
                             "magic-dir/", f"proc/{pid}/root{world}/outside/canary",
                             f"proc/{pid}/task/{pid}/cwd/canary",
                             "magic-chain", f"proc/{pid}/exe", f"proc/self/root{world}/outside/canary",
                             "proc/self/cwd/", "proc/thread-self/root/etc/passwd",
                             f"proc/1/root{world}/outside/canary", "proc/self/exe",
                             *(f"proc/self/fd/{fd}" for fd in range(8))):
                    connection.send(raw("/" + path, host))
                    got = connection.response()
                    assert got.status in (403, 404) and CANARY not in got.body, path
            # A file of procfs has no size, and so nothing is promised and nothing sent.
            got = connection.get("/proc/version")
            assert (got.status, got.body) == (200, b"")
        got = wire.get(f"/proc/{pid}/", "Accept: application/json")
        shown = {entry["name"] for entry in json.loads(got.body)["entries"]}
        assert "status" in shown and not shown & {"cwd", "root", "exe"}
    finally:
        for name in ("magic", "magic-dir", "magic-chain"):
            (site / name).unlink(missing_ok=True)
        eventually(lambda: run("umount", site / "proc", check=False).returncode == 0, "it is free")
        (site / "proc").rmdir()


def test_the_server_serves_its_own_files(world):
    """Its settings in /sys, read while it answers: cut, as they are shorter than they say, and no deadlock."""
    with bound(Path("/sys/kernel/khttpd"), world / "site" / "own"):
        for name in ("state", "root", "stats/requests", "limits/connections", "generation"):
            with wire.Connection() as connection:
                connection.send(raw(f"/own/{name}"))
                assert connection.head().get("Content-Length") == "4096"
                assert len(connection.rest()) < 4096
        assert wire.get("/public").body == b"site public\n"
        sysfs.write("limits/connections", sysfs.number("limits/connections"))


# ----------------------------------------------------------------------
# What is no file


def test_what_is_no_file_is_not_opened(world):
    """A FIFO's writer goes on waiting, nobody is called at a socket, and no device is opened, not even for a moment."""
    site = world / "site" / "special"
    site.mkdir()
    os.mkfifo(site / "fifo")
    for name, kind, device in (("null", stat.S_IFCHR, (1, 3)), ("zero", stat.S_IFCHR, (1, 5)),
                               ("tty", stat.S_IFCHR, (5, 0)), ("watchdog", stat.S_IFCHR, (10, 130)), ("disk",
                               stat.S_IFBLK, (254, 0)),
                               ("nothing", stat.S_IFCHR, (511, 7))):
        os.mknod(site / name, 0o666 | kind, os.makedev(*device))
    (site / "link").symlink_to("fifo")
    (site / "page.html").write_bytes(b"site page\n")
    os.mkfifo(site / "page.html.gz")
    (site / "dir").mkdir()
    os.mkfifo(site / "dir" / "index.html")
    names = ("fifo", "null", "zero", "tty", "watchdog", "disk", "nothing", "socket", "link", "dir/")
    for path in site.rglob("*"):
        if not path.is_symlink() and not path.is_dir():
            path.chmod(0o666)
    opened = []

    def write():
        for path in (site / "fifo", site / "page.html.gz", site / "dir" / "index.html"):
            with open(path, "wb"):
                opened.append(path)

    writer = threading.Thread(target=write)
    with socket.socket(socket.AF_UNIX) as listening, Watch(site) as watch:
        listening.bind(str(site / "socket"))
        (site / "socket").chmod(0o666)
        listening.listen()
        listening.setblocking(False)
        writer.start()
        with wire.Connection() as connection:
            for name in names:
                for method in ("GET", "HEAD"):
                    for fields in ((), ("Range: bytes=0-9",), ("If-None-Match: *",), ("Accept-Encoding: gzip",)):
                        assert connection.get(f"/special/{name}", *fields, method=method).status == 403
            got = connection.get("/special/page.html", "Accept-Encoding: gzip")
            assert (got.body, got.get("Content-Encoding")) == (b"site page\n", None)
            assert connection.get("/special/", "Accept: application/json").status == 200
        with pytest.raises(BlockingIOError):
            listening.accept()
        # The watch sees a file that is opened, and closed again: this one, and no other.
        eventually(lambda: b"page.html" in watch.closed(), "the watch works")
        assert watch.closed() == {b"page.html"}
    assert not opened
    # Let the writer go.
    for path in (site / "fifo", site / "page.html.gz", site / "dir" / "index.html"):
        with open(path, "rb"):
            pass
    writer.join(wire.PATIENCE)
    assert len(opened) == 3


class Watch:
    """Which files of a directory somebody has opened and closed again, by inotify."""

    CLOSED = 0x08 | 0x10

    def __init__(self, directory):
        libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(self.descriptor, os.fsencode(directory), self.CLOSED) >= 0
        self.names = set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.descriptor)

    def closed(self):
        """Return the names of files until now; of directories there is no name."""
        while True:
            try:
                data = os.read(self.descriptor, 65536)
            except BlockingIOError:
                return self.names
            while data:
                length = struct.unpack_from("=iIII", data)[3]
                name = data[16:16 + length].rstrip(b"\0")
                self.names |= {name} if name else set()
                data = data[16 + length:]


# ----------------------------------------------------------------------
# Whose files


def acl(www_data, group, mask, other):
    """Return an access control list as it is stored: tags, permissions and ids."""
    anybody = 0xffffffff
    entries = ((1, 6, anybody), (2, www_data, WWW_DATA), (4, group, anybody), (0x10, mask, anybody),
               (0x20, other, anybody))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def test_permissions_are_those_of_the_user(world):
    """Of its identity and its own group: no further group, and no capability."""
    site = world / "site" / "modes"
    site.mkdir()
    adm = 4
    run("usermod", "--append", "--groups", "adm", "www-data")
    try:
        files = {
            # mode, owner, group, ACL, status
            "all": (0o644, 0, 0, None, 200), "root": (0o600, 0, 0, None, 403),
            "nobody": (0o000, WWW_DATA, WWW_DATA, None, 403), "own": (0o400, WWW_DATA, 0, None, 200),
            "own-not": (0o044, WWW_DATA, 0, None, 403),
            "group": (0o640, 0, WWW_DATA, None, 200), "group-not": (0o604, 0, WWW_DATA, None, 403),
            "other-group": (0o640, 0, adm, None, 403), "group-of-root": (0o640, 0, 0, None, 403),
            "setuid": (0o4755, 0, 0, None, 200), "setuid-closed": (0o4711, 0, 0, None, 403),
            "setgid-closed": (0o2751, 0, adm, None, 403), "write-only": (0o222, 0, 0, None, 403),
            "acl-user": (0o640, 0, 0, acl(4, 0, 4, 0), 200),
            "acl-not": (0o644, 0, 0, acl(0, 4, 4, 4), 403),
            "acl-masked": (0o600, 0, 0, acl(4, 4, 0, 0), 403),
        }
        for name, (mode, owner, group, entries, status) in files.items():
            path = site / name
            path.write_bytes(b"site public\n" if status == 200 else CANARY)
            os.chown(path, owner, group)
            path.chmod(mode)
            if entries:
                os.setxattr(path, "system.posix_acl_access", entries)
        with wire.Connection() as connection:
            for name, expected in files.items():
                for fields in ((), ("Range: bytes=0-5",)):
                    got = connection.get(f"/modes/{name}", *fields)
                    assert CANARY[:6] not in got.body, name
                    assert got.status == (206 if expected[4] == 200 and fields else expected[4]), name
    finally:
        run("gpasswd", "--delete", "www-data", "adm")


@pytest.mark.parametrize("mode, file, page", ((0o000, 403, 403), (0o100, 403, 403), (0o711, 200, 403),
                                              (0o744, 403, 403), (0o755, 200, 200), (0o2755, 200, 200), (0o1777, 200,
                                              200)))
def test_directories_of_every_mode(world, mode, file, page):
    """To read a directory is to list it, to search it is to find a file by its name."""
    path = world / "site" / f"mode-{mode:o}"
    path.mkdir()
    (path / "file").write_bytes(b"site public\n")
    path.chmod(mode)
    assert wire.get(f"/mode-{mode:o}/file").status == file
    assert wire.get(f"/mode-{mode:o}/").status == page
    assert wire.get(f"/mode-{mode:o}/none").status == (404 if file == 200 else 403)


# ----------------------------------------------------------------------
# Races


@contextmanager
def swapping(*paths):
    """Let another process exchange pairs of paths all the while; yields a list that holds the number afterwards."""
    times = []
    with subprocess.Popen([sys.executable, HERE / "swap.py", *map(str, paths)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        try:
            yield times
        finally:
            process.stdin.close()
            times.append(int(process.stdout.read() or 0))


def race(path, hosts, rounds):
    """Ask for a path again and again, from several sides; return the set of the statuses."""
    statuses = set()

    def ask():
        with wire.Connection() as connection:
            for host in hosts * 8:
                connection.send(raw(path, host, "Accept-Encoding: gzip"))
                got = connection.response()
                assert CANARY not in got.body, path
                assert got.status in (200, 301, 403, 404, 503), got.status
                assert got.status != 200 or got.body == b"site public\n", got.body
                statuses.add(got.status)

    with Workers(ask, 3) as workers:
        deadline = time.monotonic() + 20 * wire.PATIENCE
        while sum(workers.rounds) * 8 * len(hosts) < rounds:
            workers.progress()
            assert time.monotonic() < deadline
    return statuses


RACES = scale.times(1200, 200)


def test_a_file_that_turns_into_a_link(world):
    site = world / "site" / "race-1"
    site.mkdir()
    (site / "file").write_bytes(b"site public\n")
    (site / "trap").symlink_to(world / "outside" / "canary")
    with swapping(site / "file", site / "trap") as times:
        assert {200, 403} <= race("/race-1/file", DEFAULT, RACES)
    assert times[0] >= 50


def test_a_directory_that_turns_into_a_link(world):
    site = world / "site" / "race-2"
    (site / "dir").mkdir(parents=True)
    (site / "dir" / "file").write_bytes(b"site public\n")
    (site / "trap").symlink_to("../../outside")
    with swapping(site / "dir", site / "trap") as times:
        assert {200, 403} <= race("/race-2/dir/file", DEFAULT, RACES)
    assert times[0] >= 50


def test_a_sibling_and_an_index_that_turn_into_links(world):
    site = world / "site" / "race-3"
    site.mkdir()
    (site / "index.html").write_bytes(b"site public\n")
    (site / "trap").symlink_to("../../outside/canary")
    (site / "index.html.gz").write_bytes(b"site public\n")
    (site / "trap-2").symlink_to(world / "outside" / "page.html.gz")
    with swapping(site / "index.html", site / "trap", site / "index.html.gz", site / "trap-2") as times:
        assert {200, 403} <= race("/race-3/", DEFAULT, RACES)
    assert times[0] >= 50


def test_a_directory_that_is_moved_out_while_a_link_leads_through_it(world):
    """The classic: ".." of a directory that is somewhere else by then."""
    site = world / "site" / "race-4"
    (site / "one" / "two").mkdir(parents=True)
    (site / "one" / "file").write_bytes(b"site public\n")
    (world / "outside" / "two").mkdir()
    (site / "link").symlink_to("one/two/../file")
    (site / "deep").symlink_to("one/two/../two/../two/../two/../two/../two/../file")
    with swapping(site / "one" / "two", world / "outside" / "two") as times:
        statuses = race("/race-4/link", DEFAULT[:2], RACES) | race("/race-4/deep", DEFAULT[:2], RACES)
    assert 200 in statuses
    assert times[0] >= 50


def test_the_root_that_is_moved(world):
    """A root is a directory wherever it is; ".." of it is itself."""
    with tempfile.TemporaryDirectory(dir=world) as parent:
        Path(parent).chmod(0o755)
        for name in ("here", "there"):
            (Path(parent) / name).mkdir()
            (Path(parent) / name / "file").write_bytes(CANARY)
            (Path(parent) / name / "root").mkdir()
        root = Path(parent) / "here" / "root"
        (root / "dir").mkdir()
        (root / "file").write_bytes(b"site public\n")
        (root / "link").symlink_to("dir/../../file")
        (root / "in").symlink_to("dir/../file")
        with sysfs.setting(root=root):
            with swapping(root, Path(parent) / "there" / "root") as times:
                statuses = race("/link", ("test",), RACES) | race("/in", ("test",), RACES)
            assert {200, 403} <= statuses
        assert times[0] >= 50
