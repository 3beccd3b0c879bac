# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of every size, and what is said of them; test_85_changing.py changes them while they are sent."""

import os
import time
import zlib
from email.utils import parsedate_to_datetime

import pytest

import scale
import sysfs
import wire

CPUS = 1
pytestmark = pytest.mark.chapter("13 files")

GIB = 1 << 30
PAGE = 4096


@pytest.fixture(scope="module", name="root")
def fixture_root(server):  # pylint: disable=unused-argument
    """An empty site."""
    with sysfs.document_root() as directory:
        yield directory


def pattern(size, seed=0):
    """Return octets that no shift of them equals."""
    return b"".join((number + seed).to_bytes(8, "big") for number in range((size + 7) // 8))[:size]


def test_sizes_around_pages(root):
    sizes = {0, 1, 2}
    for pages in (1, 2, 3, 15, 16, 17, 31, 32, 64, 256):
        sizes.update(range(pages * PAGE - 2, pages * PAGE + 3))
    with wire.Connection() as connection:
        for size in sorted(sizes):
            content = pattern(size, size)
            (root / "sized.bin").write_bytes(content)
            got = connection.get("/sized.bin")
            assert got.get("Content-Length") == str(size)
            assert wire.same(got.body, content), size
            assert connection.get("/sized.bin", method="HEAD").get("Content-Length") == str(size)


# 3 GiB, almost all of it holes; the places are around the ends of pages, 32-bit numbers and the file.
PIECES = {
    0: b"begin",
    GIB - 3: b"across the first GiB",
    3 * GIB // 2 + 1: pattern(100000),
    2 * GIB - 1: b"above 2^31",
    5 * GIB // 2: pattern(2 * PAGE, 7),
    3 * GIB - 3: b"end",
}


def sparse_checksum(size):
    """Return the CRC-32 of the sparse file as it must be."""
    checksum, position = 0, 0
    for place, piece in [*PIECES.items(), (size, b"")]:
        hole = bytes(1 << 20)
        while position < place:
            part = hole[:place - position]
            checksum = zlib.crc32(part, checksum)
            position += len(part)
        checksum = zlib.crc32(piece, checksum)
        position += len(piece)
    return checksum


def checksum_of(connection, size):
    """Receive a body and return its CRC-32, with no more memory than a buffer."""
    checksum = zlib.crc32(connection.received)
    size -= len(connection.received)
    connection.received = b""
    buffer = memoryview(bytearray(1 << 18))
    while size:
        length = connection.socket.recv_into(buffer[:size])
        assert length, f"{size} octets are missing"
        checksum = zlib.crc32(buffer[:length], checksum)
        size -= length
    return checksum


@pytest.mark.skipif(not scale.LONG, reason="it takes a minute; test_37_range.py asks for parts of larger ones")
def test_a_sparse_file_of_3_gib(root):
    path = root / "sparse.img"
    with open(path, "wb") as file:
        for place, piece in PIECES.items():
            file.seek(place)
            file.write(piece)
    size = path.stat().st_size
    assert size == 3 * GIB
    with wire.Connection() as connection:
        assert connection.get("/sparse.img", method="HEAD").get("Content-Length") == str(size)
        connection.send("GET /sparse.img HTTP/1.1\r\nHost: test\r\n\r\n")
        head = connection.head()
        assert (head.status, head.get("Content-Length")) == (200, str(size))
        assert checksum_of(connection, size) == sparse_checksum(size)
        assert connection.get("/sparse.img", method="HEAD").status == 200
    path.unlink()


def test_a_change_is_seen_by_the_next_request(root):
    path = root / "file.txt"
    with wire.Connection() as connection:
        assert connection.get("/file.txt").status == 404
        for number in range(5):
            path.write_text(f"version {number}\n", encoding="ascii")
            assert connection.get("/file.txt").body == f"version {number}\n".encode()
        (root / "new").write_bytes(b"renamed\n")
        (root / "new").rename(path)
        assert connection.get("/file.txt").body == b"renamed\n"
        path.chmod(0)
        assert connection.get("/file.txt").status == 403
        path.chmod(0o644)
        assert connection.get("/file.txt").status == 200
        path.unlink()
        assert connection.get("/file.txt").status == 404
        path.mkdir()
        assert connection.get("/file.txt").status == 301
        path.rmdir()


@pytest.mark.chapter("9 validators")
def test_a_rewrite_within_the_same_second_changes_the_entity_tag(root):
    path = root / "same.txt"
    second = 1600000000
    with wire.Connection() as connection:
        tags = set()
        for nanosecond in range(3):
            path.write_bytes(b"%d" % nanosecond)
            os.utime(path, ns=(0, second * 10**9 + nanosecond))
            got = connection.get("/same.txt")
            assert got.get("Last-Modified") == "Sun, 13 Sep 2020 12:26:40 GMT"
            tags.add(got.get("ETag"))
        assert len(tags) == 3
        # The same content and time again is the same representation.
        os.utime(path, ns=(0, second * 10**9 + 2))
        assert connection.get("/same.txt").get("ETag") in tags


@pytest.mark.chapter("9 validators")
def test_last_modified_is_never_later_than_date(root):
    path = root / "future.txt"
    path.write_bytes(b"x")
    os.utime(path, (0, 4000000000))
    got = wire.get("/future.txt")
    assert got.get("Last-Modified") == got.get("Date")
    os.utime(path, (0, 0))
    assert wire.get("/future.txt").get("Last-Modified") == "Thu, 01 Jan 1970 00:00:00 GMT"


@pytest.mark.chapter("8 media types")
def test_content_types(root):
    with wire.Connection() as connection:
        for name, kind in (("a.html", "text/html; charset=utf-8"), ("a.HTML", "text/html; charset=utf-8"),
                           ("a.b.css", "text/css; charset=utf-8"), ("a.js", "text/javascript; charset=utf-8"),
                           ("a.txt", "text/plain; charset=utf-8"), ("a.png", "image/png"), ("a.svg", "image/svg+xml"),
                           ("a.json", "application/json"), ("a.wasm", "application/wasm"), ("a.woff2", "font/woff2"),
                           ("a.tar.gz", "application/gzip"), ("a.unknown", "application/octet-stream"),
                           ("a", "application/octet-stream"), ("html", "application/octet-stream"),
                           ("a.", "application/octet-stream")):
            (root / name).write_bytes(b"x")
            got = connection.get(f"/{name}")
            assert got.get("Content-Type") == kind, name
            assert got.get("Content-Encoding") is None


def test_a_file_that_is_rewritten_again_and_again(root):
    """Atomic replacement: every answer is one version, with the fields of that version."""
    path = root / "versions"
    seen = {}
    with wire.Connection() as connection:
        for number in range(200):
            new = root / "versions.new"
            new.write_bytes(b"%d\n" % number * (number + 1))
            new.rename(path)
            got = connection.get("/versions")
            assert got.body == b"%d\n" % number * (number + 1)
            assert got.get("ETag") not in seen
            seen[got.get("ETag")] = number


@pytest.mark.chapter("14 errors")
def test_date_is_the_present(root):
    (root / "now").write_bytes(b"")
    before = int(time.time())
    date = parsedate_to_datetime(wire.get("/now").get("Date")).timestamp()
    assert before <= date <= time.time()
