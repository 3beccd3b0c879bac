# SPDX-License-Identifier: GPL-2.0-or-later
"""The doctor: each trouble brought about, found, and cured by the command that it names.

Secure Boot cannot be had in a guest without firmware; the unit tests have it, with made-up variables.
"""

import json
import os
import socket
from contextlib import contextmanager
from pathlib import Path

import pytest

from shell import loaded, run

CPUS = 1
pytestmark = pytest.mark.usefixtures("server")

RELEASE = os.uname().release
HEADERS = Path(f"/lib/modules/{RELEASE}/build")
OWN = Path("/etc/khttpd/khttpd.conf.d/50-khttpdctl.conf")


@pytest.fixture(scope="module", autouse=True)
def enabled(server):  # pylint: disable=unused-argument
    """The service starts at boot, so that nothing is wrong."""
    run("systemctl", "enable", "khttpd")
    yield
    run("systemctl", "disable", "khttpd")


def examine(user=None):
    """Return the exit status, and the first finding of each check."""
    done = run("khttpdctl", "doctor", "--json", check=False, user=user)
    found = {}
    for check in json.loads(done.stdout)["checks"]:
        found.setdefault(check["check"], check)
    return done.returncode, found


def cure(finding):
    """Run the last command that a finding names."""
    run("sh", "-c", finding["hints"][-1])


@contextmanager
def stopped():
    """The server does not run, and the module is not loaded."""
    run("systemctl", "stop", "khttpd")
    run("rmmod", "khttpd")
    yield
    run("systemctl", "reset-failed", "khttpd")
    run("systemctl", "start", "khttpd")


@contextmanager
def moved(path):
    """A file or directory is not where it was."""
    aside = path.with_name("aside." + path.name)
    path.rename(aside)
    try:
        yield
    finally:
        aside.rename(path)


def test_a_server_that_runs_is_fine():
    status, found = examine()
    assert status == 0
    assert {check["verdict"] for check in found.values()} == {"ok"}
    lines = run("khttpdctl", "doctor").stdout.splitlines()
    assert len(lines) == len(found)
    assert all(line.startswith("ok ") for line in lines)


def test_a_service_that_is_not_enabled():
    run("systemctl", "disable", "khttpd")
    status, found = examine()
    assert (status, found["service"]["verdict"]) == (0, "warn")
    cure(found["service"])
    assert examine()[1]["service"]["verdict"] == "ok"


def test_a_server_that_does_not_run():
    with stopped():
        status, found = examine()
        assert (status, found["server"]["verdict"]) == (69, "fail")
        assert not loaded()
        cure(found["server"])
        assert examine()[1]["server"]["verdict"] == "ok"


def test_an_ordinary_user_is_told_what_is_missing():
    status, found = examine(user="nobody")
    assert status == 0
    assert found["permission"]["verdict"] == "warn"
    assert "CAP_NET_ADMIN" in found["permission"]["message"]
    assert found["server"]["verdict"] == "ok"


def test_headers_that_are_missing():
    with moved(HEADERS):
        status, found = examine()
        assert (status, found["headers"]["verdict"]) == (0, "warn")
        with stopped(), moved(module()):
            status, found = examine()
            assert (status, found["headers"]["verdict"]) == (69, "fail")
            assert found["headers"]["hints"] == [f"apt install linux-headers-{RELEASE}"]
            started = run("khttpdctl", "start", check=False)
            assert started.returncode == 69
            assert "headers" in started.stderr
            assert "khttpdctl doctor" in started.stderr


def module():
    """Return the module's file."""
    return Path(run("modinfo", "-F", "filename", "khttpd").stdout.strip())


