# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures servers inside a guest, by one of the METHODS.

usage: measure.py '{"method": M, "servers": [...], "workloads": [...], "seconds": S}'

Prints a line of JSON for each figure, as soon as it is there, and texts on standard error.
"""

import gzip
import json
import os
import socket
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

from methods import METHODS
from servers import FAST, FLOORS, PORT, Missing, run, server
from workloads import ROOT, WORKLOADS, make_files, read_files

HERE = Path(__file__).resolve().parent
RESPONSES = Path("/var/tmp/bench-responses")
SYSCTLS = {
    "net.core.somaxconn": 32768,
    "net.core.netdev_max_backlog": 200000,
    "net.ipv4.tcp_max_syn_backlog": 32768,
    "net.ipv4.tcp_max_tw_buckets": 1000000,
    "net.ipv4.ip_local_port_range": "10000 65535",
    "fs.file-max": 1000000,
}
# From so many octets on, parts of responses count.
LARGE = 100 << 10
# wrk stops at a multiple of this.
TICK = 0.1
# How often each of many files is asked for first, until what a server keeps of them is what it will.
ROUNDS = 3


def say(text):
    """Tell what is going on."""
    print(text, file=sys.stderr, flush=True)


def tell(**figure):
    """Give a figure to the host."""
    print(json.dumps(figure), flush=True)


def request(workload, etag=""):
    """The octets of one request, as the client sends it."""
    method = "HEAD" if workload.crowd else "GET"
    fields = "".join(f"{field.format(etag=etag)}\r\n" for field in workload.fields)
    return f"{method} {workload.one()} HTTP/1.1\r\nHost: 127.0.0.1\r\n{fields}\r\n".encode()


def exchange(octets):
    """Send octets, and return all that comes until nothing more comes."""
    received = bytearray()
    with socket.create_connection(("127.0.0.1", PORT), 30) as connection:
        connection.sendall(octets)
        while True:
            try:
                part = connection.recv(1 << 20)
            except TimeoutError:
                part = b""
            if not part:
                return bytes(received)
            received += part
            connection.settimeout(1)


def header(head, name):
    """Return the value of a header field."""
    for line in head.decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name:
            return value.strip()
    return ""


def entity_tag(workload):
    """Ask the server for the entity tag of what a conditional request is about."""
    if not any("{etag}" in field for field in workload.fields):
        return ""
    plain = f"GET {workload.target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    return header(exchange(plain).split(b"\r\n\r\n")[0], "etag")


def check(name, workload, response):
    """See that it is the response which was asked for."""
    head, _, body = response.partition(b"\r\n\r\n")
    problem = ""
    if not head.startswith(f"HTTP/1.1 {workload.status} ".encode()):
        problem = "the status is another"
    elif header(head, "content-encoding") == "gzip":
        body = gzip.decompress(body)
    elif name == "gzip":
        problem = "it is not compressed"
    path = ROOT / workload.one()[1:]
    if not problem and workload.status == 200 and path.is_file() and body != path.read_bytes():
        problem = "the content is another"
    if problem:
        sys.exit(f"error: {name}: {problem}: {head.decode('latin-1')}")


def asked(name):
    """Ask for a workload's response, and check it; return the entity tag that was asked with, and the response."""
    workload = WORKLOADS[name]
    etag = entity_tag(workload)
    response = exchange(request(workload, etag))
    check(name, workload, response)
    return etag, response


def unit(response):
    """Return what is counted of the client's report, and how much of it is one response."""
    return ("octets", len(response)) if len(response) >= LARGE else ("requests", 1)


def short(workload):
    """Seconds of a run in which each connection is made and asks."""
    return TICK / 2 + TICK * (workload.connections // 200)


def warm_up(name, method, etag):
    """Have the server that runs do what it does once, or seldom."""
    workload = WORKLOADS[name]
    left, seconds = ROUNDS * workload.many, short(workload)
    while True:
        requests = method.load(name, etag, seconds)["requests"]
        left, seconds = left - requests, 1
        if left <= 0:
            return
        if not requests:
            sys.exit(f"error: {name}: there were no responses")


def measure(name, method, seconds):
    """Measure a workload with the server that runs.

    The difference of a long run and a short one is without the clients' start and their connecting.
    """
    workload = WORKLOADS[name]
    if workload.crowd:
        return measure_crowd(name)
    etag, response = asked(name)
    less_seconds = short(workload)
    warm_up(name, method, etag)
    less = method.load(name, etag, less_seconds)
    more = method.load(name, etag, less_seconds + seconds * workload.seconds)
    key, size = unit(response)
    count = (more[key] - less[key]) / size
    return {"instructions": (more["instructions"] - less["instructions"]) / count, "requests": count,
            "errors": more["errors"], "octets": len(response), **method.extra(more)}


def free_memory():
    """Octets that are free, or would be at once."""
    Path("/proc/sys/vm/drop_caches").write_text("3\n", encoding="ascii")
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(("MemFree:", "Buffers:", "Cached:")))


