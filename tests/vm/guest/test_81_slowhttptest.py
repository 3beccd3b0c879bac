# SPDX-License-Identifier: GPL-2.0-or-later
"""The attacks of slowhttptest, which nobody here wrote; its own probe tells whether others are served."""

import csv
import re

import pytest

import hostile
import scale
import sysfs
from hostile import SHORT, Others, Refusals
from shell import run

CPUS = 1
pytestmark = pytest.mark.chapter("4 connection")

CLIENTS = scale.times(200, 50)
# Seconds: longer than the timeouts, and until its probe has to be answered.
LENGTH = 6 * scale.SLOWNESS
PATIENCE = 5 * scale.SLOWNESS
ATTACKS = {
    "slow heads": ("-H", "-i", 1),
    "slow bodies": ("-B", "-i", 1, "-s", 65536),
    "ranges": ("-R", "-a", 1, "-b", 3000),
    "slow readers": ("-X", "-w", 10, "-y", 20, "-n", 1, "-z", 32, "-k", 3),
}
PATHS = {"slow readers": "large"}
# Why they are sent away; who asks for ranges, and who sends a body, gets an answer and goes.
REASONS = {"slow heads": "head_timeout", "slow readers": "send_timeout"}


@pytest.fixture(scope="module", autouse=True)
def root(server):  # pylint: disable=unused-argument
    """Files to ask for, and short timeouts."""
    with hostile.site(), sysfs.setting(timeouts__head_ms=SHORT, timeouts__idle_ms=SHORT, timeouts__send_ms=SHORT,
                                       timeouts__linger_ms=SHORT):
        yield


@pytest.mark.parametrize("name", ATTACKS)
def test_others_are_served(name, tmp_path):
    with hostile.all_gone(), Others() as others:
        refusals, accepted = Refusals(others), sysfs.number("stats/accepted")
        said = run("slowhttptest", "-c", CLIENTS, "-r", CLIENTS, "-l", LENGTH, "-p", PATIENCE, "-g", "-o",
                   tmp_path / "report", "-u", f"http://127.0.0.1/{PATHS.get(name, 'b')}", *ATTACKS[name],
                   check=False).stdout
        others.progress()
    said = re.sub(r"\x1b\[[0-9;]*m", "", said)
    assert re.search(r"Exit status: *(Hit test time limit|No open connections left)", said), said[-2000:]
    answers = re.findall(r"service available: *(\w+)", said)
    assert answers and set(answers) == {"YES"}, said[-2000:]
    with open(tmp_path / "report.csv", encoding="ascii", newline="") as lines:
        seconds = list(csv.DictReader(lines))
    assert seconds and all(int(second["Service Available"]) for second in seconds), seconds
    # The attack has taken place.
    assert sysfs.number("stats/accepted") - accepted > CLIENTS // 2, seconds
    assert name not in REASONS or refusals.now().get(REASONS[name], 0) > 0, (refusals.now(), said[-2000:])
