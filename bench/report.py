# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures for people: a table, a file of JSON, and a chart."""

import json
from html import escape

from servers import QUEUES, SERVERS
from workloads import WORKLOADS

COLOURS = {"khttpd": "#1b6e3c", "khttpd-log": "#45925f", "khttpd-work": "#6fb58a", **dict.fromkeys(QUEUES, "#a8d4b9"),
           "floor-softirq": "#8a8a8a", "floor-work": "#bdbdbd", "nginx": "#c0572b", "h2o": "#2b6cc0", "lighttpd": "#b08a1e"}
BAR, GAP, LEFT, WIDTH = 12, 22, 120, 900


def line(figure):
    """One figure, as soon as it is there."""
    errors = f", {figure['errors']} errors" if figure["errors"] else ""
    if "accept_ms" in figure:
        return (f"{figure['server']:14} {figure['workload']:10} {figure['accept_ms']:14,.0f} ms until all are answered"
                f"  {figure['octets_each']:,.0f} octets each{errors}")
    if "idle" in figure:
        return (f"{figure['server']:14} {figure['workload']:10} {figure['instructions']:14,.0f} instructions"
                f"  {100 * figure['idle']:.0f} % idle{errors}")
    return (f"{figure['server']:14} {figure['workload']:10} {figure['instructions']:14,.0f} instructions"
            f"  p50 {figure['p50']} p99 {figure['p99']} p99.9 {figure['p99.9']} us{errors}")


def grid(figures, key):
    """Return servers, workloads, and {(server, workload): figure}, in the order of the tables."""
    found = {(figure["server"], figure["workload"]): figure[key] for figure in figures if key in figure}
    return ([name for name in SERVERS if any(name == server for server, _ in found)],
            [name for name in WORKLOADS if any(name == workload for _, workload in found)], found)


# What is measured, and what it is called.
KINDS = {
    "instructions": "instructions per request",
    "p50": "median latency, us",
    "p99": "99 % latency, us",
    "p99.9": "99.9 % latency, us",
    "accept_ms": "ms until all are answered",
    "octets_each": "octets of memory each",
}


def tables(figures):
    """Tables of all that was measured."""
    return "\n\n".join(table(figures, key) for key in KINDS if any(key in figure for figure in figures))


def table(figures, key):
    """Values, and beside them how many times those of the first server they are."""
    servers, workloads, found = grid(figures, key)
    rows = [f"{KINDS[key]:34}" + "".join(f"{name:>22}" for name in servers)]
    for workload in workloads:
        row = f"{WORKLOADS[workload].what:34}"
        base = found.get((servers[0], workload))
        for name in servers:
            value = found.get((name, workload))
            ratio = f" ({value / base:.2f})" if value and base else ""
            row += f"{f'{value:,.0f}{ratio}' if value else '-':>22}"
        rows.append(row)
    return "\n".join(rows)


def chart(figures):
    """The table as bars, in SVG."""
    servers, workloads, found = grid(figures, "instructions")
    parts, top = [], 20
    for workload in workloads:
        shown = [(name, found[name, workload]) for name in servers if (name, workload) in found]
        longest = max(value for _, value in shown)
        parts.append(f'<text x="4" y="{top + 4}" class="what">{escape(WORKLOADS[workload].what)}</text>')
        top += 12
        for name, value in shown:
            length = (WIDTH - LEFT - 110) * value / longest
            parts.append(f'<text x="{LEFT - 6}" y="{top + 10}" text-anchor="end">{name}</text>'
                         f'<rect x="{LEFT}" y="{top + 1}" width="{length:.1f}" height="{BAR - 2}" fill="{COLOURS[name]}"/>'
                         f'<text x="{LEFT + length + 6:.1f}" y="{top + 10}">{value:,.0f}</text>')
            top += BAR
        top += GAP
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" font-family="sans-serif" font-size="10">\n'
            '<title>Instructions per request, client included; shorter is better</title>\n'
            '<style>.what { font-weight: bold }</style>\n<rect width="100%" height="100%" fill="white"/>\n'
            + "\n".join(parts) + "\n</svg>\n")


def write(result, directory):
    """Write results.json and, if there is something to show, results.svg."""
    (directory / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if any("instructions" in figure for figure in result["figures"]):
        (directory / "results.svg").write_text(chart(result["figures"]), encoding="utf-8")
