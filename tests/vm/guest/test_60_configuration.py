# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel refuses, and that nothing is lost by it."""

import errno
import os
import re
import socket

import pytest

import sysfs
import wire
from shell import SITE, run, state

CPUS = 1
pytestmark = pytest.mark.usefixtures("server")

RANGES = {
    "timeouts/head_ms": (100, 86400000), "timeouts/idle_ms": (100, 86400000), "timeouts/send_ms": (100, 86400000),
    "timeouts/linger_ms": (100, 86400000), "timeouts/drain_ms": (0, 86400000),
    "limits/connections": (1, 4194304), "limits/line_bytes": (64, 16384),
    "limits/head_bytes": (8192, 65536), "limits/fields": (1, 1024), "limits/body_bytes": (0, 4294967295),
    "limits/requests": (0, 4294967295), "cache/kbytes": (0, 4294967295), "cache/body_bytes": (0, 131072),
    "cache/fast": (0, 1), "compression/enabled": (0, 1), "compression/min_bytes": (0, 1048576),
    "compression/max_bytes": (1024, 16777216), "compression/level": (1, 9), "compression/at_once": (1, 64),
    "workqueue/hot_max_active": (0, 512),
    "workqueue/cold_max_active": (0, 512), "workqueue/hot_flags": (0, 0x7b), "workqueue/cold_flags": (1, 0x7b),
    "uid": (1, 4294967294), "gid": (0, 4294967294),
}


def settings():
    """Return all that can be set."""
    return {name: sysfs.read(name) for name in ("state", "root", *RANGES)}


def refusal(name, value):
    """Try a change, see that it leaves everything as it is, and return the error's name."""
    before, generation = settings(), sysfs.number("generation")
    with pytest.raises(OSError) as raised:
        sysfs.write(name, value)
    assert settings() == before
    assert sysfs.number("generation") == generation
    assert wire.get("/").status == 200
    return errno.errorcode[raised.value.errno]


def test_roots_that_cannot_be(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "loop").symlink_to("loop")
    for directory in tmp_path.parents:
        if directory.stat().st_mode & 0o777 == 0o700:
            directory.chmod(0o755)
    assert refusal("root", tmp_path / "none") == "ENOENT"
    assert refusal("root", tmp_path / "file") == "ENOTDIR"
    assert refusal("root", tmp_path / "loop") == "ELOOP"
    assert refusal("root", closed) == "EACCES"
    assert refusal("root", closed / "none") in ("ENOENT", "EACCES")
    assert refusal("root", "relative/path") == "EINVAL"
    assert refusal("root", "") == "EINVAL"
    assert refusal("root", "/a\0b") == "EINVAL"
    assert refusal("root", "/" + "x" * 300) == "ENAMETOOLONG"
    assert refusal("root", "/x" * 2040) == "ENOENT"


def test_users_that_cannot_be():
    assert refusal("uid", 0) in ("EINVAL", "ERANGE")
    assert refusal("uid", 4294967295) == "EINVAL"
    assert refusal("gid", 4294967295) == "EINVAL"
    assert refusal("uid", -1) in ("EINVAL", "ERANGE")
    assert refusal("uid", "www-data") == "EINVAL"


@pytest.mark.parametrize("name", RANGES)
def test_ranges(name):
    lowest, highest = RANGES[name]
    with sysfs.setting(**{name.replace("/", "__"): sysfs.read(name)}):
        for value in (lowest, highest):
            sysfs.write(name, value)
            assert sysfs.number(name) == value
    if "flags" not in name and "id" not in name:
        for value in (lowest - 1, highest + 1):
            assert refusal(name, value) in ("EINVAL", "ERANGE")
    for value in ("", "x", "1 2", "1x", 1 << 40, "99999999999999999999"):
        assert refusal(name, value) in ("EINVAL", "ERANGE")


def test_flags_that_cannot_be():
    assert refusal("workqueue/hot_flags", 0x80) in ("EINVAL", "ERANGE")
    assert refusal("workqueue/hot_flags", 1 << 31) in ("EINVAL", "ERANGE")
    assert refusal("workqueue/hot_flags", 1 | 4) == "EINVAL"
    assert refusal("workqueue/cold_flags", 4) == "EINVAL"
    with sysfs.setting(workqueue__cold_flags=1):
        # The cold queue is unbound whether one asks for it or not.
        sysfs.write("workqueue/cold_flags", 2)
        assert sysfs.number("workqueue/cold_flags") == 3


def test_lines_longer_than_heads():
    assert refusal("limits/line_bytes", sysfs.number("limits/head_bytes") + 1) == "EINVAL"
    assert refusal("limits/head_bytes", sysfs.number("limits/line_bytes") - 1) == "EINVAL"


def test_a_file_too_small_and_too_large_to_be_compressed():
    assert refusal("compression/min_bytes", sysfs.number("compression/max_bytes") + 1) == "EINVAL"
    assert refusal("compression/max_bytes", sysfs.number("compression/min_bytes") - 1) == "EINVAL"


