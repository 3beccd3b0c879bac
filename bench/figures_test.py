#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What becomes of the figures that bench/run gets is right."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "guest"))

# pylint: disable=wrong-import-position
from methods import processor_time
from turns import compare, judge, summarize

TIMERS = """\
Timer List Version: v0.10
HRTIMER_MAX_CLOCK_BASES: 8
now at 70000000123 nsecs

cpu: 0
 clock 0:
  .base:       0000000000000000
  .nohz_mode      : 2
  .idle_tick      : 69996000000 nsecs
  .idle_jiffies   : 4294909796
  .idle_sleeptime : 50000000001 nsecs
  .iowait_sleeptime: 2000000002 nsecs
  .last_jiffies   : 4294909796
"""


def turns(mine, theirs, against="nginx", workload="12b"):
    """Figures of two servers in turn, with these rates."""
    return [{"server": name, "against": against, "workload": workload, "turn": turn, "rate": rate, "p99": rate / 10,
             "errors": 0}
            for turn, both in enumerate(zip(mine, theirs)) for name, rate in zip(("khttpd", against), both)]


class Summary(unittest.TestCase):
    def test_medians_are_those_of_one_server_with_one_workload(self):
        figures = [{"server": name, "workload": "12b", "turn": turn, "instructions": count, "idle": 0.1, "errors": 1}
                   for name, counts in (("khttpd", (30, 10, 11)), ("nginx", (40, 50, 90)))
                   for turn, count in enumerate(counts)]
        self.assertEqual(summarize(figures), [
            {"server": "khttpd", "workload": "12b", "instructions": 11, "idle": 0.1, "errors": 3, "range": [10, 30]},
            {"server": "nginx", "workload": "12b", "instructions": 50, "idle": 0.1, "errors": 3, "range": [40, 90]}])

    def test_one_turn_stays_as_it_is(self):
        figure = {"server": "khttpd", "workload": "idle", "accept_ms": 7, "octets_each": 8, "errors": 0}
        self.assertEqual(summarize([{**figure, "turn": 0}]), [figure])


class Judgement(unittest.TestCase):
    def test_spread_is_the_distance_of_the_quartiles(self):
        judged = judge([1.9, 2.2, 2.0, 2.1, 9.0, 1.8, 0.1])
        self.assertAlmostEqual(judged["ratio"], 2.0)
        self.assertAlmostEqual(judged["spread"], 2.15 - 1.85)
        self.assertEqual(judged["verdict"], "ahead")

    def test_behind_is_what_is_slower_by_more_than_the_spread(self):
        self.assertEqual(judge([0.5, 0.6, 0.55, 0.5, 0.6, 0.55, 0.5])["verdict"], "behind")

    def test_nothing_is_said_of_a_difference_within_the_spread(self):
        for ratios in ([1.0] * 7, [0.8, 1.2, 1.1, 0.9, 1.3, 1.1, 1.0], [0.9, 0.7, 1.1, 0.8, 1.2, 0.9, 1.0],
                       [1.1, 1.2, 1.3, 1.2, 1.1, 1.3, 1.0, 1.4]):
            self.assertEqual(judge(ratios)["verdict"], "undecided", ratios)


class Comparison(unittest.TestCase):
    def test_ratios_are_those_of_pairs(self):
        # The machine is half as fast in every other pair, which the ratios do not show.
        comparison, = compare(turns([200, 100, 200, 100], [100, 50, 100, 50]))
        self.assertEqual(comparison["ratios"], [2.0] * 4)
        self.assertEqual((comparison["ratio"], comparison["spread"], comparison["verdict"]), (2.0, 0.0, "ahead"))
        self.assertEqual((comparison["rate"], comparison["p99"]), ([150, 75], [15, 7.5]))
        self.assertEqual((comparison["server"], comparison["against"]), ("khttpd", "nginx"))

    def test_servers_and_workloads_do_not_mix(self):
        figures = turns([2, 2], [1, 1]) + turns([3, 3], [1, 1], "h2o") + turns([4, 4], [1, 1], "h2o", "1m")
        found = {(one["against"], one["workload"]): one["ratio"] for one in compare(figures)}
        self.assertEqual(found, {("nginx", "12b"): 2, ("h2o", "12b"): 3, ("h2o", "1m"): 4})

    def test_a_turn_without_its_other_half_does_not_count(self):
        comparison, = compare(turns([2, 2, 2], [1, 1, 1])[:-1])
        self.assertEqual(len(comparison["ratios"]), 2)
        self.assertEqual(compare(turns([2], [1])), [])


class ProcessorTime(unittest.TestCase):
    def test_clock_and_idle_time_are_found(self):
        self.assertEqual(processor_time(TIMERS), (70000000123, 52000000003))

    def test_processors_are_added(self):
        more = TIMERS[TIMERS.index("\ncpu: 0"):].replace("cpu: 0", "cpu: 1")
        self.assertEqual(processor_time(TIMERS + more), (70000000123, 104000000006))


if __name__ == "__main__":
    unittest.main()
