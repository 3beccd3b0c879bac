# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures for people: tables, a file of JSON, and charts."""

import json
from html import escape

from methods import METHODS
from servers import QUEUES, SERVERS
from turns import compare, summarize
from workloads import WORKLOADS

COLOURS = {"khttpd": "#1b6e3c", "khttpd-log": "#45925f", "khttpd-work": "#6fb58a", **dict.fromkeys(QUEUES, "#a8d4b9"),
           "floor-softirq": "#8a8a8a", "floor-work": "#bdbdbd",
           "nginx": "#c0572b", "h2o": "#2b6cc0", "lighttpd": "#b08a1e"}
BAR, GAP, LEFT, WIDTH = 12, 22, 120, 900


def line(figure):
    """One figure, as soon as it is there."""
    errors = f", {figure['errors']} errors" if figure["errors"] else ""
    head = f"{figure['server']:14} {figure['workload']:10}"
    if "accept_ms" in figure:
        return (f"{head} {figure['accept_ms']:14,.0f} ms until all are answered"
                f"  {figure['octets_each']:,.0f} octets each{errors}")
    if "rate" in figure:
        return (f"{head} {figure['rate']:14,.1f} a second  p99 {figure['p99'] or '-'} us"
                f"  (turn {figure['turn'] + 1} with {figure['against']}){errors}")
    if "idle" in figure:
        return f"{head} {figure['instructions']:14,.0f} instructions  {100 * figure['idle']:.0f} % idle{errors}"
    return (f"{head} {figure['instructions']:14,.0f} instructions"
            f"  p50 {figure['p50']} p99 {figure['p99']} p99.9 {figure['p99.9']} us{errors}")


def grid(figures, server="server"):
    """Return servers, workloads, and {(server, workload): figure}, in the order of the tables."""
    found = {(figure[server], figure["workload"]): figure for figure in figures}
    return ([name for name in SERVERS if any(name == one for one, _ in found)],
            [name for name in WORKLOADS if any(name == one for _, one in found)], found)


# What is measured, and what it is called.
KINDS = {
    "instructions": "instructions per request",
    "range": "the least and the most of the turns",
    "p50": "median latency, us",
    "p99": "99 % latency, us",
    "p99.9": "99.9 % latency, us",
    "accept_ms": "ms until all are answered",
    "octets_each": "octets of memory each",
}


def tables(measured):
    """Tables of all that was measured by a method."""
    summary = measured["summary"]
    if measured["paired"]:
        return "\n\n".join(comparison_table(summary, *kind) for kind in COMPARED)
    return "\n\n".join(table(summary, key) for key in KINDS if any(key in figure for figure in summary))


def rendered(title, columns, rows):
    """Return a table: rows are a name and its cells."""
    lines = ((title, columns), *rows)
    return "\n".join(f"{name:36}" + "".join(f"{cell:>22}" for cell in cells) for name, cells in lines)


def table(figures, key):
    """Values, and beside them how many times those of the first server they are."""
    servers, workloads, found = grid([figure for figure in figures if key in figure])

    def cell(name, workload):
        value, base = (found.get((one, workload), {}).get(key) for one in (name, servers[0]))
        if not value:
            return "-"
        if key == "range":
            return " - ".join(f"{end:,.0f}" for end in value)
        return f"{value:,.0f}" + (f" ({value / base:.2f})" if base else "")

    return rendered(KINDS[key], servers,
                    [(WORKLOADS[workload].what, [cell(name, workload) for name in servers]) for workload in workloads])


def ratio_cell(comparison):
    """The outcome of a comparison."""
    return f"{comparison['ratio']:.2f}; {comparison['spread']:.2f} {comparison['verdict']}"


def both(key, scale=1):
    """Return what makes a cell with the medians of both servers."""
    def cell(comparison):
        mine, theirs = comparison[key]
        return f"{mine / scale:,.1f} : {theirs / scale:,.1f}" if mine and theirs else "-"
    return cell


# Titles of tables of comparisons, and what makes their cells.
COMPARED = (
    ("times the responses of; spread", ratio_cell),
    ("responses a second", both("rate")),
    ("99 % latency, ms", both("p99", 1000)),
)


def comparison_table(comparisons, title, cell):
    """A table of the first server beside each other."""
    others, workloads, found = grid(comparisons, "against")
    rows = [(WORKLOADS[workload].what,
             [cell(found[other, workload]) if (other, workload) in found else "-" for other in others])
            for workload in workloads]
    return rendered(title, others, rows)


def chart(title, figures, server, value, label):
    """Bars in SVG: for each workload and each figure[server] value(figure), with label(figure) beside it."""
    servers, workloads, found = grid(figures, server)
    parts, top = [], 20
    for workload in workloads:
        shown = [(name, found[name, workload]) for name in servers if (name, workload) in found]
        longest = max(value(figure) for _, figure in shown)
        parts.append(f'<text x="4" y="{top + 4}" class="what">{escape(WORKLOADS[workload].what)}</text>')
        top += 12
        for name, figure in shown:
            length = (WIDTH - LEFT - 110) * value(figure) / longest
            parts.append(
                f'<text x="{LEFT - 6}" y="{top + 10}" text-anchor="end">{name}</text>'
                f'<rect x="{LEFT}" y="{top + 1}" width="{length:.1f}" height="{BAR - 2}" fill="{COLOURS[name]}"/>'
                f'<text x="{LEFT + length + 6:.1f}" y="{top + 10}">{escape(label(figure))}</text>')
            top += BAR
        top += GAP
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}"'
            ' font-family="sans-serif" font-size="10">\n'
            f'<title>{escape(title)}</title>\n'
            '<style>.what { font-weight: bold }</style>\n<rect width="100%" height="100%" fill="white"/>\n'
            + "\n".join(parts) + "\n</svg>\n")


def chart_of(measured):
    """The first table of a method as a chart, or None if there is nothing to show."""
    if measured["paired"]:
        title, server = "Times the responses of others in the same time; longer is better", "against"
        figures, value, label = measured["summary"], lambda figure: figure["ratio"], ratio_cell
    else:
        title, server = f"Instructions per request ({measured['what']}); shorter is better", "server"
        figures = [figure for figure in measured["summary"] if "instructions" in figure]
        value, label = lambda figure: figure["instructions"], lambda figure: f"{figure['instructions']:,.0f}"
    return chart(title, figures, server, value, label) if figures else None


def result(name, seconds, machine, figures):
    """Return what is kept of what was measured by a method."""
    method = METHODS[name]
    return {"what": method.what, "machine": machine, "seconds": seconds, "turns": method.turns, "paired": method.paired,
            "summary": (compare if method.paired else summarize)(figures), "figures": figures}


def write(results, directory):
    """Write results.json and, of each method that has something to show, a chart."""
    (directory / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    for name, measured in results["methods"].items():
        picture = chart_of(measured)
        if picture:
            (directory / f"{name}.svg").write_text(picture, encoding="utf-8")
