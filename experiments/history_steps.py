"""How often ``bench history`` names a change that is none, and which it finds: ``python -m experiments.history_steps``.

A run's figure is the median of SAMPLES times, drawn as a block of samples that were recorded one after the other on a
shared machine (``experiments/recorded_noise.json``), or made up. ``docs/history.md`` has the tables.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bench.analysis.change_points import LEVEL
from bench.analysis.segmentation import splits
from experiments.pairs_needed import recorded

SAMPLES = 6
LENGTHS = (6, 10, 20, 40)
SERIES = 8
"""Noisy series of a history: two implementations with four metrics each."""
EFFECTS = (0.10, 0.20, 0.30)
DEVIATIONS = (0.03, 0.05, 0.10, 0.20)
PLACES = ((7, 10), (18, 20), (10, 20), (35, 40))
"""Where the step is, and of how many runs."""
NEAR = 1
"""How many runs off the place of a step may be named."""

Logs = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Logs]
"""From a generator and a number of runs to the logarithms of their figures, all of equal code."""


def blocks(samples: Logs) -> Draw:
    """Draw runs as blocks of recorded samples."""

    def draw(rng: np.random.Generator, runs: int) -> Logs:
        starts = rng.integers(len(samples) - SAMPLES + 1, size=runs)
        found: Logs = np.median(samples[starts[:, None] + np.arange(SAMPLES)], axis=1)
        return found

    return draw


def normal(deviation: float) -> Draw:
    """Draw runs that vary by ``deviation``, a standard deviation of the logarithm."""
    return lambda rng, runs: rng.normal(0, deviation, size=runs)


def heavy(deviation: float) -> Draw:
    """Draw runs with the tails of Student's t of three degrees of freedom."""
    return lambda rng, runs: deviation / math.sqrt(3) * rng.standard_t(3, size=runs)


def outliers(rng: np.random.Generator, runs: int) -> Logs:
    """Draw runs of which one in ten was disturbed and took up to twice as long."""
    disturbed = (rng.random(runs) < 0.1) * rng.uniform(0.2, 0.7, size=runs)
    found: Logs = rng.normal(0, 0.03, size=runs) + disturbed
    return found


def persisting(correlation: float) -> Draw:
    """Draw runs each of which is like the one before: a machine that is busy for days."""

    def draw(rng: np.random.Generator, runs: int) -> Logs:
        found = rng.normal(0, 0.05, size=runs)
        for place in range(1, runs):
            found[place] = correlation * found[place - 1] + math.sqrt(1 - correlation**2) * found[place]
        return found

    return draw


def noises() -> Mapping[str, Draw]:
    """Return the kinds of noise for which the rate of false alarms is to be kept."""
    made_up: dict[str, Draw] = {
        "normal, 3 %": normal(0.03),
        "normal, 10 %": normal(0.10),
        "heavy tails, 5 %": heavy(0.05),
        "one run in ten disturbed": outliers,
    }
    return {**{f"recorded on {name}": blocks(samples) for name, samples in recorded().items()}, **made_up}


def alarmed(draw: Draw, runs: int, histories: int, seed: int, series: int = SERIES) -> float:
    """Return the share of flat histories in which any of ``series`` has a step."""
    rng = np.random.default_rng(seed)
    return float(np.mean([any(_steps(draw(rng, runs), series) for _ in range(series)) for _ in range(histories)]))


def found(draw: Draw, place: int, runs: int, effect: float, histories: int, seed: int) -> tuple[float, float]:
    """Return how often a step at ``place`` is found, and how often at exactly that place."""
    rng = np.random.default_rng(seed)
    step = math.log1p(effect) * (np.arange(runs) >= place)
    places = [_steps(draw(rng, runs) + step, SERIES) for _ in range(histories)]
    near = np.mean([any(abs(one - place) <= NEAR for one in own) for own in places])
    exact = np.mean([place in own for own in places])
    return float(near), float(exact)


def _steps(logs: Logs, series: int) -> Sequence[int]:
    return [one.place for one in splits(np.exp(logs).tolist(), LEVEL / series)]


def tables(histories: int, seed: int) -> Iterator[str]:
    """Yield the lines of both tables, in Markdown."""
    yield f"| equal code | {' | '.join(f'{runs} runs' for runs in LENGTHS)} |"
    yield f"|---|{'--:|' * len(LENGTHS)}"
    persist = {f"persisting, correlation {one}": persisting(one) for one in (0.3, 0.6)}
    for name, draw in {**noises(), **persist}.items():
        shares = (alarmed(draw, runs, histories, seed) for runs in LENGTHS)
        yield f"| {name} | {' | '.join(f'{share:.1%}' for share in shares)} |"
    yield ""
    yield f"| a run varies by | step | {' | '.join(f'the last {runs - place} of {runs}' for place, runs in PLACES)} |"
    yield f"|--:|--:|{'--:|' * len(PLACES)}"
    for deviation in DEVIATIONS:
        for effect in EFFECTS:
            seen = [found(normal(deviation), place, runs, effect, histories, seed) for place, runs in PLACES]
            cells = (f"{near:.0%} ({exact:.0%})" for near, exact in seen)
            yield f"| {deviation:.0%} | {effect:.0%} | {' | '.join(cells)} |"


if __name__ == "__main__":
    for line in tables(histories=1_000, seed=0):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
