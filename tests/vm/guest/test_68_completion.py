# SPDX-License-Identifier: GPL-2.0-or-later
"""Completion of khttpdctl's command lines, in the shells themselves."""

import shutil
from pathlib import Path

import pytest

from shell import run

CPUS = 1
pytestmark = pytest.mark.usefixtures("installed")

SCRIPTS = {
    "bash": Path("/usr/share/bash-completion/completions/khttpdctl"),
    "zsh": Path("/usr/share/zsh/vendor-completions/_khttpdctl"),
    "fish": Path("/usr/share/fish/vendor_completions.d/khttpdctl.fish"),
}
# What readline does when the tabulator is pressed behind the words; compopt needs readline itself.
BASH = """
. "$1"; shift
COMP_WORDS=(khttpdctl "$@"); COMP_CWORD=$#
_khttpdctl khttpdctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(*words):
    """Return what bash completes the last of the words to."""
    return run("bash", "-c", BASH, "bash", SCRIPTS["bash"], *words).stdout.split()


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_installed_script_is_the_programs(shell):
    assert SCRIPTS[shell].read_text(encoding="utf-8") == run("khttpdctl", "completion", shell).stdout


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_shell_understands_its_script(shell):
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell}")
    run(shell, "-n", SCRIPTS[shell])


def test_bash_completes_commands_and_options():
    assert bash("set-r") == ["set-root"]
    assert bash("cache", "fl") == ["flush"]
    assert bash("apply", "--dry") == ["--dry-run"]
    assert {"start", "stop", "status"} <= set(bash("st"))


def test_bash_completes_keys_and_values():
    assert bash("get", "timeouts.idle") == ["timeouts.idle-ms"]
    assert bash("set", "cache.fast", "t") == ["true"]
    assert "" not in bash("get", "")


def test_bash_completes_directories():
    assert bash("set-root", "/usr/sha") == ["/usr/share"]
    assert bash("check", "--config", "=", "/etc/os-rel") == ["/etc/os-release"]


def test_bash_completes_virtual_hosts(tmp_path):
    (tmp_path / "khttpd.conf").write_text("[[vhost]]\nnames = ['a.example', 'b.example']\n", encoding="ascii")
    assert bash("--config-dir", tmp_path, "cache", "flush", "--vhost", "=", "b") == ["b.example"]
    assert bash("--config-dir", tmp_path, "cache", "flush", "--vhost", "=") == ["a.example", "b.example"]


def test_nobody_loads_the_module_by_asking():
    run("systemctl", "stop", "khttpd")
    run("modprobe", "-r", "khttpd")
    bash("cache", "flush", "--vhost", "")
    assert not Path("/sys/module/khttpd").exists()
