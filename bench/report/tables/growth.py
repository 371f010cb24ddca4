"""The tables of a sweep: fitted lines through the peaks, and the sizes at which a worker is killed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from bench.analysis.growth import STRAIGHT_SHARE, Axis, Fit, Trend, axes_of
from bench.analysis.kill_size import FARTHEST, LIMITS, KillSize, Reach, base_rss, first_kill
from bench.analysis.summary import Summaries
from bench.report.figures import MISSING, quantity, scale
from bench.report.table import Column, Content, Footnotes, Table
from bench.results.records import Results
from bench.words import enumerated, plain

PER = 1_000
"""Slopes are given per this many, because per single row or other thing they are fractions of a kilobyte."""

KILLS_TITLE = "Where a worker is killed"


def growth_tables(results: Results, summaries: Summaries, fits: Sequence[Fit]) -> Iterator[tuple[str, Table]]:
    """Yield title and table: where a worker is killed (if RSS was measured), and the fits."""
    if not fits:
        return
    kills = kill_table(results, summaries, fits)
    if kills is not None:
        yield KILLS_TITLE, kills
    yield "Fits", fit_table(fits)


def fit_table(fits: Sequence[Fit]) -> Table:
    """Build the table of fits: line, interval of its slope, quality of the fit, and whether the peak grows."""
    notes = Footnotes()
    notes.legend(
        "In brackets: the slope's 95 % t interval from the residuals. Peaks repeat to within 1 %, calls to 0.1 %, so a "
        "wide interval means that growth is no straight line, or that few sizes were measured."
    )
    notes.legend(
        "Flat: the interval of the growth over the measured sizes, which span a factor of 2, lies within ±5 % of "
        "the smallest size's value or, of bytes, ±1 MB. Grows: the slope's interval is above zero, or the values rise "
        "by more than that and never fall. Not decided: neither of these."
    )
    rows = [
        (
            plain(fit.implementation),
            fit.metric.title,
            notes.marked(", ".join([plain(fit.axis.against), *_held(fit)]), map(plain, fit.warnings)),
            f"{len(fit.points)}",
            _signed(quantity(fit.metric.unit, fit.intercept)),
            _slope_text(fit),
            notes.marked(f"{fit.r_squared:.3f}", _miss(fit)),
            _trend_text(fit),
        )
        for fit in fits
    ]
    columns = (
        Column("implementation", Content.LABEL),
        Column("metric", Content.LABEL),
        Column("against, held", Content.LABEL),
        Column("sizes"),
        Column("at zero"),
        Column(f"per {PER:,}"),
        Column("R²"),
        Column("growth", Content.LABEL),
    )
    return Table(columns, tuple(rows), notes.texts())


def _held(fit: Fit) -> Iterator[str]:
    return (f"{number:,} {plain(name)}" for name, number in fit.held)


def _slope_text(fit: Fit) -> str:
    values = [slope * PER for slope in (fit.slope, fit.slope_low, fit.slope_high)]
    shown = scale(fit.metric.unit, [max(map(abs, values))])
    centre, low, high = map(shown.figure, values)
    return _signed(f"{centre} ({low} to {high}) {shown.symbol}")


def _signed(text: str) -> str:
    return text.replace("-", "−")


def _miss(fit: Fit) -> Iterator[str]:
    if not fit.straight:
        yield f"not a straight line: it misses a measured value by more than {STRAIGHT_SHARE * 100:.0f} %"


def _trend_text(fit: Fit) -> str:
    if fit.trend is Trend.FLAT:
        most = max(map(abs, fit.growth_bounds))
        return f"flat: at most {quantity(fit.metric.unit, most)} over the sizes"
    values = [value for _, value in fit.points]
    shown = scale(fit.metric.unit, values)
    return f"{fit.trend.value}: {shown.figure(min(values))} to {shown.quantity(max(values))}"


def kill_table(results: Results, summaries: Summaries, fits: Sequence[Fit]) -> Table | None:
    """Build the table of the sizes at which a worker with a given memory limit is killed, along each axis."""
    found = list(first_kills(results, summaries, fits))
    if not found:
        return None
    axes = [axis for axis in axes_of(results.job) if any(axis in by_axis for _, by_axis in found)]
    farthest = max(kill.times_beyond for _, by_axis in found for kill in by_axis.values())
    notes = Footnotes()
    bases = tuple(
        f"{plain(name)} {quantity('bytes', base)}"
        for name in results.implementations
        if (base := base_rss(results, summaries, name)) is not None
    )
    notes.legend(f"{_who_is_killed(results, bases)} Limits are binary, like those of containers: 512 MiB is 537 MB.")
    notes.legend(
        "One quantity of the size grows while the others are held at the given values; of several lines the one that "
        "reaches the limit first counts, and data that grow in all are killed no later. In brackets: the 95 % interval "
        "of the size at the limit, or the two measured sizes on either side of it."
    )
    rows = []
    for limit, by_axis in found:
        name = next(iter(by_axis.values())).fit.implementation
        row = [plain(name), limit]
        for axis in axes:
            kill = by_axis.get(axis)
            each = _rows_each(results, axis)
            row += [
                MISSING if kill is None else notes.marked(_kill_text(kill, each), _kill_notes(kill, farthest)),
                MISSING if kill is None else ", ".join(_held(kill.fit)) or MISSING,
            ]
        rows.append(tuple(row))
    columns = [Column("implementation", Content.LABEL), Column("limit")]
    for axis in axes:
        columns += [Column(f"killed at {axis_title(axis, axes)}"), Column("held", Content.LABEL)]
    return Table(tuple(columns), tuple(rows), notes.texts())


def _who_is_killed(results: Results, bases: Sequence[str]) -> str:
    children = results.sharing.children
    if not children:
        return (
            f"A worker is killed when its RSS before the call ({enumerated(bases)}) plus its peak RSS growth reaches "
            "the limit, which it shares with no other process. One that holds more before the call, as in production, "
            "is killed earlier."
        )
    held = (
        f"{quantity('bytes', results.sharing.base_bytes)} as given"
        if results.sharing.base_bytes is not None
        else f"their RSS before the call ({enumerated(bases)}), as if they shared no page"
    )
    return (
        f"A child of a pool is killed when what the pool holds reaches the limit: parent and {children} children hold "
        f"{held}, and all children are at their peak RSS growth at once. `bench workers` observes it."
    )


def axis_title(axis: Axis, axes: Sequence[Axis]) -> str:
    """Return what grows along ``axis``, so that it differs from the other ``axes``."""
    alone = sum(one.against == axis.against for one in axes) == 1
    return plain(axis.against if alone else f"{axis.against} by {axis.varied}")


def _rows_each(results: Results, axis: Axis) -> int:
    """How many rows one of what varies along ``axis`` gives; 0 where that differs, or rows do not follow it."""
    found = {divmod(one.rows, one.size[axis.varied]) for one in results.datasets if one.size[axis.varied]}
    (each, rest), *others = found or {(0, 0)}
    return 0 if axis.against == axis.varied or rest or others else each


def first_kills(
    results: Results, summaries: Summaries, fits: Sequence[Fit]
) -> Iterator[tuple[str, dict[Axis, KillSize]]]:
    """Yield, per implementation and memory limit, the limit's label and the first size that reaches it, by axis."""
    axes = axes_of(results.job)
    for implementation in results.implementations:
        base = base_rss(results, summaries, implementation)
        own = [f for f in fits if f.implementation == implementation and f.metric.name == "peak_rss_bytes"]
        if base is None or not own:
            continue
        for limit in LIMITS:
            by_axis = {
                axis: kill for axis in axes if (kill := first_kill(own, base, limit, axis, results.sharing)) is not None
            }
            yield limit.label, by_axis


