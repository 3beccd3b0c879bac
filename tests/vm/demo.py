#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Serve a directory of this machine from a guest, at a port of 127.0.0.1.

This is what ./try runs once everything is installed and built.
"""

import argparse
import os
import shutil
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from channel import ChannelError
from guest import Guest, GuestError

SITE = "/srv/site"
STARTED = int(os.environ.get("KHTTPD_STARTED") or time.time())


class Progress:
    """A line that tells what is being done; on a terminal it counts the seconds."""

    def __init__(self, text):
        self.text = text
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._count, daemon=True)

    def _show(self, end):
        print(f"[{time.time() - STARTED:4.0f} s] {self.text}", end=end, file=sys.stderr, flush=True)

    def _count(self):
        while not self.done.wait(1):
            self._show("\r")

    def __enter__(self):
        if sys.stderr.isatty():
            self._show("\r")
            self.thread.start()
        else:
            self._show("\n")

    def __exit__(self, *_):
        if sys.stderr.isatty():
            self.done.set()
            self.thread.join()
            self._show("\n")


def fetch(url):
    """Return status, Server field and length of what is at url, asked without any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=60) as response:
            return response.status, response.headers.get("Server"), len(response.read())
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Server"), len(error.read())


def set_up(guest):
    """Give the guest its network, the directory, and the commands that an administrator types."""
    guest.run("ip link set eth0 up && ip address add 10.0.2.15/24 dev eth0 && ip route add default via 10.0.2.2")
    guest.mount("site", SITE)
    guest.run(f"khttpdctl set-root {SITE}")
    guest.run("systemctl start khttpd")


def explain(directory, url, kernel):
    """Say what to do next."""
    print(f"""
khttpd serves {directory}
at {url} from inside Linux {kernel}, in a disposable virtual machine.
A file that you change or add there is served at once.

In another terminal:
  curl -i {url}                       fetch the page
  ./try --shell khttpdctl stats --watch               live rates, latency and connections
  ./try --shell                                       a root shell in the virtual machine
Ctrl-C here ends it all.""", flush=True)


def serve(options):
    """Boot, serve, and stay as long as is asked for; return an exit status."""
    url = f"http://127.0.0.1:{options.port}/"
    run_directory = Path(options.run_directory)
    with Guest(options.kernel, packages=options.packages, shares={"site": options.directory},
               forward=options.port, directory=run_directory) as guest:
        with Progress(f"booting a virtual machine with Linux {options.kernel} (half a minute)"):
            guest.ready(600)
        with Progress("starting khttpd in it"):
            set_up(guest)
        with Progress(f"fetching {url}"):
            status, server, length = fetch(url)
        if options.once_check:
            print(f"{url}: status {status}, {length} bytes, from {server}")
            return 0 if status == 200 and server and server.startswith("khttpd") else 1
        if status != 200:
            print(f"note: {url} answers with status {status}: is there an index.html "
                  "that everybody can read?", file=sys.stderr)
        explain(options.directory, url, options.kernel)
        stay(guest, options.seconds)
        complaints = guest.complaints() if guest.process.poll() is None else []
    print("\nThe virtual machine is gone.", flush=True)
    if complaints:
        print("error: its kernel complained:\n" + "\n".join(complaints), file=sys.stderr)
    return bool(complaints)


def stay(guest, seconds):
    """Wait for Ctrl-C, for the guest's end, or for that many seconds."""
    deadline = time.monotonic() + seconds if seconds else None
    try:
        while guest.process.poll() is None and (deadline is None or time.monotonic() < deadline):
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--packages", required=True)
    parser.add_argument("--run-directory", required=True)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--once-check", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        status = serve(options)
    except (GuestError, ChannelError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        status = 70
    except KeyboardInterrupt:
        print("\ninterrupted; the virtual machine is gone", file=sys.stderr)
        status = 130
    finally:
        shutil.rmtree(options.run_directory, ignore_errors=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
