#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests of tests/vm/guest/ in a guest.

    suite.py KERNEL [--junit FILE] [--log DIR] [--long] [--work-items] [--cpus N] [MODULE]...

The guest is a Debian 12 with systemd that knows the khttpd packages as an archive of
apt.  The modules test_*.py of guest/ run there one after another, in the order of
their names, each in a pytest of its own (guest/pytests.py); after each the kernel's log
must be clean, and at the end the guest must power off.  kernels.py names the kernels,
and what runs on which without a MODULE, which is part of a module's name; --long is all
that can run there, and each as long as it is worth while.  With --work-items nothing is
answered in the softirq, but where a module asks for that.  The guest has two processors,
for tests of what happens at the same time; --cpus 1 runs the modules alone that have
none, in a guest with one, which is cheaper to emulate, and --cpus 2 the others.  The
first module installs the packages; without that one they are installed on the disk
before, where DKMS builds the module natively.  In emulation the compiler takes ten
minutes, which only --long has: else DKMS is given a module that was built outside.

How to add a test: put it in a module guest/test_NN_NOUN.py.  It is ordinary pytest
and runs as root inside the guest, over the guest's own loopback.  guest/conftest.py
has the fixtures (`installed`: the packages; `server`: a running khttpd; `site`: a
document root to fill), guest/wire.py speaks HTTP over raw sockets, guest/shell.py
runs commands.  Emulation is ten times slower than a machine: wait for conditions,
not for seconds.  A module that needs more than 30 minutes says so in a line
`TIME_LIMIT = seconds`, and one that needs another memory than 2048 MiB gets a guest
of its own by a line `MEMORY = MiB`.  `COUNTED = 1` asks for one whose clock counts
instructions, `NEXT = 1` for one that also knows an archive with the packages of the
next version, and has its module in /root/next.  `CPUS = 1` says that one processor
tells as much as two.  How often a test repeats itself is asked of guest/scale.py.  The
marker chapter("NUMBER NOUN") says what of HTTP a test is about; at the end the cases
are counted by it.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import junit  # pylint: disable=wrong-import-position
import leaks  # pylint: disable=wrong-import-position
from channel import Channel, ChannelError  # pylint: disable=wrong-import-position
from guest import SKIPPED_STATUS, Guest, GuestError, Unavailable  # pylint: disable=wrong-import-position
from kernels import KERNELS  # pylint: disable=wrong-import-position

PACKAGES = "/srv/packages"
NEXT = "/srv/next"
# Where modules are that were built outside.
BUILT, BUILT_NEXT = "/root/built", "/root/next"
TESTS = "/root/tests"
TIME_LIMIT = 1800
INSTALLING = "test_10_promise"
MEMORY = 2048
CPUS = 2


def build_packages(*options):
    """Return the directory of the packages under test, or by --next of those of the next version."""
    made = subprocess.run([HERE.parent / "lib" / "build-debs", *options], stdout=subprocess.PIPE, text=True,
                          check=False)
    if made.returncode:
        raise GuestError("there are no packages to test")
    return Path(made.stdout.strip())


def setting(module, name, default):
    """A number that a module says in a line of its own."""
    found = re.search(rf"^{name} = (\d+)", module.read_text(encoding="utf-8"), re.MULTILINE)
    return int(found[1]) if found else default


def environment(kernel, long, work_items):
    """What guest/scale.py and guest/conftest.py read, and the seed that guest/seed.py is to take."""
    seed = {name: os.environ[name] for name in ("KHTTPD_SEED",) if name in os.environ}
    return {"KHTTPD_SLOWNESS": str(KERNELS[kernel].slowness), **({"KHTTPD_LONG": "1"} if long else {}),
            **({"KHTTPD_WORK_ITEMS": "1"} if work_items else {}), **seed}


def offer_packages(guest, tag="packages", directory=PACKAGES):
    """Let apt inside find the packages of a share, as it would find them in an archive."""
    guest.mount(tag, directory, cache="loose")
    guest.run(f"echo 'deb [trusted=yes] file:{directory} ./' >/etc/apt/sources.list.d/khttpd-{tag}.list")


