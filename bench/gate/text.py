"""The gate's words: figures that differ never read alike, and the verdict as text that reads in ten seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bench.analysis.verdict import Check, Standing, Verdict
from bench.report.figures import scale
from bench.report.terminal import WIDTH, wrap
from bench.words import plain, shorten

MOST_SHOWN = 8
"""Of the checks that did not pass; the files hold all."""

_LONGEST_SENTENCE = 600
_LONGEST_EVIDENCE = 400
_INDENT = "    "
_MOST_DECIMALS = 6


def figures(unit: str, *values: float) -> tuple[str, ...]:
    """Return ``values`` with their unit at one scale; in full where two that differ would read alike."""
    shown = scale(unit, values)
    texts = tuple(shown.quantity(value) for value in values)
    if len(set(texts)) == len(set(values)):
        return texts
    for decimals in range(_MOST_DECIMALS + 1):
        texts = tuple(f"{value:,.{decimals}f} {unit}" for value in values)
        if len(set(texts)) == len(set(values)):
            return texts
    return tuple(f"{value:,.12g} {unit}" for value in values)


def share(value: float) -> str:
    """Return a share in percent: ``2 %``."""
    return f"{100 * value:.3g} %"


def render_verdict(verdict: Verdict) -> str:
    """Return ``verdict`` as text of at most ``WIDTH`` columns, with a newline at its end.

    First the standing with its one reason, then what did not pass with its evidence, then the counts.
    """
    lines = list(wrap(headline(verdict), WIDTH))
    found = (*verdict.not_good, *verdict.having(Standing.IMPROVED))
    shown: set[str] = set()
    for check in found[:MOST_SHOWN]:
        # One cause breaks several rules; its evidence is shown once.
        lines += ["", *_check_lines(check, [one for one in check.evidence if one not in shown])]
        shown.update(check.evidence)
    if len(found) > MOST_SHOWN:
        lines += ["", f"and {len(found) - MOST_SHOWN:,} more; --json and --junit write them all"]
    lines += ["", *wrap(verdict.counts, WIDTH)]
    return "\n".join(lines) + "\n"


def headline(verdict: Verdict) -> str:
    """Return the verdict's headline on one line: ``❌ FAILED – Peak heap of …``."""
    return shorten(plain(verdict.headline), _LONGEST_SENTENCE)


def _check_lines(check: Check, evidence: Iterable[str]) -> Iterator[str]:
    yield from wrap(plain(f"{check.standing.value.upper()}  {check.name}"), WIDTH)
    for text in (shorten(plain(check.sentence), _LONGEST_SENTENCE), *map(_shown, evidence)):
        yield from (f"{_INDENT}{line}" for line in wrap(text, WIDTH - len(_INDENT)))


def _shown(evidence: str) -> str:
    return shorten(plain(evidence), _LONGEST_EVIDENCE)
