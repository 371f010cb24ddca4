"""Evidence: the statements, allocation sites and functions behind a check that failed, in lines for a reader."""

from __future__ import annotations

from collections import Counter

from bench.analysis.calls import call_changes, counts_of
from bench.analysis.laws import Offender
from bench.analysis.server_work import work_changes_between
from bench.report.figures import change, quantity
from bench.report.tables.calls import called_text, change_text
from bench.report.tables.server_work import change_lines
from bench.report.tables.statements import shorten_statement, surplus_text
from bench.results.calls import CallCounts
from bench.results.fingerprint import fingerprint, normalise
from bench.results.metrics import Metric, Side
from bench.results.records import Allocation, AllocationSites, Case, Results, StatementTexts
from bench.words import plain

MOST_LINES = 3
MOST_FUNCTIONS = 5
LEAST_GROWTH = 100_000
"""Bytes below which the growth of an allocation site explains nothing: as much moves between runs of the same code."""


def evidence_for(metric: Metric, case: Case, results: Results, baseline: Results | None) -> tuple[str, ...]:
    """Return what the run holds behind one metric of one case, against the baseline's where it has that."""
    if metric.unit == "statements":
        return statement_evidence(metric, case, results, baseline)
    if metric.unit == "calls":
        return call_evidence(counts_of(results, *case), counts_of(baseline, *case) if baseline else None)
    if metric.side is Side.DATABASE and baseline is not None:
        return change_lines(work_changes_between(baseline, results, case), MOST_LINES)
    if metric.unit == "bytes" and metric.side is Side.CLIENT:
        return allocation_evidence(_sites(baseline, case), _sites(results, case))
    return ()


def growth_evidence(metric: Metric, smallest: Case, largest: Case, results: Results) -> tuple[str, ...]:
    """Return the allocation sites, or the functions, that grew most from one scan of the run to another."""
    if metric.unit == "calls":
        return call_evidence(counts_of(results, *largest), counts_of(results, *smallest))
    return allocation_evidence(_sites(results, smallest), _sites(results, largest))


def law_evidence(offenders: tuple[Offender, ...]) -> tuple[str, ...]:
    """Return the statements behind a broken law."""
    return tuple(
        f"{_site(one.site)}: {one.count:,} times{_compared(one)}: {one.fingerprint} {shorten_statement(one.statement)}"
        for one in offenders
    )


def _compared(offender: Offender) -> str:
    text = surplus_text(offender)
    return f", {plain(text)}" if text else ""


def statement_evidence(metric: Metric, case: Case, results: Results, baseline: Results | None) -> tuple[str, ...]:
    """Return the statements of a case that were issued more or less often than in the baseline."""
    now, before = _texts(results, case), _texts(baseline, case)
    if now is None or before is None:
        return ()
    counts = [Counter(map(fingerprint, _statements(metric, one)[0])) for one in (before, now)]
    known = {**_known(metric, before), **_known(metric, now)}
    changed = [one for one in known if counts[0][one] != counts[1][one]]
    changed.sort(key=lambda one: -abs(counts[1][one] - counts[0][one]))
    return tuple(
        f"{_site(known[one][1])}: {counts[0][one]:,} → {counts[1][one]:,} times: "
        f"{one} {shorten_statement(known[one][0])}"
        for one in changed[:MOST_LINES]
    )


def allocation_evidence(before: AllocationSites | None, after: AllocationSites | None) -> tuple[str, ...]:
    """Return the functions whose share of the peak grew most; the largest ones where there is no ``before``.

    A function is one in a file, whatever the line: lines move with every edit above them.
    """
    if after is None:
        return ()
    now = _by_function(after)
    if before is None:
        largest = sorted(now.values(), key=lambda one: -one.bytes)[:MOST_LINES]
        return tuple(f"{_allocation(one)}: {quantity('bytes', one.bytes)} at the peak" for one in largest)
    earlier = _by_function(before)
    grown = []
    for key, one in now.items():
        held = earlier[key].bytes if key in earlier else 0
        if one.bytes - held >= LEAST_GROWTH:
            grown.append((one.bytes - held, one, held))
    grown.sort(key=lambda found: -found[0])
    return tuple(
        f"{_allocation(one)}: {change('bytes', (held, one.bytes))} at the peak (+{quantity('bytes', growth)})"
        for growth, one, held in grown[:MOST_LINES]
    )


def call_evidence(after: CallCounts | None, before: CallCounts | None) -> tuple[str, ...]:
    """Return the functions whose calls moved most; those called most where there is no ``before``."""
    if after is None:
        return ()
    if before is None:
        return tuple(map(called_text, after.functions[:MOST_FUNCTIONS]))
    return tuple(map(change_text, call_changes(before, after).moved[:MOST_FUNCTIONS]))


def _by_function(sites: AllocationSites) -> dict[tuple[str, str], Allocation]:
    """Return one allocation for each function of a file: the bytes of all its lines, at the largest of them."""
    found: dict[tuple[str, str], Allocation] = {}
    for one in sorted(sites.sites, key=lambda one: -one.bytes):
        key = one.file, one.function
        known = found.get(key)
        if known is not None:
            one = Allocation(
                function=one.function,
                file=one.file,
                line=known.line,
                bytes=known.bytes + one.bytes,
                count=known.count + one.count,
            )
        found[key] = one
    return found


def _allocation(one: Allocation) -> str:
    return plain(f"{one.file}:{one.line} in {one.function}")


def _site(site: str) -> str:
    return plain(site) or "line not known"


def _sites(results: Results | None, case: Case) -> AllocationSites | None:
    found = results.allocations if results else ()
    return next((one for one in found if (one.scan, one.implementation) == case), None)


def _texts(results: Results | None, case: Case) -> StatementTexts | None:
    found = results.statements if results else ()
    return next((one for one in found if (one.scan, one.implementation) == case), None)


def _statements(metric: Metric, texts: StatementTexts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if metric.name == "statements_django":
        statements, sites = texts.django, texts.django_sites
    else:
        statements, sites = texts.server, texts.server_sites
    return statements, sites or ("",) * len(statements)


def _known(metric: Metric, texts: StatementTexts) -> dict[str, tuple[str, str]]:
    """Return by fingerprint one statement, normalised, and the line that issued it."""
    return {
        fingerprint(statement): (normalise(statement), site)
        for statement, site in zip(*_statements(metric, texts), strict=True)
    }
