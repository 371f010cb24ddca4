"""The table of conformance: how many named cases each implementation passes, differs in as declared, and fails."""

from __future__ import annotations

from collections.abc import Sequence

from bench.report.table import Column, Content, Footnotes, Table
from bench.results.conformed import Conformed
from bench.words import plain

CONFORMANCE_TITLE = "Conformance"
ABOUT_CONFORMANCE = """\
Named cases of the rules, each compared row by row with an independent oracle, for exactly the code of this run. A case
that differs must be declared with its reason, and differ as declared."""
_MOST_NAMED = 20


def conformance_table(found: Sequence[Conformed]) -> Table:
    """Build the table with one row for each implementation that was tried."""
    notes = Footnotes()
    columns = (
        Column("implementation", Content.LABEL),
        Column("cases", Content.FIGURE),
        Column("as the rules say", Content.FIGURE),
        Column("different as declared", Content.FIGURE),
        Column("wrong", Content.FIGURE),
    )
    rows = tuple(
        (
            plain(one.implementation),
            f"{one.cases:,}",
            f"{one.cases - len(one.known) - len(one.wrong):,}",
            f"{len(one.known):,}",
            notes.marked(f"{len(one.wrong):,}", [_named(one.wrong)] if one.wrong else []),
        )
        for one in found
    )
    return Table(columns, rows, notes.texts())


def _named(cases: Sequence[str]) -> str:
    more = f" and {len(cases) - _MOST_NAMED} more" if len(cases) > _MOST_NAMED else ""
    return f"wrong in {', '.join(map(plain, cases[:_MOST_NAMED]))}{more}"
