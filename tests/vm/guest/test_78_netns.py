# SPDX-License-Identifier: GPL-2.0-or-later
"""Network namespaces with names: khttpdctl --netns, and a service for each."""

import json
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

import wire
from load import Workers
from shell import eventually, run

NAMES = ("blue", "light-green")
ADDRESSES = {name: (f"192.0.2.{4 * number + 1}", f"192.0.2.{4 * number + 2}") for number, name in enumerate(NAMES)}
CONFIGURATION = Path("/etc/khttpd/netns")
NET_ADMIN = 1 << 12

pytestmark = pytest.mark.usefixtures("server")


def service(name):
    """The unit of a namespace."""
    return f"khttpd@{name}.service"


def there(name):
    """The address of a namespace's server."""
    return ADDRESSES[name][1]


def control(name, *words, **options):
    """Run khttpdctl for the server of a namespace."""
    return run("khttpdctl", "--netns", name, *words, **options)


def status(name):
    """What khttpdctl tells of a namespace's server."""
    return json.loads(control(name, "status", "--json", check=False).stdout)


def shown(name, what):
    """A property of a namespace's service."""
    return run("systemctl", "show", "--value", f"--property={what}", service(name)).stdout.strip()


def daemon(name):
    """The daemon's process id; 0 without one."""
    return int(shown(name, "MainPID"))


def end_of_cable(name):
    """The device here that leads there."""
    return f"kh{NAMES.index(name)}"


def make(name, root):
    """Make a namespace, joined to this one by a cable, whose server is to serve a directory."""
    here, away = ADDRESSES[name]
    run("ip", "netns", "add", name)
    run("ip", "link", "add", end_of_cable(name), "type", "veth", "peer", "name", "uplink", "netns", name)
    run("ip", "address", "add", f"{here}/30", "dev", end_of_cable(name))
    run("ip", "link", "set", end_of_cable(name), "up")
    run("ip", "-n", name, "address", "add", f"{away}/30", "dev", "uplink")
    for device in ("lo", "uplink"):
        run("ip", "-n", name, "link", "set", device, "up")
    control(name, "set-root", root)


def gone(name):
    """Whether nothing keeps the namespace: then its end of the cable went, and with it ours."""
    return not Path("/sys/class/net", end_of_cable(name)).exists()


def remove(name):
    """Remove a namespace with all that belongs to it, as far as it is there."""
    run("systemctl", "stop", service(name))
    run("systemctl", "reset-failed", service(name), check=False)
    if Path("/run/netns", name).exists():
        run("ip", "netns", "delete", name)
    eventually(lambda: gone(name), "the namespace is gone")
    shutil.rmtree(CONFIGURATION / name, ignore_errors=True)


@pytest.fixture(name="both")
def fixture_both():
    """Two namespaces whose services serve different directories on the same port, of /tmp and /home."""
    roots = {}
    try:
        for name, parent in zip(NAMES, ("/tmp", "/home")):
            roots[name] = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
            roots[name].chmod(0o755)
            (roots[name] / "index.html").write_text(name, encoding="ascii")
            make(name, roots[name])
            run("systemctl", "start", service(name))
        yield roots
    finally:
        for name, root in roots.items():
            remove(name)
            shutil.rmtree(root)


def visit(name):
    """Ask a namespace's server a few times on one connection."""
    with wire.Connection(host=there(name)) as connection:
        for _ in range(20):
            assert connection.get("/").body == name.encode()


def test_each_service_serves_its_own_directory(both):
    for name, root in both.items():
        visit(name)
        assert status(name)["root"] == str(root)
        assert control(name, "get", "server.root").stdout.strip() == str(root)
        assert str(root) in (CONFIGURATION / name / "khttpd.conf.d/50-khttpdctl.conf").read_text(encoding="utf-8")
        assert "good requests: 5 [100%]" in control(name, "bench", "-n", "5", "-c", "1", "http://127.0.0.1/").stdout
        assert f"serving {root} on " in shown(name, "StatusText")
    here = wire.get("/").body
    assert here not in (name.encode() for name in NAMES)
    # A change of one is a change of that one alone.
    blue, green = NAMES
    control(blue, "set", "server.root", both[green])
    assert wire.get("/", host=there(blue)).body == green.encode()
    assert status(green)["generation"] == 1
    assert wire.get("/").body == here


def test_the_daemon_is_confined_in_its_namespace(both):
    for name in both:
        process = Path("/proc", str(daemon(name)))
        fields = dict(line.split(":\t", 1) for line in (process / "status").read_text(encoding="ascii").splitlines())
        assert "0" not in fields["Uid"].split()
        assert [int(fields[which], 16) for which in ("CapEff", "CapBnd")] == [NET_ADMIN, NET_ADMIN]
        assert os.stat(process / "ns/net").st_ino == os.stat(f"/run/netns/{name}").st_ino


