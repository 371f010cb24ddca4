"""The tables behind the headline: published figures, every metric, statements, allocation sites, digests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bench.analysis.run_verdict import RunVerdict
from bench.analysis.summary import Spread, Summaries
from bench.compliance.published import AFTER, BEFORE, Pair, published_for
from bench.datasets.providers import DEFAULT_PROVIDER
from bench.report.figures import MISSING, change, deviation, quantity, spread_text
from bench.report.table import Column, Content, Footnotes, Table
from bench.results.metrics import METRICS, Side
from bench.results.records import Digest, Results
from bench.words import plain

DIGEST_LENGTH = 12
MOST_SITES = 5

_CASE = (Column("scan", Content.LABEL), Column("implementation", Content.LABEL))


def published_table(results: Results, summaries: Summaries, verdict: RunVerdict) -> Table | None:
    """Set the published and the production figures beside ours; None if nothing of the run was published."""
    sides = [name for name in (BEFORE, AFTER) if name in results.implementations]
    notes = Footnotes()
    rows = []
    for dataset in (one for one in results.datasets if one.provider == DEFAULT_PROVIDER):
        for figure in published_for(dataset.findings, dataset.regions):
            metric = METRICS[figure.metric]
            ours = tuple(summaries.centre(dataset.scan, name, metric.name) for name in (BEFORE, AFTER))
            if all(value is None for value in ours):
                continue
            comparable = all(verdict.may_compare(dataset.scan, name, name) for name in sides)
            deviations = [
                _deviations(ours, published) if comparable else notes.marked(MISSING, ["no claim: the rows differ"])
                for published in (figure.pull_request, figure.production)
            ]
            rows.append(
                (
                    plain(dataset.scan),
                    metric.title,
                    change(metric.unit, figure.pull_request or ()),
                    change(metric.unit, figure.production or ()),
                    change(metric.unit, ours),
                    *deviations,
                )
            )
    if not rows:
        return None
    columns = (
        Column("scan", Content.LABEL),
        Column("metric", Content.LABEL),
        Column("pull request"),
        Column("production code"),
        Column("this run"),
        Column("against the pull request"),
        Column("against production"),
    )
    return Table(columns, tuple(rows), notes.texts())


def _deviations(ours: Sequence[float | None], published: Pair | None) -> str:
    if published is None:
        return MISSING
    return " → ".join(map(deviation, ours, published))


def metrics_table(results: Results, summaries: Summaries, side: Side) -> Table:
    """Show every metric of one side for every case: medians with their spread, and exact values."""
    metrics = [metric for metric in METRICS.values() if metric.side is side]
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
    columns = (*_CASE, *(Column(metric.title) for metric in metrics))
    meaning = " or, of noisy metrics with enough samples, the ".join(
        spread.value for spread in Spread if spread in spreads
    )
    if meaning:
        notes.legend(f"In brackets beside a median: the {meaning}.")
    return Table(columns, tuple(rows), notes.texts())


def allocation_table(results: Results) -> Table | None:
    """Show the largest allocation sites at the peak of the largest scan that has any; None without."""
    known = {one.scan for one in results.allocations}
    scans = [dataset for dataset in results.datasets if dataset.scan in known]
    if not scans:
        return None
    scan = max(scans, key=lambda dataset: dataset.rows).scan
    rows = [
        (
            plain(sites.scan),
            plain(sites.implementation),
            quantity("bytes", site.bytes),
            f"{site.count:,}",
            plain(site.function),
            plain(f"{site.file}:{site.line}"),
        )
        for sites in results.allocations
        if sites.scan == scan
        for site in sites.sites[:MOST_SITES]
    ]
    columns = (*_CASE, Column("at the peak"), Column("allocations"), Column("function", Content.CODE))
    return Table((*columns, Column("where", Content.CODE)), tuple(rows))


def failure_table(results: Results) -> Table:
    """Show every failure."""
    rows = tuple(
        (plain(one.scan), plain(one.implementation), plain(one.probe), plain(one.kind), plain(one.message))
        for one in results.failures
    )
    columns = (*_CASE, Column("probe", Content.LABEL), Column("kind", Content.LABEL), Column("message", Content.CODE))
    return Table(columns, rows)


def digest_table(results: Results) -> Table:
    """Show what each case left: counts and the beginnings of the digests; equal samples share a row."""
    counted: Counter[Digest] = Counter(results.digests)
    rows = tuple(
        (
            plain(digest.scan),
            plain(digest.implementation),
            f"{digest.row_count:,}",
            plain(digest.rows[:DIGEST_LENGTH]),
            f"{digest.summary_count:,}",
            plain(digest.summaries[:DIGEST_LENGTH]),
            "unchanged" if digest.bystanders_unchanged else "CHANGED",
            f"{samples}",
        )
        for digest, samples in counted.items()
    )
    columns = (
        *_CASE,
        Column("rows"),
        Column("rows' digest", Content.CODE),
        Column("summaries"),
        Column("summaries' digest", Content.CODE),
        Column("other tenants and scans", Content.LABEL),
        Column("samples"),
    )
    return Table(columns, rows)


def dataset_table(results: Results) -> Table:
    """Show what was loaded."""
    rows = tuple(
        (
            plain(one.scan),
            f"{one.findings:,}",
            f"{one.regions:,}",
            f"{one.rows:,}",
            f"{one.seed}",
            plain(f"{one.provider}, {one.catalogue}"),
            f"{one.frameworks:,}",
            f"{one.requirements:,}",
            plain(one.fingerprint[:DIGEST_LENGTH]),
        )
        for one in results.datasets
    )
    figures = (Column("findings"), Column("regions"), Column("rows"), Column("seed"))
    catalogue = (Column("catalogue", Content.LABEL), Column("frameworks"), Column("requirements"))
    return Table((Column("scan", Content.LABEL), *figures, *catalogue, Column("fingerprint", Content.CODE)), rows)
