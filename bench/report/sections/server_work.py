"""What the statements had the server do: what moved against the base, and the work of every kind of statement."""

from __future__ import annotations

from bench.analysis.server_work import compared_work
from bench.report.judged_run import JudgedRun
from bench.report.section import Block, Heading, Log, Prose, Section, Sentence
from bench.report.tables.server_work import (
    ABOUT_SERVER_WORK,
    SERVER_WORK_TITLE,
    change_lines,
    plan_texts,
    work_change_table,
    work_table,
)
from bench.words import counted


def changed_work_section(run: JudgedRun) -> Section | None:
    """Return the statements whose work differs from the base's, with their plans; None where none does."""
    blocks: list[Block] = []
    lines: list[Block] = []
    for title, changes in compared_work(run.results, run.verdict):
        table = work_change_table(changes)
        if table is None:
            continue
        blocks += [Heading(title), table]
        for statement, plans in plan_texts(changes):
            blocks += [Sentence(statement), Log(plans)]
        more = len(changes) - 1
        rest = f"; {counted(more, 'more statement')} in the report" if more else ""
        lines.append(Sentence(f"Server work, {title}: {change_lines(changes, 1)[0]}{rest}"))
    if not blocks:
        return None
    return Section(
        name="server-work-changed",
        title=SERVER_WORK_TITLE,
        blocks=(Prose(ABOUT_SERVER_WORK), *blocks),
        terminal=tuple(lines),
    )


def server_work_section(run: JudgedRun) -> Section | None:
    """Return the work of every kind of statement; None where it is not known."""
    table = work_table(run.results)
    if table is None:
        return None
    return Section(
        name="server-work",
        title="What each kind of statement had the server do",
        blocks=(Prose(ABOUT_SERVER_WORK), table),
    )
