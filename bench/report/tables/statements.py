"""The tables of statements: all lists side by side with repeats counted, and the declared laws of their counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bench.analysis.laws import LawCheck, Offender
from bench.declare.laws import Law
from bench.report.figures import MISSING
from bench.report.table import Column, Content, Table
from bench.results.metrics import METRICS
from bench.results.records import Results
from bench.words import counted, plain, shorten

MOST_STATEMENTS = 80
LONGEST = 110
"""Characters of a shortened statement."""

_LONGEST_CYCLE = 8
_LONG_LITERAL = re.compile(r"'(?:[^']|'')*'")
_NUMBER_IN_A_NAME = re.compile(r"(?<=_)\d{5,}(?=_)")
"""Of a thread, in the name of a cursor of Django's: it differs from process to process."""

_INNERMOST = re.compile(r"\(([^()]*)\)")
_SAME_ROWS = re.compile(r"(\(…\)|\([^()]*… \d[\d,]* items\))(?:, ?(?:\(…\)|\([^()]*… \d[\d,]* items\)))+")
_SELECTED = re.compile(r"^(SELECT )(.*?)( FROM )", re.IGNORECASE)


def shorten_statement(sql: str) -> str:
    """Return ``sql`` on one line with long literals and lists abridged, then cut in the middle."""
    text = _LONG_LITERAL.sub(lambda found: found[0] if len(found[0]) <= 26 else "'…'", plain(sql, longest=None))
    text = _NUMBER_IN_A_NAME.sub("…", text)
    text = _INNERMOST.sub(_abridged_list, text)
    text = _SAME_ROWS.sub(_abridged_rows, text)
    text = _SELECTED.sub(_abridged_selection, text)
    return shorten(text, LONGEST)


def _abridged_list(found: re.Match[str]) -> str:
    items = found[1].split(",")
    return found[0] if len(items) <= 4 else f"({items[0].strip()}, … {len(items):,} items)"


def _abridged_rows(found: re.Match[str]) -> str:
    return f"{found[1]} × {found[0].count('(')}"


def _abridged_selection(found: re.Match[str]) -> str:
    columns = found[2].split(", ")
    return found[0] if len(columns) <= 4 else f"{found[1]}{columns[0]}, … {len(columns)} columns{found[3]}"


@dataclass(frozen=True)
class Repeat:
    """A Repeat is a statement, or a cycle of statements, and how many times it occurs in a row."""

    statements: tuple[str, ...]
    times: int


def collapse(statements: Sequence[str]) -> tuple[Repeat, ...]:
    """Collapse equal neighbours, and cycles of at most eight statements that occur at least three times in a row."""
    found: list[Repeat] = []
    position = 0
    while position < len(statements):
        best = Repeat((statements[position],), 1)
        for length in range(1, _LONGEST_CYCLE + 1):
            if "BEGIN" in statements[position + 1 : position + length]:
                break  # A cycle of transactions is read from a BEGIN on, not from the COMMIT before it.
            times = _times(statements, position, length)
            if times >= (2 if length == 1 else 3) and times * length > best.times * len(best.statements):
                best = Repeat(tuple(statements[position : position + length]), times)
        found.append(best)
        position += best.times * len(best.statements)
    return tuple(found)


def _times(statements: Sequence[str], start: int, length: int) -> int:
    """Count how many times the cycle of ``length`` statements at ``start`` occurs in a row."""
    position = start + length
    while position < len(statements) and statements[position] == statements[position - length]:
        position += 1
    return (position - start) // length


@dataclass(frozen=True)
class Lined:
    """A Lined is a statement, or a cycle of statements, and how often each list holds it at this place."""

    statements: tuple[str, ...]
    times: tuple[int, ...]

    def __str__(self) -> str:
        return self.statements[0] if len(self.statements) == 1 else f"({'; '.join(self.statements)})"


def side_by_side(lists: Sequence[Sequence[Repeat]]) -> tuple[Lined, ...]:
    """Line up ``lists``: equal statements share a row, and every list is read downwards in its own order."""
    rows: list[Lined] = []
    for place, repeats in enumerate(lists):
        alone = [Lined(one.statements, tuple(one.times * (at == place) for at in range(len(lists)))) for one in repeats]
        matcher = SequenceMatcher(
            a=[row.statements for row in rows], b=[row.statements for row in alone], autojunk=False
        )
        merged: list[Lined] = []
        for tag, rows_from, rows_to, own_from, own_to in matcher.get_opcodes():
            before, own = rows[rows_from:rows_to], alone[own_from:own_to]
            merged += map(_together, before, own) if tag == "equal" else [*before, *own]
        rows = merged
    return tuple(rows)


def _together(one: Lined, other: Lined) -> Lined:
    return Lined(one.statements, tuple(map(max, one.times, other.times)))


