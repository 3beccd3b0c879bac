# SPDX-License-Identifier: GPL-2.0-or-later
"""What a path may lead to, and what is never opened."""

import os
import socket
import stat
from urllib.parse import quote_from_bytes

import pytest

import sysfs
import wire

CPUS = 1
pytestmark = pytest.mark.chapter("5 paths")

SECRET = b"nobody on the wire ever reads this\n"


@pytest.fixture(scope="module", name="root")
def fixture_root(server, tmp_path_factory):  # pylint: disable=unused-argument
    """A site with everything that a directory can hold, and a file outside of it."""
    outside = tmp_path_factory.mktemp("outside")
    for directory in (outside, *outside.parents[:3]):
        directory.chmod(0o755)
    (outside / "secret").write_bytes(SECRET)
    with sysfs.document_root() as directory:
        fill(directory, outside)
        yield directory


def fill(root, outside):
    """Make the site."""
    (root / "secret").write_bytes(b"not the secret\n")
    (root / "index.html").write_bytes(b"index\n")
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "file").write_bytes(b"file\n")
    (root / "etc").mkdir()
    (root / "etc" / "passwd").write_bytes(b"not the passwd\n")

    (root / "out-absolute").symlink_to(outside / "secret")
    (root / "out-relative").symlink_to(os.path.relpath(outside / "secret", root))
    (root / "out-directory").symlink_to(outside)
    (root / "out-of-itself-and-back").symlink_to(f"../{root.name}/secret")
    (root / "in-absolute").symlink_to(root / "secret")
    (root / "in-relative").symlink_to("a/b/file")
    (root / "in-upwards").symlink_to("a/b/../../secret")
    (root / "in-directory").symlink_to("a/b")
    (root / "in-chain").symlink_to("in-relative")
    (root / "loop").symlink_to("loop")
    (root / "dangling").symlink_to("nowhere")
    (root / "self").symlink_to("/proc/self/exe")

    os.mkfifo(root / "fifo", 0o666)
    os.mknod(root / "null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    os.mknod(root / "zero", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    os.mknod(root / "disk", 0o666 | stat.S_IFBLK, os.makedev(254, 0))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(root / "socket"))
    for name in ("fifo", "null", "zero", "disk", "socket"):
        (root / name).chmod(0o666)

    for mode in (0o000, 0o100, 0o200, 0o400, 0o440, 0o111):
        (root / f"mode-{mode:o}").write_bytes(SECRET)
        (root / f"mode-{mode:o}").chmod(mode)
    for name, mode in (("closed", 0o700), ("unsearchable", 0o744)):
        (root / name).mkdir()
        (root / name / "index.html").write_bytes(SECRET)
        (root / name).chmod(mode)
    (root / "unlisted").mkdir()
    (root / "unlisted" / "file").write_bytes(b"found by name\n")
    (root / "unlisted").chmod(0o711)

    for name in (".htpasswd", ".git", ".well-known", "a/.hidden", "...", "..a", ".well-known.bak"):
        (root / name).mkdir()
        (root / name / "file").write_bytes(b"file\n")
    (root / "index.d" / "index.html").mkdir(parents=True)
    (root / "index.fifo").mkdir()
    os.mkfifo(root / "index.fifo" / "index.html", 0o666)


@pytest.fixture(name="connection")
def fixture_connection(root):  # pylint: disable=unused-argument
    """A connection that goes on whatever was asked for."""
    with wire.Connection() as connection:
        yield connection
        assert connection.get("/").body == b"index\n"


TRAVERSAL = (
    "/../secret", "/../../../../../../etc/passwd", "/a/../../secret", "/a/b/../../../secret", "/./../secret",
    "//../secret", "/..//secret", "/%2e%2e/secret", "/%2E%2E/%2e./.%2e/secret", "/%2e%2e%2fsecret",
    "/..%2f..%2f..%2fetc%2fpasswd", "/a/%2e%2e/%2e%2e/secret", "/a%2f..%2f..%2fsecret", "/..?/secret",
)
NOT_DECODED_TWICE = ("/%252e%252e/secret", "/%252e%252e%252fsecret", "/..%5csecret", "/..\\secret", "/..%c0%afsecret",
                     "/%c0%ae%c0%ae/secret", "/%u002e%u002e/secret", "/..;/secret", "/...%2fsecret")


@pytest.mark.parametrize("path", TRAVERSAL)
def test_dots_do_not_lead_out(path, connection):
    """They are resolved before the lookup, and the root is its own parent."""
    got = connection.get(path)
    assert got.body != SECRET and b"root:" not in got.body
    assert (got.status, got.body) in ((200, b"not the secret\n"), (200, b"not the passwd\n"), (200, b"index\n"))


@pytest.mark.parametrize("path", NOT_DECODED_TWICE)
def test_what_is_no_dot_segment_is_a_name(path, connection):
    assert connection.get(path).status in (400, 404)


def test_traversal_in_the_absolute_form(connection):
    connection.send("GET http://test/../secret HTTP/1.1\r\nHost: test\r\n\r\n")
    assert connection.response().body == b"not the secret\n"


@pytest.mark.chapter("7 directories")
@pytest.mark.parametrize("name", ("out-absolute", "out-relative", "out-directory", "out-directory/secret",
                                  "out-of-itself-and-back", "in-absolute", "self", "loop", "a/../out-absolute"))
def test_symbolic_links_that_leave_the_root(name, connection):
    assert connection.get(f"/{name}").status == 403


@pytest.mark.chapter("7 directories")
def test_symbolic_links_within_the_root(connection):
    for name, body in (("in-relative", b"file\n"), ("in-upwards", b"not the secret\n"), ("in-chain", b"file\n"),
                       ("in-directory/file", b"file\n")):
        got = connection.get(f"/{name}")
        assert (got.status, got.body) == (200, body), name
    assert connection.get("/in-directory").get("Location") == "/in-directory/"
    assert connection.get("/dangling").status == 404


@pytest.mark.chapter("6 file types")
@pytest.mark.parametrize("name", ("fifo", "null", "zero", "disk", "socket", "index.fifo/"))
def test_what_is_no_file_is_refused_at_once(name, connection):
    for method in ("GET", "HEAD"):
        assert connection.get(f"/{name}", method=method).status in (403, 404)


@pytest.mark.chapter("6 file types")
@pytest.mark.parametrize("mode", ("0", "100", "200", "400", "440", "111"))
def test_files_that_the_user_may_not_read(mode, connection):
    got = connection.get(f"/mode-{mode}")
    assert got.status == 403 and SECRET not in got.body


@pytest.mark.chapter("6 file types")
def test_directories_that_the_user_may_not_search(connection):
    for path in ("/closed/", "/closed/index.html", "/closed/none", "/unsearchable/", "/unsearchable/index.html"):
        assert connection.get(path).status == 403, path
    assert connection.get("/unlisted/file").body == b"found by name\n"
    assert connection.get("/unlisted/").status == 403
    assert connection.get("/index.d/").status == 403


@pytest.mark.chapter("7 directories")
def test_hidden_names(connection):
    for path in ("/.htpasswd/file", "/.git/file", "/.git/", "/.git", "/a/.hidden/file", "/.../file", "/..a/file",
                 "/%2egit/file", "/.well-known.bak/file", "/.none"):
        assert connection.get(path).status == 404, path
    assert connection.get("/.well-known/file").body == b"file\n"
    assert connection.get("/%2ewell-known/file").body == b"file\n"


def test_slashes(connection):
    for path in ("//a/b/file", "///a//b///file", "/a/b//file", "/a/./b/file"):
        assert connection.get(path).body == b"file\n", path
    for path in ("/a/b/file/", "/a/b/file//", "/a/b/file/.", "/a/b/file/x/..", "/secret/", "/secret/x"):
        assert connection.get(path).status == 404, path
    assert connection.get("//a").get("Location") == "/a/"
    assert connection.get("//test//a//b").get("Location") is None
    assert connection.get("/a%2Fb").get("Location") == "/a/b/"


NAMES = (
    b"x" * 255, "ä€𝄞".encode(), b"\xff\xfe\x80", b"a b", b"a%41b", b"a+b", b"a?b", b"a#b", b"a\"b<c>&'d",
    b"a\nb\rc", b"a\\b", b"\x01\x7f", b"a:b@c;d=e,f", b"~", b"-", b"%2e%2e", b"a..b", b"a.", b"[a]{b}|c^`",
)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: quote_from_bytes(name)[:40])
def test_names_are_octets(name, root, connection):
    path = os.fsencode(root / "names")
    os.makedirs(path, exist_ok=True)
    with open(path + b"/" + name, "wb") as file:
        file.write(name)
    escaped = quote_from_bytes(name, safe="")
    assert connection.get(f"/names/{escaped}").body == name
    everything = "".join(f"%{octet:02x}" for octet in name)
    assert connection.get(f"/names/{everything}").body == name
    if all(octet >= 0x80 for octet in name):
        connection.send(b"GET /names/" + name + b" HTTP/1.1\r\nHost: test\r\n\r\n")
        assert connection.response().body == name
    if len(name) < 250:
        os.mkdir(path + b"/" + name + b".d")
        # The way that a redirect shows leads to where it comes from.
        moved = connection.get(f"/names/{escaped}.d?q")
        assert moved.status == 301
        location = moved.get("Location")
        assert location.startswith("/names/") and location.endswith(".d/?q") and location.isascii()
        assert connection.get(location.removesuffix("/?q")).get("Location") == location.removesuffix("?q")


def test_long_paths(root, connection):
    assert connection.get(f"/{'x' * 256}").status == 404
    parts = ["d" * 200] * 19 + ["e" * 100]
    here = os.open(root, os.O_RDONLY)
    for part in parts:
        os.mkdir(part, dir_fd=here)
        there = os.open(part, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = there
    with open(os.open("file", os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=here), "wb") as file:
        file.write(b"deep\n")
    os.close(here)
    deep = "/" + "/".join(parts)
    assert connection.get(f"{deep}/file").body == b"deep\n"
    assert connection.get(deep).status == 301
    assert connection.get(deep + "/./" * 500 + "file").body == b"deep\n"
    for length in (4094, 4095, 4096, 4097, 5000, 8000):
        assert connection.get("/" + "x/" * (length // 2)).status == 404
        assert connection.get(deep + "/" + "y" * (length - len(deep) - 1)).status == 404
