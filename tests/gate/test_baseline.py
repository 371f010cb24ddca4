"""A baseline is small, holds what the gate needs, and is never made of a run that proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.analysis.verdict import Standing
from bench.errors import InputError
from bench.gate.baseline import baseline_of, change_table
from bench.results.records import Results
from tests.support.gate_runs import check, judged, run, with_samples, without
from tests.support.variants import empty, failed, mismatch


def test_a_run_passes_against_the_baseline_made_of_it(tmp_path: Path) -> None:
    assert judged(tmp_path, "", run(), baseline_of(run())).standing is Standing.PASSED


def test_a_baseline_holds_no_values_and_still_shows_the_statement_that_came(tmp_path: Path) -> None:
    baseline = baseline_of(run())
    assert baseline.heap == ()
    assert "3f0c1c1e" not in str(baseline.statements)
    results = with_samples(run(), "statements_django", [19])
    texts = tuple(replace(one, django=(*one.django, "SELECT 4"), django_sites=()) for one in results.statements)
    found = check(
        judged(tmp_path, "", replace(results, statements=texts), baseline),
        "baseline statements_django 10k/20 streaming",
    )
    assert len(found.evidence) == 1
    assert "line not known: 0 → 1 times: " in found.evidence[0]
    assert "SELECT ?" in found.evidence[0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (failed, r"streaming failed on 10k/20 in this run \(killed\), so it cannot be a baseline; measure one without"),
        (mismatch, "the rows of this run are not proven, so it cannot be a baseline: streaming on 10k/20 wrote"),
        (lambda: replace(run(), digests=()), "the rows of this run are not proven"),
        (empty, "the run measured nothing, so it cannot be a baseline"),
    ],
)
def test_a_run_that_proves_nothing_is_no_baseline(make: Callable[[], Results], message: str) -> None:
    with pytest.raises(InputError, match=message):
        baseline_of(make())


def test_only_what_changes_is_shown() -> None:
    assert change_table(run(), run()) is None
    after = with_samples(run(), "peak_heap_bytes", [30e6])
    after = with_samples(after, "statements_django", [17])
    after = with_samples(after, "wal_bytes", [763 * 108_420 * 1.0001])
    after = with_samples(after, "temp_bytes", [])
    table = change_table(run(), after)
    assert table is not None
    indent = "\N{NO-BREAK SPACE}" * 2
    assert table.rows == (
        ("10k/20, streaming", "", ""),
        (f"{indent}Peak heap", "44.1 → 30.0 MB", "−32.0 %"),
        (f"{indent}Statements (Django)", "18 → 17", ""),
        (f"{indent}Temporary files", "0 B → –", "gone"),
    )


def test_cases_that_come_and_go_are_shown() -> None:
    gone = change_table(run(), without(run()))
    come = change_table(without(run()), run())
    first = change_table(None, run())
    assert gone is not None
    assert come is not None
    assert first is not None
    assert gone.rows[0] == come.rows[0] == ("10k/20, streaming", "", "")
    assert {row[2] for row in gone.rows[1:]} == {"gone"}
    assert {row[2] for row in come.rows[1:]} == {"new"}
    assert sum(row[1] == "" for row in first.rows) == 6
