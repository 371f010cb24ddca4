"""Colour is for terminals: NO_COLOR turns it off there, FORCE_COLOR turns it on elsewhere."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from contextlib import suppress

import pytest

from tests.support.command import BENCH, ROOT, environment, run

COLOUR = re.compile(r"\x1b\[[0-9;]*(?:3[0-7]|9[0-7])[0-9;]*m")
PLAIN = {"TERM": "xterm-256color", "COLUMNS": "100"}


def on_terminal(*arguments: str, **variables: str) -> str:
    """What a terminal gets."""
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in environment().items() if name not in ("NO_COLOR", "FORCE_COLOR", "CI")}
    with subprocess.Popen(
        [*BENCH, *arguments], cwd=ROOT, env={**kept, **PLAIN, **variables}, stdin=theirs, stdout=theirs, stderr=theirs
    ):
        os.close(theirs)
        text = b""
        with suppress(OSError):  # the other end is closed
            while piece := os.read(ours, 65_536):
                text += piece
    os.close(ours)
    return text.decode()


def test_a_terminal_gets_colour_unless_no_color_is_set() -> None:
    assert COLOUR.search(on_terminal("compare", "--help"))
    plain = on_terminal("compare", "--help", NO_COLOR="1")
    assert "Compare two runs" in plain
    assert not COLOUR.search(plain)


@pytest.mark.parametrize(("extra", "coloured"), [({}, False), ({"FORCE_COLOR": "1"}, True)])
def test_a_pipe_gets_colour_only_if_it_is_forced(extra: dict[str, str], coloured: bool) -> None:
    assert bool(COLOUR.search(run("compare", "--help", extra=extra).stdout)) is coloured
