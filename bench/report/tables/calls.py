"""The tables of calls: the functions whose calls changed from one side to another, and those called most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analysis.calls import CallChange, CallChanges
from bench.report.figures import MISSING
from bench.report.table import Column, Content, Footnotes, Table
from bench.results.calls import CallCounts, FunctionCalls
from bench.results.records import Results
from bench.words import counted, plain, shorten

CALLS_TITLE = "Functions whose calls changed"
MOST_CALLED_TITLE = "Functions called most"
MOST_CHANGES = 15
MOST_CALLED = 10

ABOUT_CALLS = """\
Calls of functions in Python and C during one call, counted in a separate pass. They repeat to 0.1 %, however busy the
machine is. They say nothing of what a call costs, of loops inside C, and of waiting for the server or the disk."""

_LONGEST_NAME = 100
_ALL = "all functions"
_FUNCTION = (Column("function", Content.CODE), Column("defined at", Content.CODE))


def change_table(changes: CallChanges) -> Table | None:
    """Build the table of what moved, which adds up to the change over all functions; None where nothing moved."""
    if not changes.moved:
        return None
    notes = Footnotes()
    shown = changes.moved[:MOST_CHANGES]
    rows = [(_name(one.function), plain(one.place), *_numbers(one), signed(one.difference)) for one in shown]
    if rest := changes.beyond(len(shown)):
        left = len(changes.moved) - len(shown)
        others = "others, each by too little to name"
        named = f"{counted(left, 'more function')}, and {others}" if left else others
        rows.append((named, "", "", "", signed(rest)))
    before, after = (f"{one.total:,}" for one in (changes.before, changes.after))
    rows.append((_ALL, "", before, after, signed(changes.difference)))
    if any(one.at_most for one in shown):
        notes.legend("≤: that side names no function of so few calls.")
    return Table((*_FUNCTION, Column("before"), Column("after"), Column("change")), tuple(rows), notes.texts())


def most_called_table(counts: CallCounts, rows: int) -> Table:
    """Build the table of the functions that were called most; ``rows`` are those that came out of the call."""

    def row(name: str, place: str, calls: int) -> tuple[str, ...]:
        return name, place, f"{calls:,}", f"{calls / rows:,.2f}" if rows else MISSING

    found = [row(_name(one.function), _place(one), one.calls) for one in counts.functions[:MOST_CALLED]]
    return Table((*_FUNCTION, Column("calls"), Column("per row")), (*found, row(_ALL, "", counts.total)))


def calls_tables(results: Results, changes: Sequence[CallChanges]) -> Iterator[tuple[str, Table]]:
    """Yield title and table: what changed, or what a single implementation called most on its largest data set."""
    for one in changes:
        if (table := change_table(one)) is not None:
            yield f"{CALLS_TITLE}: {compared_name(one)}", table
    if len(results.implementations) == 1 and results.calls:
        rows = {one.scan: one.rows for one in results.datasets}
        largest = max(results.calls, key=lambda one: rows.get(one.scan, 0))
        named = plain(f"{largest.implementation} on {largest.scan}")
        yield f"{MOST_CALLED_TITLE}: {named}", most_called_table(largest, rows.get(largest.scan, 0))


def compared_name(changes: CallChanges) -> str:
    """Name what is compared: ``streaming against materializing on 10k/20``, or ``streaming on 10k/20`` of two runs."""
    before, after = changes.before, changes.after
    against = "" if before.implementation == after.implementation else f" against {before.implementation}"
    return plain(f"{after.implementation}{against} on {after.scan}")


def calls_line(changes: CallChanges, most: int = 3) -> str:
    """Say in one sentence how many calls there are on both sides, and which functions moved most."""
    totals = changes.before.total, changes.after.total
    share = f" ({_percent(changes)})" if totals[0] else ""
    text = f"Function calls of {compared_name(changes)}: {totals[0]:,} → {totals[1]:,}{share}"
    if moved := changes.moved[:most]:
        text += f"; most by {'; '.join(f'{_name(one.function)} {signed(one.difference)}' for one in moved)}"
    return text


def change_text(change: CallChange) -> str:
    """Return one function's change on a line: ``pkg/task.py:346 pkg.task:_status: 0 → 43,368 calls (+43,368)``."""
    before, after = _numbers(change)
    text = f"{change.place} {_name(change.function)}: {before} → {after} calls ({signed(change.difference)})"
    return plain(text).strip()


def called_text(one: FunctionCalls) -> str:
    """Return how often one function was called, on a line."""
    return plain(f"{_place(one)} {_name(one.function)}: {one.calls:,} calls").strip()


def signed(number: int) -> str:
    """Return a difference with its sign."""
    return f"{number:+,}".replace("-", "\N{MINUS SIGN}") if number else "0"


def _percent(changes: CallChanges) -> str:
    """Return the change of all calls in percent, to a hundredth where it is below one."""
    value = 100 * changes.difference / changes.before.total
    return f"{value:+.{2 if abs(value) < 1 else 1}f} %".replace("-", "\N{MINUS SIGN}")


def _numbers(change: CallChange) -> tuple[str, str]:
    smaller = min(change.before, change.after)
    before, after = (
        f"{'≤ ' if change.at_most and number == smaller else ''}{number:,}" for number in (change.before, change.after)
    )
    return before, after


def _place(one: FunctionCalls) -> str:
    return plain(f"{one.file}:{one.line}") if one.file else ""


def _name(function: str) -> str:
    return shorten(plain(function), _LONGEST_NAME)
