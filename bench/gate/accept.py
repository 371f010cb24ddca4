"""Accepting a run as the baseline: what that changes, in words."""

from __future__ import annotations

from pathlib import Path

from bench.analysis.comparable import differences_of_runs
from bench.gate.baseline import baseline_of, change_table
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.results.records import Results
from bench.results.store import read_results, read_results_if_any, write_results
from bench.words import plain


def accept_run(results: Path, baseline: Path) -> tuple[str, ...]:
    """Replace the file ``baseline`` by the run in ``results``, and return the lines that say what changes.

    Raises InputError if a file cannot be read or written, or the run proves nothing.
    """
    accepted = baseline_of(read_results(results))
    before = read_results_if_any(baseline)
    lines = [*wrap(_heading(before, accepted), WIDTH), ""]
    table = change_table(before, accepted)
    lines += table_lines(table) if table else ["No metric changes."]
    if before is not None and (differences := differences_of_runs(before, accepted, _common_scans(before, accepted))):
        lines += ["", *wrap(plain(f"Another environment: {'; '.join(differences)}"), WIDTH)]
    write_results(baseline, accepted)
    return tuple(lines)


def _common_scans(before: Results, after: Results) -> list[str]:
    known = {one.scan for one in after.datasets}
    return [one.scan for one in before.datasets if one.scan in known]


def _heading(before: Results | None, after: Results) -> str:
    if before is None:
        return plain(f"New baseline: {_run(after)}")
    return plain(f"Baseline: {_run(before)} → {_run(after)}")


def _run(results: Results) -> str:
    return f"{results.created}, {results.revision or 'outside a checkout'}"
