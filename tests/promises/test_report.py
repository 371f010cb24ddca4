"""The page of promises as text of 100 columns and as Markdown, compared with golden files."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from bench.declare.promise import Promise
from bench.report.promises import promises_line, promises_table, render_promises, render_promises_markdown
from bench.report.table import Table
from bench.report.terminal import WIDTH
from bench.results.promises import PromiseTrial
from tests.support.golden import assert_same_as
from tests.support.promise_records import NEW, NONE, OLD, PARTIAL, point, race, reading, refusal, trial

GOLDEN = Path(__file__).parent / "golden"
VIOLATION = 'IntegrityError: duplicate key value violates unique constraint "unique_tenant_compliance_overview"'
STREAMING = trial(
    "streaming",
    declared=(Promise.RERUN, Promise.BYSTANDERS, Promise.OWNER, Promise.TWO_SCANS),
    readings=(
        reading(OLD, OLD, 12, 1.0),
        reading(NONE, OLD, 2_456, 8.75),
        reading(PARTIAL, OLD, 86, 5.75),
        reading(NEW, OLD, 2, 0.25),
        reading(NEW, NEW, 39, 3.5),
    ),
    points=(
        point(),
        point(NONE, OLD, place="during statement 20 of 31"),
        point(PARTIAL, OLD, place="before statement 25 of 31"),
        point(struck=False, place="during statement 31 of 31", ended=""),
        point(NEW, NEW, kind="row refused by the server", place="row 8,132 of 16,263", ended=""),
        point(NEW, OLD, kind="summary refused by the server", place="summary 24 of 46", ended="OperationalError: no"),
    ),
    refusals=(refusal(), refusal(), refusal()),
    races=(race(ended=(VIOLATION, "")), race(ended=("", VIOLATION), delay=0.2), race("two of a tenant")),
)
ATOMIC = trial(
    "streaming-atomic",
    readings=(reading(OLD, OLD, 120, 4.0), reading(NEW, NEW, 41, 1.0)),
    points=(point(), point(NEW, NEW)),
    refusals=(refusal(), refusal(), refusal()),
    races=(race(), race("two of a tenant"), race("two of two tenants")),
)
BROKEN = trial(
    "own_package.module:function",
    readings=(reading(OLD, OLD, 3), reading(PARTIAL, PARTIAL, 1)),
    points=(point(rerun="failed: RuntimeError: in progress", left_over="2 locks"),),
    refusals=(refusal(ended="", unchanged=False),),
    races=(race(wrong="rows partial, summaries none"), race("two of a tenant")),
    server_source="own",
    source="",
)
FAILED = trial("failing", failure="failed where nothing disturbed it: RuntimeError: out of order")
SETS = {"kept": (STREAMING, ATOMIC), "broken": (STREAMING, BROKEN, FAILED)}


@pytest.mark.parametrize("name", SETS)
def test_the_whole_output_is_as_in_its_golden_file(name: str) -> None:
    assert_same_as(GOLDEN / f"{name}.txt", render_promises(SETS[name]))
    assert_same_as(GOLDEN / f"{name}.md", render_promises_markdown(SETS[name]))


@pytest.mark.parametrize("trials", [*SETS.values(), (STREAMING, ATOMIC, BROKEN, FAILED, trial("sixth"))])
def test_no_line_is_wider_than_100_columns(trials: tuple[PromiseTrial, ...]) -> None:
    assert max(map(cell_len, render_promises(trials).splitlines())) <= WIDTH


def column(table: Table, heading: str) -> set[str]:
    place = [one.heading for one in table.columns].index(heading)
    return {row[place] for row in table.rows}


def test_a_trial_of_other_code_does_not_count() -> None:
    """The column of a trial of older code says so instead of showing its results."""
    sources = {"streaming": STREAMING.source, "streaming-atomic": "another"}
    table = promises_table([STREAMING, ATOMIC], ["streaming", "streaming-atomic", "packed"], sources)
    assert "kept (3×)" in column(table, "streaming")
    assert column(table, "streaming-atomic") == {"– [5]"}
    assert column(table, "packed") == {"– [6]"}
    assert table.footnotes[-2:] == (
        "[5] streaming-atomic: not tested with this code; run bench prove promises",
        "[6] packed: not tested; run bench prove promises",
    )


def test_the_line_names_what_is_broken() -> None:
    assert promises_line([STREAMING, ATOMIC]) == (
        "Promises: kept – all that were made: streaming 4 of 8 and streaming-atomic 8 of 8"
    )
    line = promises_line([STREAMING, FAILED])
    assert line == "Promises: broken – failing failed where nothing disturbed it: RuntimeError: out of order"


def test_a_wide_table_names_promises_and_explains_them_in_footnotes() -> None:
    trials = tuple(trial(f"implementation-{number}", points=(point(),)) for number in range(6))
    names = tuple(one.implementation for one in trials)
    table = promises_table(trials, names)
    assert [row[0] for row in table.rows] == [promise.value for promise in Promise]
    assert {f"{promise.value}: {promise.heading}" for promise in Promise} <= set(table.footnotes)
    assert [row[0] for row in promises_table(trials, names, detailed=True).rows] == [one.heading for one in Promise]
    assert max(map(cell_len, render_promises(trials).splitlines())) <= WIDTH
