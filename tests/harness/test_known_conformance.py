"""A run includes what ``bench prove conform`` found of the code that it measured, and nothing of other code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.gate.baseline import baseline_of
from bench.harness.known import with_known
from bench.report.run_files import write_report
from bench.report.run_text import render_table
from bench.results.conformed import FILE, Conformed, merge_conformed, read_conformed
from bench.results.store import read_results, write_results
from bench.worker.source import source_fingerprint
from tests.support.builders import production_results
from tests.support.data import implementation as found
from tests.support.data import implementations

MEASURED = implementations("materializing", "streaming")


def tried(implementation: str, *wrong: str, source: str | None = None) -> Conformed:
    """An outcome of today's code, unless a ``source`` is given."""
    now = source_fingerprint(found(implementation).function.partition(":")[0])
    return Conformed(
        implementation=implementation,
        source=now if source is None else source,
        created="2026-11-26T05:00:00+00:00",
        cases=131,
        known=("array-null", "empty-name"),
        wrong=wrong,
    )


def test_the_outcome_for_this_code_is_part_of_file_report_page_and_terminal(tmp_path: Path) -> None:
    others = (tried("materializing", source="other code"), tried("pushdown"))
    merge_conformed(tmp_path / FILE, (tried("streaming", "one-failure"), *others))
    results = with_known(production_results(), MEASURED, tmp_path)
    assert [one.implementation for one in results.conformance] == ["streaming"]
    write_results(tmp_path / "results.json", results)
    assert read_results(tmp_path / "results.json") == results
    report, page, *_ = write_report(tmp_path, results)
    for text in (report.read_text(encoding="utf-8").replace("\\", ""), render_table(results)):
        assert "Conformance" in text
        assert "wrong in one-failure" in text
    assert 'id="conformance"' in page.read_text(encoding="utf-8")
    (line,) = (one for one in report.read_text(encoding="utf-8").splitlines() if one.startswith("| streaming | 131 |"))
    assert [cell.strip() for cell in line.strip("|").split("|")][1:4] == ["131", "128", "2"]
    assert baseline_of(results).conformance == ()


def test_without_an_outcome_nothing_is_said(tmp_path: Path) -> None:
    results = with_known(production_results(), MEASURED, tmp_path)
    assert results == production_results()
    assert "Conformance" not in render_table(results)


def test_a_later_outcome_replaces_that_of_the_same_implementation(tmp_path: Path) -> None:
    merge_conformed(tmp_path / FILE, (tried("streaming", "one-failure"), tried("materializing")))
    merge_conformed(tmp_path / FILE, (tried("streaming"),))
    assert [(one.implementation, one.wrong) for one in read_conformed(tmp_path / FILE)] == [
        ("streaming", ()),
        ("materializing", ()),
    ]


@pytest.mark.parametrize("change", [{"cases": 1}, {"wrong": ["array-null"]}, {"source": 3}])
def test_an_outcome_that_does_not_add_up_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / FILE
    merge_conformed(path, (tried("streaming"),))
    content = json.loads(path.read_text())
    content["found"][0] |= change
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match="delete it, then run `bench prove conform`"):
        read_conformed(path)
    assert "conform" in "".join(with_known(production_results(), MEASURED, tmp_path).warnings)
