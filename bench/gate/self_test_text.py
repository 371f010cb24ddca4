"""The self-test as text: passed or not, a table planted × caught by, and what was said of what slipped through."""

from __future__ import annotations

from collections.abc import Iterator

from bench.gate.self_test import Catch, SelfTest
from bench.gate.text import headline
from bench.report.table import Column, Content, Table
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.words import plain

_COLUMNS = (Column("planted", Content.LABEL), Column("must be caught by", Content.LABEL), Column("caught"))


def render_self_test(found: SelfTest) -> str:
    """Return ``found`` as text of at most ``WIDTH`` columns, with a newline at its end."""
    caught = len(found.catches) - len(found.slipped)
    word = "PASSED" if found.passed else "FAILED"
    lines = [f"{word} – {caught} of {len(found.catches)} planted regressions were caught by the check that must"]
    lines += wrap(f"Unchanged pair: {headline(found.unchanged)}", WIDTH)
    for one in found.slipped:
        lines += wrap(_slip(one), WIDTH)
    lines += ["", *table_lines(Table(_COLUMNS, tuple(_rows(found))))]
    return "\n".join(lines) + "\n"


def _rows(found: SelfTest) -> Iterator[tuple[str, str, str]]:
    for one in found.catches:
        yield one.planted.name, one.planted.caught_by, "yes" if one.caught else "NO"


def _slip(one: Catch) -> str:
    """Say what the gate made of a planted regression that it did not catch."""
    said = "the gate made no such check"
    if one.check is not None:
        said = f"{one.check.standing.value}, {one.check.sentence}"
    return plain(f"Slipped through: {one.planted.name}. {one.planted.caught_by}: {said}")
