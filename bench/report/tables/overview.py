"""The beginning of a run's report: the verdict in sentences, and the table of times, peaks and statements."""

from __future__ import annotations

from bench.analysis.pairs import FEWEST_PAIRS
from bench.analysis.ratio import FLOOR, NEAR_EXACT_TOLERANCE, ratio
from bench.analysis.rows import Judgement
from bench.analysis.run_verdict import RunVerdict
from bench.analysis.summary import Summaries, Summary
from bench.report.figures import MISSING, change_text, quantity, ratio_text, value_text
from bench.report.table import Column, Content, Footnotes, Table
from bench.results.metrics import METRICS, Kind, Metric
from bench.results.records import Dataset, Failure, Results
from bench.words import plain, shorten

TIME = METRICS["wall_seconds"]
PEAK = METRICS["peak_heap_bytes"]
STATEMENTS = METRICS["statements_django"]

COMPARED = (TIME, PEAK)
"""The metrics of the headline that get a ratio beside them."""

_MOST_FAILURES = 5
_LONGEST_FAILURE = 200

NOT_TOLD_APART = (
    f"~: not told apart; the 95 % interval over pairs includes 1, there are fewer than {FEWEST_PAIRS} pairs, "
    "or the sides are too close for what the metric repeats to"
)


def verdict_lines(verdict: RunVerdict) -> tuple[str, ...]:
    """Return the verdict in sentences, one line for each question and one for the failures."""
    return (
        _judgement_line(verdict.same_rows),
        _judgement_line(verdict.constant_statements),
        _failures_line(verdict.failures),
    )


def _judgement_line(judgement: Judgement) -> str:
    return plain(f"{judgement.question}: {judgement.answer.value} – {'; '.join(judgement.reasons)}")


def _failures_line(failures: tuple[Failure, ...]) -> str:
    if not failures:
        return "Failures: none"
    told = [shorten(_failure(failure), _LONGEST_FAILURE) for failure in failures[:_MOST_FAILURES]]
    if len(failures) > _MOST_FAILURES:
        told.append(f"and {len(failures) - _MOST_FAILURES} more")
    return f"Failures: {len(failures)} – {'; '.join(told)}"


def _failure(failure: Failure) -> str:
    return plain(f"{failure.implementation} on {failure.scan}, {failure.probe}: {failure.kind}, {failure.message}")


def legend(results: Results) -> str:
    """Say which implementation the ratios refer to, and which of two the table calls before and after."""
    names = tuple(map(plain, results.implementations))
    parts = ["re-run over the rows of an earlier run"] if results.scenario == "rerun" else []
    if len(names) == 2:
        parts += [f"before: {names[0]}, after: {names[1]}", "ratios: after against before"]
    elif len(names) > 2:
        parts.append(f"ratios: against {names[0]}")
    return "; ".join(parts)


def headline_table(results: Results, summaries: Summaries, verdict: RunVerdict) -> Table:
    """Build the headline in the shape that suits the number of implementations: a pair's, or one row for each case."""
    if len(results.implementations) == 2:
        return _pair_table(results, summaries, verdict)
    return case_table(results, summaries, verdict)


def _pair_table(results: Results, summaries: Summaries, verdict: RunVerdict) -> Table:
    base, other = results.implementations
    notes = Footnotes()
    rows = []
    for dataset in results.datasets:
        row = [dataset.scan, f"{dataset.rows:,}"]
        for metric in COMPARED:
            pair = _of(summaries, dataset, metric, (base, other))
            row += [notes.marked(change_text(pair), _warnings(*pair)), _ratio_cell(verdict, *pair, notes=notes)]
        pair = _of(summaries, dataset, STATEMENTS, (base, other))
        row.append(notes.marked(change_text(pair), _warnings(*pair)))
        rows.append(tuple(map(plain, row)))
    columns = [Column("scan", Content.LABEL), Column("rows")]
    for metric in COMPARED:
        columns += [Column(metric.title.lower(), detail="before → after"), Column("ratio")]
    columns.append(Column("statements", detail="before → after"))
    return Table(tuple(columns), tuple(rows), notes.texts())


def case_table(results: Results, summaries: Summaries, verdict: RunVerdict) -> Table:
    """Build the headline with a row for each scan and implementation, which is longer than a pair's and narrower."""
    notes = Footnotes()
    rows = []
    base = results.implementations[:1]
    compared = len(results.implementations) > 1
    for dataset in results.datasets:
        for implementation in results.implementations:
            row = [dataset.scan, f"{dataset.rows:,}", implementation]
            for metric in COMPARED:
                first, own = _of(summaries, dataset, metric, (*base, implementation))
                row.append(notes.marked(value_text(own), _warnings(own)))
                if compared:
                    row.append("" if (implementation,) == base else _ratio_cell(verdict, first, own, notes=notes))
            (own,) = _of(summaries, dataset, STATEMENTS, (implementation,))
            row.append(notes.marked(value_text(own), _warnings(own)))
            rows.append(tuple(map(plain, row)))
    columns = [Column("scan", Content.LABEL), Column("rows"), Column("implementation", Content.LABEL)]
    for metric in COMPARED:
        columns += [Column(metric.title.lower()), *([Column("ratio")] if compared else [])]
    columns.append(Column("statements"))
    return Table(tuple(columns), tuple(rows), notes.texts())


def _of(
    summaries: Summaries, dataset: Dataset, metric: Metric, implementations: tuple[str, ...]
) -> tuple[Summary | None, ...]:
    return tuple(summaries.get(dataset.scan, implementation, metric.name) for implementation in implementations)


def _warnings(*summaries: Summary | None) -> tuple[str, ...]:
    return tuple(warning for summary in summaries if summary is not None for warning in summary.warnings)


def _ratio_cell(verdict: RunVerdict, base: Summary | None, other: Summary | None, *, notes: Footnotes) -> str:
    if base is None or other is None:
        return MISSING
    if not verdict.may_compare(base.scan, base.implementation, other.implementation):
        return notes.marked(MISSING, ["no ratio: the rows differ, or were not compared"])
    found = ratio(base, other)
    floor = FLOOR.get(base.metric.unit, 0.0)
    if found is None and base.metric.kind is Kind.NEAR_EXACT and min(base.centre, other.centre) <= floor:
        return _near_zero_text(base, other, floor, notes)
    if found is not None and not found.told_apart:
        notes.legend(NOT_TOLD_APART)
    return ratio_text(found)


def _near_zero_text(base: Summary, other: Summary, floor: float, notes: Footnotes) -> str:
    """Say what was gained or lost where a side is below ``floor``: a ratio to almost nothing says little."""
    unit = base.metric.unit
    high, low = max(base.centre, other.centre), min(base.centre, other.centre)
    word = "less" if other.centre < base.centre else "more"
    shown = quantity(unit, floor)
    if high >= 2 * floor:
        notes.legend(f"≥: a value below {shown} counts as {shown}; a ratio to almost nothing would say little")
        return f"≥ {high / floor:.{2 if high < 10 * floor else 1}f}× {word}"
    notes.legend(f"around and below {shown} the difference replaces the ratio; one to almost nothing would say little")
    if high == low:
        return "same"
    overlap = base.low <= other.high and other.low <= base.high
    if overlap or high - low <= NEAR_EXACT_TOLERANCE * high:
        notes.legend(NOT_TOLD_APART)
        return f"~{quantity(unit, high - low)} {word}"
    return f"{quantity(unit, high - low)} {word}"
