# SPDX-License-Identifier: GPL-2.0-or-later
"""Conditional requests: what is sent again, and what is not (RFC 9110, section 13)."""

import os

import pytest

import sysfs
import wire

CPUS = 1
pytestmark = pytest.mark.chapter("10 conditions")

CONTENT = b"abcdefghijklmnopqrstuvwxyz\n"
SECOND = 1600000000
SAME = "Sun, 13 Sep 2020 12:26:40 GMT"
SAME_850 = "Sunday, 13-Sep-20 12:26:40 GMT"
SAME_ASCTIME = "Sun Sep 13 12:26:40 2020"
OLDER = "Sun, 13 Sep 2020 12:26:39 GMT"
NEWER = "Sun, 13 Sep 2020 12:26:41 GMT"
FUTURE = "Fri, 13 Sep 2999 12:26:40 GMT"


@pytest.fixture(scope="module", name="root", autouse=True)
def fixture_root(server):  # pylint: disable=unused-argument
    """A site whose files were written at a known moment, in the middle of a second."""
    with sysfs.document_root() as directory:
        (directory / "folder").mkdir()
        for name in ("a.txt", "index.html", "folder/index.html"):
            (directory / name).write_bytes(CONTENT)
            os.utime(directory / name, ns=(0, SECOND * 10**9 + 123456789))
        yield directory


@pytest.fixture(scope="module", name="tag")
def fixture_tag(root):  # pylint: disable=unused-argument
    """The entity tag of /a.txt."""
    return wire.get("/a.txt").get("ETag")


