# SPDX-License-Identifier: GPL-2.0-or-later
"""The four lines that the project promises, in that order, on a fresh Debian 12."""

import errno
import json
import os
import platform
import pty
import pwd
import re
import select
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import prebuilt
import snapshot
from shell import loaded, run, state, unit

CPUS = 1
# A compiler in emulation.
TIME_LIMIT = 3600

PAGE = b"<!doctype html><title>It works</title><p>From the kernel.\n"
ROOT = Path("/var/www")
DROP_IN = Path("/etc/khttpd/khttpd.conf.d/50-khttpdctl.conf")


def refused(host):
    """Tell whether nobody listens on port 80."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        return probe.connect_ex((host, 80)) == errno.ECONNREFUSED


def test_nothing_is_there_before():
    assert not shutil.which("khttpdctl")
    assert not loaded()
    if prebuilt.BUILT.exists():
        prebuilt.take(prebuilt.BUILT)
    snapshot.store()


def test_apt_install_brings_module_program_and_unit():
    run("apt-get", "update")
    run("apt", "install", "-y", "khttpd-dkms", timeout=3000)
    assert shutil.which("khttpdctl") == "/usr/sbin/khttpdctl"
    assert f"{platform.release()}, x86_64: installed" in run("dkms", "status", "-m", "khttpd").stdout
    assert run("modinfo", "-F", "license", "khttpd").stdout.strip() == "GPL"


def test_installing_starts_nothing():
    assert unit("ActiveState", "UnitFileState") == {"ActiveState": "inactive", "UnitFileState": "disabled"}
    assert not loaded()
    assert refused("127.0.0.1") and refused("::1")


def test_set_root_before_anything_runs_is_saved():
    ROOT.mkdir(parents=True, exist_ok=True)
    (ROOT / "index.html").write_bytes(PAGE)
    own = Path("/etc/khttpd/khttpd.conf").read_bytes()
    run("khttpdctl", "set-root", ROOT)
    assert str(ROOT) in DROP_IN.read_text(encoding="utf-8")
    assert Path("/etc/khttpd/khttpd.conf").read_bytes() == own
    assert refused("127.0.0.1")


def test_systemctl_start():
    run("systemctl", "start", "khttpd")
    assert unit("ActiveState", "SubState") == {"ActiveState": "active", "SubState": "running"}
    assert state() == "running"


def test_curl_gets_the_page_over_both_protocols():
    for host in ("localhost", "127.0.0.1", "[::1]"):
        done = run("curl", "--silent", "--show-error", "--include", f"http://{host}/")
        head, body = done.stdout.split("\r\n\r\n" if "\r\n\r\n" in done.stdout else "\n\n", 1)
        assert head.startswith("HTTP/1.1 200"), head
        assert body.encode() == PAGE


def test_set_root_while_it_runs_is_live():
    other = Path("/srv/other")
    other.mkdir(parents=True, exist_ok=True)
    (other / "index.html").write_text("the other\n", encoding="ascii")
    run("khttpdctl", "set-root", other)
    assert run("curl", "--silent", "http://localhost/").stdout == "the other\n"
    run("khttpdctl", "set-root", ROOT)
    assert run("curl", "--silent", "http://localhost/").stdout.encode() == PAGE
    shutil.rmtree(other)


def test_stats_for_an_ordinary_user():
    text = run("khttpdctl", "stats", user="visitor").stdout
    assert re.search(r"[1-9]", text)
    before = requests()
    run("curl", "--silent", "http://localhost/")
    assert requests() == before + 1


def requests():
    """Return how many requests the server has counted."""
    stats = json.loads(run("khttpdctl", "stats", "--json", user="visitor").stdout)
    found = list(numbers(stats, "requests"))
    assert len(found) == 1, stats
    return found[0]


def numbers(value, key):
    """Yield the numbers under a key, wherever it is."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key and isinstance(inner, int):
                yield inner
            yield from numbers(inner, key)


def test_stats_watch_for_an_ordinary_user():
    visitor = pwd.getpwnam("visitor")
    child, terminal = pty.fork()
    if child == 0:
        # Not by runuser, which takes the terminal away from the program and the Ctrl-C for itself.
        os.setgroups([])
        os.setgid(visitor.pw_gid)
        os.setuid(visitor.pw_uid)
        os.execvpe("khttpdctl", ["khttpdctl", "stats", "--watch"], {**os.environ, "TERM": "xterm"})
    screen = b""
    try:
        # Redrawn in place: the cursor goes home at least three times.
        deadline = time.monotonic() + 120
        while len(re.findall(rb"\x1b\[(?:1;1)?H", screen)) < 3:
            assert time.monotonic() < deadline, screen
            subprocess.run(["curl", "--silent", "--output", "/dev/null", "http://localhost/"], check=True, timeout=60)
            if select.select([terminal], [], [], 1)[0]:
                screen += os.read(terminal, 65536)
        os.write(terminal, b"\x03")
        status = wait(child, terminal)
    finally:
        os.close(terminal)
    text = screen.decode(errors="replace")
    assert "p50" in text and "p99" in text, text
    assert "error" not in text, text
    assert status in (0, 128 + signal.SIGINT), status


def wait(child, terminal):
    """Wait for the child's end while its terminal is read, and return its exit status."""
    deadline = time.monotonic() + 60
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        assert time.monotonic() < deadline, "Ctrl-C does not end it"
        try:
            if select.select([terminal], [], [], 0.2)[0]:
                os.read(terminal, 65536)
        except OSError:
            time.sleep(0.1)


def test_systemctl_stop():
    run("systemctl", "stop", "khttpd")
    assert unit("ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
    assert state() == "stopped"
    assert refused("127.0.0.1") and refused("::1")
