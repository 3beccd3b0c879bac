# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands, and waiting for what they bring about."""

import subprocess
import time
from pathlib import Path

SYSFS = Path("/sys/kernel/khttpd")
# The manual of the C++ library: some 8,000 files, up to 4 MB large.
SITE = Path("/usr/share/doc/gcc-12-base/libstdc++")


def run(*command, check=True, timeout=600, user=None, stdin=None):
    """Run a command and return its CompletedProcess, output as text."""
    if user:
        command = ("runuser", "-u", user, "--", *command)
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=timeout, check=False, input=stdin)
    if check:
        assert done.returncode == 0, f"{command}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def eventually(condition, what, timeout=120):
    """Wait until condition() is true, and return what it returned."""
    deadline = time.monotonic() + timeout
    pause = 0.005
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        time.sleep(pause)
        pause = min(2 * pause, 0.2)


def unit(*names):
    """Return the properties of khttpd.service as a dictionary."""
    shown = run("systemctl", "show", "khttpd.service", *(f"--property={name}" for name in names)).stdout
    return dict(line.split("=", 1) for line in shown.splitlines())


def state():
    """Return the server's state as the kernel tells it; "absent" without the module."""
    try:
        return (SYSFS / "state").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return "absent"


def loaded():
    """Tell whether the module is in the kernel."""
    return Path("/sys/module/khttpd").exists()
