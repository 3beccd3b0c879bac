# SPDX-License-Identifier: GPL-2.0-or-later
"""A bit of everything that the module does by way of a kernel's interfaces, which differ from one to the next."""

import random

import pytest

import scale
import sysfs
import wire
from configuration import configured
from load import Client, Workers, crowd

SMALL = b"small\n"
# Of many pages, and the last of them not full.
LARGE = random.Random(15).randbytes((8 << 20) + 12345)


@pytest.fixture(scope="module", name="files")
def fixture_files(server):  # pylint: disable=unused-argument
    """A small and a large file, and a directory."""
    with configured("[site]\nlisting = true\n"), sysfs.document_root() as directory:
        (directory / "small").write_bytes(SMALL)
        (directory / "large").write_bytes(LARGE)
        (directory / "list").mkdir()
        for number in range(300):
            (directory / "list" / f"file-{number}.txt").touch()
        yield directory


def served():
    """Ask for the small file on a connection of its own."""
    response = wire.get("/small")
    assert response.status == 200 and response.body == SMALL


def test_hundreds_of_requests_on_one_connection(files):  # pylint: disable=unused-argument
    with wire.Connection() as connection:
        for _ in range(scale.times(400, 50)):
            assert connection.get("/small").body == SMALL
        connection.send(wire.request("/small") * 50)
        for _ in range(50):
            assert connection.response().body == SMALL


def test_a_large_file_goes_from_the_page_cache(files):  # pylint: disable=unused-argument
    for _ in range(3):
        assert wire.same(wire.get("/large").body, LARGE)


def test_a_large_file_for_a_slow_reader(files):  # pylint: disable=unused-argument
    with wire.Connection(receive_buffer=4096) as connection:
        connection.send(wire.request("/large"))
        head = connection.head()
        served()
        assert wire.same(connection.body(head.get("Content-Length")), LARGE)


def test_ranges_that_begin_anywhere_in_a_page(files):  # pylint: disable=unused-argument
    numbers = random.Random(16)
    for _ in range(scale.times(40, 10)):
        first = numbers.randrange(len(LARGE))
        last = min(len(LARGE) - 1, first + numbers.randrange(1 << numbers.randrange(1, 22)))
        response = wire.get("/large", f"Range: bytes={first}-{last}")
        assert response.status == 206
        assert wire.same(response.body, LARGE[first : last + 1])
    assert wire.get("/large", "Range: bytes=0-9,5000-5009,-10").body.count(b"Content-Range") == 3


def test_a_directory_is_listed(files):  # pylint: disable=unused-argument
    body = wire.get("/list/", "Accept: application/json").body
    assert all(f'"file-{number}.txt"'.encode() in body for number in range(300))


def test_what_is_not_there(files):  # pylint: disable=unused-argument
    assert wire.get("/none").status == 404
    assert wire.get("/list").status == 301


def test_both_protocols(files):  # pylint: disable=unused-argument
    for host in ("127.0.0.1", "::1"):
        assert wire.get("/small", host=host).body == SMALL


def test_many_clients_at_once(files):  # pylint: disable=unused-argument
    crowd([Client(wire.request("/small"), SMALL, scale.times(20, 3)) for _ in range(100)]
          + [Client(wire.request("/large"), LARGE, 1) for _ in range(3)])


def test_changes_under_load(files):
    with Workers(served) as visitors, sysfs.setting(timeouts__idle_ms=60000, workqueue__hot_max_active=0,
                                                    workqueue__cold_max_active=0):
        for number in range(scale.times(20, 4)):
            sysfs.write("timeouts/idle_ms", 60000 + number)
            sysfs.write("workqueue/hot_max_active", number % 4)
            sysfs.write("workqueue/cold_max_active", number % 3)
            sysfs.write("root", files)
        visitors.progress()


def test_files_change(files):
    for content in (b"", b"x", LARGE[:70000], SMALL):
        (files / "new").write_bytes(content)
        (files / "new").rename(files / "changing")
        assert wire.same(wire.get("/changing").body, content)
