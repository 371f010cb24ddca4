"""The page of a history: every change, the pictures and the runs of each scan, in one file without requests."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from bench.analysis.change_points import ChangePoint
from bench.analysis.history import History, metrics_of
from bench.analysis.timeline import timeline
from bench.report.history import (
    HISTORY_METRICS,
    change_size,
    confidence_text,
    history_table,
    measured_line,
    minutes,
    short_revision,
    undecided_sentence,
)
from bench.report.plots.draw import draw
from bench.report.plots.history_charts import history_charts
from bench.report.table import Table
from bench.results.records import Results
from bench.words import counted, plain


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """A ChangeRow is one change as the page's table shows it."""

    worse: bool
    scan: str
    implementation: str
    metric: str
    size: str
    commit: str
    when: str
    before: str
    confidence: str
    runs: str
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A Picture is one chart as a data address, with its title and its alternative text."""

    title: str
    alt: str
    address: str


@dataclass(frozen=True, kw_only=True)
class ScanPart:
    """A ScanPart is what the page shows of one scan."""

    scan: str
    measured: str
    pictures: tuple[Picture, ...]
    table: Table


def render_history_page(history: History, warnings: Sequence[str]) -> str:
    """Return the page as HTML."""
    changes = history.changes[::-1]
    return (
        _environment()
        .get_template("history.html")
        .render(
            title="History",
            verdict=_verdict(history),
            worse=bool(history.worse),
            newest="" if history.newest.standing.good else plain(f"Newest run: {history.newest.headline}"),
            undecided=undecided_sentence(history.undecided) if history.undecided else "",
            changes=tuple(map(_row, changes)),
            parts=tuple(_parts(history)),
            warnings=tuple(map(plain, warnings)),
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("bench.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _verdict(history: History) -> str:
    runs = counted(len(history.runs), "run")
    if not history.changes:
        return f"No change was found in {runs}."
    better = len(history.changes) - len(history.worse)
    return f"In {runs} {counted(len(history.worse), 'figure')} got worse and {better:,} better."


def _row(one: ChangePoint) -> ChangeRow:
    return ChangeRow(
        worse=one.worse,
        scan=plain(one.scan),
        implementation=plain(one.implementation),
        metric=one.metric.title,
        size=change_size(one),
        commit=short_revision(one.revision) or "no commit",
        when=minutes(one.after.created),
        before=short_revision(one.before.revision) or minutes(one.before.created),
        confidence=confidence_text(one).removeprefix("Confidence "),
        runs=f"{one.runs[0]:,} before, {one.runs[1]:,} since",
        notes=(
            *(f"or {short_revision(other.revision) or minutes(other.created)}" for other in one.candidates),
            *map(plain, one.notes),
        ),
    )


def _parts(history: History) -> Iterator[ScanPart]:
    """Yield the parts: the scan of the moments first, then every other one."""
    scans = dict.fromkeys((history.scan, *(scan for run in history.runs for scan in _measured(run))))
    for scan in scans:
        own = history.changes
        moments = timeline(history.runs, scan, metrics_of(scan, HISTORY_METRICS, own))
        yield ScanPart(
            scan=plain(scan),
            measured=measured_line(moments, len(history.runs)),
            pictures=tuple(
                Picture(title=chart.title, alt=chart.alt, address=_address(draw(chart)[1]))
                for chart in history_charts(moments, own)
            ),
            table=history_table(moments),
        )


def _measured(run: Results) -> Iterator[str]:
    return (one.scan for one in run.measurements if one.samples)


def _address(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
