"""The page of ``bench doctor``: how noisy this machine is; and the same in one line for a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analysis.noise import PAIR_COUNTS, SelfComparison, detectable
from bench.analysis.pairs import FEWEST_PAIRS
from bench.report.figures import MISSING
from bench.report.table import Column, Content, Table
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.results.environment import NoiseFloor
from bench.results.metrics import METRICS
from bench.results.records import Results
from bench.words import enumerated, plain

_TIMED = "wall_seconds"


def noise_table(comparisons: Sequence[SelfComparison]) -> Table:
    """Build the table of noisy metrics: equal code against itself, and the smallest change that n pairs detect."""
    columns = (
        Column("metric", Content.LABEL),
        Column("itself ÷ itself", detail="95 % interval"),
        Column("a pair varies by"),
        Column("detects", detail=f"with {' / '.join(map(str, PAIR_COUNTS))} pairs"),
    )
    rows = tuple(
        (
            METRICS[one.metric].title,
            _interval(one),
            f"{one.deviation * 100:.1f} %",
            " / ".join(f"{(one.detectable(pairs) - 1) * 100:.0f}" for pairs in PAIR_COUNTS) + " %",
        )
        for one in comparisons
    )
    return Table(columns, rows)


def render_noise(floor: NoiseFloor, comparisons: Sequence[SelfComparison]) -> str:
    """Return the page as text of at most WIDTH columns."""
    return "\n".join(_lines(floor, comparisons)) + "\n"


def noise_text(results: Results) -> str:
    """Return one line: the smallest change of wall time that this run detects, if ``bench doctor`` measured it."""
    if len(results.nodes) > 1:
        known = sum(one.noise_floor is not None for one in results.nodes)
        return f"measured on {known} of {len(results.nodes)} nodes; run bench doctor on each"
    floor = results.noise_floor or next((one.noise_floor for one in results.nodes), None)
    taken = [len(one.samples) for one in results.measurements if one.metric == _TIMED]
    pairs = max([FEWEST_PAIRS, *taken])
    smallest = detectable(floor, _TIMED, pairs)
    if floor is None or smallest is None:
        return "not measured; run bench doctor"
    return (
        f"{floor.pairs} pairs of {floor.implementation} on {floor.scan}: with {pairs} pairs this machine detects "
        f"changes of wall time from {(smallest - 1) * 100:.0f} % on"
    )


def _lines(floor: NoiseFloor, comparisons: Sequence[SelfComparison]) -> Iterator[str]:
    yield from wrap(plain(_verdict(floor, comparisons)), WIDTH)
    yield ""
    yield from table_lines(noise_table(comparisons))
    yield ""
    if not floor.warnings:
        yield "No other source of noise was found."
    for warning in floor.warnings:
        yield from wrap(f"Warning: {plain(warning)}", WIDTH)


def _verdict(floor: NoiseFloor, comparisons: Sequence[SelfComparison]) -> str:
    what = f"{floor.implementation} on {floor.scan} against itself, {floor.pairs} pairs"
    apart = tuple(METRICS[one.metric].title for one in comparisons if one.ratio.distinguished)
    if apart:
        return f"Noise floor: {what}: false alarm for {enumerated(apart)}; load changed during the run, measure again"
    return f"Noise floor: {what}: no difference found, as expected"


def _interval(one: SelfComparison) -> str:
    if one.ratio.low is None or one.ratio.high is None:
        return f"{one.ratio.estimate:.2f} {MISSING}"
    return f"{one.ratio.estimate:.2f} ({one.ratio.low:.2f}–{one.ratio.high:.2f})"