# {tag} stands for the entity tag of the file.
NONE_MATCH = {
    "the tag": (304, "If-None-Match: {tag}"),
    "the tag, weak": (304, "If-None-Match: W/{tag}"),
    "another tag": (200, 'If-None-Match: "x"'),
    "an empty tag": (200, 'If-None-Match: ""'),
    "another weak tag": (200, 'If-None-Match: W/"x"'),
    "the beginning of the tag": (200, "If-None-Match: {begin}"),
    "more than the tag": (200, "If-None-Match: {more}"),
    "any": (304, "If-None-Match: *"),
    "list with the tag last": (304, 'If-None-Match: "x", W/"y", {tag}'),
    "list with the tag first": (304, 'If-None-Match: {tag}, "x"'),
    "list without spaces": (304, 'If-None-Match: "x",{tag},"y"'),
    "list with tabs": (304, 'If-None-Match:\t"x"\t,\t{tag}\t'),
    "list with empty members": (304, 'If-None-Match: ,, "x" , ,{tag}, ,'),
    "list without the tag": (200, 'If-None-Match: "x", "y", W/"z"'),
    "tags with commas in them": (304, 'If-None-Match: "a,b", ",", {tag}'),
    "the tag inside another": (200, 'If-None-Match: "a, {bare}, b"'),
    "two lines": (304, 'If-None-Match: "x"', "If-None-Match: {tag}"),
    "two lines the other way": (304, "If-None-Match: {tag}", 'If-None-Match: "x"'),
    "five lines": (304, 'If-None-Match: "v"', 'If-None-Match: "w"', 'If-None-Match: "x"', 'If-None-Match: "y", "z"',
                   "If-None-Match: {tag}"),
    "two lines without the tag": (200, 'If-None-Match: "x"', 'If-None-Match: "y"'),
    "name in another case": (304, "if-none-MATCH: {tag}"),
    "without quotes": (200, "If-None-Match: {bare}"),
    "w in lower case": (200, "If-None-Match: w/{tag}"),
    "a hundred tags": (304, "If-None-Match: " + "".join(f'"{number}", ' for number in range(100)) + "{tag}"),
}
MODIFIED_SINCE = {
    "the same second": (304, f"If-Modified-Since: {SAME}"),
    "the same second in the form of RFC 850": (304, f"If-Modified-Since: {SAME_850}"),
    "the same second in the form of asctime": (304, f"If-Modified-Since: {SAME_ASCTIME}"),
    "a day of one digit in the form of asctime": (304, "If-Modified-Since: Thu Oct  1 00:00:00 2020"),
    "a second later": (304, f"If-Modified-Since: {NEWER}"),
    "a second before": (200, f"If-Modified-Since: {OLDER}"),
    "before, in the form of RFC 850": (200, "If-Modified-Since: Sunday, 13-Sep-20 12:26:39 GMT"),
    "before, in the form of asctime": (200, "If-Modified-Since: Sun Sep 13 12:26:39 2020"),
    "the last century in the form of RFC 850": (200, "If-Modified-Since: Tuesday, 13-Sep-94 12:26:40 GMT"),
    "the epoch": (200, "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"),
    "before the epoch": (200, "If-Modified-Since: Fri, 01 Jan 1960 00:00:00 GMT"),
    "the future": (304, f"If-Modified-Since: {FUTURE}"),
    "a leap day": (200, "If-Modified-Since: Sat, 29 Feb 2020 00:00:00 GMT"),
    "a leap day that was none": (200, "If-Modified-Since: Mon, 29 Feb 2021 00:00:00 GMT"),
    "a word": (200, "If-Modified-Since: tomorrow"),
    "nothing": (200, "If-Modified-Since:"),
    "a number": (200, "If-Modified-Since: 1600000000"),
    "no zone": (200, "If-Modified-Since: Sun, 13 Sep 2020 12:26:40"),
    "another zone": (200, "If-Modified-Since: Sun, 13 Sep 2020 12:26:40 CET"),
    "an offset": (200, "If-Modified-Since: Sun, 13 Sep 2020 12:26:40 +0000"),
    "an hour too many": (200, "If-Modified-Since: Sun, 13 Sep 2020 24:26:40 GMT"),
    "a minute too many": (200, "If-Modified-Since: Sun, 13 Sep 2020 12:60:40 GMT"),
    "a day too many": (200, "If-Modified-Since: Thu, 31 Sep 2020 12:26:40 GMT"),
    "no such month": (200, "If-Modified-Since: Sun, 13 Sap 2020 12:26:40 GMT"),
    "year of two digits": (200, "If-Modified-Since: Sun, 13 Sep 20 12:26:40 GMT"),
    "the form of ISO 8601": (200, "If-Modified-Since: 2020-09-13T12:26:40Z"),
    "something behind it": (200, f"If-Modified-Since: {SAME}; length=27"),
    "two lines": (200, f"If-Modified-Since: {SAME}", f"If-Modified-Since: {SAME}"),
}
MATCH = {
    "the tag": (200, "If-Match: {tag}"),
    "the tag, weak": (412, "If-Match: W/{tag}"),
    "another tag": (412, 'If-Match: "x"'),
    "any": (200, "If-Match: *"),
    "list with the tag": (200, 'If-Match: "x", {tag}'),
    "list with the tag weak": (412, 'If-Match: "x", W/{tag}'),
    "list without the tag": (412, 'If-Match: "x", "y"'),
    "two lines": (200, 'If-Match: "x"', "If-Match: {tag}"),
    "two lines without the tag": (412, 'If-Match: "x"', 'If-Match: "y"'),
    "without quotes": (412, "If-Match: {bare}"),
}
UNMODIFIED_SINCE = {
    "the same second": (200, f"If-Unmodified-Since: {SAME}"),
    "the same second in the form of RFC 850": (200, f"If-Unmodified-Since: {SAME_850}"),
    "the same second in the form of asctime": (200, f"If-Unmodified-Since: {SAME_ASCTIME}"),
    "a second later": (200, f"If-Unmodified-Since: {NEWER}"),
    "a second before": (412, f"If-Unmodified-Since: {OLDER}"),
    "the epoch": (412, "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"),
    "before, in the form of RFC 850": (412, "If-Unmodified-Since: Sunday, 13-Sep-20 12:26:39 GMT"),
    "a word": (200, "If-Unmodified-Since: yesterday"),
    "another zone": (200, "If-Unmodified-Since: Sun, 13 Sep 2020 12:26:39 CET"),
    "two lines": (200, f"If-Unmodified-Since: {OLDER}", f"If-Unmodified-Since: {OLDER}"),
}
# RFC 9110, section 13.2.2, step by step: where several are given, which counts.
ORDER = {
    "the tag matches, the date does not count": (200, "If-Match: {tag}", f"If-Unmodified-Since: {OLDER}"),
    "the tag fails, the date does not count": (412, 'If-Match: "x"', f"If-Unmodified-Since: {SAME}"),
    "none is the tag, the date does not count": (200, 'If-None-Match: "x"', f"If-Modified-Since: {SAME}"),
    "one is the tag, the date does not count": (304, "If-None-Match: {tag}", f"If-Modified-Since: {OLDER}"),
    "If-Match holds, then If-None-Match": (304, "If-Match: {tag}", "If-None-Match: {tag}"),
    "If-Match holds, If-None-Match too": (200, "If-Match: {tag}", 'If-None-Match: "x"'),
    "If-Match fails before If-None-Match": (412, 'If-Match: "x"', "If-None-Match: {tag}"),
    "If-Match fails behind If-None-Match": (412, "If-None-Match: {tag}", 'If-Match: "x"'),
    "If-Match holds, then If-Modified-Since": (304, "If-Match: *", f"If-Modified-Since: {SAME}"),
    "If-Match fails before If-Modified-Since": (412, 'If-Match: "x"', f"If-Modified-Since: {SAME}"),
    "the date holds, then If-None-Match": (304, f"If-Unmodified-Since: {SAME}", "If-None-Match: {tag}"),
    "the date fails before If-None-Match": (412, f"If-Unmodified-Since: {OLDER}", "If-None-Match: {tag}"),
    "the date holds, then the other date": (304, f"If-Unmodified-Since: {SAME}", f"If-Modified-Since: {SAME}"),
    "the date fails before the other date": (412, f"If-Unmodified-Since: {OLDER}", f"If-Modified-Since: {SAME}"),
    "an invalid date lets the other count": (304, "If-Unmodified-Since: x", f"If-Modified-Since: {SAME}"),
    "all four hold": (200, "If-Match: {tag}", f"If-Unmodified-Since: {SAME}", 'If-None-Match: "x"',
                      f"If-Modified-Since: {OLDER}"),
    "all four in another order": (412, f"If-Modified-Since: {SAME}", 'If-None-Match: "x"',
                                  f"If-Unmodified-Since: {SAME}", 'If-Match: "x"'),
    "a range is not looked at before a 304": (304, "If-None-Match: {tag}", "Range: bytes=0-0"),
    "a range is not looked at before a 412": (412, 'If-Match: "x"', "Range: bytes=100-"),
    "a range is looked at when all hold": (206, "If-Match: {tag}", "Range: bytes=0-0"),
}
TABLES = {"If-None-Match": NONE_MATCH, "If-Modified-Since": MODIFIED_SINCE, "If-Match": MATCH,
          "If-Unmodified-Since": UNMODIFIED_SINCE, "order": ORDER}
