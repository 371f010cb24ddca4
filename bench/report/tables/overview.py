"""The beginning of a run's report: the verdict in sentences, and the table of times, peaks and statements."""

from __future__ import annotations

from bench.analysis.pairs import FEWEST_PAIRS
from bench.analysis.ratio import FLOOR, ratio
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
"""The metrics of the first table that get a ratio beside them."""

_MOST_FAILURES = 5
_LONGEST_FAILURE = 200
_LONGEST_HEADLINE = 600
_LONGEST_NAME = 60
_MOST_CLAIMS = 2

NOT_DISTINGUISHED = (
    f"~: not distinguished; the 95 % interval over pairs includes 1, there are fewer than {FEWEST_PAIRS} pairs, "
    "or the sides are too close for what the metric repeats to"
)
NOT_DISTINGUISHED_IN_ITS_PAIRS = (
    "~: not distinguished in as many pairs as were taken; more of them may, with a larger --budget"
)


def headline_sentence(results: Results, summaries: Summaries, verdict: RunVerdict) -> str:
    """Return one line that says what was found: the verdict and, where that is good, what was gained."""
    if not verdict.standing.good:
        return shorten(plain(verdict.headline), _LONGEST_HEADLINE)
    found = [*claims(results, summaries, verdict), verdict.sentence]
    return shorten(plain(f"{verdict.symbol} {verdict.standing.value.upper()} – {'; '.join(found)}"), _LONGEST_HEADLINE)


def claims(results: Results, summaries: Summaries, verdict: RunVerdict) -> tuple[str, ...]:
    """Say of each implementation how its peak and its time compare with the base's, on the largest data set with both.

    Of a single implementation the figures themselves. Of many, the ends between which all of them are.
    """
    base, *others = results.implementations or ("",)
    if len(others) > _MOST_CLAIMS:
        return _range_claims(results, summaries, verdict, base, others)
    return tuple(claim for name in others or [base] if (claim := _claim(results, summaries, verdict, base, name)))


def _claim(results: Results, summaries: Summaries, verdict: RunVerdict, base: str, name: str) -> str:
    for dataset in _largest_first(results):
        figures = []
        for metric in (PEAK, TIME):
            first, own = _of(summaries, dataset, metric, (base, name))
            cell = value_text(own) if base == name else _ratio_cell(verdict, first, own, notes=Footnotes())
            if not cell.startswith(MISSING):
                figures.append(f"{metric.title.lower()} {cell}")
        if figures:
            against = "" if base == name else f" against {shorten(base, _LONGEST_NAME)}"
            case = f"{shorten(name, _LONGEST_NAME)}{against} on {shorten(dataset.scan, _LONGEST_NAME)}"
            return f"{case}: {', '.join(figures)}"
    return ""


def _range_claims(
    results: Results, summaries: Summaries, verdict: RunVerdict, base: str, others: list[str]
) -> tuple[str, ...]:
    for dataset in _largest_first(results):
        figures = []
        for metric in (PEAK, TIME):
            found = []
            for name in others:
                first, own = _of(summaries, dataset, metric, (base, name))
                cell = _ratio_cell(verdict, first, own, notes=Footnotes())
                if own is not None and not cell.startswith(MISSING):
                    found.append((own.centre, f"{cell} with {shorten(name, _LONGEST_NAME)}"))
            if found:
                most, least = max(found)[1], min(found)[1]
                ends = most if most == least else f"from {most} to {least}"
                figures.append(f"{metric.title.lower()} {ends}")
        if figures:
            on = shorten(dataset.scan, _LONGEST_NAME)
            return (f"against {shorten(base, _LONGEST_NAME)} on {on}: {', '.join(figures)}",)
    return ()


def _largest_first(results: Results) -> list[Dataset]:
    return sorted(results.datasets, key=lambda one: one.order, reverse=True)


def verdict_lines(verdict: RunVerdict) -> tuple[str, ...]:
    """Return one line for each question about the run and one for its failures."""
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
    described = [shorten(_failure(failure), _LONGEST_FAILURE) for failure in failures[:_MOST_FAILURES]]
    if len(failures) > _MOST_FAILURES:
        described.append(f"and {len(failures) - _MOST_FAILURES} more")
    return f"Failures: {len(failures)} – {'; '.join(described)}"


def _failure(failure: Failure) -> str:
    return plain(f"{failure.implementation} on {failure.scan}, {failure.probe}: {failure.kind}, {failure.message}")