def crowd_program():
    """Compile the client that holds many connections."""
    program = HERE / "crowd"
    if not program.exists():
        run("gcc", "-O2", "-o", program, HERE / "crowd.c")
    return program


def measure_crowd(name):
    """Time until all of many connections are answered, and memory that they take while they idle."""
    workload = WORKLOADS[name]
    program = crowd_program()
    # Whatever the server makes for its first connections is there.
    exchange(request(workload))
    free = free_memory()
    begun = time.monotonic()
    with subprocess.Popen([program, str(workload.crowd), str(PORT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, bufsize=1) as process:
        process.stdout.readline()
        process.stdin.write(f"ask {workload.target}\n")
        good = int(process.stdout.readline().split()[1])
        elapsed = time.monotonic() - begun
        # What was made for a request alone may go.
        time.sleep(5)
        octets = free - free_memory()
        process.stdin.write("reset\n")
        process.stdin.close()
    # They went with the caches. While something is read from the disk a clock that counts instructions leaps.
    read_files()
    return {"accept_ms": 1000 * elapsed, "octets_each": octets / good, "errors": workload.crowd - good}


def take_responses(names):
    """Keep what khttpd answers, for the floors."""
    RESPONSES.mkdir(exist_ok=True)
    with server("khttpd"):
        for name in names:
            workload = WORKLOADS[name]
            (RESPONSES / name).write_bytes(exchange(request(workload, entity_tag(workload))))


def choose(running, name, workload):
    """Have a floor answer as khttpd did."""
    if name in FLOORS:
        running.choose(RESPONSES / workload, WORKLOADS[workload].closes)


def measure_each(plan, method):
    """Measure all workloads with one server after the other, as often as the method has turns."""
    for turn, name in product(range(method.turns), plan["servers"]):
        try:
            with server(name) as running:
                for workload in plan["workloads"]:
                    choose(running, name, workload)
                    tell(server=name, workload=workload, turn=turn, **measure(workload, method, plan["seconds"]))
        except Missing as reason:
            say(f"{name} is left out: {reason}")


def measure_rate(name, method, seconds):
    """Measure how many responses of a workload the server that runs gives in a second of the clock."""
    workload = WORKLOADS[name]
    etag, response = asked(name)
    warm_up(name, method, etag)
    report = method.load(name, etag, seconds * workload.seconds)
    key, size = unit(response)
    if not report[key]:
        sys.exit(f"error: {name}: there were no responses")
    return {"rate": 1e6 * report[key] / size / report["us"], "p99": report["p99"], "errors": report["errors"]}


def measure_pairs(plan, method):
    """Measure the first server and each other in turn, each of them alone."""
    first, *others = plan["servers"]
    for other in others:
        try:
            for workload, turn, name in product(plan["workloads"], range(method.turns), (first, other)):
                with server(name) as running:
                    choose(running, name, workload)
                    tell(server=name, against=other, workload=workload, turn=turn,
                         **measure_rate(workload, method, plan["seconds"]))
        except Missing as reason:
            say(f"{first} against {other} is left out: {reason}")


def main():
    plan = json.loads(sys.argv[1])
    for name, value in SYSCTLS.items():
        run("sysctl", "-q", f"{name}={value}")
    say("making files")
    make_files(plan["workloads"])
    ROOT.chmod(0o755)
    # Else they are written half a minute later, at the expense of who is measured then.
    os.sync()
    if set(FLOORS) & set(plan["servers"]):
        take_responses(plan["workloads"])
    method = METHODS[plan["method"]]()
    (measure_pairs if method.paired else measure_each)(plan, method)
    if not FAST.exists():
        say("this khttpd has no softirq path; the figures of khttpd are those of its work items")


if __name__ == "__main__":
    main()
