# SPDX-License-Identifier: GPL-2.0-or-later
"""One pytest after another: a line of standard input has the arguments of each, as JSON.

Each runs in a process of its own, as if pytest were started anew, but for what takes seconds in
emulation: that has been imported here.  After its output comes MARK, its exit status, which is
negative for a signal, and a line feed.
"""

import gc
import importlib
import json
import os
import sys

import pytest

MARK = "\0exit status "


def run(arguments):
    """Run pytest in a child; return its exit status."""
    child = os.fork()
    if not child:
        # The next one is not to be read here.
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        # As any program would end: with what is to be done at exit.
        sys.exit(pytest.main(arguments))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main():
    # Brings what pytest itself only imports when it runs.
    pytest.main(["--version"])
    # So does this of what tests use. It is itself pytest's to import: then its asserts tell more.
    importlib.import_module("conftest")
    del sys.modules["conftest"]
    gc.freeze()
    while line := sys.stdin.readline():
        sys.stdout.flush()
        status = run(json.loads(line))
        print(f"{MARK}{status}", flush=True)


if __name__ == "__main__":
    main()
