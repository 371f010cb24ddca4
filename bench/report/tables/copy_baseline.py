"""Costs of each implementation over the copy baseline: those of COPYing the same rows from a file."""

from __future__ import annotations

from bench.analysis.pairs import FEWEST_PAIRS
from bench.analysis.run_verdict import RunVerdict
from bench.analysis.sequence import ratio_of_pairs
from bench.analysis.summary import Summaries, Summary
from bench.report.figures import MISSING, value_text
from bench.report.table import Column, Content, Footnotes, Table
from bench.results.metrics import METRICS, Kind
from bench.results.records import COPY_BASELINE, Dataset, Results
from bench.words import plain

COPY_BASELINE_TITLE = "Cost over the copy baseline"
ABOUT_COPY_BASELINE = (
    "The copy baseline is the bare cost of COPYing the same rows from a file into the same tables in one transaction; "
    "where there are old rows, it deletes them as well. It reads no input and computes no rows. A ratio of 1.50× is "
    "one and a half times that cost."
)

_COMPARED = tuple(METRICS[name] for name in ("wall_seconds", "wal_bytes", "server_cpu_seconds"))
_NAME = "copy baseline"
_NOT_DISTINGUISHED = (
    "~: not distinguished from the copy baseline; the 95 % interval over pairs includes 1, there are fewer than "
    f"{FEWEST_PAIRS} pairs, or the difference is below what the metric repeats to"
)


def copy_baseline_table(results: Results, summaries: Summaries, verdict: RunVerdict) -> Table | None:
    """Build the table of costs over the bare cost; None if the copy baseline was not measured."""
    notes = Footnotes()
    rows = []
    for dataset in results.datasets:
        baselines = [summaries.get(dataset.scan, COPY_BASELINE, metric.name) for metric in _COMPARED]
        if not any(baselines):
            continue
        for name in results.implementations:
            own = [summaries.get(dataset.scan, name, metric.name) for metric in _COMPARED]
            comparable = verdict.may_compare(dataset.scan, COPY_BASELINE, name)
            ratios = [
                _over(baseline, one, notes) if comparable else MISSING
                for baseline, one in zip(baselines, own, strict=True)
            ]
            rows.append(_row(dataset, name, own, ratios))
        rows.append(_row(dataset, _NAME, baselines, [""] * len(baselines)))
    if not rows:
        return None
    columns = [Column(plain(results.job.noun), Content.LABEL), Column("implementation", Content.LABEL)]
    for metric in _COMPARED:
        columns += [Column(metric.title), Column("ratio", detail="to COPY")]
    return Table(tuple(columns), tuple(rows), notes.texts())


def _row(dataset: Dataset, name: str, values: list[Summary | None], ratios: list[str]) -> tuple[str, ...]:
    cells = [cell for value, ratio in zip(values, ratios, strict=True) for cell in (value_text(value), ratio)]
    return (plain(dataset.scan), plain(name), *cells)


def _over(baseline: Summary | None, own: Summary | None, notes: Footnotes) -> str:
    """Return ``own`` ÷ ``baseline``, of a noisy metric with its paired interval: ``1.32× (1.21–1.44)``."""
    if baseline is None or own is None:
        return MISSING
    low: float | None = None
    high: float | None = None
    if own.metric.kind is Kind.NOISY:
        found = ratio_of_pairs(baseline, own)
        if found is None:
            return MISSING
        value, low, high, apart = found.estimate, found.low, found.high, found.distinguished
    else:
        if baseline.centre <= 0:
            return MISSING
        value = own.centre / baseline.centre
        apart = abs(value - 1) > own.metric.repeats_to
    if not apart:
        notes.legend(_NOT_DISTINGUISHED)
    decimals = 2 if value >= 0.1 else 3
    text = f"{'' if apart else '~'}{value:.{decimals}f}×"
    return text if low is None or high is None else f"{text} ({low:.{decimals}f}–{high:.{decimals}f})"
