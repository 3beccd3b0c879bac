# SPDX-License-Identifier: GPL-2.0-or-later
"""What is asked of the servers, and the files that they serve."""

import gzip
import random
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/srv/bench")
KIB, MIB = 1 << 10, 1 << 20
SIZES = {"12b.txt": 12, "1k.txt": KIB, "10k.txt": 10 * KIB, "100k.txt": 100 * KIB, "1m.bin": MIB, "100m.bin": 100 * MIB}
MANY, MANY_SIZE = 10000, 8 * KIB
ENTRIES = 1000
TEXT = "text.html"


@dataclass(frozen=True)
class Workload:
    """Requests of one kind.

    target       what is requested
    connections  of wrk
    fields       header fields that are added; {etag} is replaced by the entity tag that the server gives
    status       that is expected
    pipeline     requests that are sent at once
    many         the target is a format for the number of a file
    seconds      how many times as long as others it is measured
    closes       the server ends the connection after each response
    crowd        connections that are opened, ask once with HEAD, and stay: no load, but time and memory
    what         for people
    """

    what: str
    target: str
    connections: int = 16
    fields: tuple = ()
    status: int = 200
    pipeline: int = 1
    many: int = 0
    seconds: float = 1
    closes: bool = False
    crowd: int = 0

    def one(self, number=0):
        """A target that is requested; of many, that with the number."""
        return self.target % number if self.many else self.target


WORKLOADS = {
    "12b": Workload("12 B", "/12b.txt"),
    "12b-c1": Workload("12 B, 1 client", "/12b.txt", 1),
    "12b-c128": Workload("12 B, 128 clients", "/12b.txt", 128),
    "12b-c1024": Workload("12 B, 1,024 clients", "/12b.txt", 1024, seconds=3),
    "close": Workload("12 B, one connection per request", "/12b.txt", fields=("Connection: close",), seconds=2,
                      closes=True),
    "pipeline": Workload("12 B, pipelined by 16", "/12b.txt", pipeline=16),
    "1k": Workload("1 KiB", "/1k.txt"),
    "10k": Workload("10 KiB", "/10k.txt"),
    "100k": Workload("100 KiB", "/100k.txt", seconds=2),
    "1m": Workload("1 MiB", "/1m.bin", 4, seconds=4),
    "100m": Workload("100 MiB", "/100m.bin", 1, seconds=4),
    "many": Workload("10,000 files of 8 KiB", "/many/%04d.html", many=MANY, seconds=4),
    "304": Workload("304", "/12b.txt", fields=("If-None-Match: {etag}",), status=304),
    "206": Workload("206, 100 octets of 100 KiB", "/100k.txt", fields=("Range: bytes=1000-1099",), status=206),
    "gzip": Workload("text of 20 KiB, compressed", "/" + TEXT, fields=("Accept-Encoding: gzip",)),
    "listing": Workload("listing of 1,000 entries", "/listing/", 4, seconds=6),
    "idle": Workload("10,000 idle connections", "/12b.txt", crowd=10000),
}


def _octets(size):
    """Octets of no pattern, the same in each run."""
    return random.Random(size).randbytes(size)


def _text(size):
    """A text that compresses as texts do."""
    chance = random.Random(1)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(1, 9))) for _ in range(300)]
    text = ""
    while len(text) < size:
        text += f"<p>{' '.join(chance.choices(words, k=60))}</p>\n"
    return text[:size].encode()


def _write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def read_files():
    """Have all files in memory."""
    for path in ROOT.rglob("*"):
        if path.is_file():
            path.read_bytes()


def make_files(names):
    """Make the files that these workloads need."""
    targets = {WORKLOADS[name].target for name in names}
    for name, size in SIZES.items():
        if f"/{name}" in targets:
            _write(ROOT / name, b"hello world\n" if size == 12 else _octets(size))
    if f"/{TEXT}" in targets:
        text = _text(20 * KIB)
        _write(ROOT / TEXT, text)
        _write(ROOT / f"{TEXT}.gz", gzip.compress(text, mtime=0))
    if "many" in names:
        content = _octets(MANY_SIZE)
        for number in range(MANY):
            _write(ROOT / WORKLOADS["many"].one(number)[1:], content)
    if "listing" in names:
        for number in range(ENTRIES):
            _write(ROOT / "listing" / f"entry-{number:04}.txt", b"")
