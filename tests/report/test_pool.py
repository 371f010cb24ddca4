"""What pools showed reads the same on the terminal, in the report and in the comment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from bench.analysis.pools import exit_code
from bench.cli.memory_size import parse_memory
from bench.errors import InputError
from bench.gate.comment import render_comment
from bench.report.plots.pool_chart import pool_chart
from bench.report.pool import best_concurrency, headline, render_pools
from bench.report.pool_markdown import render_pool_markdown, write_pool_files
from bench.report.terminal import WIDTH
from bench.results.pool import read_pool_report, write_pool_report
from bench.results.promises import Holding
from bench.results.store import read_results
from tests.support.builders import production_results
from tests.support.golden import assert_same_as
from tests.support.pool_reports import capacity, pool_report

GOLDEN = Path(__file__).with_name("golden")
HOSTILE = "evil|<b>@all</b>\x1b[31m `x` $1$"


def test_the_terminal_shows_everything_in_its_width() -> None:
    text = render_pools(pool_report())
    assert_same_as(GOLDEN / "pool.txt", text)
    assert max(map(len, text.splitlines())) <= WIDTH


def test_the_report_shows_everything() -> None:
    report = pool_report()
    assert_same_as(GOLDEN / "pool.md", render_pool_markdown(report, pool_chart(report)))


def test_the_comment_has_the_table_of_pools() -> None:
    comment = render_comment(production_results(), None, None, pool_report())
    assert "### Pools of workers" in comment
    assert headline(pool_report())[:40] in comment
    assert "| streaming | 4 | 0 | 4 of 4 |" in comment


def test_hostile_names_stay_text() -> None:
    report = pool_report(HOSTILE, "b", HOSTILE)
    html = MarkdownIt("commonmark").enable("table").render(render_pool_markdown(report, pool_chart(report)))
    assert "<b>" not in html
    assert "\x1b" not in render_pools(report)


def test_files_are_read_again_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "workers.json"
    write_pool_report(path, pool_report())
    assert read_pool_report(path) == pool_report()
    with pytest.raises(InputError, match="it is a workers file"):
        read_results(path)


def test_the_picture_names_the_limit_and_the_kills(tmp_path: Path) -> None:
    chart = pool_chart(pool_report())
    assert chart is not None
    assert chart.title == "512 MiB for 4 calls at once: 3 kills of materializing, none of the others"
    assert [len(panel.crosses) for panel in chart.panels] == [3, 0]
    files = write_pool_files(tmp_path, pool_report())
    assert [path.name for path in files] == ["report.md", "pool-memory.png", "pool-memory.svg"]


def test_wrong_rows_come_first_and_decide_the_exit_code() -> None:
    report = pool_report()
    assert exit_code(report) == 0
    task = replace(report.pools[1].tasks[0], wrong="rows: mixed", tables=(Holding.MIXED, Holding.NEW))
    wrong = replace(report.pools[1], tasks=(task, *report.pools[1].tasks[1:]))
    bad = replace(report, pools=(report.pools[0], wrong))
    assert exit_code(bad) == 1
    assert headline(bad) == "Wrong: streaming: task 0: rows: mixed."
    assert "No row is wrong" not in render_pools(bad)


def test_the_smallest_concurrency_within_a_twentieth_of_the_best_rate_is_advised() -> None:
    found = capacity("a", 3)
    assert best_concurrency(found) == 3
    slow, fast, killed = found.trials
    assert best_concurrency(replace(found, trials=(replace(slow, per_hour=690.0), fast, killed))) == 1


@pytest.mark.parametrize(
    ("text", "size"), [("512M", 2**29), ("4g", 2**32), ("512 MiB", 2**29), ("500MB", 500_000_000), ("1.5G", 3 * 2**29)]
)
def test_sizes_of_memory_are_read_as_containers_have_them(text: str, size: int) -> None:
    assert parse_memory(text, "--memory") == size


@pytest.mark.parametrize("text", ["", "512", "-1M", "1k", "much", "1e9", "99999999G", "512M!"])
def test_what_is_no_size_of_memory_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"--memory .* is no size of memory"):
        parse_memory(text, "--memory")
