"""The badge: a run's verdict and its peak in two words, as a small SVG or as what shields.io draws one from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape

from rich.cells import cell_len

from bench.analysis.run_verdict import judge
from bench.analysis.summary import summaries_of
from bench.analysis.verdict import Standing, Verdict
from bench.errors import InputError
from bench.report.figures import value_text
from bench.results.metrics import Metric
from bench.results.records import Results
from bench.words import plain, shorten

_LONGEST = 60
"""Characters of a badge's text; a longer one is no badge."""

_COLOURS = {
    Standing.PASSED: ("green", "#1A7F37"),
    Standing.IMPROVED: ("brightgreen", "#1A7F37"),
    Standing.FAILED: ("red", "#CF222E"),
    Standing.ERROR: ("orange", "#BC4C00"),
    Standing.UNFINISHED: ("orange", "#BC4C00"),
}
"""By shields.io's names, and as RGB with a contrast of at least 4.5 to white."""

_UNDECIDED = ("yellow", "#8A5D00")
_LABEL_COLOUR = "#3D444D"
_CELL, _MARGIN, _HEIGHT = 6.6, 6, 20
"""Pixels: of a character at 11 pixels, on either side of a text, and of the badge."""


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A Badge is a label, a message, and the standing that colours it."""

    label: str
    message: str
    standing: Standing

    @property
    def colours(self) -> tuple[str, str]:
        """The colour as shields.io calls it and as RGB."""
        return _COLOURS.get(self.standing, _UNDECIDED)


def badge_of(results: Results, metric: Metric, implementation: str | None, verdict: Verdict | None = None) -> Badge:
    """Return the badge of a run: the gate's verdict or else its own, and one figure of the largest data set.

    The figure is that of ``implementation``, or of the last one, and left out where the verdict is not good. Raises
    InputError for an implementation that was not measured.
    """
    if implementation is not None and implementation not in results.implementations:
        known = ", ".join(map(plain, results.implementations)) or "none"
        raise InputError(f"the run has no implementation {plain(implementation)!r}; it has {known}")
    summaries = summaries_of(results)
    judged = verdict or judge(results, summaries)
    label = plain(results.job.name) or "benchmark"
    message = judged.standing.value
    name = implementation or (results.implementations[-1] if results.implementations else "")
    measured = [one for one in results.datasets if summaries.get(one.scan, name, metric.name)]
    if judged.standing.good and measured:
        largest = max(measured, key=lambda one: one.order)
        message += f", {metric.title.lower()} {value_text(summaries.get(largest.scan, name, metric.name))}"
    return Badge(label=shorten(label, _LONGEST), message=shorten(message, _LONGEST), standing=judged.standing)


def shields_badge(badge: Badge) -> str:
    """Return the JSON that shields.io's endpoint badge reads, schema version 1."""
    content = {
        "schemaVersion": 1,
        "label": badge.label,
        "message": badge.message,
        "color": badge.colours[0],
        "isError": badge.standing in (Standing.ERROR, Standing.UNFINISHED),
    }
    return json.dumps(content, ensure_ascii=False) + "\n"


def svg_badge(badge: Badge) -> str:
    """Return the badge as an SVG that asks nobody for anything."""
    left, right = (round(cell_len(text) * _CELL + 2 * _MARGIN) for text in (badge.label, badge.message))
    whole = escape(f"{badge.label}: {badge.message}", quote=True)
    texts = "".join(
        f'<text x="{x}" y="14" textLength="{width - 2 * _MARGIN}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
        for x, width, text in ((_MARGIN, left, badge.label), (left + _MARGIN, right, badge.message))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" role="img"'
        f' aria-label="{whole}"><title>{whole}</title>'
        f'<clipPath id="c"><rect width="{left + right}" height="{_HEIGHT}" rx="3"/></clipPath>'
        f'<g clip-path="url(#c)"><rect width="{left}" height="{_HEIGHT}" fill="{_LABEL_COLOUR}"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="{badge.colours[1]}"/></g>'
        f'<g fill="#FFFFFF" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{texts}</g></svg>\n'
    )
