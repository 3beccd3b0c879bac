# SPDX-License-Identifier: GPL-2.0-or-later
"""The records of the access log as the module hands them out, without the daemon."""

import ipaddress
import struct
from dataclasses import dataclass

import genl
from genl import attributes

# struct khttpd_log_record in linux/khttpd_log.h, up to the texts.
HEAD = struct.Struct("=HHHHHHHHHxxIQQQ16s16s")
INCOMPLETE, CUT = 1, 2
NONE, FILE, JOURNAL = range(3)


@dataclass
class Record:
    """A request that was answered."""

    time_ns: int
    duration_ns: int
    octets: int
    head: int
    client: str
    local: str
    client_port: int
    local_port: int
    status: int
    flags: int
    line: bytes
    host: bytes
    referer: bytes
    agent: bytes


def address(octets):
    """An address as text, one of IPv4 as such."""
    found = ipaddress.IPv6Address(octets)
    return str(found.ipv4_mapped or found)


def taken_apart(octets):
    """The records of a batch."""
    found = []
    while octets:
        (size, status, flags, *lengths, client_port, local_port, head, time_ns, duration_ns, sent, client,
         local) = HEAD.unpack_from(octets)
        assert size % 8 == 0 and HEAD.size + sum(lengths) <= size <= len(octets)
        texts, at = [], HEAD.size
        for length in lengths:
            texts.append(octets[at:at + length])
            at += length
        # No octet of the kernel's leaves it in the padding.
        assert not octets[at:size].strip(b"\0")
        found.append(Record(time_ns, duration_ns, sent, head, address(client), address(local), client_port, local_port,
                            status, flags, *texts))
        octets = octets[size:]
    return found


def take(control):
    """Take all records that there are; return them, and how many were lost."""
    k = control.k
    found, lost = [], 0
    for message in control.link.ask(k["CMD_LOG_GET"], flags=genl.NLM_F_DUMP):
        batch = dict(attributes(dict(message)[k["A_MSG_BATCH"]]))
        found += taken_apart(batch[k["A_BATCH_RECORDS"]])
        lost += int.from_bytes(batch.get(k["A_BATCH_LOST"], b""), "little")
    return found, lost


def counted(control):
    """How many records the counters say there were, and how many were lost."""
    k = control.k
    stats = dict(attributes(dict(control.link.ask(k["CMD_STATS_GET"])[0])[k["A_MSG_STATS"]]))
    return tuple(int.from_bytes(stats[k[f"A_STATS_LOG_{name}"]], "little") for name in ("RECORDS", "LOST"))
