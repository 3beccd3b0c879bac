# SPDX-License-Identifier: GPL-2.0-or-later
"""JUnit's XML, the form in which ctest, GoogleTest and pytest report: read, made and put together.

From the command line:

    junit.py ALL REPORT...      writes the cases of all reports as one
"""

import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass
class Case:
    """One test and how it ended."""

    name: str
    outcome: str
    seconds: float = 0.0
    message: str = ""
    properties: dict = field(default_factory=dict)


def read(data):
    """Return the cases of a report, given as octets."""
    cases = []
    for element in ElementTree.fromstring(data).iter("testcase"):
        name = "::".join(filter(None, (element.get("classname"), element.get("name"))))
        outcome, message = PASSED, ""
        for child in element:
            if child.tag in ("failure", "error"):
                outcome = FAILED
                message = "\n".join(filter(None, (child.get("message"), child.text)))
            elif child.tag == "skipped" and outcome == PASSED:
                outcome, message = SKIPPED, child.get("message") or ""
        # CTest and GoogleTest say it of a test that did not run at all.
        if element.get("status") in ("notrun", "disabled") and outcome == PASSED:
            outcome = SKIPPED
        properties = {entry.get("name"): entry.get("value") for entry in element.iter("property")}
        cases.append(Case(name, outcome, float(element.get("time") or 0), message, properties))
    return cases


def write(path, suite, cases):
    """Write a report."""
    root = ElementTree.Element("testsuite", name=suite, tests=str(len(cases)))
    for case in cases:
        element = ElementTree.SubElement(root, "testcase", name=case.name, time=f"{case.seconds:.3f}")
        if case.outcome == FAILED:
            ElementTree.SubElement(element, "failure", message=printable(case.message[:200])).text = \
                printable(case.message)
        elif case.outcome == SKIPPED:
            ElementTree.SubElement(element, "skipped", message=printable(case.message))
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def printable(text):
    """XML has no place for control characters."""
    return "".join(c if c in "\n\t" or c >= " " else "?" for c in text)


def main():
    whole, *parts = sys.argv[1:]
    write(whole, "all", [case for part in parts for case in read(Path(part).read_bytes())])


if __name__ == "__main__":
    main()
