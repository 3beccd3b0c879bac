# SPDX-License-Identifier: GPL-2.0-or-later
"""A network between a guest and a client on the host, and nobody else."""

import os
import signal
import subprocess
import sys

import client
from guest import HERE, end_with_parent

DEVICE = "tap0"
NEEDS = ("iproute2", "wrk")


def install():
    """Install what is needed on the host."""
    subprocess.run([HERE.parent / "lib" / "apt-install", *NEEDS], check=True)


class Network:
    """A network namespace with a tap device and a client; a context manager, after which nothing of it is left."""

    def __init__(self):
        self.namespace = f"khttpd-bench-{os.getpid()}"
        self.client = None

    def __enter__(self):
        self.ip("netns", "add", self.namespace)
        try:
            self.inside("tuntap", "add", DEVICE, "mode", "tap")
            self.inside("address", "add", f"{client.OUTSIDE}/{client.PREFIX}", "dev", DEVICE)
            self.inside("link", "set", DEVICE, "up")
            self.client = subprocess.Popen(  # pylint: disable=consider-using-with
                ["ip", "netns", "exec", self.namespace, sys.executable, client.__file__],
                start_new_session=True, preexec_fn=end_with_parent)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.client:
            os.killpg(self.client.pid, signal.SIGKILL)
            self.client.wait()
        self.ip("netns", "delete", self.namespace)

    def for_guest(self):
        """Return what a Guest is told of it."""
        return self.namespace, DEVICE

    def ip(self, *command):
        """Run ip."""
        subprocess.run(["ip", *command], check=True)

    def inside(self, *command):
        """Run ip for the namespace."""
        self.ip("-netns", self.namespace, *command)