def law_line(checks: Sequence[LawCheck], noun: str) -> str | None:
    """Return one sentence on the laws; None if none is declared. ``noun`` is what data sets are called."""
    if not checks:
        return None
    broken = [check for check in checks if not check.holds]
    if not broken:
        counts = counted(len(checks), "count")
        return f"Laws of statements: kept – {counts} on {counted(len({check.scan for check in checks}), noun)}"
    described = "; ".join(_broken(check) for check in broken[:3])
    more = f"; and {len(broken) - 3} more" if len(broken) > 3 else ""
    return plain(f"Laws of statements: broken – {described}{more}")


def law_table(checks: Sequence[LawCheck]) -> Table | None:
    """Build the table of laws with the count on each data set; None if none is declared."""
    groups: dict[tuple[str, Law], list[LawCheck]] = {}
    for check in checks:
        groups.setdefault((check.implementation, check.law), []).append(check)
    if not groups:
        return None
    rows = tuple(
        (
            plain(implementation),
            METRICS[law.metric].title,
            str(law),
            plain(", ".join(_count(check) for check in group)),
            "kept" if all(check.holds for check in group) else "BROKEN",
        )
        for (implementation, law), group in groups.items()
    )
    columns = (
        Column("implementation", Content.LABEL),
        Column("metric", Content.LABEL),
        Column("law", Content.LABEL),
        Column("counted", Content.LABEL),
        Column("verdict", Content.LABEL),
    )
    return Table(columns, rows)


def offender_table(checks: Sequence[LawCheck], noun: str) -> Table | None:
    """Build the table of statements that break laws, with the line that issued them; None if all laws hold."""
    rows = tuple(
        (
            plain(check.implementation),
            plain(check.scan),
            f"{offender.count:,}",
            plain(surplus_text(offender)) or MISSING,
            plain(offender.site) or "not known",
            offender.fingerprint,
            shorten_statement(offender.statement),
        )
        for check in checks
        for offender in check.offenders
    )
    if not rows:
        return None
    columns = (
        Column("implementation", Content.LABEL),
        Column(plain(noun), Content.LABEL),
        Column("issued"),
        Column("compared", Content.LABEL),
        Column("where", Content.CODE),
        Column("fingerprint", Content.CODE),
        Column("statement", Content.CODE),
    )
    return Table(columns, rows)


def offender_lines(checks: Sequence[LawCheck]) -> Iterator[str]:
    """Yield one line for each statement that breaks a law."""
    for check in checks:
        for offender in check.offenders:
            yield plain(f"Behind it: {_offender(offender)}")


def _broken(check: LawCheck) -> str:
    title = METRICS[check.law.metric].title.lower()
    return (
        f"{check.implementation} on {check.scan}: {check.measured:,} {title}, declared {check.expected:,} ({check.law})"
    )


def _count(check: LawCheck) -> str:
    if check.holds:
        return f"{check.scan}: {check.measured:,}"
    return f"{check.scan}: {check.measured:,} instead of {check.expected:,}"


def _offender(offender: Offender) -> str:
    where = offender.site or "line not known"
    compared = surplus_text(offender)
    times = f"{offender.count:,} times" + (f", {compared}" if compared else "")
    return f"{where}: {times}: {offender.fingerprint} {shorten_statement(offender.statement)}"


def surplus_text(offender: Offender) -> str:
    """Compare the count with the reference's: ``+3 against materializing``; '' without a reference."""
    surplus = f"{offender.surplus:+,}".replace("-", "−")
    return f"{surplus} against {offender.reference}" if offender.reference else ""


def statement_tables(results: Results) -> Iterator[tuple[str, Table]]:
    """Yield a title and a table of the statements of all implementations: those of Django, and the server's.

    The largest data set on which any implementation's statements are known stands for all.
    """
    scan = _largest_with_statements(results)
    known = {one.implementation: one for one in results.statements if one.scan == scan}
    names = [name for name in results.implementations if name in known]
    if scan is None or not names:
        return
    source = plain(known[names[0]].server_source)
    for title, texts in (
        ("as Django logs them", [known[name].django for name in names]),
        (f"as the server sees them ({source})", [known[name].server for name in names]),
    ):
        if any(texts):
            yield f"{plain(scan)}, {title}", _statement_table(names, side_by_side([*map(_readable, texts)]))


def _largest_with_statements(results: Results) -> str | None:
    known = {one.scan for one in results.statements}
    scans = [dataset for dataset in results.datasets if dataset.scan in known]
    return max(scans, key=lambda dataset: dataset.rows).scan if scans else None


def _readable(statements: Sequence[str]) -> tuple[Repeat, ...]:
    return collapse([shorten_statement(statement) for statement in statements])


def _statement_table(names: Sequence[str], lined: Sequence[Lined]) -> Table:
    rows = tuple(
        (f"{number}", str(one), *(f"{times:,}" if times else "" for times in one.times))
        for number, one in enumerate(lined[:MOST_STATEMENTS], start=1)
    )
    left_out = len(lined) - len(rows)
    notes = (f"{left_out:,} more lines are in results.json.",) if left_out > 0 else ()
    columns = (Column("#"), Column("statement", Content.CODE), *(Column(plain(name)) for name in names))
    return Table(columns, rows, notes)
