# SPDX-License-Identifier: GPL-2.0-or-later
"""Sessions in the documentation: command lines behind a prompt, and what they print.

In Markdown a session is a block ```console, in a manual page a literal display that begins with a prompt: "# " for
root, "$ " for any other user. An indented block in Markdown has root's commands, without prompts. A command goes on in
the next line after a backslash, a pipe or && and until the end of its here-document. What follows until the next prompt
is what it prints: "..." stands for anything, alone in a line for any number of lines, and a last line "^C" says that
somebody ends the command so. Where nothing follows, nothing is compared. A command succeeds unless "error:" is shown.

Comments in front of a block, <!-- console: WORDS --> or .\\" console: WORDS, tell the test, and not the reader:

    not run, REASON      the commands are looked at, but not run
    before COMMAND       what root does before
    figures vary         numbers with their units, and the width of columns, are others
    status NUMBER        so a command may end as well
"""

import gzip
import os
import re
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

DIRECTIVE = re.compile(r'(?:<!--|\.\\") console: (.*?)(?: -->)?$')
CONTINUED = re.compile(r"(\\|\||&&)$")
HERE_DOCUMENT = re.compile(r"<<'?(\w+)'?")
FIGURE = re.compile(r"[<>]?\d[\d.,]*(?: ?(?:[KMG]iB|B|ns|us|ms|s|k|M)\b)?")
INTERRUPT = "^C"
SECONDS = 300
# Of what a command prints until it is interrupted, in octets.
LONGEST = 1 << 20


@dataclass
class Command:
    """A command line with what is shown behind it."""

    prompt: str
    text: str
    line: int
    shown: list = field(default_factory=list)


@dataclass
class Block:
    """Command lines that stand together."""

    page: str
    line: int
    before: list
    statuses: set
    vary: bool
    reason: str
    commands: list


def directed(directives):
    """What the comments in front of a block say, as fields of it."""
    found = {"before": [], "statuses": {0}, "vary": False, "reason": ""}
    for words in directives:
        kind, _, rest = words.partition(" ")
        if kind == "before":
            found["before"].append(rest)
        elif kind == "status":
            found["statuses"].add(int(rest))
        elif words == "figures vary":
            found["vary"] = True
        else:
            assert words.startswith("not run, "), f"no such directive: {words}"
            found["reason"] = words.removeprefix("not run, ")
    return found


def commands(lines, first):
    """Take the lines of a block apart."""
    found = []
    open_until = None  # the end of a here-document
    for number, line in enumerate(lines, first):
        if open_until or (found and not found[-1].shown and CONTINUED.search(found[-1].text)):
            found[-1].text += "\n" + line
            if line == open_until:
                open_until = None
        elif line[:2] in ("# ", "$ "):
            found.append(Command(line[0], line[2:], number))
            here = HERE_DOCUMENT.search(line)
            open_until = here[1] if here else None
        else:
            assert found, f"line {number}: no prompt in front of '{line}'"
            found[-1].shown.append(line)
    assert not open_until, f"no {open_until} ends the here-document"
    for command in found:
        while command.shown and not command.shown[-1]:
            command.shown.pop()
    return found


def blocks_between(page, lines, begins, ends):
    """All blocks of a page."""
    found, directives, inside = [], [], None
    for number, line in enumerate(lines, 1):
        if inside is not None:
            if not ends(line):
                inside.append(line)
                continue
            first = number - len(inside)
            if inside and (begins is markdown_begins or inside[0][:2] in ("# ", "$ ")):
                found.append(Block(page, first, **directed(directives), commands=commands(inside, first)))
            directives, inside = [], None
        elif DIRECTIVE.match(line):
            directives.append(DIRECTIVE.match(line)[1])
        elif begins(line):
            inside = []
    assert inside is None, f"{page}: a block does not end"
    return found


