"""CSV with a header (RFC 4180, UTF-8): a line for each figure, with its raw samples."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from bench.report.export.figures import Figure, number
from bench.words import plain

COLUMNS = (
    "name",
    "created",
    "revision",
    "job",
    "scenario",
    "scan",
    "implementation",
    "metric",
    "kind",
    "unit",
    "value",
    "lower",
    "upper",
    "samples",
    "source",
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render_csv(figures: Iterable[Figure]) -> str:
    """Return the table; ``lower`` and ``upper`` are empty without an interval, samples are divided by blanks."""
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(COLUMNS)
    for one in figures:
        lower, upper = one.interval or ("", "")
        lines.writerow(
            (
                *map(_text, (one.name, one.created.isoformat(), one.revision, one.job, one.scenario)),
                *map(_text, (one.summary.scan, one.summary.implementation)),
                one.summary.metric.name,
                one.summary.metric.kind.value,
                one.summary.metric.unit,
                number(one.summary.centre),
                lower,
                upper,
                " ".join(str(number(sample)) for sample in one.summary.samples),
                _text(one.source),
            )
        )
    return written.getvalue()


def _text(text: str) -> str:
    """Return ``text`` on one line, and so that no spreadsheet takes it for a formula."""
    shown = plain(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
