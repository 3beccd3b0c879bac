# SPDX-License-Identifier: GPL-2.0-or-later
"""Configuration in a file, as an administrator writes it, applied to the running server."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from shell import run

FILE = Path("/etc/khttpd/khttpd.conf.d/90-test.conf")


def apply(text):
    """Put a text into the file and apply it."""
    FILE.write_text(text, encoding="utf-8")
    run("khttpdctl", "check", "--quiet")
    run("khttpdctl", "apply")


@contextmanager
def configured(text):
    """Have a configuration for a while, and afterwards the one of before, which may be such a one, too."""
    before = FILE.read_text(encoding="utf-8") if FILE.exists() else None
    try:
        apply(text)
        yield
    finally:
        if before is None:
            FILE.unlink(missing_ok=True)
        else:
            FILE.write_text(before, encoding="utf-8")
        run("khttpdctl", "apply")


@contextmanager
def directories(*names):
    """Make directories that everybody can read, for a while; yields their parent."""
    parent = Path(tempfile.mkdtemp(prefix="sites-"))
    parent.chmod(0o755)
    try:
        for name in names:
            (parent / name).mkdir()
        yield parent
    finally:
        shutil.rmtree(parent)
