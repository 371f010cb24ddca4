"""The verdict: checks by name, the worst of their standings, and the words, symbol and exit code that follow from it.

Every command that judges (run, ab, compare, gate) and every one that shows a judgement (comment, history, the report)
takes them from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from bench.words import counted


class Standing(Enum):
    """What a check, or a whole verdict, comes to; the worst first. The value is the word that people read.

    A failure that was proven outranks a fault of the input that leaves something else unproven.
    """

    FAILED = "failed"
    """A regression, or a broken promise: wrong rows, a crash, a law or rule that does not hold."""
    UNFINISHED = "unfinished"
    """The run stopped before the end of its plan."""
    ERROR = "error"
    """The tool or its input is at fault: a figure, a digest or a baseline is missing."""
    INCONCLUSIVE = "inconclusive"
    """Too few samples, or too much noise, to decide."""
    NOT_COMPARABLE = "not comparable"
    """Other data, another scenario, another machine; or nothing to compare with."""
    IMPROVED = "improved"
    PASSED = "passed"

    @property
    def exit_code(self) -> int:
        """0 passed or improved, 1 failed, 2 tool or input at fault, 3 inconclusive or not comparable."""
        return _EXIT_CODES[self]

    @property
    def symbol(self) -> str:
        """A check mark for exit code 0 alone, a cross for 1 and 2, a warning sign for 3."""
        return _SYMBOLS[self.exit_code]

    @property
    def good(self) -> bool:
        """Whether the exit code is 0."""
        return self.exit_code == 0


_EXIT_CODES = {
    Standing.PASSED: 0,
    Standing.IMPROVED: 0,
    Standing.FAILED: 1,
    Standing.ERROR: 2,
    Standing.UNFINISHED: 2,
    Standing.INCONCLUSIVE: 3,
    Standing.NOT_COMPARABLE: 3,
}
_SYMBOLS = {0: "✅", 1: "❌", 2: "❌", 3: "⚠️"}


@dataclass(frozen=True, kw_only=True)
class Check:
    """A Check is one rule applied to one case: its standing, the reason in a sentence, and the evidence.

    ``scan`` is None for a check of the whole run. ``noisy`` says that the standing rests on a noisy metric: in the gate
    such a failure counts only if a second batch repeats it.
    """

    name: str
    """Rule, metric, scan and implementation: ``ceiling peak_heap_bytes 10k/20 streaming``."""
    standing: Standing
    sentence: str
    evidence: tuple[str, ...] = ()
    scan: str | None = None
    noisy: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A Verdict is checks and the worst of their standings. Without a single check it is an error, not a pass."""

    checks: tuple[Check, ...]

    @classmethod
    def of(cls, checks: Iterable[Check]) -> Verdict:
        """Return the verdict of ``checks``."""
        return Verdict(checks=tuple(checks))

    @property
    def standing(self) -> Standing:
        """The worst standing of the checks."""
        found = {one.standing for one in self.checks} or {Standing.ERROR}
        return next(one for one in Standing if one in found)

    @property
    def exit_code(self) -> int:
        """The standing's exit code."""
        return self.standing.exit_code

    @property
    def symbol(self) -> str:
        """The standing's symbol."""
        return self.standing.symbol

    @property
    def sentence(self) -> str:
        """The first reason for the standing, and how many checks share it."""
        reasons = self.having(self.standing)
        if not reasons:
            return "nothing was checked"
        if self.standing is Standing.PASSED:
            return f"{counted(len(reasons), 'check')} passed"
        more = f" (and {counted(len(reasons) - 1, 'more check')})" if len(reasons) > 1 else ""
        return f"{reasons[0].sentence}{more}"

    @property
    def headline(self) -> str:
        """Symbol, word and reason on one line: ``❌ FAILED – Peak heap of …``."""
        return f"{self.symbol} {self.standing.value.upper()} – {self.sentence}"

    @property
    def counts(self) -> str:
        """How many checks came to what: ``31 of 34 checks passed; 2 failed, 1 inconclusive``."""
        passed = f"{len(self.having(Standing.PASSED)):,} of {counted(len(self.checks), 'check')} passed"
        rest = [
            f"{len(found):,} {one.value}"
            for one in Standing
            if one is not Standing.PASSED and (found := self.having(one))
        ]
        return "; ".join([passed, ", ".join(rest)]) if rest else passed

    def having(self, *standings: Standing) -> tuple[Check, ...]:
        """Return the checks with one of ``standings``, the worst first and otherwise in their order."""
        order = list(Standing)
        found = [one for one in self.checks if one.standing in standings]
        return tuple(sorted(found, key=lambda one: order.index(one.standing)))

    @property
    def not_good(self) -> tuple[Check, ...]:
        """The checks that neither passed nor improved, the worst first."""
        return self.having(*(one for one in Standing if not one.good))