def _kill_text(kill: KillSize, each: int) -> str:
    match kill.reach:
        case Reach.REACHED:
            assert kill.size is not None  # that is what reached means
            varied = f" = {kill.size / each:,.0f} {plain(kill.fit.axis.varied)}" if each else ""
            return f"{size_text(kill.size)}{_spread(kill)}{varied}"
        case Reach.FAR:
            return f"> {size_text(FARTHEST * kill.fit.largest)}"
        case Reach.EXCEEDED:
            return f"≤ {size_text(kill.fit.smallest)}"
        case Reach.NEVER:
            return f"not reached by growth in {plain(kill.fit.axis.against)}"
        case Reach.UNDECIDED:
            return "not decided"


def _spread(kill: KillSize) -> str:
    if kill.low is None or kill.high is None:
        return ""
    low, high = size_text(kill.low), size_text(kill.high)
    return "" if low == high else f" ({low} to {high})"


def _kill_notes(kill: KillSize, farthest: float) -> Iterator[str]:
    if kill.times_beyond > 1:
        yield f"beyond the measured range, up to {farthest:.2g}×: extrapolated, not measured"
        if not kill.fit.straight:
            yield "growth is not a straight line; extrapolated from the last two sizes, so without an interval"
    if kill.reach is Reach.FAR:
        yield f"more than {FARTHEST} times the largest size measured"
    if kill.reach is Reach.UNDECIDED:
        yield "the measured sizes stay below the limit and do not show how growth continues"


def size_text(size: float) -> str:
    """Return a number to two digits, in the form of sizes: ``83k``, ``1.3M``, ``420``."""
    if size < 1:
        return "0"
    rounded = round(size, 1 - math.floor(math.log10(size)))
    for unit, suffix in ((1e6, "M"), (1e3, "k")):
        if rounded >= unit:
            return f"{rounded / unit:,.10g}{suffix}"
    return f"{rounded:,.0f}"
