# SPDX-License-Identifier: GPL-2.0-or-later
"""What the service writes to the journal."""

import json

from shell import eventually, run


class Journal:
    """What the journal gets of the service from now on."""

    def __init__(self):
        last = run("journalctl", "--quiet", "--lines=1", "--show-cursor").stdout.splitlines()[-1]
        self.cursor = last.removeprefix("-- cursor: ")

    def _read(self, output, *matches):
        return run("journalctl", "-u", "khttpd", "-o", output, f"--after-cursor={self.cursor}", *matches).stdout

    def gets(self, text):
        """Wait until it has a text."""
        try:
            eventually(lambda: text in self._read("cat"), f"the journal has {text}")
        except AssertionError as error:
            raise AssertionError(f"{error}, but\n{self._read('cat')}") from None

    def events(self, event, **fields):
        """Return the messages about an event that have these fields, as dictionaries."""
        matches = [f"KHTTPD_{name.upper()}={value}" for name, value in {"event": event, **fields}.items()]
        return [json.loads(line) for line in self._read("json", *matches).splitlines()]

    def event(self, event, **fields):
        """Wait for such a message, and return the only one."""
        found = eventually(lambda: self.events(event, **fields), f"the journal has {event} {fields}")
        assert len(found) == 1, found
        return found[0]
