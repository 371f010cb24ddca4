"""The laws of statements in a report: what each implementation declares, and whether every scan shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analysis.laws import LawCheck, Offender
from bench.declare.laws import Law
from bench.report.statements import shorten_statement
from bench.report.table import Column, Content, Table
from bench.report.units import MISSING
from bench.results.metrics import METRICS
from bench.words import counted, plain


def law_line(checks: Sequence[LawCheck]) -> str | None:
    """Return the verdict on the laws in a sentence; None where none was declared."""
    if not checks:
        return None
    broken = [check for check in checks if not check.holds]
    if not broken:
        counts = counted(len(checks), "count")
        return f"Laws of statements: kept – {counts} on {counted(len({check.scan for check in checks}), 'scan')}"
    told = "; ".join(_broken(check) for check in broken[:3])
    more = f"; and {len(broken) - 3} more" if len(broken) > 3 else ""
    return plain(f"Laws of statements: broken – {told}{more}")


def law_table(checks: Sequence[LawCheck]) -> Table | None:
    """One row per implementation and law: the law, and the counts scan by scan; None where none was declared."""
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


def offender_table(checks: Sequence[LawCheck]) -> Table | None:
    """The statements behind broken laws, with the line that issued them; None where every law is kept."""
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
        Column("scan", Content.LABEL),
        Column("issued"),
        Column("compared", Content.LABEL),
        Column("where", Content.CODE),
        Column("fingerprint", Content.CODE),
        Column("statement", Content.CODE),
    )
    return Table(columns, rows)


def offender_lines(checks: Sequence[LawCheck]) -> Iterator[str]:
    """Say of each broken law which statements are behind it, with their fingerprints, for a terminal."""
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
    """Say how the count compares with the reference's; '' where there is none."""
    surplus = f"{offender.surplus:+,}".replace("-", "−")
    return f"{surplus} against {offender.reference}" if offender.reference else ""