def bring_module(guest, packages, directory):
    """Build the module from the source in the packages, as DKMS would, and put it into a directory of the guest."""
    with tempfile.TemporaryDirectory(prefix="khttpd-module-") as work:
        subprocess.run(["dpkg-deb", "-x", next(packages.glob("khttpd-dkms_*.deb")), work], check=True)
        source = next(Path(work).glob("usr/src/khttpd-*/module"))
        made = subprocess.run([HERE.parent / "kernels" / "build", guest.kernel, "--module", source, "--output", work],
                              stdout=subprocess.DEVNULL, check=False)
        if made.returncode:
            raise GuestError(f"the module in {packages} could not be built")
        guest.push(f"{work}/khttpd.ko", directory)


class Pytests:
    """The guest's end of it is guest/pytests.py, at the port that commands are not sent to."""

    def __init__(self, guest, env):
        self.slowness = guest.slowness
        self.channel = Channel(guest.directory / "shell")
        self.channel.greet(60 * self.slowness)
        self.channel.start(["python3", f"{TESTS}/pytests.py"], env={"COLUMNS": "120", **env})

    def run(self, arguments, timeout):
        """Run one, for at most so many seconds, and show its output; return the exit status and the output's end."""
        self.channel.send(b"I", json.dumps(arguments).encode() + b"\n")
        deadline = time.monotonic() + timeout * self.slowness
        said = b""
        while not (over := re.search(rb"\0exit status (-?\d+)\n", said)):
            frame = self.channel.receive(deadline - time.monotonic())
            if frame is None:
                raise ChannelError(f"not finished within {timeout:.0f} s\n{said.decode(errors='replace')}")
            kind, payload = frame
            if kind == b"X":
                raise ChannelError(f"pytests.py ended with {payload.decode()}\n{said.decode(errors='replace')}")
            said = (said + payload)[-2000:]
            sys.stdout.buffer.write(payload.split(b"\0")[0])
            sys.stdout.flush()
        return int(over[1]), said[: over.start()].decode(errors="replace")


def run_module(guest, pytests, module):
    """Run one module and return its cases."""
    begun = time.monotonic()
    report = f"/tmp/{module.stem}.xml"
    status, said = pytests.run(
        ["-v", "--tb=short", "--durations=6", "--durations-min=4", "-p", "no:cacheprovider", "-o", "junit_family=xunit1",
         f"--junitxml={report}", f"{TESTS}/{module.name}"], setting(module, "TIME_LIMIT", TIME_LIMIT))
    try:
        cases = junit.read(guest.pull(report))
    except GuestError:
        return [junit.Case(module.stem, junit.FAILED, time.monotonic() - begun,
                           f"pytest did not report, exit status {status}\n{said}")]
    for case in cases:
        case.name = f"{module.stem}::{case.name.split('::')[-1]}"
    if status and not any(case.outcome == junit.FAILED for case in cases):
        cases.append(junit.Case(module.stem, junit.FAILED, 0, f"pytest's exit status is {status}"))
    return cases


def check_log(guest, name):
    """Return a case for the kernel's log since the last look."""
    found = guest.complaints()
    return junit.Case(f"kernel log {name}", junit.FAILED if found else junit.PASSED, 0, "\n".join(found))


def power_off(guest):
    """Return a case for the guest's end."""
    begun = time.monotonic()
    try:
        guest.poweroff()
    except (GuestError, ChannelError) as error:
        return junit.Case("poweroff", junit.FAILED, time.monotonic() - begun, str(error))
    return junit.Case("poweroff", junit.PASSED, time.monotonic() - begun)


def by_guest(modules):
    """Group the modules by the guest that they need: options of Guest, whether it knows the next version, and modules."""
    groups = {}
    for module in modules:
        machine = (setting(module, "MEMORY", MEMORY), bool(setting(module, "COUNTED", 0)))
        groups.setdefault((*machine, bool(setting(module, "NEXT", 0))), []).append(module)
    return [({"memory": memory, "counted": counted}, upgrade, group)
            for (memory, counted, upgrade), group in groups.items()]


