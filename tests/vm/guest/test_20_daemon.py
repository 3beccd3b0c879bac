# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon's death and return, and the service's start, reload and stop."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

import wire
from shell import eventually, run, state, unit

CPUS = 1
pytestmark = pytest.mark.usefixtures("server")


@pytest.fixture(autouse=True)
def start_limit(server):  # pylint: disable=unused-argument
    """systemd refuses a sixth start within ten seconds, and on a fast machine these tests come to that."""
    run("systemctl", "reset-failed", "khttpd")


def main_pid():
    """Return the daemon's process id, 0 without one."""
    return int(unit("MainPID")["MainPID"])


def generation():
    """Return the kernel's number of the configuration; it grows with every change."""
    return int(Path("/sys/kernel/khttpd/generation").read_text(encoding="ascii"))


def test_the_daemon_is_not_root():
    status = Path(f"/proc/{main_pid()}/status").read_text(encoding="ascii")
    assert "\nUid:\t0\t" not in status


def test_the_kernel_serves_while_the_daemon_is_dead_and_is_adopted():
    before, old = generation(), main_pid()
    with wire.Connection() as kept:
        assert kept.get("/").status == 200
        os.kill(old, signal.SIGKILL)
        for _ in range(20):
            assert kept.get("/").status == 200
            assert wire.get("/").status == 200
        assert state() == "running"
        new = eventually(lambda: unit("ActiveState")["ActiveState"] == "active" and main_pid(), "the daemon is back")
        assert new != old
        assert kept.get("/").status == 200
    # The running server was adopted, not configured anew.
    assert generation() == before


def test_a_daemon_that_came_back_still_stops_the_server():
    run("systemctl", "stop", "khttpd")
    assert state() == "stopped"
    run("systemctl", "start", "khttpd")
    assert wire.get("/").status == 200


def test_reload_of_the_same_configuration_changes_nothing():
    before = generation()
    run("systemctl", "reload", "khttpd")
    assert generation() == before
    assert wire.get("/").status == 200


@pytest.mark.parametrize("parent", ["/home", "/tmp", "/srv"])
def test_the_sandbox_hides_no_root_and_no_mount(server, parent):
    root = Path(tempfile.mkdtemp(prefix="root-", dir=parent))
    root.chmod(0o755)
    below = root / "below"
    below.mkdir()
    (root / "index.html").write_text("the root\n", encoding="ascii")
    run("khttpdctl", "set-root", root)
    try:
        run("systemctl", "restart", "khttpd")
        assert wire.get("/").body == b"the root\n"
        os.kill(main_pid(), signal.SIGKILL)
        eventually(lambda: unit("ActiveState")["ActiveState"] == "active" and main_pid(), "the daemon is back")
        # A file system that is mounted when all processes of the start are gone.
        run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", below)
        (below / "index.html").write_text("mounted later\n", encoding="ascii")
        assert wire.get("/below/").body == b"mounted later\n"
        assert wire.get("/").body == b"the root\n"
    finally:
        run("umount", below, check=False)
        run("khttpdctl", "set-root", server)
        shutil.rmtree(root)


def test_restart():
    run("systemctl", "restart", "khttpd")
    assert state() == "running"
    assert wire.get("/").status == 200


def test_a_wrong_configuration_does_not_start_and_loses_nothing():
    drop_in = Path("/etc/khttpd/khttpd.conf.d/90-wrong.conf")
    drop_in.write_text("[server]\nrooot = '/srv'\n", encoding="ascii")
    try:
        done = run("khttpdctl", "check", check=False)
        assert done.returncode == 78
        assert f"{drop_in}:2:1" in done.stderr
        assert run("systemctl", "reload", "khttpd", check=False).returncode != 0
        assert wire.get("/").status == 200
        assert run("systemctl", "restart", "khttpd", check=False).returncode != 0
    finally:
        drop_in.unlink()
    run("systemctl", "reset-failed", "khttpd")
    run("systemctl", "start", "khttpd")
    assert wire.get("/").status == 200
