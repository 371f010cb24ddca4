"""The titles of a run's pictures: what was found, in plain words, where the verdict supports it; else the figures."""

from __future__ import annotations

from bench.analysis.contrast import Contrast, contrast
from bench.analysis.ratio import FLOOR_TEXT, Ratio
from bench.analysis.run_verdict import RunVerdict
from bench.analysis.summary import Summaries
from bench.report.figures import quantity
from bench.results.metrics import METRICS
from bench.results.records import Results
from bench.words import enumerated, plain, shorten

_NAME_WIDTH = 26
_MOST_NAMED = 3
_AS_WORDS = 0.03
"""How far a ratio may be from the fraction or number that names it, as a share of it."""

_SHARES = (
    (1 / 20, "a twentieth"),
    (1 / 10, "a tenth"),
    (1 / 8, "an eighth"),
    (1 / 6, "a sixth"),
    (1 / 5, "a fifth"),
    (1 / 4, "a quarter"),
    (1 / 3, "a third"),
    (2 / 5, "two fifths"),
    (1 / 2, "half"),
    (3 / 5, "three fifths"),
    (2 / 3, "two thirds"),
    (3 / 4, "three quarters"),
)
_TIMES = ((2, "twice"), (3, "three times"), (4, "four times"), (5, "five times"), (10, "ten times"))


def short_name(name: str) -> str:
    """Return the name of an implementation, or of a data set, as pictures have room for it."""
    return shorten(plain(name), _NAME_WIDTH)


def memory_title(results: Results, summaries: Summaries, verdict: RunVerdict, scan: str, where: str) -> str | None:
    """Say of peak heap on ``scan``, which ``where`` names, who needs how much less; None where nothing may be said."""
    found = contrast(results, summaries, verdict, scan, "peak_heap_bytes")
    if found is None:
        return None
    base = short_name(found.base)
    if found.ratio is None:
        unit = METRICS["peak_heap_bytes"].unit
        names = tuple(map(short_name, found.others))
        who = enumerated(names) if len(names) <= _MOST_NAMED else f"{len(names)} of {len(results.implementations)}"
        verb = "stays" if len(names) == 1 else "stay"
        return f"{who} {verb} below {FLOOR_TEXT[unit]} {where}; {base} needs {quantity(unit, found.base_value)}"
    return f"{_other(found)} needs {amount(found.ratio)} the memory of {base} {where}"


def time_title(results: Results, summaries: Summaries, verdict: RunVerdict, scan: str, where: str) -> str | None:
    """Say of wall time on ``scan``, which ``where`` names, who takes how much less; None where nothing may be said."""
    found = contrast(results, summaries, verdict, scan, "wall_seconds")
    if found is None or found.ratio is None:
        return None
    return f"{_other(found)} takes {amount(found.ratio)} the time of {short_name(found.base)} {where}"


def _other(found: Contrast) -> str:
    return short_name(found.others[0])


def amount(found: Ratio) -> str:
    """Return a ratio as what stands before "the memory of": ``a third of``, ``46 % of``, ``twice``, ``1.37 times``."""
    for value, words in (*((share, f"{share_words} of") for share, share_words in _SHARES), *_TIMES):
        if abs(found.value / value - 1) <= _AS_WORDS:
            return words
    if found.value < 1:
        percent = 100 * found.value
        return f"{percent:.{0 if percent >= 10 else 1}f} % of"
    return f"{found.value:.3g} times"
