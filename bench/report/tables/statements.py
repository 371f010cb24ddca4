"""The tables of statements: lists side by side with repeats collapsed, and the declared laws of their counts."""

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
_INNERMOST = re.compile(r"\(([^()]*)\)")
_SAME_ROWS = re.compile(r"(\(…\)|\([^()]*… \d[\d,]* items\))(?:, ?(?:\(…\)|\([^()]*… \d[\d,]* items\)))+")
_SELECTED = re.compile(r"^(SELECT )(.*?)( FROM )", re.IGNORECASE)


def shorten_statement(sql: str) -> str:
    """Return ``sql`` on one line with long literals and lists abridged, then cut in the middle."""
    text = _LONG_LITERAL.sub(lambda found: found[0] if len(found[0]) <= 26 else "'…'", plain(sql, longest=None))
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

    def __str__(self) -> str:
        if self.times == 1:
            return self.statements[0]
        if len(self.statements) == 1:
            return f"{self.statements[0]} × {self.times:,}"
        return f"({'; '.join(self.statements)}) × {self.times:,}"


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


def side_by_side(left: Sequence[str], right: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Align two lists: equal lines share a row; others stand beside a blank or their replacement."""
    rows: list[tuple[str, str]] = []
    matcher = SequenceMatcher(a=left, b=right, autojunk=False)
    for _, left_from, left_to, right_from, right_to in matcher.get_opcodes():
        height = max(left_to - left_from, right_to - right_from)
        padded_left = [*left[left_from:left_to], *[""] * (height - (left_to - left_from))]
        padded_right = [*right[right_from:right_to], *[""] * (height - (right_to - right_from))]
        rows += zip(padded_left, padded_right, strict=True)
    return tuple(rows)


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
    """Yield a title and a table of statements lined up, base against each other implementation.

    The largest data set on which any implementation's statements are known stands for all.
    """
    scan = _largest_with_statements(results)
    known = {one.implementation: one for one in results.statements if one.scan == scan}
    names = [name for name in results.implementations if name in known]
    if scan is None or not names:
        return
    base, *others = names
    source = plain(known[base].server_source)
    for title, texts in (
        ("as Django logs them", {name: known[name].django for name in names}),
        (f"as the server sees them ({source})", {name: known[name].server for name in names}),
    ):
        if not any(texts.values()):
            continue
        left = _readable(texts[base])
        if not others:
            yield f"{plain(scan)}, {title}", _statement_table((base,), [(line,) for line in left])
        for other in others:
            pairs = side_by_side(left, _readable(texts[other]))
            yield f"{plain(scan)}, {title}", _statement_table((base, other), pairs)


def _largest_with_statements(results: Results) -> str | None:
    known = {one.scan for one in results.statements}
    scans = [dataset for dataset in results.datasets if dataset.scan in known]
    return max(scans, key=lambda dataset: dataset.rows).scan if scans else None


def _readable(statements: Sequence[str]) -> list[str]:
    return [str(repeat) for repeat in collapse([shorten_statement(statement) for statement in statements])]


def _statement_table(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    shown = tuple((f"{number}", *row) for number, row in enumerate(rows[:MOST_STATEMENTS], start=1))
    left_out = len(rows) - len(shown)
    notes = (f"{left_out:,} more lines are in results.json.",) if left_out > 0 else ()
    return Table((Column("#"), *(Column(plain(name), Content.CODE) for name in names)), shown, notes)
