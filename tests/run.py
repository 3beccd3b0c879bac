#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests and count; ./check starts it.

Several run at a time.
"""

import argparse
import concurrent.futures
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "lib"))

import junit  # pylint: disable=wrong-import-position

STARTED = int(os.environ.get("KHTTPD_STARTED") or time.time())
LOGS = Path(os.environ["KHTTPD_CACHE"]) / "logs"
SKIPPED_STATUS = 77
MINUTE = 60
HOUR = 60 * MINUTE
# Tests at a time. With three guests, processors wait for others that the machine does not run just then.
LANES = 2
# For each fuzz target, a minute for all of them or ten for each.
FUZZ_SECONDS = {"usual": 4, "long": 600}
FUZZ_TARGETS = len(list((ROOT / "tests" / "fuzz" / "corpus").iterdir()))


@dataclass
class Step:
    """A command whose exit status is a test's result, or that writes a JUnit report of many."""

    name: str
    command: list
    time_limit: int = 5 * MINUTE
    needs: list = field(default_factory=list)  # Debian packages
    modes: tuple = ("quick", "usual", "long")
    report: bool = False  # "REPORT" in the command stands for the file

    def argv(self, report):
        """The command with its report's path filled in."""
        return [str(report) if word == "REPORT" else word for word in self.command]


SOURCE = ["linux-source-6.12", "xz-utils"]
BUILD = ["cmake", "g++", "make"]
SHELLS = ["fish", "zsh"]  # whose completion scripts are tried
PYTHON = ["python3-yaml", "python3-jsonschema"]
QEMU = ["qemu-system-x86"]
THOROUGH = ("usual", "long")
# What speaks HTTP on the wire and nothing else, and takes minutes in all.
WIRE = [f"test_{number}_" for number in (31, 32, 33, 34, 36, 37, 38, 42)]
BROWSER = ["chromium", "chromium-driver", "python3-selenium", "fonts-dejavu-core"]


def steps():
    """All tests, the cheap ones first."""
    fuzz_seconds = FUZZ_SECONDS["long" if os.environ.get("KHTTPD_LONG") else "usual"]
    static = "tests/static/"
    yield Step("commands", ["tests/lib/commands"], needs=["util-linux"])
    yield Step("static/scripts", [static + "scripts"], needs=["shellcheck", "pyflakes3"])
    yield Step("static/versions", [static + "versions"], needs=["dpkg-dev"])
    yield Step("static/paths", [static + "paths"])
    yield Step("static/claims", [static + "claims"])
    yield Step("static/licences", [static + "licences"])
    yield Step("static/netlink", [static + "netlink"], needs=SOURCE + PYTHON)
    yield Step("static/checkpatch", [static + "checkpatch"], needs=SOURCE + ["perl"])
    yield Step("static/format", [static + "format"], needs=["clang-format"])
    yield Step("static/man", [static + "man"], needs=["mandoc"])
    yield Step("static/metrics", [static + "metrics"])
    yield Step("static/unit", [static + "unit"], needs=["systemd"])
    yield Step("kernel-log", ["tests/vm/kernel_log_test.py"])
    yield Step("bench", ["bench/figures_test.py"])
    yield Step("unit", ["tests/lib/unit-tests", "REPORT"], 30 * MINUTE, BUILD + SHELLS, report=True,
               modes=("quick", "long"))
    yield Step("unit/sanitized", ["tests/lib/unit-tests", "REPORT", "-DKHTTPD_SANITIZE=ON",
                                   "-DCMAKE_BUILD_TYPE=Debug"], 40 * MINUTE, BUILD + SHELLS, report=True, modes=THOROUGH)
    yield Step("fuzz", ["tests/fuzz/run", str(fuzz_seconds)], 30 * MINUTE + 2 * fuzz_seconds * FUZZ_TARGETS,
               ["clang", "libclang-rt-14-dev", *BUILD])
    # For 6.1 with another pair of eyes.
    yield Step("kernels/6.1", ["tests/kernels/build", "6.1", "C=1", "CHECK=sparse"], 15 * MINUTE, ["sparse"])
    yield Step("kernels/6.12", ["tests/kernels/build", "6.12"], 15 * MINUTE)
    for kernel in ("5.10", "backports", "sid"):
        yield Step(f"kernels/{kernel}", ["tests/kernels/build", kernel], 15 * MINUTE, modes=THOROUGH)
    yield Step("kernels/debug", ["tests/kernels/build", "debug"], 120 * MINUTE, modes=THOROUGH)
    yield Step("packages", ["tests/lib/build-debs"], 30 * MINUTE)
    yield Step("static/lintian", [static + "lintian"], 40 * MINUTE, ["lintian"])
    packages = "tests/packages/"
    yield Step("packages/rpm", [packages + "rpm"], 40 * MINUTE, ["rpm", "rpmlint", "bash-static", "file"], modes=("long",))
    yield Step("packages/trixie", [packages + "trixie"], 40 * MINUTE, modes=THOROUGH)
    yield Step("packages/autopkgtest", [packages + "autopkgtest"], 40 * MINUTE, ["autopkgtest", "autodep8"],
               modes=("long",))
    yield Step("packages/reproducible", [packages + "reproducible"], HOUR, modes=("long",))
    yield Step("packages/piuparts", [packages + "piuparts"], HOUR, ["piuparts"], modes=("long",))
    yield from guests()


