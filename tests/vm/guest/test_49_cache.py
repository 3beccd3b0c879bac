# SPDX-License-Identifier: GPL-2.0-or-later
"""The cache: it is never wrong, never too large, and keeps nothing that others want back."""

import gzip
import json
import os
import shutil
import threading
from pathlib import Path

import pytest

import configuration
import disk
import scale
import sysfs
import wire
from cached import entries, hits, warm
from shell import eventually, run

pytestmark = pytest.mark.chapter("13 files")

OLD, NEW = b"what was there before\n", b"what has come instead\n"
assert len(OLD) == len(NEW)


@pytest.fixture(name="fast", params=("softirq", "work"), autouse=True)
def fixture_fast(request, server):  # pylint: disable=unused-argument
    """Hits answered in the softirq that delivers the request, and by the work item."""
    with sysfs.setting(cache__fast=int(request.param == "softirq")):
        yield request.param == "softirq"


@pytest.fixture(name="root")
def fixture_root(fast):  # pylint: disable=unused-argument
    """An empty site."""
    with sysfs.document_root() as directory:
        yield directory


def in_place(path, content=NEW):
    with open(path, "r+b") as file:
        file.write(content)


def in_place_with_old_times(path):
    times = path.stat()
    in_place(path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def by_rename(path):
    other = path.with_name("other")
    other.write_bytes(NEW)
    other.rename(path)


def by_another_directory(path):
    other = path.parent.with_name("elsewhere")
    other.mkdir()
    (other / path.name).write_bytes(NEW)
    path.parent.rename(path.parent.with_name("away"))
    other.rename(path.parent)


def by_removing(path):
    path.unlink()
    path.write_bytes(NEW)


def by_a_link(path):
    path.with_name("target").write_bytes(NEW)
    path.unlink()
    path.symlink_to("target")


def by_a_hard_link(path):
    path.with_name("target").write_bytes(NEW)
    path.with_name("other").hardlink_to(path.with_name("target"))
    path.with_name("other").rename(path)


def by_mapping(path):
    run("python3", "-c", "import mmap, sys\n"
        "with open(sys.argv[1], 'r+b') as file, mmap.mmap(file.fileno(), 0) as mapped:\n"
        "    mapped[:] = sys.argv[2].encode()", path, NEW.decode())


@pytest.mark.parametrize("change", (in_place, in_place_with_old_times, by_rename, by_another_directory, by_removing,
                                    by_a_link, by_a_hard_link, by_mapping), ids=lambda change: change.__name__)
def test_a_change_is_seen_by_the_next_request(root, change):
    with wire.Connection() as connection:
        for number in range(scale.times(5, 2)):
            directory = root / f"d{number}"
            directory.mkdir()
            path = directory / "file"
            path.write_bytes(OLD)
            target = f"/d{number}/file"
            assert warm(connection, target).body == OLD
            change(path)
            assert connection.get(target).body == NEW
            assert warm(connection, target).body == NEW if change is not by_a_link else True
            shutil.rmtree(root / "away", ignore_errors=True)


def test_what_is_longer_or_shorter(root):
    with wire.Connection() as connection:
        (root / "file").write_bytes(OLD)
        assert warm(connection, "/file").body == OLD
        with open(root / "file", "ab") as file:
            file.write(NEW)
        assert connection.get("/file").body == OLD + NEW
        assert warm(connection, "/file").body == OLD + NEW
        os.truncate(root / "file", 5)
        assert connection.get("/file").body == OLD[:5]


def test_rights_that_change(root):
    directory = root / "d"
    directory.mkdir()
    (directory / "file").write_bytes(OLD)
    with wire.Connection() as connection:
        for path in (directory / "file", directory):
            mode = path.stat().st_mode & 0o777
            assert warm(connection, "/d/file").body == OLD
            path.chmod(0)
            assert connection.get("/d/file").status == 403
            path.chmod(mode)
            assert connection.get("/d/file").body == OLD


def test_what_goes_and_what_comes_before_it(root):
    (root / "index.html").write_bytes(OLD)
    with wire.Connection() as connection:
        assert warm(connection, "/").body == OLD
        (root / "index.html").unlink()
        assert connection.get("/").status in (403, 404)
        (root / "index.html").write_bytes(NEW)
        assert connection.get("/").body == NEW


def test_a_coding_that_comes_beside_it(root):
    (root / "file").write_bytes(OLD)
    accept = "Accept-Encoding: gzip"
    with wire.Connection() as connection:
        assert warm(connection, "/file", accept).body == OLD
        (root / "file.gz").write_bytes(gzip.compress(OLD))
        coded = connection.get("/file", accept)
        assert coded.get("Content-Encoding") == "gzip" and gzip.decompress(coded.body) == OLD
        assert warm(connection, "/file", accept).get("Content-Encoding") == "gzip"
        # Touched last, the file is newer than its coding.
        in_place(root / "file")
        assert connection.get("/file", accept).body == NEW


def by_mount(outside, path):
    path.write_bytes(NEW)
    run("mount", "--bind", outside, path)


def by_link(outside, path):
    path.symlink_to(os.path.relpath(outside, path.parent))


@pytest.mark.parametrize("way", (by_mount, by_link))
def test_a_coding_is_looked_for_where_the_path_leads(root, way):
    """Not beside the file, where that lies elsewhere."""
    (root / "lies").mkdir()
    outside, path = root / "lies" / "file", root / "file"
    outside.write_bytes(OLD)
    with wire.Connection() as connection:
        # So that it is known that there is none.
        assert connection.get("/lies/file", "Accept-Encoding: gzip").get("Content-Encoding") is None
        way(outside, path)
        try:
            (root / "file.gz").write_bytes(gzip.compress(OLD))
            coded = connection.get("/file", "Accept-Encoding: gzip")
            assert coded.get("Content-Encoding") == "gzip" and gzip.decompress(coded.body) == OLD
            (root / "file.gz").unlink()
            (root / "lies" / "file.gz").write_bytes(gzip.compress(OLD))
            assert connection.get("/file", "Accept-Encoding: gzip").get("Content-Encoding") is None
        finally:
            run("umount", path, check=False)


@pytest.mark.usefixtures("fast")
def test_a_root_that_is_a_mount_point():
    with disk.mounted("tmpfs", "mode=755") as directory, sysfs.setting(root=directory), wire.Connection() as connection:
        (directory / "file").write_bytes(OLD)
        assert warm(connection, "/file").body == OLD
        in_place(directory / "file")
        assert connection.get("/file").body == NEW


def test_what_is_mounted_upon_it(root):
    (root / "d").mkdir()
    (root / "d" / "file").write_bytes(OLD)
    with wire.Connection() as connection:
        assert warm(connection, "/d/file").body == OLD
        run("mount", "-t", "tmpfs", "-o", "mode=755", "none", root / "d")
        try:
            (root / "d" / "file").write_bytes(NEW)
            assert connection.get("/d/file").body == NEW
        finally:
            run("umount", root / "d")
        assert connection.get("/d/file").body == OLD


def test_a_file_that_is_open_for_writing_is_never_a_hit(root):
    path = root / "file"
    path.write_bytes(OLD)
    with wire.Connection() as connection:
        warm(connection, "/file")
        with open(path, "r+b"):
            before = hits()
            for _ in range(5):
                assert connection.get("/file").body == OLD
            assert hits() == before
        warm(connection, "/file")


# What is said of a response stays the same, whether it is out of the cache or not.
@pytest.mark.parametrize("size", (0, 1, 4095, 4096, 4097, 20000, 131072, 131073))
def test_a_hit_is_the_same_as_a_miss(root, size):
    content = os.urandom(size)
    (root / "file.bin").write_bytes(content)
    with wire.Connection() as connection:
        miss = connection.get("/file.bin")
        # Of what is larger, only heads are kept.
        hit = warm(connection, "/file.bin") if size <= 131072 else connection.get("/file.bin")
        assert (hit.status, hit.body) == (miss.status, miss.body) == (200, content)
        head = warm(connection, "/file.bin", method="HEAD")
        for name in ("Server", "Content-Type", "Content-Length", "Last-Modified", "ETag", "Accept-Ranges", "Vary"):
            assert hit.get(name) == miss.get(name) == head.get(name), name
        unmodified = warm(connection, "/file.bin", f"If-None-Match: {miss.get('ETag')}")
        assert unmodified.status == 304 and unmodified.get("ETag") == miss.get("ETag")
        assert connection.get("/file.bin", 'If-Match: "other"').status == 412


@pytest.mark.parametrize("size", (100, 4096, 4097, 20000, 131072))
def test_a_part_is_a_hit(root, size):
    content = os.urandom(size)
    (root / "file.bin").write_bytes(content)
    with wire.Connection() as connection:
        whole = warm(connection, "/file.bin")
        for first, last in ((0, 0), (0, size - 1), (size // 2, size - 1), (min(4090, size - 1), min(8200, size - 1))):
            part = warm(connection, "/file.bin", f"Range: bytes={first}-{last}", f"If-Range: {whole.get('ETag')}",
                        status=206)
            assert part.body == content[first:last + 1]
            assert part.get("Content-Range") == f"bytes {first}-{last}/{size}"
            for name in ("Server", "Content-Type", "Last-Modified", "ETag", "Accept-Ranges", "Vary"):
                assert part.get(name) == whole.get(name), name
        assert warm(connection, "/file.bin", "Range: bytes=0-0", 'If-Range: "other"', status=200).body == content
        assert warm(connection, "/file.bin", "Range: bytes=0-0", "If-None-Match: *", status=304).body == b""
        before = hits()
        assert connection.get("/file.bin", f"Range: bytes={size}-").status == 416
        assert connection.get("/file.bin", "Range: bytes=0-0, -1").status == 206
        assert hits() == before


def test_no_part_is_given_of_what_was_compressed(root):
    content = b"the same again\n" * 1000
    (root / "file.txt").write_bytes(content)
    accept = "Accept-Encoding: gzip"
    with wire.Connection() as connection:
        assert warm(connection, "/file.txt", accept).get("Content-Encoding") == "gzip"
        part = connection.get("/file.txt", accept, "Range: bytes=0-7")
        assert (part.status, part.get("Content-Encoding"), part.body) == (206, None, content[:8])


LAST = {"of 1.1": ("HTTP/1.1", "Connection: close"), "of 1.0": ("HTTP/1.0",)}


# The last response of a connection says so, is whole, and the end comes right behind it.
@pytest.mark.parametrize("last", LAST.values(), ids=LAST)
@pytest.mark.parametrize("size", (0, 12, 4096, 20000, 131072))
def test_the_last_response(root, size, last):
    version, *fields = last
    content = os.urandom(size)
    (root / "file.bin").write_bytes(content)
    with wire.Connection() as connection:
        warm(connection, "/file.bin")
        unmodified = f"If-None-Match: {connection.get('/file.bin').get('ETag')}"
    for method, further, status in (("GET", (), 200), ("HEAD", (), 200), ("GET", (unmodified,), 304)):
        before = hits()
        with wire.Connection() as connection:
            answer = connection.get("/file.bin", *fields, *further, method=method, version=version)
            assert (answer.status, answer.get("Connection")) == (status, "close")
            assert answer.body == (content if (method, status) == ("GET", 200) else b"")
            assert connection.ended()
        eventually(lambda before=before: hits() == before + 1, "it was a hit")
    eventually(lambda: not sysfs.number("stats/connections"), "nobody is kept")


def test_what_follows_the_last_request_is_not_answered(root):
    (root / "file").write_bytes(OLD)
    with wire.Connection() as connection:
        warm(connection, "/file")
    request, last = wire.request("/file"), wire.request("/file", "Connection: close")
    for before, after in ((0, 0), (1, 1), (20, 100), (100, 1)):
        with wire.Connection() as connection:
            connection.send(request * before + last + request * after)
            for number in range(before + 1):
                answer = connection.response()
                assert answer.body == OLD and answer.get("Connection") == ("close" if number == before else None)
            assert connection.ended()
    eventually(lambda: not sysfs.number("stats/connections"), "nobody is kept")


def test_the_softirq_answers_where_it_is_to(root, fast):
    (root / "file").write_bytes(OLD)
    with wire.Connection() as connection:
        warm(connection, "/file")
        before = sysfs.number("stats/fast")
        for _ in range(20):
            assert connection.get("/file").body == OLD
        answered = sysfs.number("stats/fast") - before
    # Now and then a work item is at it already.
    assert answered > 10 if fast else answered == 0


def test_pipelines(root):
    names = [f"file{number}" for number in range(30)]
    for number, name in enumerate(names):
        (root / name).write_bytes(name.encode() * (1 + 997 * (number % 7)))
    with wire.Connection() as connection:
        for name in names:
            warm(connection, f"/{name}")
        for piece in (7, 100, 1000, 5000):
            wanted = [names[number * 7 % 30] for number in range(300)] + ["nothing"]
            octets = b"".join(wire.request(f"/{name}") for name in wanted)
            sender = threading.Thread(target=lambda octets=octets, piece=piece: [
                connection.send(octets[at:at + piece]) for at in range(0, len(octets), piece)])
            sender.start()
            for name in wanted:
                answer = connection.response()
                if name == "nothing":
                    assert answer.status == 404
                else:
                    assert answer.body == (root / name).read_bytes(), name
            sender.join()


def listed():
    """The paths of what is kept."""
    return {entry["path"] for entry in entries()}


def test_it_takes_no_more_than_it_may(root):
    for number in range(300):
        (root / f"file{number}").write_bytes(b"%d " % number * 500)
    before = sysfs.number("stats/cache_evictions")
    with sysfs.setting(cache__kbytes=200), wire.Connection() as connection:
        for _ in range(2):
            for number in range(300):
                assert connection.get(f"/file{number}").body == b"%d " % number * 500
                assert sysfs.number("stats/cache_bytes") <= 200 * 1024
        assert sysfs.number("stats/cache_entries") > 10
        assert sysfs.number("stats/cache_evictions") > before + 100
        # What is asked for again and again stays.
        warm(connection, "/file0")
    with sysfs.setting(cache__kbytes=0), wire.Connection() as connection:
        before = hits()
        for _ in range(5):
            assert connection.get("/file0").status == 200
        assert hits() == before and sysfs.number("stats/cache_entries") == 0


def fill(root, connection, number):
    for at in range(number):
        (root / f"file{at}").write_bytes(OLD)
    for at in range(number):
        warm(connection, f"/file{at}")
    assert sysfs.number("stats/cache_entries") >= number


def test_who_walks_through_all_files_displaces_none(root):
    """There is no room for a file that is asked for once, but for one that is asked for twice."""
    wanted, walked = ([f"/{name}{number}" for number in range(100)] for name in ("wanted", "walked"))
    for path in wanted + walked:
        (root / path[1:]).write_bytes(OLD)
    with sysfs.setting(cache__kbytes=100), wire.Connection() as connection:
        before = sysfs.number("stats/cache_evictions")
        for path in wanted:
            warm(connection, path)
        assert sysfs.number("stats/cache_evictions") > before
        before, files = sysfs.number("stats/cache_evictions"), listed()
        for path in walked:
            assert connection.get(path).body == OLD
        assert sysfs.number("stats/cache_evictions") == before and listed() == files
        warm(connection, walked[0])
        assert sysfs.number("stats/cache_evictions") > before and walked[0] in listed()


def test_memory_that_the_machine_wants_is_given_back(root):
    with wire.Connection() as connection:
        fill(root, connection, 50)

        def none_left():
            Path("/proc/sys/vm/drop_caches").write_text("2", encoding="ascii")
            return sysfs.number("stats/cache_entries") == 0
        eventually(none_left, "the shrinker takes everything")
        assert connection.get("/file0").body == OLD
        warm(connection, "/file0")


@pytest.mark.usefixtures("fast")
def test_a_file_that_is_gone_is_not_kept_on_the_disk():
    with disk.mounted("tmpfs", "mode=755") as directory, sysfs.document_root(directory) as root, \
            wire.Connection() as connection:
        path = root / "file"
        free = os.statvfs(root).f_bfree
        path.write_bytes(bytes(8 << 20))
        warm(connection, "/file", method="HEAD")
        assert os.statvfs(root).f_bfree < free - 1000
        path.unlink()
        eventually(lambda: os.statvfs(root).f_bfree >= free - 16, "the blocks are free")


def make(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(NEW)


def make_elsewhere(path):
    (path.parents[2] / "elsewhere" / "b").mkdir(parents=True)
    (path.parents[2] / "elsewhere" / "b" / path.name).write_bytes(NEW)
    (path.parents[2] / "elsewhere").rename(path.parents[1])


def make_a_link(path):
    (path.parents[2] / "elsewhere" / "b").mkdir(parents=True)
    (path.parents[2] / "elsewhere" / "b" / path.name).write_bytes(NEW)
    path.parents[1].symlink_to("elsewhere")


@pytest.mark.parametrize("way", (make, make_elsewhere, make_a_link), ids=lambda way: way.__name__)
def test_what_was_not_there_is_seen_as_soon_as_it_is(root, way):
    for number in range(scale.times(5, 2)):
        site = root / f"{number}"
        site.mkdir()
        with wire.Connection() as connection:
            target = f"/{number}/a/b/file"
            missing = connection.get(target)
            hit = warm(connection, target, status=404)
            for name in ("Server", "Content-Type", "Content-Length"):
                assert hit.get(name) == missing.get(name), name
            assert hit.body == missing.body and hit.body
            # Of an error no condition is judged.
            assert warm(connection, target, "If-None-Match: *", status=404).body == hit.body
            assert warm(connection, target, method="HEAD", status=404).get("Content-Length") == str(len(hit.body))
            way(site / "a" / "b" / "file")
            assert connection.get(target).body == NEW
            shutil.rmtree(site)
            assert connection.get(target).status == 404


def test_what_is_behind_a_link_to_nothing(root):
    (root / "link").symlink_to("d/target")
    with wire.Connection() as connection:
        before = hits()
        for _ in range(5):
            assert connection.get("/link").status == 404
        assert hits() == before
        make(root / "d" / "target")
        assert connection.get("/link").body == NEW


def test_a_page_for_what_is_not_there(root):
    (root / "404.html").write_bytes(OLD)
    with configuration.configured('[site]\nerror-pages = { 404 = "/404.html" }\n'), sysfs.setting(root=root), \
            wire.Connection() as connection:
        assert warm(connection, "/nothing", status=404).body == OLD
        in_place(root / "404.html")
        assert connection.get("/nothing").body == NEW
        assert warm(connection, "/nothing", status=404).body == NEW
        (root / "404.html").unlink()
        assert connection.get("/nothing").status == 404


def test_a_directory_without_its_slash(root):
    (root / "d").mkdir()
    with wire.Connection() as connection:
        assert warm(connection, "/d", status=301).get("Location") == "/d/"
        before = hits()
        for query in ("a", "b"):
            assert connection.get(f"/d?{query}").get("Location") == f"/d/?{query}"
        assert hits() == before
        (root / "d").rmdir()
        (root / "d").write_bytes(NEW)
        assert connection.get("/d").body == NEW


def test_a_redirect_of_a_rule(root):
    with configuration.configured('[[rule]]\nprefix = "/old"\nredirect = "/new"\n'), sysfs.setting(root=root), \
            wire.Connection() as connection:
        answer = warm(connection, "/old/page")
        assert answer.status in (301, 302, 307, 308) and answer.get("Location") == "/new/page"
        assert connection.get("/old/page?x").get("Location") == "/new/page?x"
    with wire.Connection() as connection:
        assert connection.get("/old/page").status == 404


def test_who_may_read_it_across_origins(root):
    (root / "file").write_bytes(OLD)
    rule = '[[rule]]\nprefix = "/"\norigins = [{}]\n'
    with configuration.configured(rule.format('"*"')), sysfs.setting(root=root), wire.Connection() as connection:
        for fields in ((), ("Origin: https://a.example",)):
            assert warm(connection, "/file", *fields).get("Access-Control-Allow-Origin") == "*"
    with configuration.configured(rule.format('"https://a.example"')), sysfs.setting(root=root), \
            wire.Connection() as connection:
        for _ in range(3):
            allowed = connection.get("/file", "Origin: https://a.example")
            assert allowed.get("Access-Control-Allow-Origin") == "https://a.example"
            assert connection.get("/file").get("Access-Control-Allow-Origin") is None


def kept():
    """The bytes that the cache holds, by status."""
    count = {}
    for entry in entries():
        count[entry["status"]] = count.get(entry["status"], 0) + entry["bytes"]
    return count


def test_who_asks_for_what_is_not_there_displaces_no_file(root):
    with sysfs.setting(cache__kbytes=800), wire.Connection() as connection:
        fill(root, connection, 50)
        files = kept()[200]
        warm(connection, "/nothing-at-all", status=404)
        for number in range(1000):
            assert connection.get(f"/nothing{number}").status == 404
        count = kept()
        assert count[200] == files
        kinds = json.loads(run("khttpdctl", "cache", "stats", "--json").stdout)["kinds"]
        assert {name: kind["bytes"] for name, kind in kinds.items()} == {
            "files": count[200], "codings": 0, "redirects": count.get(301, 0), "errors": count[404]}
        assert 50 << 10 < count[404] <= 100 << 10


CLIENTS, EACH = 10, 10


def version(number):
    """A page of which each line says the same."""
    return b"%08d\n" % number * 100


@pytest.mark.parametrize("way", ("rename", "in_place"))
def test_no_client_gets_what_was_replaced_before_it_asked(root, way):
    path = root / "file"
    path.write_bytes(version(0))
    done, failures = 0, []
    over = threading.Event()

    def fetch():
        connections = [wire.Connection() for _ in range(EACH)]
        try:
            while not over.is_set():
                least = done
                for connection in connections:
                    connection.send(wire.request("/file"))
                for connection in connections:
                    answer = connection.response()
                    if answer.status == 503:
                        continue  # cut off for a moment
                    lines = set(answer.body.split())
                    if answer.status != 200 or min(int(line) for line in lines) < least or \
                            (way == "rename" and len(lines) != 1):
                        failures.append((answer.status, least, lines))
                        over.set()
        except BaseException as error:  # pylint: disable=broad-exception-caught
            failures.append(error)
            over.set()
        finally:
            for connection in connections:
                connection.socket.close()

    clients = [threading.Thread(target=fetch) for _ in range(CLIENTS)]
    before = hits()
    for client in clients:
        client.start()
    for number in range(1, scale.times(60, 10)):
        if way == "rename":
            other = root / "other"
            other.write_bytes(version(number))
            other.rename(path)
        else:
            in_place(path, version(number))
        done = number
        # Long enough for the cache to trust it, now and then.
        if over.wait(0.001 * (number % 50)):
            break
    over.set()
    for client in clients:
        client.join()
    assert not failures, failures[:3]
    assert hits() > before
