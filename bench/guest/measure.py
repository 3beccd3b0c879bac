# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures servers inside a guest whose clock counts instructions.

usage: measure.py '{"servers": [...], "workloads": [...], "seconds": S}'

Prints a line of JSON for each figure, as soon as it is there, and texts on standard error.
"""

import gzip
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from servers import FAST, FLOORS, PORT, Missing, run, server
from workloads import ROOT, WORKLOADS, make_files

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


def wrk(workload, etag, seconds):
    """Run wrk for some time of the guest's; return what it reports, see wrk.lua."""
    command = ["stdbuf", "--output=L", "wrk", "--threads", "1", "--connections", str(workload.connections), "--duration", "3600s",
               "--timeout", "20s", "--latency", "--script", HERE / "wrk.lua"]
    for field in workload.fields:
        command += ["--header", field.format(etag=etag)]
    target = "/" if workload.many else workload.target
    command.append(f"http://127.0.0.1:{PORT}{target}")
    if workload.pipeline > 1:
        command += ["--", "pipeline", str(workload.pipeline)]
    elif workload.many:
        command += ["--", "many", str(workload.many), workload.target]
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True) as process:
        # It says so when it begins; before that it ignores the signal.
        process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        lines = process.stdout.read().splitlines()
    if process.returncode or not lines or not lines[-1].startswith("{"):
        sys.exit(f"error: {command}: exit status {process.returncode}, {lines}")
    return json.loads(lines[-1])


def measure(name, seconds):
    """Measure a workload with the server that runs.

    The difference of a long run and a short one is without the clients' start and their connecting.
    """
    workload = WORKLOADS[name]
    if workload.crowd:
        return measure_crowd(name)
    etag = entity_tag(workload)
    response = exchange(request(workload, etag))
    check(name, workload, response)
    short = TICK / 2 + TICK * (workload.connections // 200)
    wrk(workload, etag, (2 if workload.many else 1) * short)
    less = wrk(workload, etag, short)
    more = wrk(workload, etag, short + seconds * workload.seconds)
    key, size = ("octets", len(response)) if len(response) >= LARGE else ("requests", 1)
    count = (more[key] - less[key]) / size
    elapsed = 1000 * (more["us"] - less["us"])
    return {"instructions": elapsed / count, "requests": count, "errors": more["errors"],
            "octets": len(response), **{key: more[key] for key in ("p50", "p99", "p99.9")}}


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
    return {"accept_ms": 1000 * elapsed, "octets_each": octets / good, "errors": workload.crowd - good}


def take_responses(names):
    """Keep what khttpd answers, for the floors."""
    RESPONSES.mkdir(exist_ok=True)
    with server("khttpd"):
        for name in names:
            workload = WORKLOADS[name]
            (RESPONSES / name).write_bytes(exchange(request(workload, entity_tag(workload))))


def main():
    plan = json.loads(sys.argv[1])
    for name, value in SYSCTLS.items():
        run("sysctl", "-q", f"{name}={value}")
    say("making files")
    make_files(plan["workloads"])
    ROOT.chmod(0o755)
    if set(FLOORS) & set(plan["servers"]):
        take_responses(plan["workloads"])
    for name in plan["servers"]:
        try:
            with server(name) as running:
                for workload in plan["workloads"]:
                    if name in FLOORS:
                        running.choose(RESPONSES / workload, WORKLOADS[workload].closes)
                    tell(server=name, workload=workload, **measure(workload, plan["seconds"]))
        except Missing as reason:
            say(f"{name} is left out: {reason}")
    if not FAST.exists():
        say("this khttpd has no softirq path; the figures of khttpd are those of its work items")


if __name__ == "__main__":
    main()