def guests():
    """The tests in guests, those that take long first."""
    limit = 9 * HOUR if os.environ.get("KHTTPD_LONG") else 80 * MINUTE

    def suite(name, *arguments, **options):
        return Step(name, ["tests/vm/suite.py", *arguments, "--junit", "REPORT"], limit, QEMU, report=True, **options)

    yield suite("vm/6.1", "6.1", modes=("long",))
    yield suite("vm/6.1/two-cpus", "6.1", "--cpus", "2", modes=("usual",))
    yield suite("vm/6.1/one-cpu", "6.1", "--cpus", "1", modes=("usual",))
    yield suite("vm/debug", "debug", modes=THOROUGH)
    # Installing the packages inside a guest takes minutes.
    yield suite("vm/6.1/packages", "6.1", "test_10_", "test_11_", "test_90_", modes=THOROUGH)
    yield suite("vm/6.12/packages", "6.12", "test_10_", "test_11_", "test_90_", modes=("long",))
    yield suite("vm/6.12", "6.12", modes=THOROUGH)
    yield suite("vm/6.1/work-items", "6.1", "--work-items", "--cpus", "1", *WIRE, modes=("usual",))
    yield suite("vm/6.1/work-items/all", "6.1", "--work-items", modes=("long",))
    yield suite("vm/6.1-rt", "6.1-rt", modes=THOROUGH)
    for kernel in ("5.10", "backports", "sid"):
        yield suite(f"boots/{kernel}", kernel, modes=THOROUGH)
    yield suite("vm/6.1/quick", "6.1", "test_15_", "test_20_", "test_31_", modes=("quick",))
    yield Step("vm/6.1/autopkgtest", ["tests/vm/autopkgtest.py"], HOUR, QEMU, modes=THOROUGH)
    yield Step("try", ["./try", "--once-check", "--port", "18080"], 20 * MINUTE, QEMU)
    yield Step("browser", ["tests/vm/browser.py", "--junit", "REPORT", "--screenshots", str(LOGS / "screenshots")],
               20 * MINUTE, QEMU + BROWSER, report=True, modes=THOROUGH)


def selected(options):
    """The steps that the command line asks for; by name, also those that only a long run has."""
    mode = "quick" if options.quick else "long" if options.long else "usual"
    for step in steps():
        if options.pattern:
            if options.pattern in step.name and step.modes != ("quick",):
                yield step
        elif mode in step.modes:
            yield step


def say(text):
    """Print a line with the seconds since the beginning."""
    print(f"[{time.time() - STARTED:4.0f} s] {text}", flush=True)


def install(packages):
    """Install what the steps need, in one go."""
    subprocess.run([ROOT / "tests/lib/apt-install", *sorted(set(packages))], check=True)


