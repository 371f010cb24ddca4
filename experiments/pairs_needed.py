"""How many pairs ``--pairs auto`` takes and how often it is wrong, simulated: ``python -m experiments.pairs_needed``.

The noise comes from samples of equal code that were recorded one after the other on a shared machine
(``experiments/recorded_noise.json``), resampled and fitted. ``docs/how-many-pairs.md`` has the tables.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from bench.analysis.sequence import ERROR, FEWEST_IN_SEQUENCE, ConfidenceSequence, log_wealth

RECORDED = Path(__file__).parent / "recorded_noise.json"
MOST_PAIRS = 200
SPREADS = (0.05, 0.10, 0.16, 0.30)
"""The standard deviation of a pair's log ratio: quiet machines, and the shared ones that were seen."""
EFFECTS = (0.05, 0.10, 0.20)
WITHIN = (20, 50, 100, 200)
BLOCK = 20
"""Recorded samples stay together in blocks of as many, so that phases of noise survive the resampling."""

Logs = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int, int], Logs]
"""From a generator, the number of samples and of runs to log times of equal code: a row a sample, a column a run."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A Fit is what recorded log times look like."""

    deviation: float
    """The standard deviation of a pair's log ratio."""
    degrees: float
    """Those of the Student's t that fits the log ratios."""
    correlation: float
    """Of a sample's log time with the next one's."""
    alternated: float
    """Of a pair's log ratio with the next one's, in the order A B, B A, …"""


def recorded() -> Mapping[str, Logs]:
    """Return the recorded log times, in the order taken, by the name of the recording."""
    found = json.loads(RECORDED.read_text(encoding="utf-8"))
    return {one["scan"]: np.log(one["seconds"]) for one in found["recordings"]}


