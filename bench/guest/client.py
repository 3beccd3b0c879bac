# SPDX-License-Identifier: GPL-2.0-or-later
"""The client: wrk, beside the server or outside of its guest.

usage: client.py      on the host: runs wrk whenever the guest asks for it
"""

import itertools
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from servers import PORT
from workloads import WORKLOADS

HERE = Path(__file__).resolve().parent
# The network of a guest that has a client outside.
OUTSIDE, GUEST, PREFIX = "192.0.2.1", "192.0.2.2", 30
SERVICE = 7000
# One for each run of wrk, so that many files are asked for in another order, and in the same ones each time.
SEEDS = itertools.count(1)
# Seconds after which wrk ends though nobody has told it to.
PATIENCE = 60


def wrk(name, etag, seconds, server="127.0.0.1"):
    """Put a workload on a server for some time; return what wrk reports of it, see wrk.lua."""
    workload = WORKLOADS[name]
    command = ["stdbuf", "--output=L", "wrk", "--threads", "1", "--connections", str(workload.connections),
               "--duration", f"{int(seconds) + PATIENCE}s", "--timeout", "20s", "--latency",
               "--script", str(HERE / "wrk.lua")]
    for field in workload.fields:
        command += ["--header", field.format(etag=etag)]
    command.append(f"http://{server}:{PORT}{'/' if workload.many else workload.target}")
    if workload.pipeline > 1:
        command += ["--", "pipeline", str(workload.pipeline)]
    elif workload.many:
        command += ["--", "many", str(workload.many), workload.target, str(next(SEEDS))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        # It says so when it begins; before that it ignores the signal.
        process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        lines = process.stdout.read().splitlines()
    if process.returncode or not lines or not lines[-1].startswith("{"):
        sys.exit(f"error: {command}: exit status {process.returncode}, {lines}")
    return json.loads(lines[-1])


def ask(name, etag, seconds):
    """In the guest: have the client outside run wrk; return what it reports."""
    connection = socket.create_connection((OUTSIDE, SERVICE), seconds + PATIENCE)
    with connection, connection.makefile("rw") as lines:
        lines.write(json.dumps([name, etag, seconds]) + "\n")
        lines.flush()
        answer = lines.readline()
    if not answer:
        sys.exit("error: the client outside has failed")
    return json.loads(answer)


def main():
    """Do what ask() asks for, one after another; say so when that can begin."""
    with socket.create_server(("", SERVICE)) as service:
        print("ready", flush=True)
        while True:
            connection, _ = service.accept()
            with connection, connection.makefile("rw") as lines:
                report = wrk(*json.loads(lines.readline()), GUEST)
                lines.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
