# SPDX-License-Identifier: GPL-2.0-or-later
"""What the service writes to the journal."""

import json

from shell import eventually, run


class Journal:
    """What the journal gets of the service from now on."""

    def __init__(self):
        last = run("journalctl", "--quiet", "--lines=1", "--show-cursor").stdout.splitlines()[-1]
        self.cursor = last.removeprefix("-- cursor: ")

    def _read(self, *options):
        return run("journalctl", *options, f"--after-cursor={self.cursor}").stdout

    def gets(self, text):
        """Wait until it has a text."""
        command = ("-u", "khttpd", "-o", "cat")
        try:
            eventually(lambda: text in self._read(*command), f"the journal has {text}")
        except AssertionError as error:
            raise AssertionError(f"{error}, but\n{self._read(*command)}") from None

    def events(self, event, **fields):
        """Return the messages about an event that have these fields, as dictionaries."""
        wanted = {"_SYSTEMD_UNIT": "khttpd.service", "KHTTPD_EVENT": event,
                  **{f"KHTTPD_{name.upper()}": str(value) for name, value in fields.items()}}
        # journalctl takes the first message that matches for the one that the cursor is at, and leaves it out.
        entries = [json.loads(line) for line in self._read("-o", "json").splitlines()]
        return [entry for entry in entries if all(entry.get(key) == value for key, value in wanted.items())]

    def event(self, event, **fields):
        """Wait for such a message, and return the only one."""
        found = eventually(lambda: self.events(event, **fields), f"the journal has {event} {fields}")
        assert len(found) == 1, found
        return found[0]