def fenced(lines):
    """The lines of a Markdown page with its indented blocks as sessions: their fences are in place of empty lines."""
    result, outside = list(lines), True
    for number, line in enumerate(lines):
        if line.startswith("```"):
            outside = not outside
        elif outside and line.startswith("    "):
            result[number] = "# " + line[4:]
            if not lines[number - 1]:
                result[number - 1] = "```console"
            if not lines[number + 1]:
                result[number + 1] = "```"
    return result


def markdown_begins(line):
    """Whether a block of commands begins here."""
    return line == "```console"


def blocks(path):
    """All blocks of a Markdown or manual page, compressed or not."""
    octets = path.read_bytes()
    text = (gzip.decompress(octets) if path.suffix == ".gz" else octets).decode()
    lines = text.splitlines()
    page = path.name.removesuffix(".gz")
    if page.endswith(".md"):
        return blocks_between(page, fenced(lines), markdown_begins, lambda line: line == "```")
    lines = [line if DIRECTIVE.match(line) else line.replace(r"\&", "").replace(r"\e", "\\").replace(r"\-", "-")
             for line in lines]
    return blocks_between(page, lines, lambda line: line.startswith(".Bd -literal"), lambda line: line == ".Ed")


def pattern(shown, vary):
    """A regular expression of what is shown."""
    result = ""
    for line in shown:
        if line == "...":
            result += r"(?:.*\n)*?"
            continue
        parts = []
        for part in line.split("..."):
            if vary:
                pieces = [FIGURE.pattern if FIGURE.fullmatch(piece) else re.escape(piece)
                          for piece in re.split(f"({FIGURE.pattern})", part) if piece]
                part = re.sub(r"(?:\\ )+", r"\\s+", "".join(pieces))
            else:
                part = re.escape(part)
            parts.append(part)
        result += ".*".join(parts) + r"\s*\n"
    return re.compile(result)


def argv(command):
    """How a shell is told to run it, as whom."""
    shell = ["bash", "-c", command.text]
    return shell if command.prompt == "#" else ["runuser", "-u", "visitor", "--", *shell]


def run_until_interrupted(command, expected):
    """Run a command until it has printed what is shown, then end it as a person does."""
    with tempfile.TemporaryFile() as output, subprocess.Popen(
            argv(command), stdout=output, stderr=subprocess.STDOUT, start_new_session=True) as process:
        deadline = time.monotonic() + SECONDS
        try:
            while True:
                # The command writes where this file is: to go back in it would have it write over its beginning.
                text = os.pread(output.fileno(), LONGEST, 0).decode(errors="replace")
                if expected.match(text) and (text or time.monotonic() > deadline - SECONDS + 3):
                    break
                assert process.poll() is None, f"ended with {process.returncode}: {text}"
                assert time.monotonic() < deadline, f"not within {SECONDS} s: {text}"
                time.sleep(0.2)
            os.killpg(process.pid, signal.SIGINT)
            status = process.wait(60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert status in (0, 130, -signal.SIGINT), f"^C ends it with {status}"


def perform(block):
    """Run the commands of a block and compare what they print with what is shown."""
    for before in block.before:
        done = subprocess.run(["bash", "-c", before], capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, f"before {block.page}:{block.line}: {before}\n{done.stdout}{done.stderr}"
    for command in block.commands:
        where = f"{block.page}:{command.line}: {command.prompt} {command.text}"
        if command.shown[-1:] == [INTERRUPT]:
            run_until_interrupted(command, pattern(command.shown[:-1], block.vary))
            continue
        done = subprocess.run(argv(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              stdin=subprocess.DEVNULL, timeout=SECONDS, check=False)
        fails = any("error:" in line for line in command.shown)
        assert (done.returncode != 0) if fails else (done.returncode in block.statuses), \
            f"{where}\nexit status {done.returncode}\n{done.stdout}"
        if command.shown:
            printed = "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())
            while printed.endswith("\n\n"):
                printed = printed[:-1]
            assert pattern(command.shown, block.vary).fullmatch(printed), \
                f"{where}\nprinted:\n{printed}\nshown:\n" + "\n".join(command.shown)