def legend(results: Results) -> str:
    """Say which implementation the ratios refer to, and which of two the table calls before and after.

    A data set's facts that are not the usual ones are named.
    """
    names = tuple(map(plain, results.implementations))
    parts = []
    for fact, usual in results.job.usual.items():
        found = dict.fromkeys(plain(str(one.facts.get(fact, usual))) for one in results.datasets)
        if named := [value for value in found if value != str(usual)]:
            parts.append(f"{plain(fact)}: {', '.join(named)}")
    if results.scenario == "rerun":
        parts.append("re-run over the rows of an earlier run")
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


def _compared(results: Results) -> tuple[Metric, ...]:
    """COMPARED without time where no call was to be timed, as in a sweep: two columns of signs would say nothing."""
    timed = results.planned_samples != 0 or any(one.metric == TIME.name for one in results.measurements)
    return COMPARED if timed else tuple(metric for metric in COMPARED if metric != TIME)


def _pair_table(results: Results, summaries: Summaries, verdict: RunVerdict) -> Table:
    base, other = results.implementations
    compared = _compared(results)
    notes = Footnotes()
    rows = []
    for dataset in results.datasets:
        row = [dataset.scan, f"{dataset.rows:,}"]
        for metric in compared:
            pair = _of(summaries, dataset, metric, (base, other))
            row += [notes.marked(change_text(pair), _warnings(*pair)), _ratio_cell(verdict, *pair, notes=notes)]
        pair = _of(summaries, dataset, STATEMENTS, (base, other))
        row.append(notes.marked(change_text(pair), _warnings(*pair)))
        rows.append(tuple(map(plain, row)))
    columns = [Column(plain(results.job.noun), Content.LABEL), Column("rows")]
    for metric in compared:
        columns += [Column(metric.title.lower(), detail="before → after"), Column("ratio")]
    columns.append(Column("statements", detail="before → after"))
    return Table(tuple(columns), tuple(rows), notes.texts())


def case_table(results: Results, summaries: Summaries, verdict: RunVerdict) -> Table:
    """Build the headline with a row for each case, which is longer than a pair's and narrower."""
    notes = Footnotes()
    rows = []
    base = results.implementations[:1]
    compared, several = _compared(results), len(results.implementations) > 1
    for dataset in results.datasets:
        for implementation in results.implementations:
            row = [dataset.scan, f"{dataset.rows:,}", implementation]
            for metric in compared:
                first, own = _of(summaries, dataset, metric, (*base, implementation))
                row.append(notes.marked(value_text(own), _warnings(own)))
                if several:
                    row.append("" if (implementation,) == base else _ratio_cell(verdict, first, own, notes=notes))
            (own,) = _of(summaries, dataset, STATEMENTS, (implementation,))
            row.append(notes.marked(value_text(own), _warnings(own)))
            rows.append(tuple(map(plain, row)))
    columns = [
        Column(plain(results.job.noun), Content.LABEL),
        Column("rows"),
        Column("implementation", Content.LABEL),
    ]
    for metric in compared:
        columns += [Column(metric.title.lower()), *([Column("ratio")] if several else [])]
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
    floor = FLOOR.get(base.metric.unit, 0.0)
    if min(base.centre, other.centre) <= floor:
        return _near_zero(base, other, floor, notes) if floor else MISSING
    found = ratio(base, other)
    if found is not None and not found.distinguished:
        chosen = base.sequential and base.metric.kind is Kind.NOISY
        notes.legend(NOT_DISTINGUISHED_IN_ITS_PAIRS if chosen else NOT_DISTINGUISHED)
    return ratio_text(found)


def _near_zero(base: Summary, other: Summary, floor: float, notes: Footnotes) -> str:
    """Say what was gained or lost where a side is at most ``floor``, without a ratio to almost nothing."""
    high = max(base.centre, other.centre)
    if high < 2 * floor:
        return _difference(base, other, floor, notes)
    shown = quantity(base.metric.unit, floor)
    notes.legend(f"over: a value below {shown} counts as {shown}; a ratio to almost nothing would say little")
    word = "less" if other.centre < base.centre else "more"
    return f"over {high / floor:.{2 if high < 10 * floor else 1}f}× {word}"


def _difference(base: Summary, other: Summary, floor: float, notes: Footnotes) -> str:
    """Return what was gained or lost, in the metric's unit, near ``floor``."""
    unit = base.metric.unit
    shown = quantity(unit, floor)
    notes.legend(f"around and below {shown} the difference replaces the ratio; one to almost nothing would say little")
    size = abs(other.centre - base.centre)
    if not size:
        return "same"
    text = f"{quantity(unit, size)} {'less' if other.centre < base.centre else 'more'}"
    overlap = base.low <= other.high and other.low <= base.high
    if overlap or size <= base.metric.repeats_to * max(base.centre, other.centre):
        notes.legend(NOT_DISTINGUISHED)
        return f"~{text}"
    return text
