# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command line in the documentation does what the documentation shows."""

import collections
import re
import shutil
from pathlib import Path

import pytest

import console
from shell import loaded, run

DOCUMENTS = Path("/usr/share/doc/khttpdctl")
PAGES = sorted([*DOCUMENTS.glob("*.md*"), *Path("/usr/share/man").glob("man?/khttpd*")])
CONFIGURATION = Path("/etc/khttpd")
PAGE = "<!doctype html><title>It works</title><p>From the kernel.\n"
# Of the machine, which a session changes.
SETTINGS = [Path("/proc/sys/net/core/somaxconn"), Path("/proc/sys/net/ipv4/tcp_congestion_control")]
# Units that a session starts beside the server.
HELPERS = ["visitors.service", "other.service"]
# What the sessions find on the machine; each has an index.html.
SITES = [Path("/var/www"), Path("/srv/example"), Path("/srv/new"), Path("/srv/test")]


@pytest.fixture(scope="module", name="machine")
def fixture_machine(installed, tmp_path_factory):  # pylint: disable=unused-argument
    """A machine with some sites; afterwards it is as before."""
    kept = tmp_path_factory.mktemp("configuration") / "khttpd"
    shutil.copytree(CONFIGURATION, kept)
    settings = {path: path.read_text(encoding="ascii") for path in SETTINGS}
    made = [site for site in SITES if not site.exists()]
    for site in SITES:
        site.mkdir(parents=True, exist_ok=True)
        (site / "index.html").write_text(PAGE, encoding="ascii")
    yield kept
    clean(kept)
    for path, value in settings.items():
        path.write_text(value, encoding="ascii")
    for site in made:
        shutil.rmtree(site, ignore_errors=True)


def clean(kept):
    """Stop everything, and have the configuration that came with the package."""
    run("systemctl", "stop", "khttpd", "khttpd-metrics.timer", *HELPERS, check=False)
    run("systemctl", "reset-failed", check=False)
    if loaded():
        run("rmmod", "khttpd")
    shutil.rmtree(CONFIGURATION)
    shutil.copytree(kept, CONFIGURATION)


def test_the_documentation_is_installed():
    names = {page.name.removesuffix(".gz") for page in PAGES}
    assert {"README.md", "guide.md", "json.md", "metrics.md", "nginx.md", "secure-boot.md", "tuning.md"} <= names
    assert {"khttpd.7", "khttpd-netlink.7", "khttpd.conf.5", "khttpdctl.8", "khttpdctl-stats.8"} <= names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name.removesuffix(".gz"))
def test_sessions(machine, page):
    blocks = console.blocks(page)
    if not blocks:
        pytest.skip("there is none")
    clean(machine)
    for block in blocks:
        if not block.reason:
            console.perform(block)


def test_what_is_not_run_is_little():
    left = collections.Counter()
    lines = ran = 0
    for page in PAGES:
        for block in console.blocks(page):
            if block.reason:
                left[block.reason] += 1
                lines += len(block.commands)
            else:
                ran += len(block.commands)
    print(f"{ran} command lines are run, {lines} in {left.total()} blocks are not:")
    for reason, number in left.most_common():
        print(f"{number:4} {reason}")
    assert lines < ran / 4


@pytest.mark.parametrize("page", [page for page in PAGES if ".md" in page.name], ids=lambda page: page.name)
def test_no_command_is_outside_of_a_session(page):
    """A prompt in another kind of block would not be run."""
    kind = None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            kind = (line[3:] or "text") if kind is None else None
        elif kind != "console":
            assert not re.match(r"[#$] (apt|systemctl|khttpdctl|curl|\./)", line), f"{page.name}:{number}: {line}"
