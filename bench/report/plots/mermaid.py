"""The chart of a pull-request comment as Mermaid: GitHub draws it, and a comment cannot hold a picture of ours."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bench.analysis.rows import Answer
from bench.analysis.run_verdict import RunVerdict
from bench.analysis.summary import Summaries
from bench.report.figures import Scale, scale
from bench.report.plots.palette import ANYWHERE, WORDS, slots
from bench.report.tables.overview import PEAK
from bench.results.records import Dataset, Results
from bench.words import enumerated, plain, shorten

_MOST_LINES = len(WORDS)
"""The chart has no legend, and its caption could not distinguish more lines by the names of their colours."""

MOST_SCANS = 12
_NAME_WIDTH = 40
_HARMLESS = frozenset(" .,:/@_+-()")


def peak_chart(results: Results, summaries: Summaries, verdict: RunVerdict) -> tuple[str, str] | None:
    """Return the chart of peak heap by rows, and its caption.

    None if the implementations' rows differ, or where no scan has a peak of each.
    """
    names = results.implementations[:_MOST_LINES]
    places = slots(results.implementations)
    if verdict.same_rows.answer is Answer.NO:
        return None
    # Where several scans have equal numbers of rows, the largest by its size is drawn.
    by_rows = {
        one.rows: one
        for one in sorted(results.datasets, key=lambda one: one.order)
        if all(summaries.get(one.scan, name, PEAK.name) for name in names)
    }
    datasets = _thinned(list(by_rows.values()))
    if not datasets or not names:
        return None
    peaks = {name: [summaries.by_case[one.scan, name, PEAK.name].centre for one in datasets] for name in names}
    shown = scale(PEAK.unit, [peak for of_name in peaks.values() for peak in of_name])
    if len(datasets) == 1:
        return _bars(datasets[0], peaks, shown, places)
    return _lines(datasets, peaks, shown, results.job.noun, places)


def _lines(
    datasets: Sequence[Dataset], peaks: dict[str, list[float]], shown: Scale, noun: str, places: Mapping[str, int]
) -> tuple[str, str]:
    labels = [f"{one.rows:,} ({_words(one.scan)})" for one in datasets]
    series = [f"    line {_figures(of_name, shown)}" for of_name in peaks.values()]
    named = enumerated(tuple(f"{WORDS[places[name] % len(WORDS)]} {_name(name)}" for name in peaks))
    drawn = _chart(labels, f"rows ({_words(noun)})", peaks, shown, series, places)
    return drawn, f"Peak heap in {shown.symbol} by rows: {named}."


def _bars(dataset: Dataset, peaks: dict[str, list[float]], shown: Scale, places: Mapping[str, int]) -> tuple[str, str]:
    """Draw one data set as a bar per implementation, because a line needs two points.

    Each bar is a series of its own, zero elsewhere: only a series has a colour.
    """
    labels = [_words(name) for name in peaks]
    series = [
        f"    bar {_figures([of_name[0] if one == name else 0.0 for one in peaks], shown)}"
        for name, of_name in peaks.items()
    ]
    caption = f"Peak heap in {shown.symbol} on {shorten(plain(dataset.scan), _NAME_WIDTH)}, {dataset.rows:,} rows."
    return _chart(labels, "implementation", peaks, shown, series, places), caption


def _chart(
    labels: Sequence[str],
    x_title: str,
    peaks: dict[str, list[float]],
    shown: Scale,
    series: Sequence[str],
    places: Mapping[str, int],
) -> str:
    palette = ", ".join(ANYWHERE[places[name] % len(ANYWHERE)] for name in peaks)
    theme = json.dumps({"themeVariables": {"xyChart": {"plotColorPalette": palette}}})
    top = max(max(of_name) for of_name in peaks.values()) / shown.size * 1.1 or 1
    return "\n".join(
        (
            "```mermaid",
            f"%%{{init: {theme}}}%%",
            "xychart-beta",
            f'    title "Peak heap, {shown.symbol}"',
            f'    x-axis "{x_title}" [{", ".join(_quoted(label) for label in labels)}]',
            f'    y-axis "{shown.symbol}" 0 --> {top:.4g}',
            *series,
            "```",
        )
    )


def _thinned(datasets: Sequence[Dataset]) -> Sequence[Dataset]:
    """Return at most MOST_SCANS of ``datasets``, evenly spread, with the first and the last."""
    if len(datasets) <= MOST_SCANS:
        return datasets
    last = len(datasets) - 1
    return [datasets[round(step * last / (MOST_SCANS - 1))] for step in range(MOST_SCANS)]


def _figures(values: Sequence[float], shown: Scale) -> str:
    return f"[{', '.join(f'{value / shown.size:.{shown.decimals}f}' for value in values)}]"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _words(text: str) -> str:
    """Return ``text`` without characters that mean something to Mermaid, Markdown or HTML."""
    kept = "".join(one if one.isalnum() or one in _HARMLESS else " " for one in plain(text))
    return shorten(" ".join(kept.split()) or "-", _NAME_WIDTH)


def _name(name: str) -> str:
    return shorten(plain(name), _NAME_WIDTH)
