"""The section on function calls: whose calls changed, or what a single implementation calls most."""

from __future__ import annotations

from bench.analysis.calls import changes_in
from bench.report.judged_run import JudgedRun
from bench.report.section import Block, Fold, Heading, Prose, Section, Sentence
from bench.report.tables.calls import ABOUT_CALLS, calls_line, calls_tables


def calls_section(run: JudgedRun) -> Section | None:
    """Return the calls by function; None where none were counted or none changed."""
    changes = changes_in(run.results)
    tables: list[Block] = [
        part for title, table in calls_tables(run.results, changes) for part in (Heading(title), table)
    ]
    if not tables:
        return None
    sentences = tuple(Sentence(calls_line(one)) for one in changes)
    return Section(
        name="calls",
        title="Function calls",
        blocks=(Prose(ABOUT_CALLS), *sentences, *tables),
        # Of many implementations they would take screens.
        fold=Fold.OPEN_ON_PAGE if len(changes) <= 1 else Fold.FOLDED,
        terminal=sentences if len(sentences) == 1 else (),
    )
