"""The verdict as text, to be read in ten seconds: the outcome and its reason, what failed with evidence, a count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bench.gate.verdict import Check, GateVerdict, Outcome
from bench.report.terminal import WIDTH, wrap
from bench.words import counted, plain, shorten

MOST_SHOWN = 8
"""Of the checks that did not pass; the files hold all."""

_UNDECIDED = (Outcome.INCONCLUSIVE, Outcome.NOT_COMPARABLE)
_NOT_PASSED = (Outcome.REGRESSION, Outcome.TOOL_FAILURE, *_UNDECIDED)
_LONGEST_SENTENCE = 600
_LONGEST_EVIDENCE = 400
_INDENT = "    "


def render_verdict(verdict: GateVerdict) -> str:
    """Return ``verdict`` as text of at most ``WIDTH`` columns, with a newline at its end."""
    lines = list(wrap(headline(verdict), WIDTH))
    shown = verdict.having(*_NOT_PASSED, Outcome.IMPROVEMENT)
    told: set[str] = set()
    for check in shown[:MOST_SHOWN]:
        # One cause breaks several rules, and its evidence is read once.
        lines += ["", *_check_lines(check, [one for one in check.evidence if one not in told])]
        told.update(check.evidence)
    if len(shown) > MOST_SHOWN:
        lines += ["", f"and {len(shown) - MOST_SHOWN:,} more; --json and --junit write them all"]
    lines += ["", *wrap(counts(verdict), WIDTH)]
    return "\n".join(lines) + "\n"


def headline(verdict: GateVerdict) -> str:
    """Return the outcome and the one reason for it, on one line: ``REGRESSION – Peak heap of …``."""
    reasons = verdict.having(verdict.outcome)
    word = verdict.outcome.value.upper()
    if not reasons:
        return f"{word} – nothing was checked"
    if verdict.outcome is Outcome.PASS:
        return f"{word} – every one of {counted(len(reasons), 'check')} holds"
    more = f" (and {counted(len(reasons) - 1, 'more check')})" if len(reasons) > 1 else ""
    return f"{word} – {_sentence(reasons[0])}{more}"


def counts(verdict: GateVerdict) -> str:
    """Say how many checks came to what, passed ones first: ``31 of 34 checks passed; 2 regression, 1 inconclusive``."""
    parts = [f"{len(verdict.having(Outcome.PASS)):,} of {counted(len(verdict.checks), 'check')} passed"]
    rest = [
        f"{len(found):,} {one.value}" for one in (*_NOT_PASSED, Outcome.IMPROVEMENT) if (found := verdict.having(one))
    ]
    return "; ".join([*parts, ", ".join(rest)]) if rest else parts[0]


def _check_lines(check: Check, evidence: Iterable[str]) -> Iterator[str]:
    yield from wrap(plain(f"{check.outcome.value.upper()}  {check.name}"), WIDTH)
    for text in (_sentence(check), *(shorten(plain(one), _LONGEST_EVIDENCE) for one in evidence)):
        yield from (f"{_INDENT}{line}" for line in wrap(text, WIDTH - len(_INDENT)))


def _sentence(check: Check) -> str:
    return shorten(plain(check.sentence), _LONGEST_SENTENCE)
