# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether answers come out of the server's cache."""

import json

import sysfs
from shell import eventually, run


def hits():
    """How many answers came out of it so far."""
    return sysfs.number("stats/cache_hits")


def entries():
    """What khttpdctl lists of what is kept, as dictionaries."""
    return json.loads(run("khttpdctl", "cache", "list", "--json").stdout)["entries"]


def warm(connection, target, *fields, method="GET", status=None):
    """Ask until the answer comes out of the cache, and return it; each has the status, if one is wanted."""
    answer = None

    def hit():
        nonlocal answer
        before = hits()
        answer = connection.get(target, *fields, method=method)
        assert status in (None, answer.status)
        return hits() > before
    eventually(hit, f"{target} is a hit")
    return answer