def end(process):
    """End a command, and what it left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def run(step, log, report, running):
    """Run a step's command; return its exit status, or None when it was not finished in time."""
    with open(log, "wb") as output:
        process = subprocess.Popen(step.argv(report), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        running.add(process)
        try:
            return process.wait(step.time_limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            end(process)
            running.discard(process)


def result(step, status, report, seconds):
    """Turn how a step ended into test cases."""
    cases = []
    if step.report and report.exists():
        cases = junit.read(report.read_bytes())
    failed = any(case.outcome == junit.FAILED for case in cases)
    if status is None:
        cases.append(junit.Case(step.name, junit.FAILED, seconds, f"not finished within {step.time_limit} s"))
    elif status == SKIPPED_STATUS and not cases:
        cases.append(junit.Case(step.name, junit.SKIPPED, seconds, ""))
    elif step.report and not cases:
        cases.append(junit.Case(step.name, junit.FAILED, seconds, "there is no report"))
    elif status and not failed:
        cases.append(junit.Case(step.name, junit.FAILED, seconds, f"exit status {status}"))
    elif not step.report:
        cases.append(junit.Case(step.name, junit.PASSED, seconds))
    return cases


def tell(step, cases, log, seconds):
    """Print how a step ended; of a failure what helps to find it."""
    failed = [case for case in cases if case.outcome == junit.FAILED]
    word = "FAIL" if failed else "skip" if all(case.outcome == junit.SKIPPED for case in cases) else "pass"
    count = f", {len(cases)} tests" if len(cases) > 1 else ""
    say(f"{word} {step.name} ({seconds:.0f} s{count})")
    if word == "pass":
        return
    for case in failed[:20]:
        print(f"    {case.name}: {case.message.strip().splitlines()[0][:200] if case.message.strip() else ''}")
    lines = log.read_text(errors="replace").splitlines()
    for line in lines[-40 if failed else -1 :]:
        print(f"    | {line}")
    if failed:
        print(f"    the whole log is {log}", flush=True)


class Run:
    """A run of steps: what was found, and which commands are on."""

    def __init__(self, chosen, scratch):
        self.number = {step.name: number for number, step in enumerate(chosen, 1)}
        self.scratch = scratch
        self.running = set()
        self.telling = threading.Lock()
        self.cases = []
        self.over = False

    def carry_out(self, step):
        """Run a step and tell how it ended."""
        if self.over:
            return
        number = self.number[step.name]
        say(f"---- {step.name} ({number} of {len(self.number)})")
        log = LOGS / f"{step.name.replace('/', '-')}.log"
        report = self.scratch / f"{number}.xml"
        begun = time.monotonic()
        status = run(step, log, report, self.running)
        seconds = time.monotonic() - begun
        with self.telling:
            if not self.over:
                found = result(step, status, report, seconds)
                tell(step, found, log, seconds)
                self.cases += found

    def all(self, chosen):
        """Run the steps, several at a time."""
        with concurrent.futures.ThreadPoolExecutor(LANES) as lanes:
            try:
                for done in [lanes.submit(self.carry_out, step) for step in chosen]:
                    done.result()
            except BaseException:
                self.interrupt()
                raise

    def interrupt(self):
        """End everything."""
        self.over = True
        for process in list(self.running):
            end(process)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("pattern", nargs="?")
    options = parser.parse_args()

    if options.long:
        os.environ["KHTTPD_LONG"] = "1"  # what a step does then is its own matter
    chosen = list(selected(options))
    if options.list:
        print("\n".join(step.name for step in chosen))
        return
    if not chosen:
        print(f"error: no test has '{options.pattern}' in its name\nhint: ./check --list names them", file=sys.stderr)
        sys.exit(64)
    install(["python3", "git", *(package for step in chosen for package in step.needs)])
    LOGS.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="khttpd-check-"))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    run_of_all = Run(chosen, scratch)
    cases = run_of_all.cases
    try:
        run_of_all.all(chosen)
    except KeyboardInterrupt:
        cases.append(junit.Case("interrupted", junit.FAILED))
    finally:
        shutil.rmtree(scratch)
    count = {outcome: sum(case.outcome == outcome for case in cases)
             for outcome in (junit.PASSED, junit.FAILED, junit.SKIPPED)}
    skipped = f", {count[junit.SKIPPED]} skipped" if count[junit.SKIPPED] else ""
    print(f"{count[junit.PASSED]} passed, {count[junit.FAILED]} failed{skipped}", flush=True)
    sys.exit(bool(count[junit.FAILED]))


if __name__ == "__main__":
    main()
