# SPDX-License-Identifier: GPL-2.0-or-later
"""Ranges of a file, one and many, to far above 4 GiB (RFC 9110, section 14)."""

import email
import os
import re
import zlib

import pytest

import sysfs
import wire

CPUS = 1
pytestmark = pytest.mark.chapter("11 ranges")

SIZE = 10000
CONTENT = b"".join(b"%04d\n" % number for number in range(SIZE // 5))
SAME = "Sun, 13 Sep 2020 12:26:40 GMT"
GIB = 1 << 30
HUGE = 5 * GIB + 123
# What is not a hole in the huge file.
PIECES = {0: b"begin", 2 * GIB - 4: b"across 2 GiB", 4 * GIB - 4: b"across 4 GiB", HUGE - 3: b"end"}


@pytest.fixture(scope="module", name="root", autouse=True)
def fixture_root(server):  # pylint: disable=unused-argument
    """A site with a file of lines, an empty one, a binary one, and a huge one that is almost all hole."""
    with sysfs.document_root() as directory:
        for name, content in (("a.txt", CONTENT), ("empty.txt", b""), ("one.txt", b"x"), ("index.html", CONTENT),
                              ("noise.bin", bytes(range(256)) * 64)):
            (directory / name).write_bytes(content)
            os.utime(directory / name, (0, 1600000000))
        with open(directory / "huge.bin", "wb") as file:
            for place, piece in PIECES.items():
                file.seek(place)
                file.write(piece)
        (directory / "folder").mkdir()
        yield directory


def content_range(value):
    """Return first octet, last octet and size as a Content-Range tells them."""
    return tuple(int(number) for number in re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", value).groups())


LAST = SIZE - 1
WHOLE, NOT_SATISFIABLE = "all", "none"
# The first and the last octet that must come, or all with 200, or none with 416.
SINGLE = {
    "first octet": ("bytes=0-0", (0, 0)),
    "first-last": ("bytes=100-199", (100, 199)),
    "first-": ("bytes=100-", (100, LAST)),
    "from the first on": ("bytes=0-", (0, LAST)),
    "last octet": (f"bytes={LAST}-{LAST}", (LAST, LAST)),
    "from the last on": (f"bytes={LAST}-", (LAST, LAST)),
    "all that there is": (f"bytes=0-{LAST}", (0, LAST)),
    "across a page": ("bytes=4090-4100", (4090, 4100)),
    "a page": ("bytes=4096-8191", (4096, 8191)),
    "suffix": ("bytes=-100", (SIZE - 100, LAST)),
    "suffix of one": ("bytes=-1", (LAST, LAST)),
    "suffix of all": (f"bytes=-{SIZE}", (0, LAST)),
    "suffix of more": (f"bytes=-{SIZE + 1}", (0, LAST)),
    "clamped": (f"bytes=9000-{SIZE}", (9000, LAST)),
    "clamped from far": ("bytes=9000-99999999", (9000, LAST)),
    "leading zeros": ("bytes=000100-0000000000000000000000000199", (100, 199)),
    "unit in upper case": ("BYTES=0-9", (0, 9)),
    "unit in mixed case": ("Bytes=0-9", (0, 9)),
    "empty members": ("bytes=,, 0-9, ,", (0, 9)),
    "space behind it": ("bytes=0-9 ", (0, 9)),
    "last beyond 2^63": ("bytes=5000-9223372036854775808", (5000, LAST)),
    "last of 2^64": ("bytes=5000-18446744073709551616", (5000, LAST)),
    "last of 2^64 + 1": ("bytes=5000-18446744073709551617", (5000, LAST)),
    "last beyond all numbers": (f"bytes=5000-{'9' * 100}", (5000, LAST)),
    "suffix of 2^64": ("bytes=-18446744073709551616", (0, LAST)),
    "suffix beyond all numbers": (f"bytes=-{'9' * 100}", (0, LAST)),
    "first behind the end": (f"bytes={SIZE}-", NOT_SATISFIABLE),
    "first and last behind the end": (f"bytes={SIZE}-{SIZE + 5}", NOT_SATISFIABLE),
    "suffix of none": ("bytes=-0", NOT_SATISFIABLE),
    "suffix of many zeros": ("bytes=-000", NOT_SATISFIABLE),
    "first of 2^63": ("bytes=9223372036854775808-", NOT_SATISFIABLE),
    "first of 2^64 - 1": ("bytes=18446744073709551615-", NOT_SATISFIABLE),
    "first of 2^64": ("bytes=18446744073709551616-", NOT_SATISFIABLE),
    "first and last of 2^64": ("bytes=18446744073709551616-18446744073709551617", NOT_SATISFIABLE),
    "first beyond all numbers": (f"bytes={'9' * 100}-", NOT_SATISFIABLE),
    "two that are not there": (f"bytes={SIZE}-, 20000-30000", NOT_SATISFIABLE),
    "one and a suffix of none": (f"bytes=-0,{SIZE}-", NOT_SATISFIABLE),
    "last before first": ("bytes=20-10", WHOLE),
    # Beyond 2^64 all numbers are alike: no file reaches that far.
    "last before first beyond 2^64": ("bytes=18446744073709551617-18446744073709551616", NOT_SATISFIABLE),
    "letters": ("bytes=a-b", WHOLE),
    "hexadecimal": ("bytes=0x0-0x9", WHOLE),
    "sign": ("bytes=+0-9", WHOLE),
    "letters behind": ("bytes=0-9a", WHOLE),
    "spaces within": ("bytes=0 - 9", WHOLE),
    "space behind the unit": ("bytes =0-9", WHOLE),
    "no number": ("bytes=-", WHOLE),
    "two dashes": ("bytes=--5", WHOLE),
    "three numbers": ("bytes=0-1-2", WHOLE),
    "no dash": ("bytes=5", WHOLE),
    "nothing": ("bytes=", WHOLE),
    "commas alone": ("bytes=,,", WHOLE),
    "no unit": ("0-9", WHOLE),
    "no equals sign": ("bytes 0-9", WHOLE),
    "no value": ("", WHOLE),
    "other unit": ("lines=0-9", WHOLE),
    "unit with more letters": ("bytess=0-9", WHOLE),
    "one good and one bad": ("bytes=0-9,x", WHOLE),
    "one good and one turned around": ("bytes=0-9,20-10", WHOLE),
    "separated by semicolons": ("bytes=0-9;20-29", WHOLE),
}


def check(response, expected, content, size=None):
    """See that a response has the one range, or all, or says that there is none."""
    size = len(content) if size is None else size
    assert response.get("Accept-Ranges") == "bytes" or expected == NOT_SATISFIABLE
    if expected == WHOLE:
        assert (response.status, response.get("Content-Range")) == (200, None)
        assert wire.same(response.body, content)
    elif expected == NOT_SATISFIABLE:
        assert (response.status, response.get("Content-Range")) == (416, f"bytes */{size}")
        assert int(response.get("Content-Length")) == len(response.body) < 1000
        assert response.get("ETag") is None
    else:
        first, last = expected
        assert response.status == 206
        assert content_range(response.get("Content-Range")) == (first, last, size)
        assert response.get("Content-Length") == str(last - first + 1)
        assert wire.same(response.body, content[first:last + 1])


@pytest.mark.parametrize("name", SINGLE)
def test_one_range(name, ask):
    value, expected = SINGLE[name]
    got = ask(wire.request("/a.txt", f"Range: {value}"))
    check(got, expected, CONTENT)
    if got.status == 206:
        whole = wire.get("/a.txt")
        for field in ("ETag", "Last-Modified", "Content-Type", "Vary", "Cache-Control"):
            assert got.get(field) == whole.get(field), field


@pytest.mark.parametrize("name", SINGLE)
def test_head_knows_no_ranges(name):
    """Section 14.2: range handling is defined for GET alone."""
    got = wire.get("/a.txt", f"Range: {SINGLE[name][0]}", method="HEAD")
    assert (got.status, got.get("Content-Length"), got.get("Content-Range")) == (200, str(SIZE), None)


ELSEWHERE = {
    "POST": (405, "/a.txt", "POST"),
    "OPTIONS": (204, "/a.txt", "OPTIONS"),
    "no file": (404, "/none", "GET"),
    "redirect": (301, "/folder", "GET"),
    "no index": (403, "/folder/", "GET"),
    "index": (206, "/", "GET"),
    "index by HEAD": (200, "/", "HEAD"),
    "query": (206, "/a.txt?x", "GET"),
    "HTTP/1.0": (206, "/a.txt", "GET"),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_range_of_something_else(name, ask):
    status, path, method = ELSEWHERE[name]
    version = name if name == "HTTP/1.0" else "HTTP/1.1"
    got = ask(wire.request(path, "Range: bytes=5-9", method=method, version=version))
    assert got.status == status
    assert got.get("Content-Range") == (f"bytes 5-9/{SIZE}" if status == 206 else None)
    assert status != 206 or got.body == CONTENT[5:10]


@pytest.mark.parametrize("value, expected", (
    ("bytes=0-", NOT_SATISFIABLE), ("bytes=0-0", NOT_SATISFIABLE), ("bytes=1-", NOT_SATISFIABLE),
    ("bytes=-0", NOT_SATISFIABLE), ("bytes=0-0,1-1", NOT_SATISFIABLE), ("bytes=x", WHOLE)))
def test_of_an_empty_file(value, expected, ask):
    check(ask(wire.request("/empty.txt", f"Range: {value}")), expected, b"")


@pytest.mark.parametrize("value, expected", (
    ("bytes=0-", (0, 0)), ("bytes=-1", (0, 0)), ("bytes=-5", (0, 0)), ("bytes=0-5", (0, 0)),
    ("bytes=1-", NOT_SATISFIABLE), ("bytes=0-0,0-0", (0, 0)), ("bytes=-1,-1,0-0", (0, 0))))
def test_of_a_single_octet(value, expected, ask):
    check(ask(wire.request("/one.txt", f"Range: {value}")), expected, b"x")


def parts(response):
    """Return the parts of a multipart body as (first, last, size, content), read by Python's own parser."""
    kind = response.get("Content-Type")
    assert int(response.get("Content-Length")) == len(response.body)
    message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + response.body)
    assert message.is_multipart() and not message.defects
    assert message.get_content_type() == "multipart/byteranges"
    assert response.body.endswith(f"\r\n--{message.get_boundary()}--\r\n".encode())
    found = []
    for part in message.get_payload():
        assert not part.defects
        assert len(part.get_all("Content-Range")) == 1
        found.append((*content_range(part["Content-Range"]), part.get_payload(decode=True), part["Content-Type"]))
    return found


def check_many(response, wanted, content, kind):
    """See that a response has all of the ranges, nothing twice, and what it says it has."""
    assert response.status == 206
    if response.get("Content-Range"):
        assert response.get("Content-Type") == kind
        found = [(*content_range(response.get("Content-Range")), response.body, kind)]
    else:
        found = parts(response)
        assert len(found) > 1
    covered = set()
    for first, last, size, octets, part_kind in found:
        assert size == len(content) and first <= last < size
        assert wire.same(octets, content[first:last + 1])
        assert part_kind == kind
        assert covered.isdisjoint(range(first, last + 1))
        covered.update(range(first, last + 1))
    assert all(covered.issuperset(range(first, last + 1)) for first, last in wanted)
    return found


# What must come, and in how many parts.
MANY = {
    "two": ("bytes=0-9,5000-5009", 2, ((0, 9), (5000, 5009))),
    "two with spaces and tabs": ("bytes=0-9 ,\t5000-5009", 2, ((0, 9), (5000, 5009))),
    "two with empty members": ("bytes=,0-9,,5000-5009,", 2, ((0, 9), (5000, 5009))),
    "two backwards": ("bytes=5000-5009,0-9", 2, ((0, 9), (5000, 5009))),
    "first and last octet": ("bytes=0-0,-1", 2, ((0, 0), (LAST, LAST))),
    "suffix and prefix": ("bytes=-500,0-499", 2, ((0, 499), (9500, LAST))),
    "three": ("bytes=0-99,3000-3099,9000-", 3, ((0, 99), (3000, 3099), (9000, LAST))),
    "across pages": ("bytes=4000-4200,8000-8200", 2, ((4000, 4200), (8000, 8200))),
    "clamped": ("bytes=0-9,9000-99999999999999999999", 2, ((0, 9), (9000, LAST))),
    "the same twice": ("bytes=100-199,100-199", 1, ((100, 199),)),
    "overlapping": ("bytes=0-199,100-299", 1, ((0, 299),)),
    "overlapping backwards": ("bytes=100-299,0-199", 1, ((0, 299),)),
    "one within another": ("bytes=0-999,10-20", 1, ((0, 999),)),
    "adjacent": ("bytes=0-99,100-199", 1, ((0, 199),)),
    "adjacent backwards": ("bytes=100-199,0-99", 1, ((0, 199),)),
    "all and all": ("bytes=0-,0-", 1, ((0, LAST),)),
    "suffixes": ("bytes=-1,-10,-100", 1, ((9900, LAST),)),
    "all in three": ("bytes=0-2999,3000-8999,9000-", 1, ((0, LAST),)),
    "a bridge between two": ("bytes=0-99,5000-5099,50-5050", 1, ((0, 5099),)),
    "one of them not there": (f"bytes=0-9,{SIZE}-", 1, ((0, 9),)),
    "one of them a suffix of none": ("bytes=-0,0-9", 1, ((0, 9),)),
    "two of three there": ("bytes=0-9,20000-,5000-5009", 2, ((0, 9), (5000, 5009))),
    "sixteen": ("bytes=" + ",".join(f"{n * 600}-{n * 600 + 9}" for n in range(16)), 16,
                [(n * 600, n * 600 + 9) for n in range(16)]),
    "sixteen backwards": ("bytes=" + ",".join(f"{n * 600}-{n * 600}" for n in range(15, -1, -1)), 16,
                          [(n * 600, n * 600) for n in range(16)]),
    "sixteen that are one": ("bytes=" + ",".join(f"{n}-{n + 1}" for n in range(16)), 1, ((0, 16),)),
}


@pytest.mark.parametrize("name", MANY)
def test_many_ranges(name, ask):
    value, number, wanted = MANY[name]
    got = ask(wire.request("/a.txt", f"Range: {value}"))
    found = check_many(got, wanted, CONTENT, "text/plain; charset=utf-8")
    assert len(found) == number
    # Nothing but what was asked for, when it is far apart or one.
    assert sorted((first, last) for first, last, *_ in found) == sorted(wanted)
    assert got.get("ETag") == wire.get("/a.txt").get("ETag")


@pytest.mark.parametrize("gap", (1, 2, 10, 40, 80, 120, 200, 400, 1000))
def test_small_gaps_may_be_filled(gap):
    """Where a part of its own would cost more than the gap; what was asked for comes in any case."""
    got = wire.get("/a.txt", f"Range: bytes=0-99,{100 + gap}-{299 + gap}")
    check_many(got, ((0, 99), (100 + gap, 299 + gap)), CONTENT, "text/plain; charset=utf-8")
    assert len(got.body) <= 300 + gap + 400


@pytest.mark.parametrize("number", (17, 20, 100, 1000))
def test_too_many_ranges_are_ignored(number, ask):
    """What would cost more than it is worth is answered by the whole (section 14.2)."""
    value = ",".join(f"{n * 7 % SIZE}-{n * 7 % SIZE}" for n in range(number))
    check(ask(wire.request("/a.txt", f"Range: bytes={value}")), WHOLE, CONTENT)


def test_never_more_than_the_file():
    """The attack of 2011: hundreds of overlapping ranges must not multiply the file."""
    for ranges in ([f"{n}-" for n in range(300)], ["0-"] * 16, [f"-{n}" for n in range(1, 17)]):
        value = ",".join(ranges)
        got = wire.get("/a.txt", f"Range: bytes={value}")
        assert got.status in (200, 206)
        assert len(got.body) <= SIZE


def test_binary_parts():
    """Octets of every value, and the boundary is not among them."""
    content = bytes(range(256)) * 64
    got = wire.get("/noise.bin", "Range: bytes=0-511,2000-2999,-300")
    boundary = re.fullmatch(r'multipart/byteranges; *boundary="?([0-9A-Za-z\'()+_,./:=? -]{1,70})"?',
                            got.get("Content-Type"))[1].encode()
    assert boundary not in content
    pieces = (b"\r\n" + got.body).split(b"\r\n--" + boundary)
    assert (pieces[0].strip(), pieces[-1]) == (b"", b"--\r\n")
    ranges = []
    for piece in pieces[1:-1]:
        head, octets = piece.split(b"\r\n\r\n", 1)
        assert b"content-type: application/octet-stream" in head.lower()
        first, last, size = content_range(re.search(r"(?i)content-range: (.*)", head.decode())[1])
        assert size == len(content) and octets == content[first:last + 1]
        ranges.append((first, last))
    assert sorted(ranges) == [(0, 511), (2000, 2999), (len(content) - 300, len(content) - 1)]


def test_boundaries_cannot_be_foretold():
    kinds = {wire.get("/a.txt", "Range: bytes=0-0,5000-5000").get("Content-Type") for _ in range(20)}
    assert len(kinds) == 20


# {tag} is the entity tag. The condition holds, or all is sent.
IF_RANGE = {
    "the tag": (206, "{tag}"),
    "the tag, weak": (200, "W/{tag}"),
    "another tag": (200, '"x"'),
    "a list with the tag": (200, '{tag}, "x"'),
    "any": (200, "*"),
    "the date": (206, SAME),
    "the date in the form of RFC 850": (206, "Sunday, 13-Sep-20 12:26:40 GMT"),
    "the date in the form of asctime": (206, "Sun Sep 13 12:26:40 2020"),
    "a second before": (200, "Sun, 13 Sep 2020 12:26:39 GMT"),
    "a second later": (200, "Sun, 13 Sep 2020 12:26:41 GMT"),
    "the future": (200, "Fri, 13 Sep 2999 12:26:40 GMT"),
    "no date": (200, "yesterday"),
    "nothing": (200, ""),
}


@pytest.mark.parametrize("name", IF_RANGE)
@pytest.mark.parametrize("value", ("bytes=5-9", "bytes=0-9,5000-5009", f"bytes={SIZE}-"))
def test_if_range(name, value, ask):
    status, condition = IF_RANGE[name]
    tag = wire.get("/a.txt").get("ETag")
    got = ask(wire.request("/a.txt", f"Range: {value}", f"If-Range: {condition.format(tag=tag)}"))
    if status == 206 and value.endswith(f"{SIZE}-"):
        status = 416
    assert got.status == status
    if status == 200:
        assert wire.same(got.body, CONTENT)


def test_if_range_without_a_range(ask):
    assert wire.same(ask(wire.request("/a.txt", 'If-Range: "x"')).body, CONTENT)


def test_if_range_with_a_date_that_is_not_strong(root):
    """What was modified just now may be modified again in the same second (section 8.8.2.2)."""
    (root / "future.txt").write_bytes(CONTENT)
    os.utime(root / "future.txt", (0, 4000000000))
    date = wire.get("/future.txt").get("Last-Modified")
    assert wire.get("/future.txt", "Range: bytes=0-9", f"If-Range: {date}").status == 200


def expected_octets(first, last):
    """Return what the huge file has from first to last."""
    octets = bytearray(last - first + 1)
    for place, piece in PIECES.items():
        for offset, octet in enumerate(piece, place):
            if first <= offset <= last:
                octets[offset - first] = octet
    return bytes(octets)


HUGE_RANGES = {
    "across 2 GiB": (2 * GIB - 10, 2 * GIB + 10),
    "across 4 GiB": (4 * GIB - 10, 4 * GIB + 10),
    "up to 4 GiB": (4 * GIB - 100, 4 * GIB - 1),
    "from 4 GiB on": (4 * GIB, 4 * GIB + 100),
    "above 4 GiB": (5 * GIB - 70000, 5 * GIB),
    "the last octet": (HUGE - 1, HUGE - 1),
    "a megabyte across 4 GiB": (4 * GIB - (1 << 19), 4 * GIB + (1 << 19) - 1),
}


@pytest.mark.parametrize("name", HUGE_RANGES)
def test_of_a_file_above_4_gib(name, ask):
    first, last = HUGE_RANGES[name]
    got = ask(wire.request("/huge.bin", f"Range: bytes={first}-{last}"))
    assert got.status == 206
    assert content_range(got.get("Content-Range")) == (first, last, HUGE)
    assert wire.same(got.body, expected_octets(first, last))


def test_the_ends_of_a_file_above_4_gib():
    with wire.Connection() as connection:
        assert connection.get("/huge.bin", method="HEAD").get("Content-Length") == str(HUGE)
        assert connection.get("/huge.bin", "Range: bytes=-3").body == b"end"
        assert connection.get("/huge.bin", f"Range: bytes={HUGE - 3}-").body == b"end"
        assert connection.get("/huge.bin", f"Range: bytes={HUGE}-").get("Content-Range") == f"bytes */{HUGE}"
        got = connection.get("/huge.bin", f"Range: bytes=0-4,{4 * GIB - 4}-{4 * GIB + 7},-3")
        assert [(part[0], part[3]) for part in parts(got)] == \
            [(0, b"begin"), (4 * GIB - 4, b"across 4 GiB"), (HUGE - 3, b"end")]
        # A length that needs more than 32 bits, of which a little is taken.
        connection.send(wire.request("/huge.bin", "Range: bytes=4-"))
        head = connection.head()
        assert (head.status, head.get("Content-Length")) == (206, str(HUGE - 4))
        while not connection.received:
            connection.received += connection.socket.recv(1)
        assert connection.received[:1] == b"n"


def test_ranges_make_up_the_file():
    """A file fetched by pieces of odd sizes, pipelined, is the file."""
    checksum, place, pieces = 0, 0, []
    for number in range(200):
        if place < SIZE:
            pieces.append((place, min(place + number % 97, LAST)))
            place = pieces[-1][1] + 1
    pieces.append((place, LAST))
    with wire.Connection() as connection:
        connection.send(b"".join(wire.request("/a.txt", f"Range: bytes={first}-{last}") for first, last in pieces))
        for first, last in pieces:
            got = connection.response()
            assert content_range(got.get("Content-Range"))[:2] == (first, last)
            checksum = zlib.crc32(got.body, checksum)
    assert checksum == zlib.crc32(CONTENT)


@pytest.mark.chapter("13 files")
def test_a_file_that_is_truncated_before_a_part_of_it_is_sent(root):
    """Multipart has no padding either: the connection ends, or the answer is of the file as it is now."""
    path = root / "shrinking"
    large = 8 << 20
    path.write_bytes(b"x" * large)
    with wire.Connection(receive_buffer=65536) as connection:
        connection.send(wire.request("/shrinking", f"Range: bytes=0-{large // 2},{large - 10}-"))
        head = connection.head()
        assert head.status == 206
        os.truncate(path, 1000)
        assert len(connection.rest()) < int(head.get("Content-Length"))
    assert wire.get("/shrinking", f"Range: bytes={large - 10}-").status == 416
