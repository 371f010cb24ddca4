"""The difference between what a run left and what the rules say, in one line."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from bench.compliance.conformance.tables import Contents
from bench.compliance.contract import Outcome
from bench.compliance.written import Written
from bench.words import counted, shorten

MOST_NAMED = 12
"""How many rows of one kind of difference are named."""
NEAR = timedelta(days=1)
"""How much the server's clock may differ from this machine's."""
_VALUE_WIDTH = 40

Line = TypeVar("Line", bound=NamedTuple)


def difference(expected: Written, before: Contents, after: Contents, outcome: Outcome, *, in_order: bool) -> str:
    """Return how rows, summaries, outcome, ids and times differ from the expected ones; '' if they do not."""
    rows = before.rows if expected.rows_stay else expected.rows
    parts = [
        *_lines("row", rows, after.rows, lambda row: row[:3]),
        *_lines("summary", expected.summaries, after.summaries, lambda summary: summary[:1]),
        *_outcome(expected, outcome, in_order=in_order),
        *_identity(after),
    ]
    if expected.rows_stay:
        parts += [_fate("rows", before.row_ids, after.row_ids)] if before.row_ids != after.row_ids else []
    else:
        parts += _times(after.row_times, "rows", one=not expected.through_orm)
    parts += _times(after.summary_times, "summaries", one=False)
    return "; ".join(parts)


def changes(before: Contents, after: Contents) -> str:
    """Return what a run that must not write changed; '' for nothing."""
    if before.of_the_scan == after.of_the_scan:
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
    """Yield how many lines are missing, unexpected or different, and the first of each."""
    wanted = {key_of(line): line for line in expected}
    had = {key_of(line): line for line in found}
    missing = [key for key in wanted if key not in had]
    extra = [key for key in had if key not in wanted]
    if missing:
        yield f"{len(missing):,} of {counted(len(wanted), what)} missing: {_listed(map(_name, missing))}"
    if extra:
        yield f"{counted(len(extra), what)} too many: {_listed(map(_name, extra))}"
    different = [
        f"{_name(key)} has {', '.join(_fields(had[key], wanted[key]))}"
        for key in wanted
        if key in had and wanted[key] != had[key]
    ]
    if different:
        verb = "differs" if len(different) == 1 else "differ"
        yield f"{counted(len(different), what)} {verb}: {_listed(different)}"
    if len(had) < len(found):
        yield f"{counted(len(found) - len(had), what)} there twice"


def _fields(found: NamedTuple, wanted: NamedTuple) -> Iterator[str]:
    for name, value, right in zip(found._fields, found, wanted, strict=True):
        if value != right:
            yield f"{name} {_value(value)} instead of {_value(right)}"


def _listed(lines: Iterable[str]) -> str:
    """Join the first MOST_NAMED of ``lines``; if there are more, add a digest of all of them."""
    named = list(lines)
    if len(named) <= MOST_NAMED:
        return " and ".join(named)
    digest = hashlib.sha256("\n".join(named).encode()).hexdigest()[:8]
    return f"{' and '.join(named[:MOST_NAMED])} and {len(named) - MOST_NAMED:,} more (digest {digest})"


def _outcome(expected: Written, outcome: Outcome, *, in_order: bool) -> Iterator[str]:
    created, regions = outcome["requirements_created"], outcome["regions_processed"]
    if created != len(expected.rows):
        yield f"returned requirements_created {created:,} instead of {len(expected.rows):,}"
    if Counter(regions) != Counter(expected.regions):
        yield f"returned regions {_value(sorted(regions))} instead of {_value(sorted(expected.regions))}"
    elif in_order and tuple(regions) != expected.regions:
        yield f"returned regions in the order {_value(regions)} instead of {_value(list(expected.regions))}"
    if tuple(outcome["compliance_frameworks"]) != expected.frameworks:
        frameworks = _value(list(expected.frameworks))
        yield f"returned frameworks {_value(outcome['compliance_frameworks'])} instead of {frameworks}"


def _identity(left: Contents) -> Iterator[str]:
    for what, ids in (("row", left.row_ids), ("summary", left.summary_ids)):
        if twice := len(ids) - len(set(ids)):
            yield f"{counted(twice, what)} with the id of another"


def _times(times: Collection[datetime], what: str, *, one: bool) -> Iterator[str]:
    """``one``: whether all rows of a run must have one ``inserted_at``."""
    if one and len(times) > 1:
        yield f"{len(times):,} values of inserted_at in the {what} of one run"
    elif any(abs(moment - datetime.now(UTC)) > NEAR for moment in times):
        yield f"inserted_at {min(times):%Y-%m-%d} of the {what} is not of this run"


def _name(key: tuple[Any, ...]) -> str:
    return " ".join(map(_value, key))


def _value(value: object) -> str:
    return shorten(ascii(value), _VALUE_WIDTH)
