# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel still holds: sockets, objects, memory."""

import errno
import socket
from pathlib import Path

from shell import eventually

SLAB = Path("/sys/kernel/slab")
CACHES = ("khttpd_conn", "khttpd_exchange")
TIME_WAIT, LISTEN = 6, 10


def objects(cache):
    """Return how many objects of a slab cache are in use; None where it is not there. Guests merge no caches."""
    directory = SLAB / cache
    if not directory.exists():
        return None
    assert (directory / "aliases").read_text(encoding="ascii").strip() == "0", cache
    # Until then, what a CPU keeps at hand counts as in use.
    (directory / "shrink").write_text("1", encoding="ascii")
    return int((directory / "objects").read_text(encoding="ascii").split()[0])


def no_objects():
    """See that nothing is left in the module's own caches."""
    for cache in CACHES:
        eventually(lambda: not objects(cache), f"{cache} is empty")  # pylint: disable=cell-var-from-loop


def no_caches():
    """See that the module's caches went with it."""
    for cache in CACHES:
        assert not (SLAB / cache).exists(), cache
    assert "khttpd" not in Path("/proc/slabinfo").read_text(encoding="ascii")


def lines(path):
    """Return the lines of a file but the first, even where memory is hard to get."""
    while True:
        try:
            return Path(path).read_text(encoding="ascii").splitlines()[1:]
        except OSError as error:
            if error.errno not in (errno.ENOMEM, errno.ENFILE):
                raise


def tcp():
    """Return the lines of /proc/net/tcp and tcp6."""
    return lines("/proc/net/tcp") + lines("/proc/net/tcp6")


def sockets(*ports):
    """Return the lines of TCP sockets with one of these local ports; none of those that only wait for stray segments."""
    found = []
    for line in tcp():
        words = line.split()
        if int(words[1].rsplit(":", 1)[1], 16) in ports and int(words[3], 16) != TIME_WAIT:
            found.append(line)
    return found


def no_sockets(*ports):
    """See that no socket is left on these ports."""
    try:
        eventually(lambda: not sockets(*ports), "no socket is left")
    except AssertionError as error:
        raise AssertionError(f"{error}\n" + "\n".join(sockets(*ports)[:20])) from None


def memory():
    """Return /proc/meminfo in KiB."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


def settled():
    """Give back what the kernel keeps for later, and return /proc/meminfo."""
    Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")
    for cache in ("TCP", "TCPv6", "sock_inode_cache", "dentry", "filp"):
        objects(cache)
    return memory()


def state(connection):
    """Return the state of a socket of this process."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def peer_state(connection):
    """Return the state of the other end of a socket on this machine, and its line; None and nothing if it is gone."""
    port, other = connection.getsockname()[1], connection.getpeername()[1]
    for line in tcp():
        words = line.split()
        if [int(words[at].rsplit(":", 1)[1], 16) for at in (1, 2)] == [other, port]:
            return int(words[3], 16), line
    return None, ""


def reset_on_close(connection):
    """Let the end of a socket be a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
