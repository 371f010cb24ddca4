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
    """Return the cases called ``names`` in the suite's order, or all if no name is given. Raises InputError."""
    for name in names:
        refuse_unknown(name, "--case")
    return {name: found for name, found in CASES.items() if not names or name in names}


def refuse_unknown(name: str, where: str) -> None:
    """Raise InputError if there is no case called ``name``; ``where`` says what named it."""
    if name in CASES:
        return
    near = difflib.get_close_matches(name, CASES, n=3)
    hint = (
        f"did you mean {' or '.join(near)}?"
        if near
        else f"the {len(CASES)} cases are {next(iter(CASES))} to {[*CASES][-1]}"
    )
    raise InputError(f"{where}: there is no case {name!r}; {hint}")
