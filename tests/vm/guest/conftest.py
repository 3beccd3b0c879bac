# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests that run inside a guest; ../suite.py tells how to add a test."""

import os
import shutil
import tempfile
from functools import partial
from pathlib import Path

import pytest

import snapshot
import sysfs
import wire
from control import unload_anyway
from shell import SITE, loaded, run, state
from visitors import Sites

# ../suite.py --work-items: no request is answered in the softirq, unless a test asks for it.
WORK_ITEMS = bool(os.environ.get("KHTTPD_WORK_ITEMS"))
NO_FAST = Path("/etc/khttpd/khttpd.conf.d/00-work-items.conf")


def pytest_configure(config):
    """Name the marker by which ../suite.py counts."""
    config.addinivalue_line("markers", "chapter(name): what the test is about; see suite.py")


def pytest_collection_modifyitems(items):
    """Let the report tell the chapter that each case belongs to."""
    for item in items:
        marker = item.get_closest_marker("chapter")
        if marker:
            item.user_properties.append(("chapter", marker.args[0]))


@pytest.fixture(scope="session")
def installed():
    """The packages are installed."""
    if not shutil.which("khttpdctl"):
        snapshot.store()
        run("apt-get", "update")
        run("apt-get", "install", "-y", "khttpd-dkms", timeout=1800)
    if WORK_ITEMS:
        NO_FAST.write_text("[cache]\nfast = false\n", encoding="utf-8")


@pytest.fixture(scope="module")
def server(installed):  # pylint: disable=unused-argument,redefined-outer-name
    """khttpd serves a real website, the HTML of a Debian package, on port 80. Yields its directory."""
    run("khttpdctl", "set-root", SITE)
    run("systemctl", "start", "khttpd")
    assert sysfs.number("cache/fast") == (not WORK_ITEMS)
    yield SITE
    run("systemctl", "stop", "khttpd")


@pytest.fixture
def site(server):  # pylint: disable=unused-argument,redefined-outer-name
    """An empty document root that khttpd serves during one test. Yields its directory."""
    directory = Path(tempfile.mkdtemp(prefix="site-"))
    directory.chmod(0o755)
    run("khttpdctl", "set-root", directory)
    yield directory
    run("khttpdctl", "set-root", server)
    shutil.rmtree(directory)


@pytest.fixture(params=wire.WAYS)
def ask(request):
    """Send a request and get its response: once on a connection of its own, once after another, once amid others."""
    return partial(wire.ask, request.param)


@pytest.fixture(scope="module")
def sites(installed):  # pylint: disable=unused-argument,redefined-outer-name
    """Two sites; the module is not loaded, before and after."""
    unload_anyway()
    with Sites() as both:
        yield both
    unload_anyway()


@pytest.fixture(scope="module")
def unloaded(installed):  # pylint: disable=unused-argument,redefined-outer-name
    """The service is stopped and the module is not in the kernel."""
    run("systemctl", "stop", "khttpd")
    assert state() in ("stopped", "absent")
    if loaded():
        run("rmmod", "khttpd")