def test_stopping_one_leaves_the_other(both):
    blue, green = NAMES
    with wire.Connection(host=there(green)) as kept:
        assert kept.get("/").body == green.encode()
        run("systemctl", "stop", service(blue))
        assert status(blue)["state"] == "stopped"
        with pytest.raises(ConnectionRefusedError):
            wire.get("/", host=there(blue))
        assert kept.get("/").body == green.encode()
    visit(green)
    run("systemctl", "start", service(blue))
    visit(blue)
    # Nothing of this concerned the machine's own.
    assert wire.get("/").status == 200
    assert len(both) == 2


def test_a_server_whose_daemon_is_killed_is_adopted(both):
    blue = NAMES[0]
    old, before = daemon(blue), status(blue)["generation"]
    with wire.Connection(host=there(blue)) as kept, Workers(lambda: visit(blue), 1) as visitors:
        visitors.progress()
        os.kill(old, signal.SIGKILL)
        new = eventually(lambda: shown(blue, "ActiveState") == "active" and daemon(blue), "the daemon is back")
        assert new != old
        visitors.progress()
        assert kept.get("/").body == blue.encode()
    assert status(blue)["generation"] == before
    # What it adopted, it can stop.
    run("systemctl", "stop", service(blue))
    assert status(blue)["state"] == "stopped"
    visit(NAMES[1])
    assert len(both) == 2


def test_a_reload_that_fails_leaves_what_is_served(both):
    blue = NAMES[0]
    drop_in = CONFIGURATION / blue / "khttpd.conf.d/90-wrong.conf"
    drop_in.write_text("[server]\nrooot = '/srv'\n", encoding="ascii")
    assert run("systemctl", "reload", service(blue), check=False).returncode != 0
    assert f"{drop_in}:2:1" in run("journalctl", "-u", service(blue), "-o", "cat").stdout
    visit(blue)
    drop_in.write_text(f"[server]\nroot = '{both[NAMES[1]]}'\n", encoding="ascii")
    run("systemctl", "reload", service(blue))
    assert wire.get("/", host=there(blue)).body == NAMES[1].encode()


def test_a_namespace_is_deleted_under_load_while_the_other_serves(both):
    blue, green = NAMES

    def visit_what_goes():
        try:
            with wire.Connection(host=there(blue), timeout=5) as connection:
                for _ in range(1000):
                    assert connection.get("/").body == blue.encode()
        except (OSError, wire.Closed):
            # It has gone.
            pass

    with Workers(lambda: visit(green), 2) as stay, Workers(visit_what_goes, 2) as go:
        stay.progress()
        visit(blue)
        run("ip", "netns", "delete", blue)
        # The daemon notices, stops the server, and ends: a success.
        eventually(lambda: shown(blue, "ActiveState") == "inactive", "the service has ended")
        assert shown(blue, "Result") == "success"
        eventually(lambda: gone(blue), "the namespace is gone")
        assert not go.error
        stay.progress()
    visit(green)
    assert wire.get("/").status == 200
    # It can come back.
    make(blue, both[blue])
    run("systemctl", "start", service(blue))
    visit(blue)


def test_nothing_keeps_a_namespace_whose_daemon_dies_after_the_deletion(both):
    blue, green = NAMES
    assert both
    run("ip", "netns", "delete", blue)
    os.kill(daemon(blue), signal.SIGKILL)
    eventually(lambda: gone(blue), "the namespace is gone")
    eventually(lambda: shown(blue, "ActiveState") == "failed", "the service has nowhere to be")
    visit(green)


def test_what_does_not_exist_is_told():
    done = control("nowhere", "status", check=False)
    assert done.returncode == 66
    assert done.stderr == ("error: there is no network namespace 'nowhere'\n"
                           "hint: 'ip netns add nowhere' makes one\n")
    assert control("..", "status", check=False).returncode == 64
    assert run("systemctl", "start", service("nowhere"), check=False).returncode != 0
    # By the field: -u asks for the sender's control group too, which may be gone already.
    said = run("journalctl", "UNIT=" + service("nowhere"), "-o", "cat").stdout
    assert "/run/netns/nowhere" in said
    run("systemctl", "reset-failed", service("nowhere"))


def test_only_root_enters(both):
    name = NAMES[0]
    done = control(name, "status", check=False, user="visitor")
    assert done.returncode == 77
    assert "CAP_SYS_ADMIN" in done.stderr
    assert "sudo" in done.stderr
    # Who is there already needs nothing.
    done = run("nsenter", f"--net=/run/netns/{name}", "runuser", "-u", "visitor", "--",
               "khttpdctl", "--netns", name, "status", "--json")
    assert json.loads(done.stdout)["root"] == str(both[name])
