# SPDX-License-Identifier: GPL-2.0-or-later
"""The cache under an administrator's hands: its settings, what it tells of itself, and what is flushed from it."""

import errno
import json
import struct
import threading
from collections import Counter

import pytest

import cached
import genl
import sysfs
import wire
from configuration import configured, directories
from control import Server
from genl import text, u32
from shell import eventually, run, state

pytestmark = pytest.mark.usefixtures("server")

HOSTS = """
[server]
root = "{0}/default"

[[vhost]]
names = ["a.test", "other-name.test"]
root = "{0}/a"

[[vhost]]
names = ["*.wild.test"]
root = "{0}/wild"
"""
# By nest and attribute: what is refused, and what is taken instead of the default.
OUT_OF_RANGE = {
    ("CACHE", "BODY_BYTES"): (131073, 4294967295), ("CACHE", "FAST"): (2, 4294967295),
    ("COMPRESSION", "ENABLED"): (2,), ("COMPRESSION", "MIN_BYTES"): (16777217,),
    ("COMPRESSION", "MAX_BYTES"): (16777217, 4294967295), ("COMPRESSION", "LEVEL"): (0, 10),
    ("COMPRESSION", "AT_ONCE"): (0, 65),
}
OTHERS = {
    ("CACHE", "KBYTES"): 1234, ("CACHE", "BODY_BYTES"): 1000, ("CACHE", "FAST"): 0,
    ("COMPRESSION", "ENABLED"): 0, ("COMPRESSION", "MIN_BYTES"): 0, ("COMPRESSION", "MAX_BYTES"): 16777216,
    ("COMPRESSION", "LEVEL"): 9, ("COMPRESSION", "AT_ONCE"): 64,
}


@pytest.fixture(name="control")
def fixture_control():
    """The server by raw netlink."""
    with Server() as control:
        yield control


@pytest.fixture(name="hosts")
def fixture_hosts():
    """Three virtual hosts with the same files; yields the directory of theirs."""
    with directories("default", "a", "wild") as parent:
        for name in ("default", "a", "wild"):
            (parent / name / "sub").mkdir()
            for path in ("one", "two", "sub/one", "sub/two"):
                (parent / name / path).write_text(f"{name}/{path}\n", encoding="ascii")
        with configured(HOSTS.format(parent)):
            yield parent


def path_of(nest, key):
    """The file that has the setting, too."""
    return f"{nest.lower()}/{key.lower()}"


def listed(control):
    """What is in the cache: host, path, coding, status and memory of each."""
    k = control.k
    found = []
    for message in control.link.dump(k["CMD_CACHE_GET"]):
        entry = dict(genl.attributes(dict(message)[k["A_MSG_ENTRY"]]))
        status, memory = (struct.unpack("=I", entry[k[f"A_ENTRY_{key}"]])[0] for key in ("STATUS", "BYTES"))
        host, path, coding = (entry.get(k[f"A_ENTRY_{key}"], b"\0") for key in ("VHOST", "PATH", "CODING"))
        assert host.endswith(b"\0") and path.endswith(b"\0") and coding.endswith(b"\0")
        found.append((host[:-1].decode(), path[:-1].decode(), coding[:-1].decode(), status, memory))
    return found


def names(control):
    """Host and path of what is in the cache."""
    return {entry[:2] for entry in listed(control)}


def flush(control, vhost=None, prefix=None):
    """Drop what is in the cache; return how many went."""
    parts = [text(control.k[f"A_FLUSH_{key}"], value)
             for key, value in (("VHOST", vhost), ("PREFIX", prefix)) if value is not None]
    answer = control.link.ask(control.k["CMD_CACHE_FLUSH"], *parts)
    return struct.unpack("=I", dict(answer[0])[control.k["A_FLUSH_FLUSHED"]])[0]


def get(path, host="nobody.test"):
    """Ask a virtual host for a path."""
    with wire.Connection() as connection:
        connection.send(wire.request(path, host=host))
        return connection.response()


def keep(control, *wanted):
    """Ask for paths of hosts, which must be there, until they are in the cache."""
    def kept():
        for _, path, host in wanted:
            assert get(path, host).status == 200
        return {(name, path) for name, path, _ in wanted} <= names(control)
    eventually(kept, f"{wanted} in the cache")


