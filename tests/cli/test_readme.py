"""The README's commands exist as they are written there, options and make targets included."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import typer

from bench.cli.main import app
from tests.support.command import ROOT

_BLOCKS = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_LINES = [
    line.partition("#")[0].strip()
    for block in _BLOCKS.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    for line in block.splitlines()
]
BENCH = [line[line.index(".venv/bin/bench") :] for line in _LINES if ".venv/bin/bench " in line]
MAKE = [line.split()[1] for line in _LINES if line.startswith("make ")]


def test_the_readme_has_commands() -> None:
    assert len(BENCH) >= 20
    assert {"bench", "test"} <= set(MAKE)


@pytest.mark.parametrize("line", BENCH)
def test_a_command_of_the_readme_is_one(line: str) -> None:
    """It is parsed as it stands; nothing is run."""
    command: Any = typer.main.get_command(app)  # of the click that typer carries along, which has no public name
    words = shlex.split(line)[1:]
    while hasattr(command, "get_command"):
        name = words.pop(0)
        assert name in command.commands, f"bench has no command {name!r}"
        command = command.commands[name]
    command.make_context("bench", words)


@pytest.mark.parametrize("target", MAKE)
def test_a_target_of_the_readme_is_in_the_makefile(target: str) -> None:
    assert re.search(rf"^{re.escape(target)}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
