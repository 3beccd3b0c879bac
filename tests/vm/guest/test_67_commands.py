# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole sessions with the commands that look at the configuration and change it."""

import errno
import json
import socket
from pathlib import Path

import pytest

import sysfs
import wire
from configuration import directories
from shell import run

DROPINS = Path("/etc/khttpd/khttpd.conf.d")
OWN = DROPINS / "50-khttpdctl.conf"
ADMINISTRATORS = DROPINS / "10-test.conf"
WORKQUEUES = Path("/sys/devices/virtual/workqueue")


def ctl(*words, status=0, **options):
    """Run khttpdctl and return what it printed; it must end with a status, and explain any but success."""
    done = run("khttpdctl", *words, check=False, **options)
    assert done.returncode == status, done
    if status > 1:
        assert "error: " in done.stderr and "Traceback" not in done.stderr
    return done.stdout


def told(*words, **options):
    """Run khttpdctl and return the JSON that it printed."""
    answer = json.loads(ctl(*words, "--json", **options))
    assert answer["schema_version"] == 1
    return answer


def same():
    """The running server has what the files say."""
    assert ctl("diff") == ""
    assert told("diff")["differences"] == []


def refused(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED


@pytest.fixture(autouse=True)
def restored(server):  # pylint: disable=unused-argument
    """The files are as before when a test has ended."""
    before = OWN.read_text(encoding="utf-8")
    yield
    OWN.write_text(before, encoding="utf-8")
    ADMINISTRATORS.unlink(missing_ok=True)
    run("khttpdctl", "apply")
    same()


def test_a_difference_is_seen_and_applied():
    same()
    generation = told("diff")["generation"]
    assert generation == sysfs.number("generation")
    ADMINISTRATORS.write_text("[timeouts]\nidle-ms = 15000\n[[rule]]\nprefix = '/x'\nlisting = true\n",
                              encoding="utf-8")
    assert ctl("diff", status=1) == ("timeouts.idle-ms: 60000 -> 15000\nrule[/x]: none -> { listing = true }\n")
    assert ctl("apply", "--dry-run") == ctl("diff", status=1)
    found = {each["key"]: each for each in told("diff", status=1)["differences"]}
    assert found["timeouts.idle-ms"] == {"key": "timeouts.idle-ms", "running": 60000, "files": 15000}
    assert sysfs.number("timeouts/idle_ms") == 60000 and sysfs.number("generation") == generation
    ctl("apply", "--expect-generation", generation)
    same()
    assert sysfs.number("timeouts/idle_ms") == 15000


def test_a_stale_generation_changes_nothing():
    seen = told("diff")["generation"]
    ctl("set", "--runtime", "limits.fields", 50)
    for words in (("apply",), ("set", "limits.fields", 60, "--runtime"),
                  ("listener", "add", "127.0.0.1:8081", "--runtime"), ("timeout", "set", "idle=5s", "--runtime")):
        ctl(*words, "--expect-generation", seen, status=75)
    assert sysfs.number("limits/fields") == 50
    assert told("set", "--runtime", "limits.fields", 70, "--expect-generation", seen + 1)["generation"] == seen + 2
    ctl("set", "limits.fields", 70, "--expect-generation", seen + 2, status=64)


def test_a_stopped_server_differs():
    run("systemctl", "stop", "khttpd")
    assert ctl("diff", status=1) == "state: stopped -> running\n"
    ctl("show-config", "--running", status=69)
    run("systemctl", "start", "khttpd")
    same()


def test_what_is_shown_gives_the_same(tmp_path):
    with directories("site") as parent:
        ADMINISTRATORS.write_text(
            f"""[site]\nlisting = true\nerror-pages = {{ 404 = "/no.html" }}
                [[rule]]\nprefix = "/"\nfields = {{ X-One = "1" }}\ncache-control = "public"\nexpires = "1h"
                [[rule]]\nprefix = "/a"\nfields = {{ A = "2" }}\nremove = ["X-One"]\ncache-control = ""
                [[vhost]]\nnames = ["example.org", "*.example.org"]\nroot = "{parent}/site"\nlisting = false
                [[vhost.rule]]\nprefix = "/b"\nredirect = "/c"\nstatus = 308
                [mime.types]\n"text/x-foo" = ["foo"]\n""", encoding="utf-8")
        ctl("apply")
        same()
        for words in (("show-config",), ("show-config", "--running")):
            other = tmp_path / words[-1]
            other.mkdir()
            (other / "khttpd.conf").write_text(ctl(*words), encoding="utf-8")
            ctl("check", "-c", other / "khttpd.conf")
            assert ctl("--config-dir", other, "diff") == ""
        # It is what counts, and not only what compares equal.
        ctl("set", "--runtime", "site.listing", "false")
        ctl("--config-dir", tmp_path / "--running", "apply")
        same()
    shown = told("show-config")["configuration"]
    assert shown["vhost"][0]["names"] == ["example.org", "*.example.org"]
    assert shown["site"]["listing"] is True


def words_of(value):
    """A value as set takes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def test_every_key_can_be_got_and_set():
    settings = told("get")["settings"]
    assert len(settings) > 30
    for key, value in settings.items():
        if key == "listener":
            assert ctl("get", key) == "[::]:80\n"
            value = ["[::]:80"]
        ctl("set", key, words_of(value))
    same()
    assert told("get")["settings"] == settings


def test_every_key_that_was_set_can_be_unset():
    before = OWN.read_text(encoding="utf-8")
    settings = told("get")["settings"]
    for key, value in settings.items():
        if key == "server.root":
            continue
        ctl("set", key, "[::]:80" if key == "listener" else words_of(value))
        assert told("unset", key)["changed"] == [key]
    same()
    assert told("get")["settings"] == settings
    assert OWN.read_text(encoding="utf-8") == before
    assert ctl("unset", "limits.fields") == "limits.fields: nothing to do, no file has it\n"


def test_what_is_unset_is_left_to_other_files():
    ADMINISTRATORS.write_text("[limits]\nfields = 60\n", encoding="utf-8")
    ctl("apply")
    ctl("set", "limits.fields", 50)
    assert sysfs.number("limits/fields") == 50
    assert f"limits.fields: {ADMINISTRATORS}:2:10 counts now\n" in ctl("unset", "limits.fields")
    assert sysfs.number("limits/fields") == 60
    generation = sysfs.number("generation")
    ctl("unset", "limits.fields", status=78)
    # A server that runs has a root, and listens where it can.
    ctl("unset", "server.root", status=78)
    ctl("set", "listener", "[::]:8081")
    with socket.create_server(("127.0.0.1", 80)):
        before = OWN.read_text(encoding="utf-8")
        ctl("unset", "listener", status=71)
        assert OWN.read_text(encoding="utf-8") == before
    assert wire.get("/", port=8081).status == 200 and sysfs.number("generation") == generation + 1
    ctl("unset", "listener")
    assert wire.get("/").status == 200 and refused(8081)
    same()


def test_error_pages_and_types_come_and_go():
    with directories("site") as parent:
        root = parent / "site"
        (root / "404.html").write_text("nothing here", encoding="ascii")
        (root / "lamp.foo").write_text("{}", encoding="ascii")
        (parent / "types").write_text("text/x-foo foo\n", encoding="ascii")
        ctl("set-root", root)
        ctl("set", "site.error-pages.404", "/404.html")
        assert wire.get("/none").body == b"nothing here" and wire.get("/none").status == 404
        ctl("set", "--runtime", "site.error-pages.404", "")
        assert wire.get("/none").body != b"nothing here"
        assert told("get", "site.error-pages.404")["kernel"] == {"site.error-pages.404": None}
        ctl("apply")
        assert wire.get("/none").body == b"nothing here"
        ctl("set", "mime.file", parent / "types")
        assert wire.get("/lamp.foo").get("content-type").startswith("text/x-foo")
        same()
        ctl("set", "--runtime", "mime.file", "/dev/null")
        assert not wire.get("/lamp.foo").get("content-type").startswith("text/x-foo")
    ctl("set", "site.error-pages.200", "/a", status=64)
    ctl("set", "site.error-pages.404", "a", status=64)


def test_rules_come_and_go():
    ctl("set", "rule[/old].redirect", "/new")
    ctl("set", "rule[/old].status", 308)
    answer = wire.get("/old/x?y")
    assert answer.status == 308 and answer.get("location") == "/new/x?y"
    same()
    assert ctl("get", "rule[/old]") == "{ redirect = '/new', status = 308 }\n"
    ctl("set", "--runtime", "rule[/old].status", 302)
    ctl("set", "--runtime", "rule[/].fields.X-One", "1")
    answer = wire.get("/old")
    assert answer.status == 302 and answer.get("x-one") == "1"
    assert ctl("diff", status=1).startswith("rule[/]: { fields = { X-One = '1' } } -> none\n")
    ctl("unset", "rule[/old]")
    assert wire.get("/old").status == 404 and wire.get("/").get("x-one") is None
    same()
    for key, value in (("rule[/old].status", "308"), ("rule[/old].expire", "1"), ("rule[old]", ""),
                       ("rule[/old]", "x")):
        ctl("set", key, value, status=64)
    ADMINISTRATORS.write_text("[[rule]]\nprefix = '/x'\nexpires = 60\nlisting = true\n", encoding="utf-8")
    ctl("apply")
    for words in (("set", "rule[/x]", ""), ("unset", "rule[/x]")):
        ctl(*words, status=78)
    ctl("set", "rule[/x].expires", "1h")
    same()
    assert told("get", "rule[/x]")["kernel"] == {"rule[/x]": {"expires": 3600, "listing": True}}
    ctl("unset", "rule[/x].listing")
    assert told("get", "rule[/x]")["kernel"] == {"rule[/x]": {"expires": 3600}}
    ctl("unset", "rule[/x]")
    assert told("get", "rule[/x]")["kernel"] == {"rule[/x]": {"expires": 60, "listing": True}}
    same()


def test_types_of_extensions_come_and_go():
    with directories("site") as parent:
        (parent / "site" / "lamp.tm.foo").write_text("{}", encoding="ascii")
        ctl("set-root", parent / "site")

        def kind():
            return wire.get("/lamp.tm.foo").get("content-type")

        before = kind()
        ctl("set", "mime.types.tm.foo", "text/x-tm")
        ctl("set", "--runtime", "mime.types.foo", "text/x-foo")
        assert kind().startswith("text/x-tm")
        assert told("get", "mime.types.foo")["kernel"] == {"mime.types.foo": "text/x-foo"}
        ctl("set", "--runtime", "mime.types.tm.foo", "")
        assert kind().startswith("text/x-foo")
        assert ctl("get", "mime.types.tm.foo") == "text/x-tm\n"
        ctl("set", "mime.types.tm.foo", "")
        assert kind() == before
        same()
    for key, value in (("mime.types.FOO", "text/x-foo"), ("mime.types.foo", "foo"), ("mime.types", "")):
        ctl("set", key, value, status=64)


def test_listeners_come_and_go():
    """The default one stays, wherever it is named."""
    ctl("listener", "add", "127.0.0.1:8081", "--backlog", 100)
    assert wire.get("/", port=8081).status == wire.get("/").status == 200
    assert sorted(each["port"] for each in told("listener", "list")["listeners"]) == [80, 8081]
    ctl("listener", "add", "127.0.0.1:8081", status=78)
    same()
    run("systemctl", "restart", "khttpd")
    assert wire.get("/", port=8081).status == wire.get("/").status == 200
    ctl("listener", "del", "127.0.0.1:8081")
    assert refused(8081) and wire.get("/").status == 200
    assert "listener" not in OWN.read_text(encoding="utf-8")
    ctl("listener", "del", "[::]:80", status=78)
    ctl("listener", "del", "[::]:81", status=66)


def test_the_listeners_of_the_administrator_stay():
    ADMINISTRATORS.write_text("[[listener]]\n[[listener]]\nport = 8082\n", encoding="utf-8")
    ctl("apply")
    added = run("khttpdctl", "listener", "add", "127.0.0.1:8083")
    assert f"{ADMINISTRATORS}:1:1" in added.stderr
    for port in (80, 8082, 8083):
        assert wire.get("/", port=port).status == 200
    same()
    ctl("listener", "del", "127.0.0.1:8083")
    assert "listener" not in OWN.read_text(encoding="utf-8")
    assert refused(8083) and wire.get("/", port=8082).status == 200


def test_a_listener_that_cannot_be_is_not_saved():
    before = OWN.read_text(encoding="utf-8")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 8084))
        other.listen()
        ctl("listener", "add", "127.0.0.1:8084", status=71)
    assert OWN.read_text(encoding="utf-8") == before
    ctl("listener", "add", "127.0.0.1:8084", "--runtime")
    assert wire.get("/", port=8084).status == 200
    assert OWN.read_text(encoding="utf-8") == before
    ctl("apply")
    assert refused(8084)


def ask(host, target="/"):
    """Ask a virtual host."""
    with wire.Connection() as connection:
        connection.send(wire.request(target, host=host))
        return connection.response("GET")


def test_virtual_hosts_come_and_go():
    def body(host):
        return ask(host).body

    with directories("site") as parent:
        (parent / "site" / "index.html").write_text("of its own", encoding="ascii")
        default = body("example.org")
        ctl("vhost", "add", "example.org", "*.example.org", "[2001:db8::1]", "--root", parent / "site")
        for host in ("example.org", "www.example.org", "[2001:db8::1]"):
            assert body(host) == b"of its own"
        same()
        ctl("vhost", "add", "www.example.com", "--set", "index=none", "--set", "listing=true", "--runtime")
        assert body("www.example.com") not in (default, b"of its own")
        ctl("vhost", "add", "other.org", "example.org", status=78)
        ctl("vhost", "del", "*.example.org")
        assert body("example.org") == default
        assert [host["names"] for host in told("vhost", "list")["vhosts"]] == [["www.example.com"]]
        ctl("vhost", "add", "example.org", "--root", parent / "none", status=66)
    ADMINISTRATORS.write_text("[[vhost]]\nnames = ['a.example']\n", encoding="utf-8")
    ctl("apply")
    ctl("vhost", "del", "a.example", status=78)
    same()


def test_what_a_virtual_host_has_comes_and_goes():
    with directories("site", "site/img", "other") as parent:
        (parent / "site" / "404.html").write_text("nothing here", encoding="ascii")
        (parent / "site" / "img" / "a.html").write_text("of its own", encoding="ascii")
        ctl("vhost", "add", "example.org", "--root", parent / "site")
        assert ask("example.org", "/img/").status == 403
        for key, value in (("listing", "true"), ("error-pages.404", "/404.html"), ("charset", "latin1"),
                           ("rule[/img].fields.X-One", "1"), ("names", "example.org *.example.org")):
            ctl("set", f"vhost[example.org].{key}", value)
            assert ctl("get", f"vhost[Example.org.].{key}") == f"{value}\n"
            same()
        answer = ask("www.example.org", "/img/")
        assert answer.status == 200 and b"a.html" in answer.body and answer.get("x-one") == "1"
        assert ask("example.org", "/img/a.html").get("content-type") == "text/html; charset=latin1"
        assert ask("example.org", "/none").body == b"nothing here"
        assert ask("elsewhere.org", "/none").body != b"nothing here"
        # The server alone is changed, and by one thing at a time.
        ctl("set", "--runtime", "vhost[www.example.org].index", "a.html")
        ctl("set", "--runtime", "vhost[example.org].rule[/img].expires", "1h")
        answer = ask("example.org", "/img/")
        assert answer.body == b"of its own" and answer.get("x-one") == "1" and answer.get("expires")
        assert told("get", "vhost[example.org].index")["kernel"] == {"vhost[example.org].index": ["a.html"]}
        ctl("set", "vhost[example.org].rule[/img]", "")
        ctl("set", "vhost[example.org].listing", "")
        same()
        answer = ask("example.org", "/img/")
        assert answer.status == 403 and answer.get("x-one") is None
        ctl("unset", "vhost[example.org].charset")
        assert ask("example.org", "/img/a.html").get("content-type") == "text/html; charset=utf-8"
        same()
        ctl("set", "vhost[example.org].root", parent / "other")
        assert ask("example.org", "/img/a.html").status == 404
        ctl("set", "vhost[example.org].root", parent / "none", status=66)
        test_every_key_can_be_got_and_set()
        ctl("vhost", "del", "example.org")
    for key in ("vhost[example.org].listing", "vhost[example.org].rule[/].expires"):
        ctl("set", key, "1", status=66)
        ctl("get", key, status=66)
    ctl("set", "vhost[example.org]", "", status=64)


def test_a_virtual_host_of_the_administrator_is_copied():
    ADMINISTRATORS.write_text("[[vhost]]\nnames = ['a.example']\n[[vhost.rule]]\nprefix = '/'\n"
                              "fields = { X-One = '1' }\n", encoding="utf-8")
    ctl("apply")
    ctl("set", "vhost[a.example].names", "b.example", status=78)
    ctl("set", "vhost[a.example].server-field", "false")
    same()
    answer = ask("a.example")
    assert answer.get("x-one") == "1" and answer.get("server") is None
    assert ask("b.example").get("server")
    assert "X-One" in OWN.read_text(encoding="utf-8")


def test_workqueues_and_their_cpus():
    def cold():
        return told("wq", "show")["cold"]

    ctl("wq", "set", "cold", "--cpumask", "1", status=78)
    ctl("wq", "set", "hot", "--flags", "unbound,cpu-intensive", status=78)
    ctl("wq", "set", "cold", "--flags", "sysfs,highpri", "--max-active", 7, "--cpumask", "00000001")
    first = cold()
    assert first["running"] == {"flags": ["unbound", "highpri", "sysfs"], "max-active": 7, "cpumask": "1"}
    mask = WORKQUEUES / first["name"] / "cpumask"
    assert int(mask.read_text(encoding="ascii").replace(",", ""), 16) == 1
    assert wire.get("/").status == 200
    same()
    # Another workqueue, with another name, has the mask as well.
    ctl("set", "workqueue.cold.max-active", 8)
    assert cold()["name"] != first["name"] and cold()["running"]["cpumask"] == "1"
    run("systemctl", "restart", "khttpd")
    assert cold()["running"]["cpumask"] == "1"
    same()
    # A mask with a CPU that no kernel has is refused when the rest has been done, and that is taken back.
    before = cold()["running"]
    nobodys = ",".join(["1"] + ["00000000"] * 256)
    ctl("wq", "set", "cold", "--max-active", 9, "--cpumask", nobodys, status=71)
    assert cold()["running"] == before
    ctl("wq", "set", "cold", "--max-active", 9, "--cpumask", nobodys, "--runtime", status=71)
    assert cold()["running"] == before and wire.get("/").status == 200
    same()
    ctl("wq", "set", "cold", "--cpumask", "0", status=64)
    ctl("wq", "set", "hot", "--cpumask", "1", "--runtime", status=69)
    for flag in ("highpri", "cpu-intensive", "freezable", "mem-reclaim", "power-efficient", "sysfs", "unbound"):
        ctl("wq", "set", "hot", "--flags", flag, "--runtime")
        assert told("wq", "show")["hot"]["running"]["flags"] == [flag]
        assert wire.get("/").status == 200


def test_timeouts():
    ctl("timeout", "set", "idle=15s", "head=2500ms")
    assert (sysfs.number("timeouts/idle_ms"), sysfs.number("timeouts/head_ms")) == (15000, 2500)
    assert "idle       15000 ms\n" in ctl("timeout", "show")
    same()
    ctl("timeout", "set", "idle=10ms", status=64)
    ctl("timeout", "set", "idel=10s", status=64)


def test_everybody_may_look_and_nobody_else_may_change():
    generation = sysfs.number("generation")
    for words in (("diff",), ("show-config",), ("show-config", "--running"), ("listener", "list"), ("vhost", "list"),
                  ("wq", "show"), ("timeout", "show"), ("get",), ("apply", "--dry-run")):
        told(*words, user="visitor")
    for words in (("listener", "add", "127.0.0.1:8085"), ("vhost", "add", "a.example"), ("timeout", "set", "idle=5s"),
                  ("wq", "set", "hot", "--max-active", 5)):
        ctl(*words, user="visitor", status=77)
        ctl(*words, "--runtime", user="visitor", status=77)
    for words in (("apply",), ("unset", "server.root")):
        ctl(*words, user="visitor", status=77)
    assert sysfs.number("generation") == generation