def alternated(series: Logs) -> Logs:
    """Return the log ratios of the pairs of a series in the order A B, B A, A B, …"""
    signs = (-1.0) ** np.arange(len(series) // 2)
    found: Logs = (series[1::2] - series[0::2]) * signs.reshape(-1, *[1] * (series.ndim - 1))
    return found


def tossed(series: Logs, rng: np.random.Generator) -> Logs:
    """Return the log ratios of the pairs of a series where a coin says for each pair who is first."""
    apart = series[1::2] - series[0::2]
    found: Logs = apart * rng.choice((-1.0, 1.0), size=apart.shape)
    return found


def fit(series: Logs) -> Fit:
    """Describe recorded log times."""
    logs = alternated(series)
    degrees, _, _ = student.fit(logs, floc=0)
    return Fit(
        deviation=float(np.sqrt(np.mean(logs**2))),
        degrees=float(degrees),
        correlation=float(np.corrcoef(series[:-1], series[1:])[0, 1]),
        alternated=float(np.corrcoef(logs[:-1], logs[1:])[0, 1]),
    )


def resampled(series: Logs) -> Draw:
    """Draw blocks of recorded samples."""

    def draw(rng: np.random.Generator, samples: int, runs: int) -> Logs:
        blocks = -(-samples // BLOCK)
        starts = rng.integers(len(series) - BLOCK, size=(blocks, 1, runs))
        found: Logs = series[starts + np.arange(BLOCK)[:, None]].reshape(blocks * BLOCK, runs)[:samples]
        return found

    return draw


def fitted(seen: Fit) -> Draw:
    """Draw log times with heavy tails, each of which depends on the one before."""
    degrees = min(max(seen.degrees, 2.5), 100)

    def draw(rng: np.random.Generator, samples: int, runs: int) -> Logs:
        shocks = rng.standard_t(degrees, size=(samples, runs)) / math.sqrt(degrees / (degrees - 2))
        found = np.empty_like(shocks)
        found[0] = shocks[0]
        for row in range(1, samples):
            found[row] = seen.correlation * found[row - 1] + math.sqrt(1 - seen.correlation**2) * shocks[row]
        return found

    return draw


def phases(rng: np.random.Generator, samples: int, runs: int) -> Logs:
    """Draw noise that is five times as large while a neighbour is busy, for about ten samples; the first is slower."""
    busy = np.empty((samples, runs), dtype=bool)
    busy[0] = rng.random(runs) < 0.25
    for row in range(1, samples):
        busy[row] = busy[row - 1] ^ (rng.random(runs) < np.where(busy[row - 1], 0.1, 0.1 / 3))
    first = 1 - np.arange(samples)[:, None] % 2
    found: Logs = rng.normal(size=(samples, runs)) * np.where(busy, 5.0, 1.0) + first
    return found


def drift(rng: np.random.Generator, samples: int, runs: int) -> Logs:
    """Draw a machine that gets slower from sample to sample by a third of their deviation."""
    return rng.normal(size=(samples, runs)) + np.arange(samples)[:, None] / 3


def noises() -> Mapping[str, Draw]:
    """Return every kind of noise that is simulated, by name."""
    found: dict[str, Draw] = {"normal": lambda rng, samples, runs: rng.normal(size=(samples, runs))}
    for name, series in recorded().items():
        found[f"resampled from {name}"] = resampled(series)
        found[f"fitted to {name}"] = fitted(fit(series))
    return {**found, "phases, the first of a pair slower": phases, "drift": drift}


def decided_after(logs: Logs, error: float = ERROR) -> NDArray[np.int_]:
    """Return after how many pairs each run excludes a ratio of 1; 0 where it never does."""
    decided = log_wealth(logs) >= -math.log(error)
    decided[: FEWEST_IN_SEQUENCE - 1] = False
    return np.where(decided.any(axis=0), decided.argmax(axis=0) + 1, 0)


def naive_alarms(logs: Logs) -> float:
    """Return how often Student's 95 % interval, looked at after every pair from the sixth on, ever excludes 1."""
    count = np.arange(1, len(logs) + 1)[:, None]
    mean = np.cumsum(logs, axis=0) / count
    variance = np.maximum(np.cumsum(logs**2, axis=0) - count * mean**2, 0) / np.maximum(count - 1, 1)
    apart = np.abs(mean) > student.ppf(0.975, np.maximum(count - 1, 1)) * np.sqrt(variance / count)
    return float(apart[5:].any(axis=0).mean())


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """Alarms are the shares of runs of equal code in which a rule ever says that there is a difference."""

    one: float
    """One question, the order of each pair by a coin."""
    three: float
    """Any of three questions, by Holm's procedure."""
    alternating: float
    """One question, the order alternating."""
    naive: float
    """One question, Student's interval after every pair."""


def false_alarms(draw: Draw, runs: int, seed: int) -> Alarms:
    """Simulate runs of MOST_PAIRS pairs. Of equal code any of three questions has to pass error ÷ 3."""
    rng = np.random.default_rng(seed)
    logs = tossed(draw(rng, 2 * MOST_PAIRS, runs), rng)
    together = tossed(draw(rng, 2 * MOST_PAIRS, 3 * runs), rng)
    return Alarms(
        one=float((decided_after(logs) > 0).mean()),
        three=float((decided_after(together, ERROR / 3) > 0).reshape(3, runs).any(axis=0).mean()),
        alternating=float((decided_after(alternated(draw(rng, 2 * MOST_PAIRS, runs))) > 0).mean()),
        naive=naive_alarms(logs),
    )


def pairs_taken(draw: Draw, spread: float, effect: float, runs: int, seed: int) -> NDArray[np.int_]:
    """Return after how many pairs each run finds ``effect`` where a pair varies by ``spread``; 0 where none does."""
    rng = np.random.default_rng(seed)
    logs = tossed(draw(rng, 2 * MOST_PAIRS, runs), rng)
    return decided_after(spread * logs / np.sqrt(np.mean(logs**2)) + math.log1p(effect))


def half_width(spread: float, pairs: int, runs: int, seed: int) -> float:
    """Return how far the interval of ``pairs`` normal pairs reaches from its middle, as a share: the median."""
    logs = spread * np.random.default_rng(seed).normal(size=(pairs, runs))
    found = [ConfidenceSequence(logs[:, run]).interval() for run in range(runs)]
    return math.expm1(float(np.median([math.inf if one is None else (one[1] - one[0]) / 2 for one in found])))


def tables(runs: int, seed: int) -> Iterator[str]:
    """Yield the tables of ``docs/how-many-pairs.md``, line by line."""
    yield from _recordings()
    yield ""
    yield from _alarms(runs, seed)
    yield ""
    yield from _power(runs, seed)
    yield ""
    yield from _widths(seed)


def _recordings() -> Iterator[str]:
    yield "| recorded on | pairs | a pair varies by | degrees of t | correlation of samples | of pairs, alternating |"
    yield "|---|--:|--:|--:|--:|--:|"
    for name, series in recorded().items():
        seen = fit(series)
        degrees = f"{seen.degrees:.1f}" if seen.degrees < 100 else "over 100"
        spread, between = f"{seen.deviation:.1%}", f"{seen.correlation:+.2f} | {seen.alternated:+.2f}"
        yield f"| {name} | {len(series) // 2} | {spread} | {degrees} | {between} |"


def _alarms(runs: int, seed: int) -> Iterator[str]:
    yield "| equal code | one question | three questions | one, order alternating | Student's interval |"
    yield "|---|--:|--:|--:|--:|"
    for name, draw in noises().items():
        found = false_alarms(draw, runs, seed)
        yield f"| {name} | {found.one:.1%} | {found.three:.1%} | {found.alternating:.1%} | {found.naive:.1%} |"


def _power(runs: int, seed: int) -> Iterator[str]:
    yield f"| a pair varies by | change | {' | '.join(f'in {most} pairs' for most in WITHIN)} | half in | 90 % in |"
    yield f"|--:|--:|{'--:|' * len(WITHIN)}--:|--:|"
    for spread in SPREADS:
        for effect in EFFECTS:
            taken = pairs_taken(noises()["normal"], spread, effect, runs, seed)
            order = np.where(taken > 0, taken, MOST_PAIRS + 1)
            found = [f"{(order <= most).mean():.0%}" for most in WITHIN]
            ranks = [int(np.quantile(order, share, method="higher")) for share in (0.5, 0.9)]
            shown = [str(one) if one <= MOST_PAIRS else f"over {MOST_PAIRS}" for one in ranks]
            yield f"| {spread:.0%} | {effect:.0%} | {' | '.join([*found, *shown])} |"


def _widths(seed: int) -> Iterator[str]:
    yield f"| a pair varies by | {' | '.join(f'{pairs} pairs' for pairs in (10, *WITHIN))} |"
    yield f"|--:|{'--:|' * (len(WITHIN) + 1)}"
    for spread in SPREADS:
        widths = [half_width(spread, pairs, 100, seed) for pairs in (10, *WITHIN)]
        yield f"| {spread:.0%} | {' | '.join(f'±{one:.1%}' for one in widths)} |"


if __name__ == "__main__":
    for line in tables(runs=2_000, seed=0):
        sys.stdout.write(f"{line}\n")
