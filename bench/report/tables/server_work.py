"""The tables of the server's work: which statements had it do more or less, and their plans before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analysis.server_work import StatementChange
from bench.report.figures import MISSING, change, quantity
from bench.report.table import Column, Content, Table
from bench.report.tables.statements import shorten_statement
from bench.results.records import Results
from bench.results.server_work import PlanStep, StatementWork
from bench.words import counted, plain, shorten

SERVER_WORK_TITLE = "Statements whose work on the server changed"
ABOUT_SERVER_WORK = (
    "Counted by the server in the session of each statement. Blocks are accesses to blocks of tables and indexes; rows "
    "are those that the server returned or wrote. Only what moved has a figure."
)
MOST_CHANGES = 20
MOST_PLANS = 8
_LONGEST_LINE = 300
_LONGEST_STEP = 120

_FIGURES = (
    ("calls", "calls", ""),
    ("rows", "rows", ""),
    ("blocks", "blocks", ""),
    ("index_tuples", "index entries", ""),
    ("sequential_tuples", "rows scanned", ""),
    ("blocks_dirtied", "dirtied", ""),
    ("wal_bytes", "WAL", "bytes"),
    ("temp_bytes", "temporary", "bytes"),
)
"""Name, heading and unit of each figure."""


def work_change_table(changes: Sequence[StatementChange]) -> Table | None:
    """Return the table of ``changes`` with the figures that moved, before → after; None without any."""
    if not changes:
        return None
    shown = changes[:MOST_CHANGES]
    figures = [one for one in _FIGURES if any(one[0] in changed.moved for changed in shown)]
    rows = tuple(
        (
            shorten_statement(changed.statement),
            *(_cell(changed, name, unit) if name in changed.moved else "" for name, _, unit in figures),
            _plan_word(changed),
        )
        for changed in shown
    )
    columns = (
        Column("statement", Content.CODE),
        *(Column(heading, detail="before → after") for _, heading, _ in figures),
        Column("plan", Content.LABEL),
    )
    left_out = len(changes) - len(shown)
    return Table(columns, rows, (f"{counted(left_out, 'more statement')} in results.json.",) if left_out else ())


def _cell(changed: StatementChange, name: str, unit: str) -> str:
    values = [None if side is None else getattr(side, name) for side in (changed.before, changed.after)]
    return change(unit, values)


def _plan_word(changed: StatementChange) -> str:
    if changed.before is None:
        return "new statement"
    if changed.after is None:
        return "gone"
    return "other plan" if changed.replanned else ""


def change_lines(changes: Sequence[StatementChange], most: int = 3) -> tuple[str, ...]:
    """Return one line for each of the largest changes: what moved, the statement, and what its plan was and is."""
    return tuple(map(_line, changes[:most]))


def _line(changed: StatementChange) -> str:
    parts = [f"{heading} {_cell(changed, name, unit)}" for name, heading, unit in _FIGURES if name in changed.moved]
    if changed.replanned:
        assert changed.before is not None
        assert changed.after is not None
        parts.append(f"plan {_first_difference(changed.before.plan, changed.after.plan)}")
    elif word := _plan_word(changed):
        parts.append(word)
    return plain(f"{', '.join(parts)}: {shorten_statement(changed.statement)}")


def _first_difference(before: Sequence[PlanStep], after: Sequence[PlanStep]) -> str:
    """Name the first step of another kind, or on another table or index; else the first with another condition."""
    pairs = [(one.step, two.step) for one, two in zip(before, after, strict=False)]
    for first, second in pairs:
        if _head(first) != _head(second):
            return f"{_head(first)} → {_head(second)}"
    if len(before) != len(after):
        return f"{counted(len(before), 'step')} → {counted(len(after), 'step')}"
    first, second = next((one, two) for one, two in pairs if one != two)
    return f"{shorten(first, _LONGEST_STEP)} → {shorten(second, _LONGEST_STEP)}"


def _head(step: str) -> str:
    return shorten(step.partition(";")[0], 80)


def plan_texts(changes: Sequence[StatementChange]) -> Iterator[tuple[str, str]]:
    """Yield a statement, and its plan before and after as one text, for each change that has plans."""
    shown = [one for one in changes if any(side is not None and side.plan for side in (one.before, one.after))]
    for changed in shown[:MOST_PLANS]:
        lines: list[str] = []
        for word, side in (("before", changed.before), ("after", changed.after)):
            lines += [f"{word}:", *plan_lines(side)]
        yield plain(changed.statement), "\n".join(lines)


def plan_lines(work: StatementWork | None) -> Iterator[str]:
    """Yield the lines of a statement's plan."""
    if work is None:
        yield "  (not executed)"
    elif not work.plan:
        yield "  (no plan)"
    else:
        for step in work.plan:
            arrow = "-> " if step.depth else ""
            yield shorten(f"{'  ' * (step.depth + 1)}{arrow}{plain(step.step)} ({_figures(step)})", _LONGEST_LINE)


def _figures(step: PlanStep) -> str:
    if step.rows is None:
        return f"{counted(round(step.expected_rows), 'row')} expected"
    parts = [counted(round(step.rows), "row"), f"{step.expected_rows:,.0f} expected"]
    if step.removed:
        parts.append(f"{step.removed:,.0f} removed")
    for value, noun in (
        (step.blocks, "block"),
        (step.blocks_dirtied, "dirtied block"),
        (step.temp_blocks, "temp block"),
    ):
        if value:
            parts.append(counted(value, noun))
    if step.wal_bytes:
        parts.append(f"WAL {quantity('bytes', step.wal_bytes)}")
    return ", ".join(parts)


def work_table(results: Results) -> Table | None:
    """Return the work of every kind of statement, of each implementation, on the largest data set that has any."""
    known = {one.scan for one in results.server_work if one.statements}
    scans = [dataset for dataset in results.datasets if dataset.scan in known]
    if not scans:
        return None
    scan = max(scans, key=lambda dataset: dataset.rows).scan
    rows = tuple(
        (plain(work.implementation), shorten_statement(one.statement), *_work_cells(one))
        for work in results.server_work
        if work.scan == scan
        for one in sorted(work.statements, key=lambda one: -one.blocks)[:MOST_CHANGES]
        if one.blocks or one.wal_bytes
    )
    columns = (
        Column("implementation", Content.LABEL),
        Column("statement", Content.CODE),
        *(Column(heading) for _, heading, _ in _FIGURES),
    )
    notes = tuple(
        dict.fromkeys(plain(one) for work in results.server_work if work.scan == scan for one in work.warnings)
    )
    return Table(columns, rows, notes)


def _work_cells(work: StatementWork) -> Iterator[str]:
    for name, _, unit in _FIGURES:
        value = getattr(work, name)
        yield MISSING if value is None else quantity(unit, value)
