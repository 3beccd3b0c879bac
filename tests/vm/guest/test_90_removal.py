# SPDX-License-Identifier: GPL-2.0-or-later
"""Removing the packages in the middle of service, and what is left then."""

import shutil
from pathlib import Path

import pytest

import snapshot
import wire
from shell import SITE, loaded, run

CPUS = 1
pytestmark = pytest.mark.usefixtures("installed")


def test_removal_stops_the_service_and_unloads_the_module():
    run("khttpdctl", "set-root", SITE)
    run("systemctl", "start", "khttpd")
    with wire.Connection() as idle, wire.Connection(receive_buffer=4096) as slow:
        assert idle.get("/").status == 200
        slow.send("GET /user/a01655.html HTTP/1.1\r\nHost: test\r\n\r\n")
        run("apt-get", "remove", "-y", "khttpd-dkms", "khttpdctl", timeout=300)
        assert not loaded()
        assert idle.ended()
    assert run("systemctl", "is-active", "khttpd", check=False).stdout.strip() == "inactive"
    assert not shutil.which("khttpdctl")
    assert "khttpd" not in run("dkms", "status").stdout


def test_removal_keeps_the_configuration():
    assert Path("/etc/khttpd/khttpd.conf").exists()
    assert str(SITE) in Path("/etc/khttpd/khttpd.conf.d/50-khttpdctl.conf").read_text(encoding="utf-8")


def test_purge_leaves_nothing():
    run("apt-get", "purge", "-y", "khttpd-dkms", "khttpdctl", timeout=300)
    for word in ("passwd", "group"):
        assert "khttpd" not in run("getent", word).stdout
    assert "khttpd" not in run("systemctl", "list-unit-files", "--no-pager").stdout.replace("khttpd-agent", "")
    if not snapshot.STORE.exists():
        pytest.skip("the packages were on the disk from the beginning")
    own = {"/var/www", "/var/www/index.html", *(str(path) for path in Path("/srv").glob("*"))}
    assert [path for path in snapshot.added() if path not in own] == []
