# SPDX-License-Identifier: GPL-2.0-or-later
"""What the turns of servers tell together, of a machine that is not the same all the time."""

from collections import defaultdict
from statistics import median, quantiles

AHEAD, BEHIND, UNDECIDED = "ahead", "behind", "undecided"


def summarize(figures):
    """Return one figure for each server with each workload: the medians of its turns.

    Of "instructions" the least and the most are beside it, in "range"; "errors" are added.
    """
    turns = defaultdict(list)
    for figure in figures:
        turns[figure["server"], figure["workload"]].append(figure)
    summary = []
    for (server, workload), mine in turns.items():
        one = {key: median(turn[key] for turn in mine) for key in mine[0] if key not in ("server", "workload", "turn")}
        one["errors"] = sum(turn["errors"] for turn in mine)
        if "instructions" in one and len(mine) > 1:
            counts = [turn["instructions"] for turn in mine]
            one["range"] = [min(counts), max(counts)]
        summary.append({"server": server, "workload": workload, **one})
    return summary


def judge(ratios):
    """Return median, spread and verdict of the ratios of pairs.

    The spread is the distance of the quartiles: in it lies the middle half of the ratios.  One
    server is ahead or behind if the median is farther than that from 1.
    """
    low, middle, high = quantiles(ratios, method="inclusive")
    spread = high - low
    verdict = AHEAD if middle - 1 > spread else BEHIND if 1 - middle > spread else UNDECIDED
    return {"ratio": middle, "spread": spread, "verdict": verdict}


def compare(figures):
    """Return a comparison of each two servers with each workload, from the figures of all turns.

    Each has the servers' names, "ratios" of the rates, pair by pair, what judge() says of them, and
    the medians of rates and of p99, those of "server" first.
    """
    turns = defaultdict(lambda: defaultdict(list))
    for figure in figures:
        turns[figure["against"], figure["workload"]][figure["turn"]].append(figure)
    comparisons = []
    for (against, workload), pairs in turns.items():
        whole = [pair for pair in pairs.values() if len(pair) == 2]
        if len(whole) < 2:
            continue
        ratios = [mine["rate"] / theirs["rate"] for mine, theirs in whole]
        comparisons.append({
            "server": whole[0][0]["server"], "against": against, "workload": workload,
            "ratios": ratios, **judge(ratios),
            **{key: [median(turn[key] for turn in side) for side in zip(*whole)] for key in ("rate", "p99")},
            "errors": sum(turn["errors"] for pair in whole for turn in pair)})
    return comparisons
