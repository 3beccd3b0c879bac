# SPDX-License-Identifier: GPL-2.0-or-later
"""The packages are upgraded and downgraded in the middle of service, and no request is lost.

DKMS takes modules that were built outside. One build is left to the compiler, and fails.
"""

import json
import platform
import re
import shutil
import time
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Event

import pytest

import prebuilt
import snapshot
import sysfs
import wire
from load import Workers
from shell import loaded, run, state, unit

CPUS = 1
# The packages of the next version are there as well; see ../suite.py.
NEXT = 1

SITE = Path("/srv/upgrade")
PAGE = Random(1).randbytes(5000)
LARGE = Random(2).randbytes(8 << 20)
DROP_IN = Path("/etc/khttpd/khttpd.conf.d/50-khttpdctl.conf")


def version_in(archive):
    """Return the version of the packages in a directory."""
    packages = (Path(archive) / "Packages").read_text(encoding="utf-8")
    versions = set(re.findall("^Version: (.*)$", packages, re.MULTILINE))
    assert len(versions) == 1, versions
    return versions.pop()


OLD, NEW = version_in("/srv/packages"), version_in("/srv/next")


@pytest.fixture(scope="module", autouse=True)
def service(installed):  # pylint: disable=unused-argument
    """The old version serves the site. The guest is of this module alone, and nothing is put back."""
    modules = Path("/root/modules")
    modules.mkdir()
    shutil.copy(run("modinfo", "-n", "khttpd").stdout.strip(), modules / f"{OLD}.ko")
    shutil.copy(prebuilt.NEXT, modules / f"{NEW}.ko")
    prebuilt.take(modules / "$PACKAGE_VERSION.ko")
    SITE.mkdir()
    (SITE / "page").write_bytes(PAGE)
    (SITE / "large").write_bytes(LARGE)
    run("apt-get", "update")
    run("khttpdctl", "set-root", SITE)
    run("systemctl", "start", "khttpd")


def visit(pause=0.05):
    """Ask on a new connection, and again on it; whatever is not answered as it should be is an error."""
    with wire.Connection() as connection:
        for _ in range(20):
            response = connection.get("/page")
            assert response.status == 200 and wire.same(response.body, PAGE)
            # Who installs something needs a processor, too.
            time.sleep(pause)


class Downloads:
    """Takes a large file, slowly until it is told to hurry."""

    def __init__(self):
        self.hurry = Event()

    def __call__(self):
        with wire.Connection(receive_buffer=4096) as connection:
            connection.send(wire.request("/large"))
            assert connection.head().status == 200
            body = b""
            while len(body) < len(LARGE):
                body += connection.body(min(len(LARGE) - len(body), 1 << 14))
                self.hurry.wait(0.2)
            assert wire.same(body, LARGE)


@contextmanager
def served_on():
    """Meanwhile the server serves, the same that served before: no request is lost, no transfer is cut."""
    told = ("MainPID", "NRestarts", "ActiveState")
    before = unit(*told), sysfs.number("generation"), sysfs.read("version")
    downloads = Downloads()
    with Workers(visit, 3) as visitors, Workers(downloads, 1):
        visitors.progress()
        yield
        visitors.progress()
        downloads.hurry.set()
    assert (unit(*told), sysfs.number("generation"), sysfs.read("version")) == before


def install(version, check=True):
    """Have apt bring both packages to a version."""
    return run("apt-get", "install", "-y", "--allow-downgrades", f"khttpd-dkms={version}", f"khttpdctl={version}",
               check=check)


def versions():
    """Return the versions that khttpdctl tells: its own, that of the loaded module, of the one to be loaded."""
    told = json.loads(run("khttpdctl", "version", "--json").stdout)
    return told["khttpdctl"], told["module"], told["installed"]


def package_states():
    """Return what dpkg knows of the packages."""
    shown = run("dpkg-query", "-W", "-f", "${Package} ${Version} ${db:Status-Status}\n", "khttpd-dkms", "khttpdctl")
    return {tuple(line.split()) for line in shown.stdout.splitlines()}


def built(version):
    """Tell whether DKMS has the module of a version, and no other."""
    return (run("dkms", "status", "-m", "khttpd").stdout.splitlines()
            == [f"khttpd/{version}, {platform.release()}, x86_64: installed"])


def diagnosis(check):
    """Return what the doctor says in a check: the verdict, the text, the hints."""
    told = json.loads(run("khttpdctl", "doctor", "--json", check=False).stdout)
    return next((each["verdict"], each["message"], each["hints"]) for each in told["checks"] if each["check"] == check)