def test_states_that_cannot_be():
    for value in ("stopping", "runnin", "running x", "", "1"):
        assert refusal("state", value) == "EINVAL"


def test_what_is_so_already_can_be_said_again():
    for name, value in settings().items():
        sysfs.write(name, value)
    assert wire.get("/").status == 200


def test_others_than_root_read_and_change_nothing():
    for name in ("state", "root", "limits/connections", "stats/requests"):
        assert run("cat", f"/sys/kernel/khttpd/{name}", user="visitor").stdout.strip() != ""
    for name, value in (("state", "stopped"), ("root", "/srv"), ("limits/fields", "5")):
        done = run("sh", "-c", f"echo {value} >/sys/kernel/khttpd/{name}", user="visitor", check=False)
        assert done.returncode != 0 and "Permission denied" in done.stderr
    assert state() == "running"


def test_root_without_the_capability_changes_nothing():
    """The mode of the file is not all that is asked for."""
    done = run("setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", "sh", "-c",
               "echo 5 >/sys/kernel/khttpd/limits/fields; cat /sys/kernel/khttpd/limits/fields", check=False)
    assert done.stdout.strip() == "100"


def test_a_user_without_the_capability_uses_khttpdctl_in_vain():
    for command in (("set", "--runtime", "limits.fields", "5"), ("stop",), ("set-root", "--runtime", "/srv")):
        done = run("khttpdctl", *command, user="visitor", check=False)
        assert done.returncode == 77, done
        assert re.search(r"^error: ", done.stderr, re.MULTILINE)
        assert re.search(r"^hint: ", done.stderr, re.MULTILINE)
    assert state() == "running"


def test_a_port_that_another_program_has():
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 8080))
        other.listen()
        generation = sysfs.number("generation")
        for listeners in ("[::]:80 [::1]:8080", "[::]:8080", "0.0.0.0:81 [::]:8080 0.0.0.0:82"):
            done = run("khttpdctl", "set", "--runtime", "listener", listeners, check=False)
            assert done.returncode != 0
            assert "in use" in done.stderr
            assert wire.get("/").status == wire.get("/", host="::1").status == 200
            for port in (81, 82):
                with socket.socket() as probe:
                    assert probe.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED
        assert sysfs.number("generation") == generation
    try:
        run("khttpdctl", "set", "--runtime", "listener", "[::]:80 [::1]:8080")
        assert wire.get("/", host="::1", port=8080).status == wire.get("/").status == 200
    finally:
        run("khttpdctl", "set", "--runtime", "listener", "[::]:80")
    with socket.socket(socket.AF_INET6) as probe:
        assert probe.connect_ex(("::1", 8080)) == errno.ECONNREFUSED


def test_an_address_that_is_not_here():
    done = run("khttpdctl", "set", "--runtime", "listener", "192.0.2.77:80", check=False)
    assert done.returncode != 0
    assert "not an address of this machine" in done.stderr
    assert wire.get("/").status == 200


def test_a_start_without_its_port():
    run("systemctl", "stop", "khttpd")
    with socket.socket(socket.AF_INET6) as other:
        # Connections that the server has just closed may linger on the port.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("::", 80))
        other.listen()
        with pytest.raises(OSError) as refused:
            sysfs.write("state", "running")
        assert refused.value.errno == errno.EADDRINUSE
        assert state() == "stopped"
        assert run("systemctl", "start", "khttpd", check=False).returncode != 0
        assert state() == "stopped"
    run("systemctl", "reset-failed", "khttpd")
    run("systemctl", "start", "khttpd")
    assert wire.get("/").status == 200


def test_a_start_after_its_root_has_gone(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    for directory in (root, *tmp_path.parents[:3], tmp_path):
        directory.chmod(0o755)
    try:
        with sysfs.setting(root=root):
            run("systemctl", "stop", "khttpd")
            root.rmdir()
            with pytest.raises(OSError) as refused:
                sysfs.write("state", "running")
            assert refused.value.errno == errno.ENOENT
            assert state() == "stopped"
    finally:
        run("systemctl", "start", "khttpd")
    assert wire.get("/").status == 200


def test_the_root_is_resolved_once(tmp_path):
    """A link that names it may turn elsewhere: what is served changes when it is set anew."""
    for directory in (tmp_path, *tmp_path.parents[:3]):
        directory.chmod(0o755)
    for name in ("one", "two"):
        (tmp_path / name).mkdir(mode=0o755)
        (tmp_path / name / "file").write_text(name, encoding="ascii")
    link = tmp_path / "link"
    link.symlink_to("one")
    with sysfs.setting(root=link), wire.Connection() as connection:
        link.unlink()
        link.symlink_to("two")
        assert connection.get("/file").body == b"one"
        sysfs.write("root", link)
        assert connection.get("/file").body == b"two"
        os.rename(tmp_path / "two", tmp_path / "three")
        assert connection.get("/file").body == b"two"
    assert sysfs.read("root") == str(SITE)
