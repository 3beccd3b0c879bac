#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests, one after another, and count; ./check starts it."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
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
# For each fuzz target; some minutes are worth while before a release.
FUZZ_SECONDS = int(os.environ.get("KHTTPD_FUZZ_SECONDS") or 4)
FUZZ_TARGETS = len(list((ROOT / "tests" / "fuzz" / "corpus").iterdir()))


@dataclass
class Step:
    """A command whose exit status is a test's result, or that writes a JUnit report of many."""

    name: str
    command: list
    time_limit: int = 5 * MINUTE
    needs: list = field(default_factory=list)  # Debian packages
    quick: bool = True
    report: bool = False  # "REPORT" in the command stands for the file

    def argv(self, report):
        """The command with its report's path filled in."""
        return [str(report) if word == "REPORT" else word for word in self.command]


SOURCE = ["linux-source-6.12", "xz-utils"]
BUILD = ["cmake", "g++", "make"]
PYTHON = ["python3-yaml", "python3-jsonschema"]
QEMU = ["qemu-system-x86"]
BROWSER = ["chromium", "chromium-driver", "python3-selenium", "fonts-dejavu-core"]


def steps():
    """All tests, the cheap ones first."""
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
    yield Step("static/unit", [static + "unit"], needs=["systemd"])
    yield Step("unit", ["tests/lib/unit-tests", "REPORT"], 30 * MINUTE, BUILD, report=True)
    yield Step("unit/sanitized", ["tests/lib/unit-tests", "REPORT", "-DKHTTPD_SANITIZE=ON",
                                   "-DCMAKE_BUILD_TYPE=Debug"], 40 * MINUTE, BUILD, report=True, quick=False)
    yield Step("fuzz", ["tests/fuzz/run", str(FUZZ_SECONDS)], 30 * MINUTE + 2 * FUZZ_SECONDS * FUZZ_TARGETS,
               ["clang", "libclang-rt-14-dev", *BUILD])
    for kernel in ("6.1", "6.12", "5.10", "backports", "sid"):
        yield Step(f"kernels/{kernel}", ["tests/kernels/build", kernel], 15 * MINUTE, quick=kernel.startswith("6"))
    yield Step("kernels/6.1/sparse", ["tests/kernels/build", "6.1", "C=1", "CHECK=sparse"], needs=["sparse"])
    yield Step("packages", ["tests/lib/build-debs"], 30 * MINUTE)
    yield Step("static/lintian", [static + "lintian"], 40 * MINUTE, ["lintian"])
    yield Step("try", ["./try", "--once-check", "--port", "18080"], 20 * MINUTE, QEMU)
    yield Step("browser", ["tests/vm/browser.py", "--junit", "REPORT", "--screenshots", str(LOGS / "screenshots")],
               20 * MINUTE, QEMU + BROWSER, report=True, quick=False)
    # Installing the packages inside a guest takes minutes.
    yield Step("vm/6.1/quick", ["tests/vm/suite.py", "6.1", "--junit", "REPORT", "20_daemon", "30_site", "31_status"],
               20 * MINUTE, QEMU, report=True, quick="only")
    yield Step("vm/6.1", ["tests/vm/suite.py", "6.1", "--junit", "REPORT"], 60 * MINUTE, QEMU, report=True, quick=False)
    yield Step("vm/6.12", ["tests/vm/suite.py", "6.12", "--junit", "REPORT"], 60 * MINUTE, QEMU, report=True,
               quick=False)


def selected(options):
    """The steps that the command line asks for."""
    for step in steps():
        if options.pattern:
            if step.quick != "only" and options.pattern in step.name:
                yield step
        elif step.quick if options.quick else step.quick != "only":
            yield step


def say(text):
    """Print a line with the seconds since the beginning."""
    print(f"[{time.time() - STARTED:4.0f} s] {text}", flush=True)


def install(packages):
    """Install what the steps need, in one go."""
    script = '. tests/lib/ui.sh; . tests/lib/apt.sh; apt_install "$@"'
    subprocess.run(["bash", "-c", script, "install", *sorted(set(packages))], cwd=ROOT, check=True)


def run(step, log, report):
    """Run a step's command; return its exit status, or None when it was not finished in time."""
    with open(log, "wb") as output:
        process = subprocess.Popen(step.argv(report), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            return process.wait(step.time_limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            # Also what it left behind, and after Ctrl-C.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


def result(step, status, report, seconds):
    """Turn how a step ended into test cases."""
    cases = []
    if step.report and report.exists():
        cases = junit.read(report.read_bytes())
    failed = any(case.outcome == junit.FAILED for case in cases)
    if status is None:
        cases.append(junit.Case(step.name, junit.FAILED, seconds, f"not finished within {step.time_limit} s"))
    elif step.report and not cases:
        cases.append(junit.Case(step.name, junit.FAILED, seconds, "there is no report"))
    elif status == SKIPPED_STATUS and not step.report:
        cases.append(junit.Case(step.name, junit.SKIPPED, seconds, ""))
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
    cases = []
    try:
        for number, step in enumerate(chosen, 1):
            say(f"---- {step.name} ({number} of {len(chosen)})")
            log = LOGS / f"{step.name.replace('/', '-')}.log"
            report = scratch / f"{number}.xml"
            begun = time.monotonic()
            status = run(step, log, report)
            seconds = time.monotonic() - begun
            found = result(step, status, report, seconds)
            tell(step, found, log, seconds)
            cases += found
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