CASES = {f"{table}: {name}": case for table, cases in TABLES.items() for name, case in cases.items()}


def filled(fields, tag):
    """Return field lines with the tag put in."""
    return [line.replace("{tag}", tag).replace("{bare}", tag.strip('"')).replace("{begin}", tag[:-2] + '"')
            .replace("{more}", tag[:-1] + 'x"') for line in fields]


def check(response, status, method, plain):
    """See that an answer is the one, with the fields of an unconditional one where it must have them."""
    assert response.status == status
    assert response.get("Date")
    if status == 304:
        for name in ("ETag", "Cache-Control", "Expires", "Vary", "Content-Location"):
            assert response.get(name) == plain.get(name), name
        # Of the representation's own fields none that tells of content (section 15.4.5).
        assert response.get("Content-Type") is None
        assert response.get("Content-Length") is None
        assert response.get("Transfer-Encoding") is None
    elif status == 200:
        assert response.get("Content-Length") == str(len(CONTENT))
        assert response.body == (b"" if method == "HEAD" else CONTENT)
        assert response.get("ETag") == plain.get("ETag")
    elif status == 412:
        assert response.get("ETag") is None
        assert method == "HEAD" or int(response.get("Content-Length")) == len(response.body) > 0


@pytest.mark.parametrize("name", CASES)
def test_get(name, ask, tag):
    status, *fields = CASES[name]
    check(ask(wire.request("/a.txt", *filled(fields, tag))), status, "GET", wire.get("/a.txt"))


@pytest.mark.parametrize("name", CASES)
def test_head(name, tag):
    """The same as for GET, but for ranges, which HEAD does not know."""
    status, *fields = CASES[name]
    got = wire.get("/a.txt", *filled(fields, tag), method="HEAD")
    check(got, 200 if status == 206 else status, "HEAD", wire.get("/a.txt"))


