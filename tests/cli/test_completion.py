"""A shell completes commands, options and values, and nothing heavy is loaded for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli.completion import SHELLS, VARIABLE
from bench.cli.main import main
from tests.cli.test_start import HEAVY
from tests.support.command import ROOT, environment

LOADED = """
import sys
from bench.cli.start import entry_point
try:
    entry_point()
finally:
    print(*(name for name in sys.argv[1].split(",") if name in sys.modules), file=sys.stderr)
"""
IN_BASH = """
source <(bench --completion bash)
COMP_WORDS=(bench show exp); COMP_CWORD=2; COMPREPLY=()
_bench_completion bench
printf '%s\\n' "${COMPREPLY[@]}"
"""


def asked(shell: str, line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What ``bench`` answers to a shell at the end of ``line``."""
    words = line.split(" ")
    by_shell = {
        "bash": {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }
    extra = {VARIABLE: f"complete_{shell}", **by_shell[shell], **variables}
    command = [sys.executable, "-m", "bench"]
    return subprocess.run(command, cwd=ROOT, env=environment(extra), capture_output=True, text=True, check=False)


def words(shell: str, line: str) -> list[str]:
    return asked(shell, line).stdout.split()


def test_bash_completes_what_the_script_it_loads_asks_for() -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = ["/bin/bash", "--norc", "-c", IN_BASH]
    finished = subprocess.run(
        command, cwd=ROOT, env=environment({"PATH": path}), capture_output=True, text=True, check=False
    )
    assert (finished.stdout, finished.stderr) == ("export\n", "")


def test_commands_options_and_values_are_completed() -> None:
    assert {"run", "gate", "show"} <= set(words("bash", "bench "))
    assert words("bash", "bench prove prom") == ["promises"]
    assert words("bash", "bench run --scena") == ["--scenario"]
    assert words("bash", "bench run --scenario re") == ["rerun"]
    assert words("bash", "bench run --implementation push") == ["pushdown", "pushdown-fast"]
    assert words("bash", "bench run --job c") == ["compliance"]
    assert "csv" in words("bash", "bench export --format ")


def test_zsh_and_fish_get_words_with_their_help() -> None:
    assert '"compare":"Compare two results files."' in asked("zsh", "bench comp").stdout
    assert asked("fish", "bench comp").stdout.startswith("compare\tCompare two results files.")


@pytest.mark.parametrize(
    "line", ["bench run --job nobody --sca", "bench frobnicate --x", "bench run --project gone.toml "]
)
def test_what_cannot_be_read_completes_to_nothing_in_silence(line: str) -> None:
    finished = asked("bash", line)
    assert (finished.stdout.strip(), finished.stderr) == ("", "")


@pytest.mark.parametrize("line", ["bench ", "bench run --"])
def test_completing_loads_nothing_heavy(line: str) -> None:
    """So that it takes as long as ``--help``."""
    extra = {VARIABLE: "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    program = [sys.executable, "-c", LOADED, ",".join(HEAVY)]
    finished = subprocess.run(program, cwd=ROOT, env=environment(extra), capture_output=True, text=True, check=True)
    assert finished.stdout.split()
    assert finished.stderr.split() == []


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"{VARIABLE}=complete_{shell}" in script
    assert "bench" in script


def test_an_unknown_shell_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--completion", "tcsh"]) == 2
    assert "--completion 'tcsh' is no shell that is known; write one of bash, zsh, fish" in capsys.readouterr().err


def test_the_documents_name_each_shell() -> None:
    page = (Path(ROOT) / "docs" / "figures-for-others.md").read_text(encoding="utf-8")
    assert all(f"bench --completion {shell}" in page for shell in SHELLS)
