"""A bisection as text, as Markdown, as a chart and as a file: whole outputs, and what an odd one looks like."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.report.bisection import render_bisection
from bench.report.bisection_markdown import render_bisection_markdown, write_bisection_report
from bench.report.plots.bisection_chart import bisection_chart
from bench.results.bisection import (
    SCHEMA,
    Bisection,
    Commit,
    CommitTrial,
    Found,
    read_bisection,
    write_bisection,
)
from tests.support.builders import dataset, environment
from tests.support.golden import assert_same_as

GOLDEN = Path(__file__).parent / "golden"


def commit(number: int, subject: str) -> Commit:
    return Commit(hash=f"{number:x}" * 40, author_date=f"2026-01-0{number}T03:04:05+02:00", subject=subject)


def trial(number: int, found: Found, subject: str, *samples: float, sentence: str = "") -> CommitTrial:
    return CommitTrial(commit=commit(number, subject), found=found, sentence=sentence, samples=samples)


FOUND = Bisection(
    schema=SCHEMA,
    created="2026-02-03T04:05:06+00:00",
    command="bench bisect --good v1 --bad main --metric peak_heap_bytes",
    environment=environment(),
    implementation="streaming",
    scan="1k/8",
    dataset=dataset("1k/8", 1_000, 8),
    metric="peak_heap_bytes",
    policy="",
    tolerance=None,
    threshold=43.4e6,
    first_parent=False,
    commits=12,
    changing=7,
    trials=(
        trial(1, "good", "Release 1", 34.4e6),
        trial(2, "good", "Read in chunks", 34.5e6),
        replace(trial(3, "good", "Revert", 34.4e6), same_as="1" * 40),
        trial(4, "skipped", "Broken", sentence="No module named 'shop.fast'"),
        trial(5, "bad", "Keep every row | until *the* end", 52.3e6),
        trial(6, "bad", "Release 2", 52.4e6),
    ),
    candidates=(commit(5, "Keep every row | until *the* end"),),
)

NOISY = replace(
    FOUND,
    metric="wall_seconds",
    threshold=1.2,
    trials=(
        replace(trial(1, "good", "Release 1", 1.0, 1.1), ratio=1.0),
        replace(trial(5, "bad", "Sleep", 1.5, 1.6), base_samples=(1.0, 1.1), ratio=1.48, low=1.3, high=1.7),
        replace(trial(6, "bad", "Release 2", 1.4, 1.5), base_samples=(1.0, 1.0), ratio=1.45, low=1.3, high=1.6),
    ),
    candidates=(commit(5, "Sleep"),),
)

SEVERAL = replace(
    FOUND, candidates=(commit(4, "Broken"), commit(5, "Keep every row")), warnings=("4444: 1 file is left out",)
)


@pytest.mark.parametrize(("name", "bisection"), [("found", FOUND), ("noisy", NOISY), ("several", SEVERAL)])
def test_text_and_markdown_are_as_committed(name: str, bisection: Bisection) -> None:
    assert_same_as(GOLDEN / f"bisection-{name}.txt", render_bisection(bisection))
    markdown = render_bisection_markdown(bisection, bisection_chart(bisection))
    assert_same_as(GOLDEN / f"bisection-{name}.md", markdown)


def test_a_search_that_was_interrupted_says_how_far_it_came() -> None:
    text = render_bisection(replace(SEVERAL, unfinished="interrupted"))
    assert text.startswith("Unfinished (interrupted): the first bad commit is one of 2 commits\n")
    nothing = replace(FOUND, trials=(), candidates=(), unfinished="interrupted", environment=None, dataset=None)
    assert render_bisection(nothing).startswith("Unfinished (interrupted): nothing is known yet\n")
    assert render_bisection_markdown(nothing, bisection_chart(nothing)).startswith("# Bisection: streaming on 1k/8\n")


def test_the_report_links_its_plot_and_a_later_one_without_figures_removes_it(tmp_path: Path) -> None:
    report, *pictures = write_bisection_report(tmp_path, FOUND)
    assert [path.name for path in pictures] == ["bisection.png", "bisection.svg"]
    assert "](plots/bisection.svg)" in report.read_text()
    without = replace(FOUND, metric="", policy="pyproject.toml")
    assert write_bisection_report(tmp_path, without) == (report,)
    assert list((tmp_path / "plots").iterdir()) == []


def test_the_chart_has_every_figure_and_says_the_finding_in_its_title_and_text() -> None:
    chart = bisection_chart(FOUND)
    assert chart is not None
    assert [point for line in chart.lines for point in line.points] == [
        (0.0, 34.4),
        (1.0, 34.5),
        (2.0, 34.4),
        (4.0, 52.3),
        (5.0, 52.4),
    ]
    assert chart.title == "Peak heap of streaming: first bad commit 55555555, Keep every row | until *the* end"
    assert "44444444 skipped; 55555555 bad 52.3 MB" in chart.alt
    assert [level.value for level in chart.levels] == [43.4]
    assert [label for _, label in chart.x_ticks][3] == "44444444\nskipped"


def test_a_noisy_metric_is_drawn_as_its_ratio_to_good() -> None:
    chart = bisection_chart(NOISY)
    assert chart is not None
    assert chart.lines[0].points == ((0.0, 1.0), (1.0, 1.48), (2.0, 1.45))
    assert chart.y_label == "time (wall), ratio to good"


def test_escapes_of_a_subject_reach_neither_terminal_nor_markdown() -> None:
    hostile = "\x1b[31mred\x1b[0m <b>bold</b> @someone #1 \u202e"
    bad = replace(FOUND.trials[4], commit=replace(FOUND.trials[4].commit, subject=hostile))
    bisection = replace(FOUND, trials=(*FOUND.trials[:4], bad, FOUND.trials[5]), candidates=(bad.commit,))
    for text in (render_bisection(bisection), render_bisection_markdown(bisection, bisection_chart(bisection))):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<b>" not in render_bisection_markdown(bisection, bisection_chart(bisection))


@pytest.mark.parametrize("bisection", [FOUND, NOISY, SEVERAL])
def test_a_file_holds_what_was_found(bisection: Bisection, tmp_path: Path) -> None:
    write_bisection(tmp_path / "bisection.json", bisection)
    assert read_bisection(tmp_path / "bisection.json") == bisection


@pytest.mark.parametrize(
    ("bisection", "message"),
    [
        (replace(FOUND, metric="unheard_of"), r"\$\.metric: is not known to this version"),
        (replace(FOUND, schema=9), "bisection schema 9, and this version reads 1"),
        (replace(FOUND, trials=(replace(FOUND.trials[0], base_samples=(1.0, 2.0)),)), r"trials\[0\]\.base_samples"),
        (replace(FOUND, candidates=(replace(FOUND.candidates[0], hash="HEAD"),)), r"candidates\[0\]\.hash"),
    ],
)
def test_a_file_with_a_fault_names_its_place(bisection: Bisection, message: str, tmp_path: Path) -> None:
    write_bisection(tmp_path / "bisection.json", bisection)
    with pytest.raises(InputError, match=message):
        read_bisection(tmp_path / "bisection.json")
