# SPDX-License-Identifier: GPL-2.0-or-later
"""A network between a guest and a client on the host, and nobody else."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import client
from guest import HERE, GuestError, end_with_parent

DEVICE = "tap0"
NEEDS = ("iproute2", "wrk")


def install():
    """Install what is needed on the host."""
    subprocess.run([HERE.parent / "lib" / "apt-install", *NEEDS], check=True)


@contextmanager
def network():
    """A network namespace with a client and a tap device; what a Guest is told of it.

    It has no name.  The kernel removes it with the last process in it: the client ends here,
    and, as QEMU does, with this process, however that ends.
    """
    command = ["unshare", "--net", sys.executable, client.__file__]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True,
                          preexec_fn=end_with_parent) as outside:
        try:
            if not outside.stdout.readline():
                raise GuestError("there is no client outside of the guest")
            namespace = f"/proc/{outside.pid}/ns/net"
            for arguments in (["tuntap", "add", DEVICE, "mode", "tap"],
                              ["address", "add", f"{client.OUTSIDE}/{client.PREFIX}", "dev", DEVICE],
                              ["link", "set", DEVICE, "up"]):
                within(namespace, "ip", *arguments)
            yield namespace, DEVICE
        finally:
            # With wrk, if that runs.
            os.killpg(outside.pid, signal.SIGKILL)


def within(namespace, *command):
    """Run a command in a network namespace."""
    done = subprocess.run(["nsenter", f"--net={namespace}", *command], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise GuestError(f"{' '.join(command)}: {done.stderr}")
