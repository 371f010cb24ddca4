"""The difference between what a run left and what the rules say, in one line that names the first row of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from bench.compliance.contract import Outcome
from bench.compliance.written import Written
from bench.conformance.tables import Left
from bench.words import counted, shorten

NEAR = timedelta(days=1)
"""How far the server's clock may be from this one's."""
_VALUE_WIDTH = 40

Line = TypeVar("Line", bound=NamedTuple)


def difference(expected: Written, left: Left, outcome: Outcome, *, in_order: bool) -> str:
    """Say what of rows, summaries, outcome, ids and moments is not as expected; '' where all is."""
    parts = [
        *_lines("row", expected.rows, left.rows, lambda row: row[:3]),
        *_lines("summary", expected.summaries, left.summaries, lambda summary: summary[:1]),
        *_outcome(expected, outcome, in_order=in_order),
        *_identity(left),
    ]
    return "; ".join(parts)


def changes(before: Left, after: Left) -> str:
    """Say what a run that must not write left instead of what was there; '' where nothing changed."""
    if (before.rows, before.row_ids, before.summaries, before.summary_ids, before.moments) == (
        after.rows,
        after.row_ids,
        after.summaries,
        after.summary_ids,
        after.moments,
    ):
        return ""
    rows = _fate("rows", before.row_ids, after.row_ids)
    return f"{rows}, {_fate('summaries', before.summary_ids, after.summary_ids)}"


def _fate(what: str, before: Sequence[object], after: Sequence[object]) -> str:
    kept = len(set(before) & set(after))
    words = [f"{kept:,} of {len(before):,} old {what} left"]
    if new := len(after) - kept:
        words.append(f"{new:,} new")
    return " and ".join(words)


def _lines(
    what: str, expected: Sequence[Line], found: Sequence[Line], key_of: Callable[[Line], tuple[Any, ...]]
) -> Iterator[str]:
    """Yield how many lines are missing, too many or different, each with the first of them."""
    wanted = {key_of(line): line for line in expected}
    had = {key_of(line): line for line in found}
    missing = [key for key in wanted if key not in had]
    extra = [key for key in had if key not in wanted]
    if missing:
        yield f"{len(missing):,} of {counted(len(wanted), what)} missing: {_name(missing[0])}{_more(missing)}"
    if extra:
        yield f"{counted(len(extra), what)} too many: {_name(extra[0])}{_more(extra)}"
    different = [key for key in wanted if key in had and wanted[key] != had[key]]
    if different:
        first = different[0]
        fields = [
            f"{name} {_value(value)} instead of {_value(right)}"
            for name, value, right in zip(had[first]._fields, had[first], wanted[first], strict=True)
            if value != right
        ]
        verb = "differs" if len(different) == 1 else "differ"
        yield f"{counted(len(different), what)} {verb}: {_name(first)} has {', '.join(fields)}{_more(different)}"
    if len(had) < len(found):
        yield f"{counted(len(found) - len(had), what)} there twice"


def _outcome(expected: Written, outcome: Outcome, *, in_order: bool) -> Iterator[str]:
    created, regions = outcome["requirements_created"], outcome["regions_processed"]
    if created != len(expected.rows):
        yield f"returned requirements_created {created:,} instead of {len(expected.rows):,}"
    if Counter(regions) != Counter(expected.regions) or (in_order and tuple(regions) != expected.regions):
        yield f"returned regions {_value(regions)} instead of {_value(list(expected.regions))}"
    if tuple(outcome["compliance_frameworks"]) != expected.frameworks:
        frameworks = _value(list(expected.frameworks))
        yield f"returned frameworks {_value(outcome['compliance_frameworks'])} instead of {frameworks}"


def _identity(left: Left) -> Iterator[str]:
    for what, ids in (("row", left.row_ids), ("summary", left.summary_ids)):
        if twice := len(ids) - len(set(ids)):
            yield f"{counted(twice, what)} with the id of another"
    if len(left.moments) > 1:
        yield f"{len(left.moments):,} values of inserted_at in one run"
    elif any(abs(moment - datetime.now(UTC)) > NEAR for moment in left.moments):
        yield f"inserted_at {min(left.moments):%Y-%m-%d} is not of this run"


def _name(key: tuple[Any, ...]) -> str:
    return " ".join(map(_value, key))


def _more(keys: Sequence[object]) -> str:
    return " …" if len(keys) > 1 else ""


def _value(value: object) -> str:
    return shorten(ascii(value), _VALUE_WIDTH)
