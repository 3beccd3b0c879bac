# SPDX-License-Identifier: GPL-2.0-or-later
"""A hundred thousand live connections, and the end of the server under them."""

import time
from pathlib import Path

import pytest

import remains
import scale
import wire
from control import BOUND, Server, load, unload, unload_anyway
from crowd import Crowd
from shell import eventually
from visitors import Sites, whole

TIME_LIMIT = 3000
# MiB: a connection and its client take some 8 KiB of sockets.
MEMORY = 4096
# All of them in a long run, where the kernel is a stock one.
NUMBER = 100000 if scale.LONG and scale.SLOWNESS == 1 else scale.times(10000, 2000)
# Of what the connections took, this much may not be back at once: what the kernel keeps for later.
KEPT = 0.1


def used():
    """KiB that the kernel uses for objects and all that TCP holds."""
    return {name: remains.settled()[name] for name in ("SUnreclaim", "Percpu", "VmallocUsed")}


def allocated():
    """How many TCP sockets there are, as TCP itself counts them."""
    words = Path("/proc/net/sockstat").read_text(encoding="ascii").split("TCP:")[1].split()
    return int(words[words.index("alloc") + 1])


@pytest.fixture(name="unloaded", autouse=True)
def fixture_unloaded(installed):  # pylint: disable=unused-argument
    unload_anyway()
    yield
    unload_anyway()


@pytest.mark.parametrize("end", ("stop", "rmmod"))
def test_the_end_of_a_crowd(end, capsys):
    with Sites() as sites:
        load()
        server = Server()
        server.start(sites["one"], server.numbers("LIMITS", connections=NUMBER + 1000),
                     server.numbers("TIMEOUTS", idle_ms=3600000, head_ms=3600000))
        whole(sites, "page", wire.get("/page.txt"))
        eventually(lambda: not remains.objects("khttpd_conn"), "nobody is there")
        before, sockets = used(), allocated()
        begun = time.monotonic()
        with Crowd(NUMBER) as crowd:
            assert crowd.ask("/small.txt") == NUMBER
            opening = time.monotonic() - begun
            assert allocated() >= sockets + 2 * NUMBER
            full = used()
            assert remains.objects("khttpd_conn") == NUMBER
            if end == "stop":
                seconds = server.stop()
                server.link.socket.close()
            else:
                server.link.socket.close()
                seconds = unload()
            assert seconds < BOUND
            eventually(lambda: crowd.open() == 0, "each has ended, with the server's FIN or a reset")
            # The clients have not closed yet: what is left are theirs.
            eventually(lambda: allocated() <= sockets + NUMBER + NUMBER // 2, "the server's ends are gone")
        if end == "stop":
            remains.no_objects()
            unload()
        remains.no_caches()
        eventually(lambda: allocated() <= sockets + 8, "no socket is left")
        assert not remains.sockets(80)
        after = used()
    with capsys.disabled():
        print(f"{NUMBER} opened in {opening:.1f} s, ended in {seconds:.2f} s; KiB before, with them, after: "
              + ", ".join(f"{name} {before[name]} {full[name]} {after[name]}" for name in before), end=" ")
    for name in before:
        taken = max(0, full[name] - before[name])
        assert after[name] - before[name] < KEPT * taken + 16384, f"{name}: {before[name]}, {full[name]}, {after[name]}"
