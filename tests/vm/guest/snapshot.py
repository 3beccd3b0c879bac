# SPDX-License-Identifier: GPL-2.0-or-later
"""Which files a system has, to see what an installation left behind."""

import json
import os
from pathlib import Path

STORE = Path("/root/files-before.json")
ROOTS = ("/boot", "/etc", "/home", "/lib", "/opt", "/srv", "/usr", "/var")
# What apt, dpkg, dkms and depmod keep for themselves; the signing key is dkms's, for all modules.
THEIRS = (
    "/etc/passwd-", "/etc/shadow-", "/etc/group-", "/etc/gshadow-", "/etc/.pwd.lock", "/srv/packages", "/var/backups",
    "/var/cache", "/var/lib/apt", "/var/lib/dpkg", "/var/lib/systemd", "/var/log", "/var/tmp", "/var/lib/dkms/mok.",
    "/etc/apt/sources.list.d",
)


def files():
    """Return the paths of everything that is not an other program's own."""
    found = set()
    for root in ROOTS:
        for directory, folders, names in os.walk(os.path.realpath(root)):
            folders[:] = [name for name in folders if not theirs(f"{directory}/{name}")]
            found.update(f"{directory}/{name}" for name in (*folders, *names) if not theirs(f"{directory}/{name}"))
    return found


def theirs(path):
    """Tell whether a path belongs to a program that keeps it when our packages go."""
    return (path.startswith(THEIRS) or "__pycache__" in path
            or (path.startswith("/usr/lib/modules/") and "/modules." in path))


def store():
    """Remember the files of now."""
    STORE.write_text(json.dumps(sorted(files())), encoding="utf-8")


def added():
    """Return what was not there when store() was called."""
    return sorted(files() - set(json.loads(STORE.read_text(encoding="utf-8"))))
