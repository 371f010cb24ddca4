"""The largest difference from the base that a run's verdict supports: what the title of a picture may say."""

from __future__ import annotations

from dataclasses import dataclass

from bench.analysis.ratio import FLOOR, Ratio, ratio
from bench.analysis.run_verdict import RunVerdict
from bench.analysis.summary import Summaries
from bench.results.records import Results


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A Contrast is how implementations differ from ``base`` in one metric on one data set.

    Either ``others`` stay below FLOOR, where a ratio would say little, and ``ratio`` is None; or there is one other,
    and ``ratio`` says how it differs.
    """

    base: str
    base_value: float
    others: tuple[str, ...]
    ratio: Ratio | None


_FAR = 2.0
"""How many times the floor the base has to take for others to be far below it."""


def contrast(results: Results, summaries: Summaries, verdict: RunVerdict, scan: str, metric: str) -> Contrast | None:
    """Return the largest gain against the run's first implementation, or else the largest loss.

    None where nothing may be said: rows that differ or were not compared, figures that are not distinguished, and runs
    of one implementation.
    """
    base, *others = results.implementations or ("",)
    first = summaries.get(scan, base, metric)
    if first is None:
        return None
    known = {
        name: found
        for name in others
        if (found := summaries.get(scan, name, metric)) is not None and verdict.may_compare(scan, base, name)
    }
    floor = FLOOR.get(first.metric.unit, 0.0)
    below = tuple(name for name, found in known.items() if found.high < floor)
    if below and first.low >= _FAR * floor:
        return Contrast(base=base, base_value=first.centre, others=below, ratio=None)
    apart = {
        name: compared
        for name, own in known.items()
        if (compared := ratio(first, own)) is not None and compared.distinguished
    }
    if not apart:
        return None
    least = min(apart, key=lambda name: apart[name].value)
    chosen = least if apart[least].value < 1 else max(apart, key=lambda name: apart[name].value)
    return Contrast(base=base, base_value=first.centre, others=(chosen,), ratio=apart[chosen])
