# SPDX-License-Identifier: GPL-2.0-or-later
"""Modules that were built outside, as ../suite.py brings them: in emulation the compiler takes ten minutes for one."""

from pathlib import Path

# What DKMS reads after the package's own dkms.conf.
RECIPE = Path("/etc/dkms/khttpd.conf")
BUILT, NEXT = Path("/root/built/khttpd.ko"), Path("/root/next/khttpd.ko")


def take(module):
    """Let DKMS copy a module, whose path is its shell's to expand, where it would call the compiler.

    All else that it does, it does.
    """
    RECIPE.write_text(f"MAKE[0]='cp {module} module/khttpd.ko'\n", encoding="ascii")
