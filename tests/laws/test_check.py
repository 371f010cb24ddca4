"""A kept law is reported as kept; a broken one with the statements that break it, and no others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.analysis.laws import LawCheck, Offender, check_laws
from bench.declare.laws import Law
from bench.report.tables.statements import law_line, law_table, offender_lines, offender_table
from bench.results.fingerprint import fingerprint
from bench.results.records import Dataset, Results
from tests.support import law_runs as runs
from tests.support.law_runs import DJANGO, FILE, SERVER, Issued, Made, run

REGION_QUERY = "SELECT id FROM regions WHERE name = ?"


def broken(results: Results, law: Law, scan: str) -> LawCheck:
    """The check of one law on one scan, which must not hold."""
    (found,) = (one for one in check_laws(results) if (one.law, one.scan) == (law, scan) and not one.holds)
    return found


def described(offenders: tuple[Offender, ...]) -> list[tuple[str, str, int, int, str]]:
    return [(one.statement, one.site, one.count, one.surplus, one.reference) for one in offenders]


def test_kept_laws_are_told_in_a_sentence_and_a_row_each() -> None:
    checks = check_laws(run(Made("mine"), Made("yours")))
    assert len(checks) == 2 * 2 * 3
    assert all(one.holds and not one.offenders for one in checks)
    assert law_line(checks, "scan") == "Laws of statements: kept – 12 counts on 3 scans"
    assert law_line(checks[:1], "scan") == "Laws of statements: kept – 1 count on 1 scan"
    table = law_table(checks)
    assert table is not None
    assert table.rows[1] == (
        "mine",
        "Statements (server)",
        "5 + 4 per 10,000 rows",
        "100/3: 13, 1k/8: 25, 10k/20: 49",
        "kept",
    )
    assert len(table.rows) == 4
    assert offender_table(checks, "scan") is None


def test_without_a_law_nothing_is_said_of_laws() -> None:
    checks = check_laws(run(Made("mine", laws=())))
    assert checks == ()
    assert (law_line(checks, "scan"), law_table(checks), offender_table(checks, "scan")) == (None, None, None)


def test_two_laws_of_one_metric_are_two_rows() -> None:
    table = law_table(check_laws(run(Made("mine", laws=(DJANGO, Law("statements_django", 6))))))
    assert table is not None
    assert [row[2:] for row in table.rows] == [
        ("constant 5", "100/3: 5, 1k/8: 5, 10k/20: 5", "kept"),
        ("constant 6", "100/3: 5 instead of 6, 1k/8: 5 instead of 6, 10k/20: 5 instead of 6", "BROKEN"),
    ]


@pytest.mark.parametrize("law", [DJANGO, SERVER])
def test_a_query_per_region_is_named_on_every_scan_with_its_line_and_alone(law: Law) -> None:
    results = run(Made("mine", besides=runs.query_per_region))
    for scan, count, surplus, reference in (
        ("100/3", 3, -5, "1k/8"),
        ("1k/8", 8, 5, "100/3"),
        ("10k/20", 20, 17, "100/3"),
    ):
        check = broken(results, law, scan)
        assert check.measured == check.expected + count
        assert described(check.offenders) == [(REGION_QUERY, f"{FILE}:30", count, surplus, reference)]
        assert check.offenders[0].fingerprint == fingerprint("SELECT id FROM regions WHERE name = 'another'")


def test_a_query_in_a_transaction_of_its_own_comes_before_what_frames_it() -> None:
    offenders = broken(run(Made("mine", besides=runs.transaction_per_region)), SERVER, "10k/20").offenders
    assert len(offenders) == 3
    assert {one.statement for one in offenders[:2]} == {REGION_QUERY, "SELECT set_config(?)"}
    assert {(one.site, one.count) for one in offenders} == {(f"{FILE}:30", 20)}


def test_a_scan_that_keeps_the_law_is_what_the_others_are_compared_with() -> None:
    def query_per_finding_on_large_scans(scan: Dataset) -> tuple[Issued, ...]:
        return (("SELECT * FROM resources WHERE id = 7", f"{FILE}:40"),) * (
            scan.size["findings"] if scan.size["findings"] > 1_000 else 0
        )

    results = run(Made("mine", laws=(DJANGO,), besides=query_per_finding_on_large_scans))
    assert [one.holds for one in check_laws(results)] == [True, True, False]
    expected = [("SELECT * FROM resources WHERE id = ?", f"{FILE}:40", 10_000, 10_000, "100/3")]
    assert described(broken(results, DJANGO, "10k/20").offenders) == expected


def one_more(scan: Dataset) -> tuple[Issued, ...]:
    """The same statement too many on every scan."""
    return (("SELECT now()", f"{FILE}:50"),)


def test_a_statement_too_many_on_every_scan_is_found_by_the_implementation_that_keeps_its_law() -> None:
    results = run(Made("yours", file="yours/task.py"), Made("mine", besides=one_more))
    for scan in ("100/3", "1k/8", "10k/20"):
        for law in (DJANGO, SERVER):
            assert described(broken(results, law, scan).offenders) == [("SELECT now()", f"{FILE}:50", 1, 1, "yours")]


def test_on_a_single_scan_the_line_that_repeats_itself_most_is_named_and_where_none_does_no_guess_is_made() -> None:
    results = run(Made("mine", laws=(DJANGO,), besides=runs.query_per_region), scans=["1k/8"])
    assert described(broken(results, DJANGO, "1k/8").offenders) == [(REGION_QUERY, f"{FILE}:30", 8, 8, "")]
    assert broken(run(Made("mine", laws=(DJANGO,), besides=one_more), scans=["1k/8"]), DJANGO, "1k/8").offenders == ()


def test_a_statement_that_is_missing_is_named_as_well() -> None:
    law = Law("statements_django", 6)
    results = run(Made("yours", file="yours/task.py"), Made("mine", laws=(law,)), scans=["1k/8"])
    yours, mine = results.statements
    two = replace(mine, django=mine.django[:2], django_sites=mine.django_sites[:2])
    (offender, *_) = broken(replace(results, statements=(yours, two)), law, "1k/8").offenders
    assert (offender.count, offender.surplus, offender.reference) == (0, -1, "yours")


def test_one_sample_that_breaks_the_law_breaks_it() -> None:
    results = run(Made("mine", laws=(DJANGO,)), scans=["1k/8"])
    samples = (replace(results.measurements[0], samples=(5.0, 6.0, 5.0)),)
    assert broken(replace(results, measurements=samples), DJANGO, "1k/8").measured == 6


def test_a_scan_on_which_no_region_counted_or_nothing_was_counted_is_not_judged() -> None:
    results = run(Made("mine", laws=(DJANGO,), besides=one_more))
    bare = (replace(results.datasets[0], rows=0), *results.datasets[1:])
    assert [one.scan for one in check_laws(replace(results, datasets=bare))] == ["1k/8", "10k/20"]
    assert check_laws(replace(results, measurements=())) == ()


def test_unknown_lines_and_unknown_statements_are_said_to_be_unknown() -> None:
    results = run(Made("mine", laws=(DJANGO,), besides=runs.query_per_region))
    blind = tuple(replace(one, django_sites=()) for one in results.statements)
    checks = check_laws(replace(results, statements=blind))
    table = offender_table(checks, "scan")
    assert table is not None
    assert {row[4] for row in table.rows} == {"not known"}
    assert next(offender_lines(checks)).startswith("Behind it: line not known: 3 times, −5 against 1k/8: ")
    assert all(not one.holds and not one.offenders for one in check_laws(replace(results, statements=())))


def test_a_broken_law_is_told_with_counts_line_fingerprint_and_sql() -> None:
    checks = check_laws(run(Made("mine", besides=runs.query_per_region)))
    line = law_line(checks, "scan")
    assert line is not None
    assert line.startswith(
        "Laws of statements: broken – mine on 100/3: 8 statements (django), declared 5 (constant 5); mine on 1k/8: "
    )
    assert line.endswith("; and 3 more")
    known = fingerprint(REGION_QUERY)
    lines = list(offender_lines(checks))
    assert lines[2] == f"Behind it: {FILE}:30: 20 times, +17 against 100/3: {known} {REGION_QUERY}"
    table = offender_table(checks, "scan")
    assert table is not None
    assert table.rows[2] == ("mine", "10k/20", "20", "+17 against 100/3", f"{FILE}:30", known, REGION_QUERY)
