"""Statements whose work on the server changed, as a comparison and a comment show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analysis.server_work import StatementChange
from bench.report.markdown import block, code, escape, markdown_table
from bench.report.parts import BETWEEN, Part, folded, list_part, table_part, text_part
from bench.report.table import Table
from bench.report.tables.server_work import (
    SERVER_WORK_TITLE,
    plan_texts,
    work_change_table,
)
from bench.words import shorten

_LONGEST_TITLE = 200


def change_markdown(title: str, changes: Sequence[StatementChange]) -> Iterator[str]:
    """Yield the changes under a heading, and, folded, the plans before and after."""
    table = work_change_table(changes)
    if table is None:
        return
    yield f"### {escape(shorten(title, _LONGEST_TITLE))}"
    yield markdown_table(table)
    if plans := _plans(changes):
        yield folded("Plans before and after", text_part(0, BETWEEN.join(plans))).whole


def change_parts(title: str, importance: int, changes: Sequence[StatementChange]) -> Iterator[Part]:
    """Yield the same as parts of a comment, each folded."""
    table: Table | None = work_change_table(changes)
    yield folded(shorten(f"{SERVER_WORK_TITLE}: {title}", _LONGEST_TITLE), table_part(importance, "", table))
    yield folded(shorten(f"Plans: {title}", _LONGEST_TITLE), list_part(importance + 1, "", _plans(changes)))


def _plans(changes: Sequence[StatementChange]) -> list[str]:
    return [f"{code(statement)}{BETWEEN}{block(text)}" for statement, text in plan_texts(changes)]