# Conditions are about a representation: where there would be none, they do not count (section 13.2.1).
ELSEWHERE = {
    "no file, If-Match": (404, "/none", "GET", "If-Match: *"),
    "no file, If-None-Match": (404, "/none", "GET", "If-None-Match: *"),
    "no file, If-Unmodified-Since": (404, "/none", "GET", "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"),
    "a redirect, If-Match": (301, "/folder", "GET", 'If-Match: "x"'),
    "a redirect, If-None-Match": (301, "/folder", "GET", "If-None-Match: *"),
    "OPTIONS, If-Match": (204, "/a.txt", "OPTIONS", 'If-Match: "x"'),
    "OPTIONS, If-None-Match": (204, "/a.txt", "OPTIONS", "If-None-Match: *"),
    "POST, If-Match": (405, "/a.txt", "POST", 'If-Match: "x"'),
    "an index, If-None-Match": (304, "/", "GET", "If-None-Match: *"),
    "an index, If-Modified-Since": (304, "/folder/", "GET", f"If-Modified-Since: {SAME}"),
    "an index, If-Match": (412, "/folder/", "GET", 'If-Match: "x"'),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_the_condition_is_about(name, ask):
    status, path, method, field = ELSEWHERE[name]
    assert ask(wire.request(path, field, method=method)).status == status


def test_a_date_of_http_1_0(ask):
    got = ask(wire.request("/a.txt", f"If-Modified-Since: {SAME}", version="HTTP/1.0"))
    assert (got.status, got.body, got.get("Connection")) == (304, b"", "close")


def test_a_304_is_framed_by_nothing(tag):
    """The octets behind its head are the next answer, on a connection with hundreds of them."""
    with wire.Connection() as connection:
        for _ in range(100):
            connection.send(wire.request("/a.txt", f"If-None-Match: {tag}") + wire.request("/a.txt"))
        for _ in range(100):
            assert connection.response().status == 304
            assert connection.response().body == CONTENT


@pytest.mark.chapter("9 validators")
class TestEntityTag:
    """What a tag is made of."""

    @staticmethod
    def tag(path, content, nanoseconds):
        """Write a file and return its entity tag."""
        path.write_bytes(content)
        os.utime(path, ns=(0, nanoseconds))
        return wire.get(f"/{path.name}").get("ETag")

    def test_the_same_file_elsewhere_has_the_same(self, root):
        """No inode in it: the members of a fleet agree."""
        assert self.tag(root / "one", b"abc", 5 * 10**18) == self.tag(root / "two", b"xyz", 5 * 10**18)

    def test_size(self, root):
        assert self.tag(root / "one", b"abc", 10**18) != self.tag(root / "one", b"abcd", 10**18)

    @pytest.mark.parametrize("digit", range(10))
    def test_each_digit_of_the_nanoseconds(self, root, digit):
        assert self.tag(root / "one", b"", 10**18) != self.tag(root / "one", b"", 10**18 + 10**digit)

    @pytest.mark.parametrize("moment", (0, 1, -1, -10**18, 2**31 * 10**9, 2**32 * 10**9 + 5, 999999999))
    def test_strange_moments(self, root, moment):
        tag = self.tag(root / "one", b"abc", moment)
        assert tag[0] == tag[-1] == '"' and tag.isascii() and len(tag) > 2
        assert wire.get("/one", f"If-None-Match: {tag}").status == 304
        assert wire.get("/one", f"If-Match: {tag}").status == 200

    def test_a_change_turns_304_into_200(self, root):
        path = root / "changing"
        old = self.tag(path, b"old", 10**18)
        with wire.Connection() as connection:
            assert connection.get("/changing", f"If-None-Match: {old}").status == 304
            path.write_bytes(b"new")
            got = connection.get("/changing", f"If-None-Match: {old}")
            assert (got.status, got.body) == (200, b"new")
            assert connection.get("/changing", f"If-None-Match: {got.get('ETag')}").status == 304
            path.unlink()
            assert connection.get("/changing", f"If-None-Match: {old}").status == 404

    def test_last_modified_of_the_future_is_date(self, root):
        """Also for the condition: what will be modified has not been modified since now (RFC 9110, section 8.8.2.1)."""
        self.tag(root / "future", b"abc", 4 * 10**18)
        got = wire.get("/future")
        assert got.get("Last-Modified") == got.get("Date")
