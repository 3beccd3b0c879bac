#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests that debian/tests/control declares, by autopkgtest in a guest.

    autopkgtest.py

The guest is the isolated machine that they ask for: autopkgtest runs inside of it, with its null runner. The
packages under test are on the disk and in an archive of apt, as they are for suite.py. What autopkgtest generates for
a package of DKMS only builds the module, which needs no guest: ../packages/autopkgtest.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from channel import ChannelError
from guest import Guest, GuestError
from suite import build_packages, check_log, offer_packages, power_off

SOURCE = Path(__file__).resolve().parents[2]
# What the disk lacks: autopkgtest itself, and what debian/tests/control asks for.
NEEDED = ("autopkgtest", "jq")
TIME_LIMIT = 1800


def bring(guest, names, directory):
    """Install packages. They come by the machine's own apt, as an answer to what is missing in the guest, where
    no archive of Debian is within reach."""
    status, archives = directory / "status", directory / "archives"
    status.write_bytes(guest.pull("/var/lib/dpkg/status"))
    (archives / "partial").mkdir(parents=True)
    done = subprocess.run(["apt-get", "-y", "-q", "--no-install-recommends", "--download-only",
                           "-o", f"Dir::State::status={status}", "-o", f"Dir::Cache::archives={archives}",
                           "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=", "install", *names],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode:
        raise GuestError(f"apt-get could not download {' and '.join(names)}\n{done.stdout}")
    guest.push(archives, "/root")
    guest.run("dpkg --force-unsafe-io -i /root/archives/*.deb", timeout=600)


def passed(summary):
    """Tell whether there are tests, and each has passed: what autopkgtest skips is no failure for it, and one here."""
    results = [line.split()[1] for line in summary.splitlines() if line.strip()]
    return bool(results) and set(results) == {"PASS"}


def run_tests(guest, directory):
    """Run the tests in the guest; return whether all is well."""
    guest.ready()
    offer_packages(guest)
    guest.run("apt-get update")
    bring(guest, NEEDED, directory)
    guest.push(SOURCE / "debian", "/root/khttpd")
    guest.run(["autopkgtest", "--no-built-binaries", "--no-auto-control", "--summary-file", "/root/summary",
               "/root/khttpd/", "--", "null"],
              timeout=TIME_LIMIT, check=False,
              on_output=lambda data: (sys.stdout.buffer.write(data), sys.stdout.flush()))
    summary = guest.pull("/root/summary").decode()
    print(summary)
    failed = [case for case in (check_log(guest, "after autopkgtest"), power_off(guest)) if case.message]
    for case in failed:
        print(f"{case.name}: {case.message}")
    return passed(summary) and not failed


def main():
    packages = build_packages()
    with tempfile.TemporaryDirectory(prefix="khttpd-autopkgtest-") as directory, \
            Guest("6.1", packages=packages, shares={"packages": packages}) as guest:
        try:
            good = run_tests(guest, Path(directory))
        except (GuestError, ChannelError) as error:
            sys.exit(f"error: {error}\n{guest.last_words()}")
    sys.exit(not good)


if __name__ == "__main__":
    main()
