"""The page of ``bench conform``: what is wrong first, then the table case × implementation, then the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.cells import cell_len, set_cell_size

from bench.compliance.conformance.record import Conformance, Status
from bench.report.markdown import code, escape, markdown_table
from bench.report.table import Column, Content, Table
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.words import ELLIPSIS, counted, enumerated, plain

_WORDS = {Status.EQUAL: "equal", Status.KNOWN: "known", Status.WRONG: "WRONG"}
_INDENT = "    "
_ROOM = WIDTH - len(_INDENT)


def render_conformance(conformance: Conformance) -> str:
    """Return ``conformance`` as text of at most ``WIDTH`` columns, with a newline at its end.

    Cases that are equal for every implementation are listed below the table.
    """
    lines = [*wrap(verdict_line(conformance), WIDTH), *wrap(_server(conformance), WIDTH)]
    for warning in conformance.warnings:
        lines += wrap(f"Warning: {plain(warning)}", WIDTH)
    for case, names, reason, difference in _grouped(conformance, Status.WRONG):
        lines += ["", *wrap(f"WRONG: {case}, {names}", WIDTH)]
        lines += (f"{_INDENT}{line}" for line in wrap(plain(_with_reason(difference, reason)), _ROOM))
    table = _table(conformance, _unequal(conformance))
    if table.rows:
        lines += ["", *table_lines(table)]
    equal = _equal_everywhere(conformance)
    if equal:
        lines += ["", *wrap(f"Equal in {_all(conformance)}: {enumerated(equal)}", WIDTH)]
    if conformance.having(Status.KNOWN):
        lines += ["", *_known_lines(conformance)]
    return "\n".join(lines) + "\n"


def render_conformance_markdown(conformance: Conformance) -> str:
    """Return ``conformance`` as Markdown, with every case and what it promises."""
    parts = ["# Conformance", f"**{escape(verdict_line(conformance))}**", escape(_server(conformance))]
    parts += [escape(f"Warning: {warning}") for warning in conformance.warnings]
    wrong = _grouped(conformance, Status.WRONG)
    if wrong:
        rows = ((case, names, _with_reason(difference, reason)) for case, names, reason, difference in wrong)
        parts += ["## Wrong", _details(("what differs",), rows)]
    promises = {case.name: case.promise for case in conformance.cases}
    table = _table(conformance, tuple(promises))
    with_promises = Table(
        columns=(table.columns[0], Column("what it promises", Content.LABEL), *table.columns[1:]),
        rows=tuple((case, promises[case], *cells) for case, *cells in table.rows),
    )
    parts += ["## Cases", markdown_table(with_promises)]
    known = _grouped(conformance, Status.KNOWN)
    if known:
        parts += ["## Known divergences", _details(("why, as declared", "what was seen"), known)]
    sources = [(one.implementation, one.source or "unknown") for one in conformance.implementations]
    columns = (Column("implementation", Content.LABEL), Column("fingerprint of its source", Content.CODE))
    parts += ["## Implementations", markdown_table(Table(columns, tuple(sources)))]
    parts.append(f"{escape(conformance.created)}, {code(conformance.command)}")
    return "\n\n".join(parts) + "\n"


def _known_lines(conformance: Conformance) -> Iterator[str]:
    """Yield each declared reason and, below it, its cases with the beginning of what was seen."""
    by_reason: dict[str, list[tuple[str, str, str]]] = {}
    for case, names, reason, difference in _grouped(conformance, Status.KNOWN):
        by_reason.setdefault(reason, []).append((case, names, difference))
    yield "Known divergences: why, as declared, and what was seen"
    for reason, seen in by_reason.items():
        yield from wrap(plain(reason[:1].upper() + reason[1:]), WIDTH)
        for case, names, difference in seen:
            text = f"{case}, {names}: {plain(difference)}"
            yield _INDENT + (
                text if cell_len(text) <= _ROOM else f"{set_cell_size(text, _ROOM - 2).rstrip()} {ELLIPSIS}"
            )


def verdict_line(conformance: Conformance) -> str:
    """Return the verdict on one line: ``CONFORMS – 2 implementations on 80 cases: 150 equal, 10 known divergences``."""
    wrong = conformance.having(Status.WRONG)
    implementations = counted(len(conformance.names), "implementation")
    scope = f"{implementations} on {counted(len(conformance.cases), 'case')}"
    known = counted(len(conformance.having(Status.KNOWN)), "known divergence")
    counts = f"{len(conformance.having(Status.EQUAL)):,} equal, {known}"
    if not wrong:
        return f"CONFORMS – {scope}: {counts}"
    first = f"{plain(wrong[0].implementation)} in {wrong[0].case}"
    more = f" and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
    return f"WRONG – {first}{more}; {scope}: {counts}, {len(wrong):,} wrong"


def _table(conformance: Conformance, cases: tuple[str, ...]) -> Table:
    """Build the table of ``cases``, with one column per implementation."""
    statuses = {(one.case, one.implementation): _WORDS[one.status] for one in conformance.verdicts}
    return Table(
        columns=(
            Column("case", Content.LABEL),
            *(Column(plain(name), Content.LABEL) for name in conformance.names),
        ),
        rows=tuple((case, *(statuses[case, name] for name in conformance.names)) for case in cases),
    )


def _unequal(conformance: Conformance) -> tuple[str, ...]:
    """Return the cases that differ for at least one implementation."""
    different = {one.case for one in conformance.verdicts if one.status is not Status.EQUAL}
    return tuple(case.name for case in conformance.cases if case.name in different)


def _equal_everywhere(conformance: Conformance) -> tuple[str, ...]:
    different = _unequal(conformance)
    return tuple(case.name for case in conformance.cases if case.name not in different)


def _all(conformance: Conformance) -> str:
    return "all" if len(conformance.names) > 1 else plain(conformance.names[0])


def _grouped(conformance: Conformance, status: Status) -> list[tuple[str, str, str, str]]:
    """Return case, implementations, reason and difference; implementations that share the other three are joined."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for one in conformance.having(status):
        alike.setdefault((one.case, one.reason, one.difference), []).append(plain(one.implementation))
    return [(case, enumerated(tuple(names)), reason, difference) for (case, reason, difference), names in alike.items()]


def _with_reason(difference: str, reason: str) -> str:
    return f"{difference} (declared: {reason})" if reason else difference


def _details(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    columns = tuple(Column(heading, Content.LABEL) for heading in ("case", "implementation", *headings))
    return markdown_table(Table(columns, tuple(rows)))


def _server(conformance: Conformance) -> str:
    source = "embedded" if conformance.server_source == "embedded" else "user's server"
    return f"PostgreSQL {conformance.server_version}, {source}"
