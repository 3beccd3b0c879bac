# SPDX-License-Identifier: GPL-2.0-or-later
"""What idle connections cost others: instructions per request."""

import pytest

import scale
import sysfs
from crowd import Crowd
from shell import eventually

# The guest that this module runs in, see ../suite.py: four GiB, and a clock of instructions.
MEMORY = 4096
COUNTED = 1

IDLE = 100000 if scale.LONG else 10000
ACTIVE = 100
REQUESTS = 4000
# By how much a request may become dearer.
MOST_COST = 1.10
DAY = 86400000

pytestmark = [pytest.mark.chapter("4 connection"),
              pytest.mark.skipif(scale.DEBUG, reason="a debug kernel costs what no other does")]


@pytest.fixture(scope="module", autouse=True)
def root(server):  # pylint: disable=unused-argument
    """A small file, and connections that may be idle for a day."""
    with sysfs.document_root() as directory, \
            sysfs.setting(timeouts__idle_ms=DAY, timeouts__head_ms=DAY, limits__connections=IDLE + 2 * ACTIVE):
        (directory / "a").write_bytes(b"hello world\n")
        yield


@pytest.fixture(name="tell")
def fixture_tell(capsys):
    """Print something that is to be seen although all is well."""
    def tell(text):
        with capsys.disabled():
            print(f"\n    {text}", flush=True)
    return tell


def cost(active):
    """Return instructions per request, and of these those of the clients' own process."""
    elapsed, own = active.drive(REQUESTS, "/a")
    return elapsed / REQUESTS, own / REQUESTS


def test_requests_cost_no_more_beside_idle_connections(tell):
    with Crowd(ACTIVE) as active:
        cost(active)
        alone, own = cost(active)
        again, _ = cost(active)
        with Crowd(IDLE) as idle:
            assert idle.ask("/a") == IDLE
            cost(active)
            beside, _ = cost(active)
            assert idle.open() == IDLE
            assert sysfs.number("stats/connections") == IDLE + ACTIVE
    tell(f"{ACTIVE} clients alone: {alone:.0f} and {again:.0f} instructions per request (clients' process {own:.0f})")
    tell(f"beside {IDLE} idle connections: {beside:.0f}, {100 * beside / alone - 100:+.1f} %")
    assert beside <= MOST_COST * alone
    eventually(lambda: sysfs.number("stats/connections") == 0, "all are gone")
