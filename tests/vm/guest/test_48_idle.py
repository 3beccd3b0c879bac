# SPDX-License-Identifier: GPL-2.0-or-later
"""What idle connections cost: instructions of others' requests, and memory."""

from pathlib import Path

import pytest

import remains
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
# By how much a request may become dearer, and bytes of a connection beside the kernel's socket.
MOST_COST = 1.10
MOST_BYTES = 600
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
    """Return instructions per request, and of these those of the clients' own process.

    The least of three: what else the machine does now and then is counted, too.
    """
    elapsed, own = min(active.drive(REQUESTS, "/a") for _ in range(3))
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


def allocated():
    """Return {cache: (objects, bytes)} of the module's own slab caches and of kmalloc()'s, none of them merged."""
    found = {}
    for line in Path("/proc/slabinfo").read_text(encoding="ascii").splitlines()[2:]:
        name, _, _, size = line.split()[:4]
        if name.startswith(("khttpd_", "kmalloc-")):
            objects = remains.objects(name)
            found[name] = objects, objects * int(size)
    return found


def test_memory_of_an_idle_connection(tell):
    """What kmalloc() gave to the sockets, and to the clients' process, is counted in: the bound is from above."""
    before = allocated()
    with Crowd(IDLE) as idle:
        assert idle.ask("/a") == IDLE
        eventually(lambda: allocated()["khttpd_exchange"][0] == 0, "request buffers are given back")
        after = allocated()
        assert idle.open() == IDLE
    grown = {name: (size - before[name][1]) / IDLE for name, (_, size) in after.items()}
    tell(f"{IDLE} idle connections take, in bytes each: "
         + ", ".join(f"{name} {size:.1f}" for name, size in grown.items() if size >= 1))
    assert after["khttpd_conn"][0] - before["khttpd_conn"][0] >= IDLE
    assert sum(max(size, 0) for size in grown.values()) <= MOST_BYTES
    eventually(lambda: allocated()["khttpd_conn"][0] == 0, "nothing is left of them")
