# SPDX-License-Identifier: GPL-2.0-or-later
"""Stopping and unloading under load, on every kernel; ../suite.py sees what the kernel says to it."""

import scale
import sysfs
import wire
from load import Workers
from shell import SITE, eventually, loaded, run, state


def download():
    """Fetch something large, as far as it goes."""
    try:
        wire.get("/user/a01655.html")
    except (OSError, wire.Closed, ValueError):
        pass


def test_stopped_and_unloaded_under_load(unloaded):  # pylint: disable=unused-argument
    """Without the daemon."""
    for way in ("stop", "unload") * scale.times(5, 2):
        run("modprobe", "khttpd")
        sysfs.write("root", SITE)
        sysfs.write("uid", 33)
        sysfs.write("gid", 33)
        sysfs.write("state", "running")
        with Workers(download) as visitors, wire.Connection() as idle:
            assert idle.get("/").status == 200
            visitors.progress()
            if way == "stop":
                sysfs.write("state", "stopped")
                eventually(lambda: state() == "stopped", "it is stopped")
            run("rmmod", "khttpd")
            assert idle.ended()
        assert not loaded()
