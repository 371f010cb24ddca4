"""The baseline: an accepted run, made small enough for a repository, and what accepting another one changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bench.analysis.change import ChangeVerdict, exact_change
from bench.analysis.rows import Answer
from bench.analysis.run_verdict import judge
from bench.analysis.summary import Summary, summaries_of
from bench.errors import InputError
from bench.report.comparison import percent
from bench.report.figures import change_text, value_text
from bench.report.table import Column, Content, Table
from bench.results.cases import measured_cases
from bench.results.fingerprint import normalise
from bench.results.metrics import METRICS, Kind
from bench.results.records import Results, StatementTexts
from bench.words import plain

_INDENT = "\N{NO-BREAK SPACE}" * 2
_UNCHANGED = "0.0 %"


def baseline_of(results: Results) -> Results:
    """Return what of a run a baseline needs: no heap over time, no promises or cases, statements without values.

    Raises InputError for a run that cannot be a baseline: unfinished, empty, with failures or with unproven rows.
    """
    verdict = judge(results)
    if results.unfinished:
        raise InputError(f"the run is unfinished ({results.unfinished}), so it cannot be a baseline; run it again")
    if results.failures:
        first = results.failures[0]
        raise InputError(
            f"{first.implementation} failed on {first.scan} in this run ({first.kind}), so it cannot be a baseline; "
            "measure one without failures"
        )
    if not measured_cases(results):
        raise InputError("the run measured nothing, so it cannot be a baseline; measure one with `bench gate`")
    if verdict.same_rows.answer is not Answer.YES:
        reasons = "; ".join(verdict.same_rows.reasons)
        raise InputError(f"the rows of this run are not proven, so it cannot be a baseline: {reasons}; measure again")
    if not verdict.standing.good:
        raise InputError(f"the run {verdict.standing.value}, so it cannot be a baseline: {verdict.sentence}")
    return replace(
        results, heap=(), promises=(), conformance=(), statements=tuple(map(_without_values, results.statements))
    )


def _without_values(texts: StatementTexts) -> StatementTexts:
    return replace(
        texts,
        django=tuple(map(normalise, texts.django)),
        server=tuple(map(normalise, texts.server)),
    )


def change_table(before: Results | None, after: Results) -> Table | None:
    """Return what accepting ``after`` changes, case by case; None if nothing changes.

    Listed are exact metrics that differ, other metrics that differ by 0.1 % or more, and cases that come or go.
    """
    rows = tuple(_rows(before, after))
    if not rows:
        return None
    columns = (Column("metric", Content.LABEL), Column("old → new"), Column("change"))
    return Table(columns, rows)


def _rows(before: Results | None, after: Results) -> Iterator[tuple[str, str, str]]:
    old = summaries_of(before) if before else None
    new = summaries_of(after)
    had = measured_cases(before) if before else ()
    for case in dict.fromkeys((*had, *measured_cases(after))):
        sides = [(old.get(*case, name) if old else None, new.get(*case, name), name) for name in METRICS]
        changed = [row for first, second, name in sides if (row := _row(name, first, second)) is not None]
        if changed:
            yield plain(f"{case[0]}, {case[1]}"), "", ""
            yield from changed


def _row(name: str, old: Summary | None, new: Summary | None) -> tuple[str, str, str] | None:
    if old is None and new is None:
        return None
    title = f"{_INDENT}{METRICS[name].title}"
    if old is None or new is None:
        return title, change_text((old, new)), "new" if old is None else "gone"
    if METRICS[name].kind is Kind.EXACT:
        if exact_change(old, new).verdict is ChangeVerdict.EQUAL:
            return None
        return title, " → ".join(map(value_text, (old, new))), ""
    if old.centre == new.centre:
        return None
    size = percent(new.centre / old.centre) if old.centre > 0 else ""
    return None if size == _UNCHANGED else (title, change_text((old, new)), size)
