"""Steps in a noisy series: where its level changed, with a probability of a false alarm that is kept.

The search is circular binary segmentation (A. Olshen et al., "Circular binary segmentation for the analysis of
array-based DNA copy number data", Biostatistics 5, 2004): a series is split where two parts differ most, or where a
stretch within it differs most from the rest, and its parts are searched in the same way. Parts are compared by
Student's t test on the logarithms, as by Hunter (M. Fleming et al., "Hunter: Using Change Point Detection to Hunt for
Performance Regressions", ICPE 2023). Unlike there its p-value is multiplied by the number of places that were tried
(Bonferroni), so that choosing the best place does not raise false alarms.

The t test alone takes disturbed runs for a step. So the ranks have to agree: by the exact Mann-Whitney test, corrected
in the same way, or, where so few runs cannot reach its level, by two parts that do not overlap at all. docs/history.md
has the simulations.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu
from scipy.stats import t as student

FEWEST_ON_A_SIDE = 3
"""Runs that differ may be ones that were disturbed: the next ones have to confirm a step."""
FEWEST_IN_STRETCH = 4
"""A stretch may lie anywhere, so disturbed runs come together more often by chance."""
FEWEST = 2 * FEWEST_ON_A_SIDE
"""Points of a series that can have a step."""
SMALLEST_STEP = 0.05
"""The least relative change that is called a step. Whoever asks for less needs pairs, not a history."""
LEAST_DEVIATION = 0.01
"""Of a point, relative: no noisy metric repeats better, and points that agree by chance prove nothing."""

_CREDIBLE = 0.95

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Split:
    """A Split is a step between two points of a series.

    ``place`` is the first point after it, and ``candidates`` are the places, ``place`` among them, that together hold
    it with a probability of 95 %. ``p_value`` is the probability of a step as clear anywhere in the series by chance.
    """

    place: int
    p_value: float
    candidates: tuple[int, ...]


def splits(values: Sequence[float], level: float) -> tuple[Split, ...]:
    """Return the steps of ``values``, all above 0, oldest first; a flat series has any with a probability of ``level``.

    Steps below SMALLEST_STEP are none.
    """
    logs = np.log(np.asarray(values, dtype=float))
    found = sorted(_search(logs, 0, len(logs), level), key=lambda one: one.place)
    return tuple(_without_small(logs, found))


def _search(logs: Array, start: int, end: int, level: float) -> Iterator[Split]:
    """Yield the steps between ``start`` and ``end``, both of which are known ones or the ends of the series."""
    part = logs[start:end]
    if len(part) < FEWEST:
        return
    inner, p_value, places = _two_parts(part)
    if not _clear(part, inner, p_value, places, level):
        inner, p_value, places = _stretch(part)
    if not _clear(part, inner, p_value, places, level):
        return
    found = [start + one for one in inner]
    borders = [start, *found, end]
    for number, place in enumerate(found):
        low, high = borders[number], borders[number + 2]
        yield Split(place=place, p_value=p_value, candidates=_candidates(logs[low:high], place, low))
    for low, high in pairwise(borders):
        yield from _search(logs, low, high, level)


def _clear(part: Array, inner: tuple[int, ...], p_value: float, places: int, level: float) -> bool:
    """Whether both tests tell the points from the first of ``inner`` on, up to the second, from all others.

    ``p_value`` is the t test's, corrected for ``places``. Half of the level is for each of the two questions.
    """
    if p_value > level / 2:
        return False
    stretch = slice(inner[0], inner[1] if len(inner) > 1 else None)
    own, others = part[stretch], np.delete(part, stretch)
    if own.min() > others.max() or own.max() < others.min():
        return True
    ranks = mannwhitneyu(own, others, method="exact")
    return bool(ranks.pvalue * places <= level / 2)


def _two_parts(part: Array) -> tuple[tuple[int, ...], float, int]:
    """Return the place at which the two parts differ most, its p-value, and how many places were tried."""
    places = np.arange(FEWEST_ON_A_SIDE, len(part) - FEWEST_ON_A_SIDE + 1)
    p_values = _p_values(part, places, np.cumsum(part)[places - 1])
    best = int(np.argmin(p_values))
    return (int(places[best]),), min(1.0, float(p_values[best]) * len(places)), len(places)


def _stretch(part: Array) -> tuple[tuple[int, ...], float, int]:
    """Return the ends of the stretch that differs most from what is around it, its p-value, and how many were tried."""
    first, last = np.triu_indices(len(part) + 1, FEWEST_IN_STRETCH)
    inside = (first > 0) & (last < len(part)) & (last - first <= len(part) - FEWEST_ON_A_SIDE)
    first, last = first[inside], last[inside]
    if not len(first):
        return (), 1.0, 0
    sums = np.concatenate(([0.0], np.cumsum(part)))
    p_values = _p_values(part, last - first, sums[last] - sums[first])
    best = int(np.argmin(p_values))
    return (int(first[best]), int(last[best])), min(1.0, float(p_values[best]) * len(first)), len(first)


def _p_values(part: Array, counts: NDArray[np.int64], sums: Array) -> Array:
    """Return the p-values of Student's two-sided test of ``counts`` points that sum to ``sums`` against all others."""
    total, rest = len(part), len(part) - counts
    means, others = sums / counts, (part.sum() - sums) / rest
    between = (means - others) ** 2 * counts * rest / total
    # Points that agree by chance prove nothing.
    within = np.maximum(((part - part.mean()) ** 2).sum() - between, total * LEAST_DEVIATION**2)
    found: Array = 2 * student.sf(np.sqrt(between / (within / (total - 2))), total - 2)
    return found


def _candidates(part: Array, place: int, start: int) -> tuple[int, ...]:
    """Return the most probable places of the one step in ``part``, all equally probable before it was seen.

    Each is as probable as its residuals are under normal noise of unknown deviation.
    """
    places = np.arange(1, len(part))
    residuals = np.array(
        [
            ((part[:one] - part[:one].mean()) ** 2).sum() + ((part[one:] - part[one:].mean()) ** 2).sum()
            for one in places
        ]
    )
    residuals = np.maximum(residuals, len(part) * LEAST_DEVIATION**2)
    weights = (residuals / residuals.min()) ** (-len(part) / 2)
    order = np.argsort(-weights, kind="stable")
    enough = int(np.searchsorted(np.cumsum(weights[order]) / weights.sum(), _CREDIBLE)) + 1
    return tuple(sorted({place, *(int(start + places[one]) for one in order[:enough])}))


def _without_small(logs: Array, found: Sequence[Split]) -> Iterator[Split]:
    """Yield the steps that are large enough, each compared with the level before it."""
    start = 0
    for number, one in enumerate(found):
        end = found[number + 1].place if number + 1 < len(found) else len(logs)
        step = float(logs[one.place : end].mean() - logs[start : one.place].mean())
        if abs(math.expm1(step)) >= SMALLEST_STEP:
            yield one
            start = one.place
