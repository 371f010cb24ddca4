"""All cases, by name, in the order in which they are run and reported."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from bench.compliance.cases.case import Case
from bench.compliance.cases.identity_cases import IDENTITY_CASES
from bench.compliance.cases.reading_cases import READING_CASES
from bench.compliance.cases.refusal_cases import REFUSAL_CASES
from bench.compliance.cases.rerun_cases import RERUN_CASES
from bench.compliance.cases.rule_cases import RULE_CASES
from bench.compliance.cases.size_cases import SIZE_CASES
from bench.compliance.cases.text_cases import TEXT_CASES
from bench.compliance.cases.threatscore_cases import THREATSCORE_CASES
from bench.errors import InputError

CASES: dict[str, Case] = {
    **RULE_CASES,
    **THREATSCORE_CASES,
    **READING_CASES,
    **TEXT_CASES,
    **IDENTITY_CASES,
    **SIZE_CASES,
    **RERUN_CASES,
    **REFUSAL_CASES,
}


def chosen_cases(names: Sequence[str]) -> dict[str, Case]:
    """Return the cases called ``names`` in the suite's order, all of them where none is named. Raises InputError."""
    for name in names:
        refuse_unknown(name, "--case")
    return {name: found for name, found in CASES.items() if not names or name in names}


def refuse_unknown(name: str, where: str) -> None:
    """Raise InputError where there is no case called ``name``; ``where`` is what names it."""
    if name in CASES:
        return
    near = difflib.get_close_matches(name, CASES, n=3)
    hint = (
        f"did you mean {' or '.join(near)}?"
        if near
        else f"{len(CASES)} are there, {next(iter(CASES))} to {[*CASES][-1]}"
    )
    raise InputError(f"{where}: there is no case {name!r}; {hint}")
