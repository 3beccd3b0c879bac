# SPDX-License-Identifier: GPL-2.0-or-later
"""What --json prints is what docs/schema says, all of it and nothing else."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from configuration import configured
from schema import DOCUMENTS, judge
from shell import SITE, eventually, loaded, run

CPUS = 1
OWN = Path("/etc/khttpd/khttpd.conf.d/50-khttpdctl.conf")
ACCESS_LOG = Path("/var/log/khttpd/access.log")
# What has a schema and is not printed by a command.
FILES = {"access-log"}
# How to call what needs arguments.
ARGUMENTS = {
    "bench": ["-n", "20", "-c", "2", "http://localhost/"],
    "connections-kill": ["--all"],
    "listener-add": ["127.0.0.1:8081"],
    "listener-del": ["127.0.0.1:8081"],
    "monitor": ["--count=1"],
    "set": ["limits.fields", "90"],
    "set-root": [SITE],
    "timeout-set": ["idle=20s"],
    "unset": ["limits.fields"],
    "vhost-add": ["json.example", "--root", "/srv"],
    "vhost-del": ["json.example"],
    "wq-set": ["cold", "--flags", "unbound"],
}
HOSTS = """
[[vhost]]
names = ["example.org", "www.example.org"]
root = "/srv"

[[vhost.rule]]
prefix = "/a"
"""


def documented():
    """The commands that there are schemas for."""
    return {path.stem for path in (DOCUMENTS / "schema").glob("*.json")}


def commands(*words):
    """All commands that have --json, by their words."""
    page = run("khttpdctl", *words, "--help").stdout
    _, _, below = page.partition("Subcommands:\n")
    for name in re.findall(r"^  (\S+) ", below, re.MULTILINE):
        yield from commands(*words, name)
    if words and re.search(r"^  --json ", page, re.MULTILINE):
        yield words


def test_every_schema_is_of_a_command_and_has_a_line(installed):  # pylint: disable=unused-argument
    assert len(documented()) > 10
    assert documented() - FILES <= {"-".join(words) for words in commands()}
    page = (DOCUMENTS / "json.md").read_text(encoding="utf-8")
    assert documented() == set(re.findall(r"\(schema/(.*)\.json\)", page))
    for path in (DOCUMENTS / "schema").glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture(name="own_file")
def fixture_own_file(server):  # pylint: disable=unused-argument
    """What commands save is gone afterwards."""
    before = OWN.read_text(encoding="utf-8")
    yield
    OWN.write_text(before, encoding="utf-8")
    run("khttpdctl", "apply")


def test_a_running_server(own_file):  # pylint: disable=unused-argument
    with configured(HOSTS):
        run("curl", "--silent", "--output", "/dev/null", "http://localhost/", "http://localhost/nowhere")
        for words in commands():
            if "-".join(words) not in documented():
                continue
            done = run("khttpdctl", *words, *ARGUMENTS.get("-".join(words), []), "--json")
            judge(words, done.stdout)
        run("khttpdctl", "set", "--runtime", "limits.fields", "80")
        different = run("khttpdctl", "diff", "--json", check=False)
        assert different.returncode == 1 and judge(["diff"], different.stdout)["differences"]


def test_each_line_of_a_watch(server):  # pylint: disable=unused-argument
    lines = run("khttpdctl", "stats", "--watch=0.2", "--count=3", "--json").stdout.splitlines()
    assert len(lines) == 3
    shown = [judge(["stats"], line) for line in lines]
    assert shown[0]["interval"] is None and shown[2]["interval"]["seconds"] > 0


def test_each_line_of_the_access_log(server):  # pylint: disable=unused-argument
    with configured('[log]\naccess = "file"\nformat = "json"\n'):
        run("curl", "--silent", "--output", "/dev/null", "--user-agent", 'a "quoted" one', "http://localhost/?x=\\")
        run("curl", "--silent", "--head", "--output", "/dev/null", "http://127.0.0.1/nowhere")
        eventually(lambda: ACCESS_LOG.exists() and len(ACCESS_LOG.read_bytes().splitlines()) >= 2, "two lines")
        for line in ACCESS_LOG.read_text(encoding="ascii").splitlines():
            judge(["access", "log"], line)
    ACCESS_LOG.unlink()


def test_an_invalid_configuration(installed, tmp_path):  # pylint: disable=unused-argument
    file = tmp_path / "wrong.conf"
    file.write_text("[limits]\nconections = 5\n", encoding="ascii")
    done = run("khttpdctl", "check", "--json", "-c", file, check=False)
    assert done.returncode == 78
    shown = judge(["check"], done.stdout)
    assert not shown["valid"] and shown["errors"][0]["line"] == 2


@pytest.mark.parametrize("words", [["status"], ["stats"], ["version"], ["get"]], ids="-".join)
def test_without_the_module(unloaded, words):  # pylint: disable=unused-argument
    done = run("khttpdctl", *words, "--json", check=False)
    judge(words, done.stdout)
    assert not loaded()


def test_a_member_that_is_not_described_is_noticed():
    with pytest.raises(jsonschema.ValidationError):
        judge(["version"], '{"schema_version": 1, "khttpdctl": "1", "module": null, "more": 1}')
