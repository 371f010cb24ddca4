"""A run as text of 100 columns and as Markdown, compared with golden files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len

from bench.compliance.conformance.page import render_conformance, render_conformance_markdown, verdict_line
from bench.compliance.conformance.record import Conformance
from tests.support import conformance_runs as runs
from tests.support.golden import assert_same_as

GOLDEN = Path(__file__).parent / "golden"
RUNS = pytest.mark.parametrize("made", [runs.conforming, runs.wrong, runs.alone], ids=lambda made: made.__name__)


@RUNS
def test_the_whole_text(made: Callable[[], Conformance]) -> None:
    text = render_conformance(made())
    assert_same_as(GOLDEN / f"{made.__name__}.txt", text)
    assert all(cell_len(line) <= 100 and line == line.rstrip() for line in text.split("\n"))
    assert text.endswith("\n")


@RUNS
def test_the_whole_markdown(made: Callable[[], Conformance]) -> None:
    text = render_conformance_markdown(made())
    assert_same_as(GOLDEN / f"{made.__name__}.md", text)
    html = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    assert html.count("<table>") == text.count("\n\n| case") + 1
    assert "<b>" not in html


def test_both_formats_name_every_case() -> None:
    made = runs.wrong()
    for text in (render_conformance(made), render_conformance_markdown(made)):
        assert all(case.name in text for case in made.cases)


def test_both_formats_show_a_warning() -> None:
    made = replace(runs.alone(), warnings=("packed is left out: *no* module 'x'; add it",))
    assert "Warning: packed is left out: *no* module 'x'; add it\n" in render_conformance(made)
    assert "Warning: packed is left out: \\*no\\* module 'x'; add it\n" in render_conformance_markdown(made)


def test_the_headline_gives_the_verdict_and_counts() -> None:
    assert verdict_line(runs.alone()) == "CONFORMS – 1 implementation on 4 cases: 4 equal, 0 known divergences"
    assert verdict_line(runs.conforming()) == "CONFORMS – 2 implementations on 4 cases: 6 equal, 2 known divergences"
    assert verdict_line(runs.wrong()).endswith(
        "and 2 more; 3 implementations on 4 cases: 8 equal, 1 known divergence, 3 wrong"
    )


def test_the_exit_code_is_1_where_something_is_wrong() -> None:
    assert [made().exit_code for made in (runs.alone, runs.conforming, runs.wrong)] == [0, 0, 1]
