"""Evidence: the statements, allocation sites and functions behind a check that failed, in lines for a reader."""

from __future__ import annotations

from collections import Counter

from bench.analysis.call_paths import sites_of, tree_of
from bench.analysis.calls import call_changes, counts_of
from bench.analysis.laws import Offender
from bench.analysis.path_changes import site_changes
from bench.analysis.server_work import work_changes_between
from bench.report.figures import change, quantity
from bench.report.tables.calls import called_text, change_text
from bench.report.tables.server_work import change_lines
from bench.report.tables.statements import shorten_statement, surplus_text
from bench.results.call_trees import OTHER, CallFrame, CallTree, TreeSubject
from bench.results.calls import CallCounts
from bench.results.fingerprint import fingerprint, normalise
from bench.results.metrics import Metric, Side
from bench.results.records import Case, Results, StatementTexts
from bench.words import plain

MOST_LINES = 3
MOST_FUNCTIONS = 5
LEAST_GROWTH = 100_000
"""Bytes below which the growth of a function explains nothing: as much moves between runs of the same code."""
_WHEN = {"peak": "at the peak", "retained": "after the call", "time": ""}


def evidence_for(metric: Metric, case: Case, results: Results, baseline: Results | None) -> tuple[str, ...]:
    """Return what the run holds behind one metric of one case, against the baseline's where it has that."""
    if metric.unit == "statements":
        return statement_evidence(metric, case, results, baseline)
    if metric.unit == "calls":
        return call_evidence(counts_of(results, *case), counts_of(baseline, *case) if baseline else None)
    if metric.side is Side.DATABASE and baseline is not None:
        return change_lines(work_changes_between(baseline, results, case), MOST_LINES)
    if metric.unit == "bytes" and metric.side is Side.CLIENT and metric.name != "allocated_bytes":
        about: TreeSubject = "retained" if metric.name == "retained_bytes" else "peak"
        return allocation_evidence(_tree(baseline, case, about), _tree(results, case, about))
    return ()


def growth_evidence(metric: Metric, smallest: Case, largest: Case, results: Results) -> tuple[str, ...]:
    """Return the functions that held more, or were called more often, on one scan of the run than on another."""
    if metric.unit == "calls":
        return call_evidence(counts_of(results, *largest), counts_of(results, *smallest))
    return allocation_evidence(tree_of(results, smallest, "peak"), tree_of(results, largest, "peak"))


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


def allocation_evidence(before: CallTree | None, after: CallTree | None) -> tuple[str, ...]:
    """Return the functions whose share of what is held grew most; the largest ones where there is no ``before``."""
    if after is None:
        return ()
    when = _WHEN[after.about]
    if before is None:
        largest = [one for one in sites_of(after) if one.frame.function != OTHER][:MOST_LINES]
        return tuple(f"{_function(one.frame, one.line)}: {quantity('bytes', one.own.value)} {when}" for one in largest)
    named = (one for one in site_changes(before, after) if one.frame.function != OTHER)
    grown = [one for one in named if one.change >= max(LEAST_GROWTH, one.hidden)]
    return tuple(
        f"{_function(one.frame, one.line)}: {change('bytes', (one.before.value, one.after.value))} {when} "
        f"(+{quantity('bytes', one.change)})"
        for one in grown[:MOST_LINES]
    )


def call_evidence(after: CallCounts | None, before: CallCounts | None) -> tuple[str, ...]:
    """Return the functions whose calls moved most; those called most where there is no ``before``."""
    if after is None:
        return ()
    if before is None:
        return tuple(map(called_text, after.functions[:MOST_FUNCTIONS]))
    return tuple(map(change_text, call_changes(before, after).moved[:MOST_FUNCTIONS]))


def _function(frame: CallFrame, line: int) -> str:
    return plain(f"{frame.file}:{line} in {frame.function}" if frame.file else frame.function)


def _site(site: str) -> str:
    return plain(site) or "line not known"


def _tree(results: Results | None, case: Case, about: TreeSubject) -> CallTree | None:
    return tree_of(results, case, about) if results else None


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