def run_suite(kernel, modules, log, env, upgrade, **machine):
    """Run the modules in one guest and return all cases."""
    cases = []
    packages = build_packages()
    archives = {"packages": packages, **({"next": build_packages("--next")} if upgrade else {})}
    # Installing inside is a test itself, and takes minutes; others find it done.
    installs = any(module.stem == INSTALLING for module in modules)
    with Guest(kernel, packages=None if installs else packages, shares=archives,
               directory=log, **machine) as guest:
        begun = time.monotonic()
        guest.ready()
        offer_packages(guest)
        if installs and "KHTTPD_LONG" not in env:
            bring_module(guest, packages, BUILT)
        if upgrade:
            offer_packages(guest, "next", NEXT)
            bring_module(guest, archives["next"], BUILT_NEXT)
        leaks.begin(guest)
        guest.push(HERE / "guest", "/root")
        guest.run(f"rm -rf {TESTS} && mv /root/guest {TESTS}")
        guest.push(HERE.parents[1] / "bench" / "trace", TESTS)
        pytests = Pytests(guest, env)
        cases.append(check_log(guest, "after booting"))
        print(f"the guest is ready after {time.monotonic() - begun:.0f} s", flush=True)
        for module in modules:
            try:
                cases += run_module(guest, pytests, module)
                cases.append(check_log(guest, f"after {module.stem}"))
            except (GuestError, ChannelError) as error:
                # The guest is lost, or in no state to go on.
                cases.append(junit.Case(module.stem, junit.FAILED, 0, f"{error}\n{guest.last_words()}"))
                return cases
        cases += leaks.cases(guest)
        cases.append(power_off(guest))
    return cases


def count_chapters(cases):
    """Print how many cases there are of each chapter."""
    count = collections.Counter(case.properties["chapter"] for case in cases if "chapter" in case.properties)
    for chapter, number in sorted(count.items(), key=lambda item: (int(re.match(r"\d*", item[0])[0] or 99), item)):
        print(f"{number:6} {chapter}")


def main():
    parser = argparse.ArgumentParser(description="Run the tests of tests/vm/guest/ in a guest.")
    parser.add_argument("kernel", choices=KERNELS)
    parser.add_argument("--junit", help="write a report there")
    parser.add_argument("--log", help="keep the console's log there")
    parser.add_argument("--long", action="store_true", default=bool(os.environ.get("KHTTPD_LONG")),
                        help="everything, and for long; as with KHTTPD_LONG in the environment")
    parser.add_argument("--work-items", action="store_true", help="answer in work items alone, with cache.fast off")
    parser.add_argument("--cpus", type=int, choices=(1, CPUS), help="only the modules that take so many")
    parser.add_argument("module", nargs="*", help="part of a module's name")
    options = parser.parse_intermixed_args()

    modules = {module.stem: module for module in sorted((HERE / "guest").glob("test_*.py"))}
    if options.module:
        chosen = [stem for stem in modules if any(name in stem for name in options.module)]
    else:
        chosen = KERNELS[options.kernel].modules(modules, options.long)
    if options.cpus:
        chosen = [stem for stem in chosen if setting(modules[stem], "CPUS", CPUS) == options.cpus]
    if not chosen:
        parser.error(f"no module has {' or '.join(options.module)} in its name")
    cases = []
    env = environment(options.kernel, options.long, options.work_items)
    for machine, upgrade, group in by_guest([modules[stem] for stem in chosen]):
        try:
            cases += run_suite(options.kernel, group, options.log, env, upgrade, cpus=options.cpus or CPUS, **machine)
        except Unavailable as error:
            print(error)
            sys.exit(SKIPPED_STATUS)
        except (GuestError, ChannelError) as error:
            cases.append(junit.Case("guest", junit.FAILED, 0, str(error)))
    failed = [case for case in cases if case.outcome == junit.FAILED]
    for case in failed:
        print(f"FAILED {case.name}\n{case.message}\n")
    count_chapters(cases)
    print(f"{len(cases) - len(failed)} of {len(cases)} good on {options.kernel}")
    if options.junit:
        junit.write(options.junit, f"vm {options.kernel}", cases)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
