"""A run includes what ``bench prove promises`` tried on the code that it measured, and nothing of other code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.gate.baseline import baseline_of
from bench.harness.known import with_known
from bench.report.run_files import write_report
from bench.report.run_text import render_table
from bench.results.promises import FILE, PromiseTrial, merge_promises
from bench.results.store import read_results, write_results
from bench.worker.source import source_fingerprint
from tests.support.builders import production_results
from tests.support.data import implementation as found
from tests.support.data import implementations
from tests.support.promise_records import point, trial

MEASURED = implementations("materializing", "streaming")


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is looked into, which is not the working folder."""
    monkeypatch.chdir("/")
    return tmp_path / "reports"


def tried(implementation: str, source: str | None = None) -> PromiseTrial:
    """A trial of one fault on today's code, unless a ``source`` is given."""
    now = source_fingerprint(found(implementation).function.partition(":")[0])
    return replace(trial(implementation, points=(point(),)), source=now if source is None else source)


def test_what_was_tried_on_this_code_comes_along_and_reads_beside_the_figures(tmp_path: Path, reports: Path) -> None:
    merge_promises(reports / FILE, [tried("streaming"), tried("materializing", "other code"), tried("pushdown")])
    results = with_known(production_results(), MEASURED, reports)
    assert [one.implementation for one in results.promises] == ["streaming"]
    write_results(tmp_path / "results.json", results)
    assert read_results(tmp_path / "results.json") == results
    report = write_report(tmp_path, results)[0].read_text(encoding="utf-8")
    assert report.index("peak heap, before → after") < report.index("<summary>What each implementation promises")
    assert "| a re-run after a crash is right |" in report
    assert "materializing: not tested; run bench prove promises" in report
    assert "What each implementation promises" in render_table(results)
    assert baseline_of(results).promises == ()


def test_without_trials_nothing_is_said_of_promises(tmp_path: Path, reports: Path) -> None:
    results = with_known(production_results(), MEASURED, reports)
    assert results == production_results()
    assert "promises" not in write_report(tmp_path, results)[0].read_text(encoding="utf-8")


def test_an_implementation_of_another_revision_has_no_trials_and_does_no_harm(reports: Path) -> None:
    merge_promises(reports / FILE, [tried("streaming")])
    results = replace(production_results(), implementations=("streaming@main", "streaming"))
    assert [
        one.implementation
        for one in with_known(
            results,
            (replace(found("streaming"), name="streaming@main", function="gone:run"), found("streaming")),
            reports,
        ).promises
    ] == ["streaming"]


def test_a_damaged_file_costs_a_warning_and_not_the_run(reports: Path) -> None:
    reports.mkdir()
    (reports / FILE).write_text("{", encoding="utf-8")
    (warning,) = with_known(production_results(), MEASURED, reports).warnings
    assert "is not a promises file" in warning