EVERY = [(name, path, host) for name, host in (("", "nobody.test"), ("a.test", "other-name.test"),
                                               ("*.wild.test", "x.wild.test"))
         for path in ("/one", "/two", "/sub/one", "/sub/two")]


@pytest.mark.parametrize("nest, key", OUT_OF_RANGE)
def test_what_is_out_of_range(control, nest, key):
    number = control.k[f"A_{nest}_{key}"]
    before, generation = control.get(), sysfs.number("generation")
    for value in OUT_OF_RANGE[nest, key]:
        with pytest.raises(genl.Refused) as refused:
            control.change(control.numbers(nest, **{key: value}))
        assert refused.value.errno == errno.ERANGE
        assert refused.value.text == "integer out of range"
        assert refused.value.blamed == (number, struct.pack("=I", value))
        with pytest.raises(OSError) as raised:
            sysfs.write(path_of(nest, key), value)
        assert raised.value.errno in (errno.ERANGE, errno.EINVAL)
    assert control.get() == before
    assert sysfs.number("generation") == generation


def test_a_minimum_above_the_maximum(control):
    parts = control.numbers("COMPRESSION", min_bytes=1001, max_bytes=1000)
    before = control.get()
    with pytest.raises(genl.Refused) as refused:
        control.change(parts)
    assert refused.value.errno == errno.EINVAL
    assert refused.value.text == "min-bytes must not be greater than max-bytes"
    assert refused.value.blamed[0] == control.k["A_CHANGE_COMPRESSION"]
    assert control.get() == before


@pytest.mark.parametrize("nest, key", OTHERS)
def test_what_is_set_is_what_is_read(control, nest, key):
    value, before = OTHERS[nest, key], control.number(control.get(), nest, key)
    assert value != before
    try:
        assert control.number(control.change(control.numbers(nest, **{key: value})), nest, key) == value
        assert control.number(control.get(), nest, key) == value
        assert sysfs.number(path_of(nest, key)) == value
        sysfs.write(path_of(nest, key), before)
        assert control.number(control.get(), nest, key) == before
        name = f"{nest.lower()}.{key.lower().replace('_', '-')}"
        said = str(bool(value)).lower() if key in ("FAST", "ENABLED") else str(value)
        run("khttpdctl", "set", "--runtime", name, said)
        assert sysfs.number(path_of(nest, key)) == value
        told = json.loads(run("khttpdctl", "get", name, "--json").stdout)
        assert told["kernel"][name] == json.loads(said)
        assert wire.get("/").status == 200
    finally:
        control.change(control.numbers(nest, **{key: before}))


def test_what_only_root_may(control, site):
    (site / "file").write_bytes(b"x")
    listing = run("khttpdctl", "cache", "list", user="visitor", check=False)
    assert listing.returncode == 77 and "CAP_NET_ADMIN" in listing.stderr
    keep(control, ("", "/file", "nobody.test"))
    for command in (("khttpdctl", "cache", "flush"), ("sh", "-c", "echo 1 >/sys/kernel/khttpd/cache/flush")):
        assert run(*command, user="visitor", check=False).returncode != 0
    done = run("setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", "sh", "-c",
               "echo 1 >/sys/kernel/khttpd/cache/flush", check=False)
    assert done.returncode != 0
    assert ("", "/file") in names(control)
    assert int(json.loads(run("khttpdctl", "cache", "stats", "--json", user="visitor").stdout)["entries"]) > 0


def test_nothing_to_flush_while_stopped(control, site):
    (site / "file").write_bytes(b"x")
    keep(control, ("", "/file", "nobody.test"))
    run("systemctl", "stop", "khttpd")
    try:
        assert state() == "stopped"
        assert not listed(control)
        assert flush(control) == flush(control, vhost="") == flush(control, prefix="/") == 0
        sysfs.write("cache/flush", 1)
        assert sysfs.number("stats/cache_entries") == sysfs.number("stats/cache_bytes") == 0
        assert run("khttpdctl", "cache", "flush").stdout == "0 responses dropped\n"
        with pytest.raises(genl.Refused) as refused:
            flush(control, vhost="a.test")
        assert refused.value.errno == errno.ENOENT
    finally:
        run("systemctl", "start", "khttpd")
    assert wire.get("/file").body == b"x"