def tells_of_restart(serving, waiting):
    """See that everything that tells versions says so; return the command that loads the other module."""
    assert versions() == (waiting, serving, waiting)
    hints = set()
    for command in ("version", "status"):
        said = run("khttpdctl", command).stderr
        assert f"module {serving} serves on; {waiting} is installed, and a restart loads it" in said
        hints.add(re.search("^hint: (.*)$", said, re.MULTILINE)[1])
    verdict, text, cures = diagnosis("versions")
    assert verdict == "warn"
    assert f"installed {waiting}, loaded {serving}" in text
    assert hints == set(cures)
    return cures[0]


def work_together():
    """Use the tool of one version with the module of another: look, change, apply."""
    for command in ("status", "stats", "listener list", "vhost list", "wq show", "timeout show", "cache stats", "mime",
                    "get", "check", "show-config --running", "stats --format=prometheus"):
        run("khttpdctl", *command.split())
    before = json.loads(run("khttpdctl", "stats", "--json").stdout)["requests"]
    visit(0)
    assert json.loads(run("khttpdctl", "stats", "--json").stdout)["requests"] >= before + 20
    assert run("khttpdctl", "diff").stdout == ""
    generation, milliseconds = sysfs.number("generation"), 50000 + Random().randrange(1000)
    run("khttpdctl", "set", "timeouts.idle-ms", milliseconds)
    assert sysfs.number("timeouts/idle_ms") == milliseconds
    run("khttpdctl", "vhost", "add", "--root", "/usr/share/doc", "docs.test")
    run("khttpdctl", "vhost", "del", "docs.test")
    run("khttpdctl", "set", "limits.connections", 5000, "--runtime")
    assert sysfs.number("limits/connections") == 5000
    run("khttpdctl", "apply")
    assert sysfs.number("limits/connections") != 5000
    run("systemctl", "reload", "khttpd")
    assert sysfs.number("generation") >= generation + 5


def restart(command, version):
    """Load the other module the way the hint says."""
    run("sh", "-c", command)
    assert state() == "running"
    assert versions() == (version, version, version)
    assert run("khttpdctl", "status").stderr == ""
    assert diagnosis("versions")[0] == "ok"
    visit()


def test_the_module_serves_on_until_a_restart():
    assert versions() == (OLD, OLD, OLD)
    configuration = DROP_IN.read_bytes()
    with served_on():
        said = install(NEW)
    assert package_states() == {("khttpd-dkms", NEW, "installed"), ("khttpdctl", NEW, "installed")}
    assert built(NEW)
    assert f"Module {OLD} stays loaded and goes on serving. To change to {NEW}:" in said.stderr + said.stdout
    assert DROP_IN.read_bytes() == configuration
    command = tells_of_restart(OLD, NEW)
    assert command in said.stderr + said.stdout
    work_together()
    restart(command, NEW)


@contextmanager
def no_compiler():
    """Nothing can be built."""
    compiler = Path(shutil.which("gcc")).resolve()
    aside = compiler.with_suffix(".aside")
    prepared = prebuilt.RECIPE.read_text(encoding="ascii")
    compiler.rename(aside)
    prebuilt.RECIPE.unlink()
    try:
        yield
    finally:
        aside.rename(compiler)
        prebuilt.RECIPE.write_text(prepared, encoding="ascii")


def test_a_build_that_fails_leaves_the_module_serving():
    """The way back this time: a downgrade."""
    with served_on():
        with no_compiler():
            assert install(OLD, check=False).returncode != 0
        assert package_states() == {("khttpd-dkms", OLD, "half-configured"), ("khttpdctl", OLD, "installed")}
        assert "khttpd-dkms" in run("dpkg", "--audit").stdout
        assert versions() == (OLD, NEW, None)
        verdict, text, cures = diagnosis("build")
        assert verdict == "warn"
        assert f"/var/lib/dkms/khttpd/{OLD}/build/make.log: " in text and "gcc" in text, text
        assert f"dkms install khttpd/{OLD} -k {platform.release()}" in cures
    work_together()


def test_the_next_attempt_makes_up_for_it():
    with served_on():
        run("dpkg", "--configure", "--pending")
    assert package_states() == {("khttpd-dkms", OLD, "installed"), ("khttpdctl", OLD, "installed")}
    assert built(OLD)
    restart(tells_of_restart(NEW, OLD), OLD)


def test_purge_after_an_upgrade_leaves_nothing():
    """Of either version, in the middle of service."""
    run("apt-get", "purge", "-y", "khttpd-dkms", "khttpdctl", timeout=300)
    assert not loaded()
    assert run("dkms", "status", "-m", "khttpd").stdout == ""
    for word in ("passwd", "group"):
        assert "khttpd" not in run("getent", word).stdout
    others = ("khttpd-agent", "/srv/next/", str(prebuilt.RECIPE))
    assert [path for path in sorted(snapshot.files())
            if "khttpd" in path and not any(other in path for other in others)] == []