def test_a_build_that_failed(tmp_path):
    # DKMS itself fails, on a module of that name that needs no long compiling to do so.
    source = tmp_path / "khttpd-99"
    source.mkdir()
    (source / "dkms.conf").write_text(
        'PACKAGE_NAME="khttpd"\nPACKAGE_VERSION="99"\nBUILT_MODULE_NAME[0]="khttpd"\n'
        'DEST_MODULE_LOCATION[0]="/updates"\nMAKE[0]="make -C ${kernel_source_dir} M=${dkms_tree}/khttpd/99/build"\n'
        'CLEAN="true"\n', encoding="ascii")
    (source / "Makefile").write_text("obj-m := khttpd.o\n", encoding="ascii")
    (source / "khttpd.c").write_text("#error this does not compile\n", encoding="ascii")
    with stopped(), moved(module()):
        run("dkms", "add", source)
        try:
            assert run("dkms", "build", "khttpd/99", "-k", RELEASE, check=False).returncode != 0
            _, found = examine()
            assert found["build"]["verdict"] == "fail"
            assert "/var/lib/dkms/khttpd/99/build/make.log" in found["build"]["message"]
            assert "this does not compile" in found["build"]["message"]
            assert found["build"]["hints"][-1] == f"dkms install khttpd/99 -k {RELEASE}"
        finally:
            run("dkms", "remove", "khttpd/99", "--all")
            run("rm", "-rf", "/usr/src/khttpd-99")


def test_a_module_that_is_blacklisted():
    file = Path("/etc/modprobe.d/forbidden.conf")
    file.write_text("# by somebody\nblacklist khttpd\n", encoding="ascii")
    try:
        assert examine()[1]["blacklist"]["verdict"] == "warn"
        with stopped():
            status, found = examine()
            assert (status, found["blacklist"]["verdict"]) == (69, "fail")
            assert f"{file}:2" in found["blacklist"]["message"]
            assert run("khttpdctl", "start", check=False).returncode == 69
            cure(found["blacklist"])
            assert examine()[1]["blacklist"]["verdict"] == "ok"
            run("khttpdctl", "start")
    finally:
        file.unlink()


def test_a_port_that_is_in_use():
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with stopped():
            other.bind(("127.0.0.1", 80))
            other.listen()
            status, found = examine()
            assert (status, found["port"]["verdict"]) == (71, "fail")
            assert f"process {os.getpid()}" in found["port"]["message"]
            # Who it is can only be told by root.
            status, found = examine(user="nobody")
            assert (status, found["port"]["hints"]) == (71, ["sudo ss -ltnp 'sport = :80'"])
            other.close()
            assert examine()[1]["port"]["verdict"] == "ok"


def test_a_root_that_is_closed():
    root = Path("/srv/closed")
    root.mkdir()
    root.chmod(0)
    before = OWN.read_text(encoding="utf-8")
    try:
        OWN.write_text(f"[server]\nroot = '{root}'\n", encoding="utf-8")
        status, found = examine()
        assert (status, found["root"]["verdict"]) == (66, "fail")
        assert f"{root} cannot be searched" in found["root"]["message"]
        assert "mode is 0000" in found["root"]["message"]
        OWN.write_text(f"[server]\nroot = '{root}/no/where'\n", encoding="utf-8")
        status, found = examine()
        assert (status, found["root"]["verdict"]) == (66, "fail")
        assert f"{root}/no: No such file" in found["root"]["message"]
    finally:
        OWN.write_text(before, encoding="utf-8")
        root.rmdir()


def test_a_configuration_that_is_wrong():
    before = OWN.read_text(encoding="utf-8")
    try:
        OWN.write_text("[server]\nrot = '/srv'\n", encoding="utf-8")
        status, found = examine()
        assert (status, found["configuration"]["verdict"]) == (78, "fail")
        assert f"{OWN}:2:1" in found["configuration"]["message"]
        assert found["configuration"]["hints"] == ["khttpdctl check"]
    finally:
        OWN.write_text(before, encoding="utf-8")


def test_a_module_of_another_version():
    # modinfo reads the version from the file; of the loaded module nothing changes.
    file = module()
    octets = file.read_bytes()
    version = run("khttpdctl", "version").stdout.split()[1].encode()
    assert octets.count(b"version=" + version) >= 1
    try:
        file.write_bytes(octets.replace(b"version=" + version, b"version=" + b"9" * len(version)))
        status, found = examine()
        assert (status, found["versions"]["verdict"]) == (0, "warn")
        assert "rmmod khttpd" in found["versions"]["hints"][0]
        for command in ("version", "status"):
            assert "a restart loads it" in run("khttpdctl", command).stderr
    finally:
        file.write_bytes(octets)
