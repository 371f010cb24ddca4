"""The tables behind the headline: published figures, every metric, failures, digests, data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bench.analysis.run_verdict import RunVerdict
from bench.analysis.summary import Spread, Summaries
from bench.report.figures import MISSING, change, deviation, spread_text
from bench.report.table import Column, Content, Footnotes, Table
from bench.results.metrics import METRICS, Side
from bench.results.records import Digest, Results
from bench.words import plain

DIGEST_LENGTH = 12


def _case_columns(results: Results) -> tuple[Column, Column]:
    return Column(plain(results.job.noun), Content.LABEL), Column("implementation", Content.LABEL)


def published_table(results: Results, summaries: Summaries, verdict: RunVerdict) -> Table | None:
    """Set the figures of each source beside ours; None if nothing of the run was published."""
    figures = [figure for dataset in results.datasets for figure in dataset.published]
    sources = tuple(dict.fromkeys(figure.source for figure in figures))
    names = tuple(dict.fromkeys(figure.implementation for figure in figures))
    notes = Footnotes()
    rows = []
    for dataset in results.datasets:
        known = {(one.source, one.metric, one.implementation): one.value for one in dataset.published}
        for metric in (METRICS[name] for name in METRICS if any(name == one.metric for one in dataset.published)):
            ours = tuple(summaries.centre(dataset.scan, name, metric.name) for name in names)
            if all(value is None for value in ours):
                continue
            theirs = [tuple(known.get((source, metric.name, name)) for name in names) for source in sources]
            comparable = all(
                verdict.may_compare(dataset.scan, name, name) for name in names if name in results.implementations
            )
            deviations = [
                _deviations(ours, published) if comparable else notes.marked(MISSING, ["no claim: the rows differ"])
                for published in theirs
            ]
            published = [change(metric.unit, values) for values in theirs]
            rows.append((plain(dataset.scan), metric.title, *published, change(metric.unit, ours), *deviations))
    if not rows:
        return None
    columns = (
        Column(plain(results.job.noun), Content.LABEL),
        Column("metric", Content.LABEL),
        *(Column(plain(source)) for source in sources),
        Column("this run", detail=" → ".join(map(plain, names))),
        *(Column(f"against {plain(source)}") for source in sources),
    )
    return Table(columns, tuple(rows), notes.texts())


def _deviations(ours: Sequence[float | None], published: Sequence[float | None]) -> str:
    if all(value is None for value in published):
        return MISSING
    return " → ".join(map(deviation, ours, published))


def metrics_table(results: Results, summaries: Summaries, side: Side) -> Table:
    """Show every metric of one side for every case: medians with their spread, and exact values."""
    measured = {one.metric for one in results.measurements}
    metrics = [metric for metric in METRICS.values() if metric.side is side and metric.name in measured]
    notes = Footnotes()
    rows = []
    spreads: set[Spread] = set()
    for dataset in results.datasets:
        for implementation in results.implementations:
            cells = []
            for metric in metrics:
                summary = summaries.get(dataset.scan, implementation, metric.name)
                warnings = () if summary is None else summary.warnings
                cells.append(notes.marked(spread_text(summary), map(plain, warnings)))
                if summary is not None and not summary.repeats:
                    spreads.add(summary.spread)
            rows.append((plain(dataset.scan), plain(implementation), *cells))
    columns = (*_case_columns(results), *(Column(metric.title) for metric in metrics))
    meaning = " or, of noisy metrics with enough samples, the ".join(
        spread.value for spread in Spread if spread in spreads
    )
    if meaning:
        notes.legend(f"In brackets beside a median: the {meaning}.")
    return Table(columns, tuple(rows), notes.texts())


def failure_table(results: Results) -> Table:
    """Show every failure."""
    rows = tuple(
        (plain(one.scan), plain(one.implementation), plain(one.probe), plain(one.kind), plain(one.message))
        for one in results.failures
    )
    columns = (
        *_case_columns(results),
        Column("probe", Content.LABEL),
        Column("kind", Content.LABEL),
        Column("message", Content.CODE),
    )
    return Table(columns, rows)


def digest_table(results: Results) -> Table:
    """Show what each case left: counts and the beginnings of the digests; equal samples share a row."""
    counted: Counter[Digest] = Counter(results.digests)
    rows = tuple(
        (
            plain(digest.scan),
            plain(digest.implementation),
            *(cell for one in digest.tables for cell in (f"{one.count:,}", plain(one.sha256[:DIGEST_LENGTH]))),
            "unchanged" if digest.bystanders_unchanged else "CHANGED",
            f"{samples}",
        )
        for digest, samples in counted.items()
    )
    titles = tuple(plain(one.table) for one in results.digests[0].tables) if results.digests else ()
    columns = (
        *_case_columns(results),
        *(column for title in titles for column in (Column(title), Column(f"{title}' digest", Content.CODE))),
        Column("rows of others", Content.LABEL),
        Column("samples"),
    )
    return Table(columns, rows)


def dataset_table(results: Results) -> Table:
    """Show what was loaded: size, rows and other quantities, facts, and the beginnings of fingerprints."""
    quantities = _names(one.quantities for one in results.datasets)
    facts = _names(one.facts for one in results.datasets)
    rows = tuple(
        (
            plain(one.scan),
            *(_count(one.size, name) for name in results.job.size),
            f"{one.rows:,}",
            *(_count(one.quantities, name) for name in quantities),
            f"{one.seed}",
            *(_fact(one.facts.get(name, MISSING), name) for name in facts),
            plain(one.fingerprint[:DIGEST_LENGTH]),
        )
        for one in results.datasets
    )
    columns = (
        Column(plain(results.job.noun), Content.LABEL),
        *(Column(plain(name)) for name in (*results.job.size, "rows", *quantities, "seed")),
        *(Column(plain(name), Content.CODE if _is_fingerprint(name) else Content.LABEL) for name in facts),
        Column("fingerprint", Content.CODE),
    )
    return Table(columns, rows)


def _names(mappings: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in mappings for name in one))


def _count(numbers: Mapping[str, int], name: str) -> str:
    return f"{numbers[name]:,}" if name in numbers else MISSING


def _fact(value: str | int, name: str) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return plain(value[:DIGEST_LENGTH] if _is_fingerprint(name) else value)


def _is_fingerprint(name: str) -> bool:
    return name.endswith("fingerprint")