def test_a_server_that_never_ran():
    """In a namespace of its own, where nobody has asked for anything before."""
    with genl.in_new_namespace(Server) as control:
        assert not listed(control)
        assert flush(control) == 0


def test_what_is_listed(control, hosts):  # pylint: disable=unused-argument
    flush(control)
    keep(control, *EVERY)
    for name, path, coding, status, memory in listed(control):
        assert coding == "" and status == 200, (name, path)
        assert len(path) < memory < 1 << 16
    told = cached.entries()
    assert [(entry["vhost"], entry["path"]) for entry in told] == sorted(names(control))
    lines = run("khttpdctl", "cache", "list").stdout.splitlines()
    assert len(lines) == len(told)
    assert any(line.endswith(" (default) /sub/one") for line in lines)


def test_the_gauges_are_what_is_listed(control, hosts):  # pylint: disable=unused-argument
    keep(control, *EVERY)

    def equal():
        entries = listed(control)
        return (sysfs.number("stats/cache_entries"), sysfs.number("stats/cache_bytes")) == (
            len(entries), sum(entry[4] for entry in entries))
    eventually(equal, "gauges that are equal to the sum of what is listed")
    stats = json.loads(run("khttpdctl", "stats", "--json").stdout)["cache"]
    assert stats["entries"] == sysfs.number("stats/cache_entries") == len(EVERY)
    assert stats["bytes"] == sysfs.number("stats/cache_bytes") > 0


def test_flushing_a_virtual_host(control, hosts):  # pylint: disable=unused-argument
    keep(control, *EVERY)
    assert flush(control, vhost="a.test") == 4
    assert {name for name, _ in names(control)} == {"", "*.wild.test"}
    assert flush(control, vhost="a.test") == 0
    assert flush(control, vhost="") == 4
    assert {name for name, _ in names(control)} == {"*.wild.test"}
    assert flush(control, vhost="*.WILD.test") == 4
    assert not listed(control)
    keep(control, *EVERY)
    assert flush(control, vhost="other-name.test") == 4


def test_flushing_beneath_a_prefix(control, hosts):  # pylint: disable=unused-argument
    keep(control, *EVERY)
    assert flush(control, prefix="/nothing") == 0
    assert flush(control, prefix="/sub/one/longer") == 0
    assert flush(control, prefix="/sub/one") == 3
    assert flush(control, prefix="/sub") == 3
    assert {path for _, path in names(control)} == {"/one", "/two"}
    assert flush(control, vhost="a.test", prefix="/t") == 1
    assert names(control) == {entry[:2] for entry in EVERY
                              if "/sub" not in entry[1] and entry[:2] != ("a.test", "/two")}
    assert flush(control, prefix="") == 5
    assert not listed(control)


def test_flushing_everything(control, hosts):
    keep(control, *EVERY)
    assert flush(control) == len(EVERY)
    assert not listed(control) and sysfs.number("stats/cache_entries") == 0
    keep(control, *EVERY)
    sysfs.write("cache/flush", "anything")
    assert not listed(control)
    with pytest.raises(OSError) as raised:
        sysfs.read("cache/flush")
    assert raised.value.errno == errno.EACCES
    for name, path, host in EVERY:
        directory = {"": "default", "a.test": "a", "*.wild.test": "wild"}[name]
        assert get(path, host).body == (hosts / directory / path[1:]).read_bytes()


def test_flushing_by_khttpdctl(control, hosts):  # pylint: disable=unused-argument
    keep(control, *EVERY)
    assert run("khttpdctl", "cache", "flush", "--vhost", "a.test", "--prefix", "/one").stdout == "1 response dropped\n"
    told = run("khttpdctl", "cache", "flush", "--prefix=/sub/", "--json").stdout
    assert json.loads(told) == {"schema_version": 1, "flushed": 6}
    assert run("khttpdctl", "cache", "flush", "--quiet").stdout == ""
    assert not listed(control)


def test_a_virtual_host_that_is_not_there(control, hosts):  # pylint: disable=unused-argument
    keep(control, *EVERY)
    for name in ("nobody.test", "a.tes", "a.testt", "x.wild.test", "wild.test", "*", "x" * 255):
        with pytest.raises(genl.Refused) as refused:
            flush(control, vhost=name, prefix="/")
        assert refused.value.errno == errno.ENOENT
        assert refused.value.text == "no virtual host has this name"
        assert refused.value.blamed == (control.k["A_FLUSH_VHOST"], name.encode() + b"\0")
    done = run("khttpdctl", "cache", "flush", "--vhost", "nobody.test", check=False)
    assert done.returncode == 66
    assert done.stderr.startswith("error: vhost: no virtual host has this name\nhint: ")
    assert len(listed(control)) == len(EVERY)


def test_flushes_that_are_malformed(control):
    k = control.k
    for parts in ([text(k["A_FLUSH_VHOST"], "x" * 256)], [text(k["A_FLUSH_PREFIX"], "/" * 4096)],
                  [text(k["A_FLUSH_VHOST"], "x", nul=False)], [u32(k["A_FLUSH_FLUSHED"], 1)],
                  [genl.attr(k["A_FLUSH_PREFIX"])]):
        with pytest.raises(genl.Refused) as refused:
            control.link.ask(k["CMD_CACHE_FLUSH"], *parts)
        assert refused.value.errno in (errno.EINVAL, errno.ERANGE)


def test_a_list_of_many_messages(control, site):
    """The dump takes breaks, and shows each response once."""
    wanted = [f"/{'x' * 200}{i}" for i in range(600)]
    for path in wanted:
        (site / path[1:]).write_bytes(b"x")

    def kept():
        with wire.Connection() as connection:
            for path in wanted:
                assert connection.get(path).status == 200
        return Counter(entry[1] for entry in listed(control)) == Counter(wanted)
    eventually(kept, "every path in the list, once")
    assert flush(control, prefix=f"/{'x' * 200}1") == 111
    assert len(listed(control)) == 489


def test_a_path_that_is_very_long(control, site):
    """Of which the list shows the beginning."""
    directory = site
    for _ in range(7):
        directory = directory / ("x" * 200)
        directory.mkdir()
    (directory / ("x" * 200)).write_bytes(b"x")
    path = ("/" + "%78" * 200) * 8

    def kept():
        assert wire.get(path).status == 200
        return ("", path[:4095]) in names(control)
    eventually(kept, "the path in the list")
    assert flush(control, prefix=path[:4095]) == 1


def test_no_cache_at_all(control, site):
    (site / "file").write_bytes(b"here")
    with sysfs.setting(cache__kbytes=0):
        before = sysfs.number("stats/cache_hits")
        for _ in range(5):
            assert wire.get("/file").body == b"here"
        assert not listed(control)
        assert sysfs.number("stats/cache_hits") == before
        assert sysfs.number("stats/cache_entries") == sysfs.number("stats/cache_bytes") == 0
    keep(control, ("", "/file", "test"))


def test_what_is_counted(control, site):
    (site / "file").write_bytes(b"here")
    with sysfs.setting(cache__fast=0):
        keep(control, ("", "/file", "test"))
        before = {name: sysfs.number(f"stats/{name}") for name in ("cache_hits", "cache_misses", "fast", "requests")}
        with wire.Connection() as connection:
            for _ in range(20):
                assert connection.get("/file").body == b"here"
        # A response is counted when it has been sent, the last before these perhaps after they were looked at.
        eventually(lambda: sysfs.number("stats/cache_hits") - before["cache_hits"] in (20, 21), "all were hits")
        after = {name: sysfs.number(f"stats/{name}") for name in before}
        assert after["cache_misses"] == before["cache_misses"]
        assert after["fast"] == before["fast"]
    told = json.loads(run("khttpdctl", "cache", "stats", "--json").stdout)
    assert told["hits"] >= 20 and told["max_bytes"] == 1024 * sysfs.number("cache/kbytes")


def test_flushing_while_others_ask_and_list(control, hosts):  # pylint: disable=unused-argument
    """Nobody gets in anybody's way."""
    failed = []
    done = threading.Event()

    def ask():
        while not done.is_set():
            for name, path, host in EVERY:
                response = get(path, host)
                if response.status != 200 or not response.body.endswith(path.encode() + b"\n"):
                    failed.append((name, path, response))

    def look():
        with Server() as own:
            while not done.is_set():
                if not names(own) <= {entry[:2] for entry in EVERY}:
                    failed.append(names(own))

    threads = [threading.Thread(target=work) for work in (ask, ask, look)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(50):
            flush(control, prefix="/sub")
            flush(control, vhost="a.test")
            flush(control)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failed
    keep(control, *EVERY)
