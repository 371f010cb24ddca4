"""One run of two revisions in their own environment, beside SQL in this suite's."""

from __future__ import annotations

import json

import pytest

from tests.support.cli_results import samples
from tests.support.weather import REPORTS, SIZE, Belongings, Measured

pytestmark = [pytest.mark.slow, pytest.mark.server]

FIRST, FASTER, IN_SQL = "daily@first", "daily@faster", "in-sql"
ALL = (FIRST, FASTER, IN_SQL)


def test_it_writes_report_results_and_plots(measured: Measured) -> None:
    assert measured.finished.returncode == 0, measured.finished.stderr
    assert measured.finished.stdout.startswith("✅ PASSED")
    assert measured.results["implementations"] == list(ALL)
    report = (measured.output / "report.md").read_text(encoding="utf-8").replace("\u200b", "")
    for name in (*ALL, SIZE):
        assert name in report
    assert list(measured.output.glob("plots/*.png"))
    assert list(measured.output.glob("plots/*.svg"))
    assert json.loads((measured.output / "benchmark.json").read_text(encoding="utf-8"))["benchmarks"]


def test_all_wrote_the_same_rows_into_both_tables_and_nobody_elses(measured: Measured) -> None:
    """The reports of a stranger and those of an older issue stay."""
    digests = measured.results["digests"]
    assert [one["implementation"] for one in digests] == list(ALL)
    assert [table["count"] for table in digests[0]["tables"]] == [REPORTS, 3]
    assert all(one["tables"] == digests[0]["tables"] for one in digests)
    assert all(one["bystanders_unchanged"] for one in digests)
    assert measured.results["failures"] == []


def test_every_metric_is_measured_in_both_environments(measured: Measured) -> None:
    found = {name: set[str]() for name in ALL}
    for one in measured.results["measurements"]:
        found[one["implementation"]].add(one["metric"])
    assert found[FIRST] == found[FASTER] == found[IN_SQL]
    assert {"peak_heap_bytes", "wall_seconds", "wal_bytes", "statements_server", "rows_written"} <= found[FIRST]


def test_statements_of_psycopg2_are_counted_by_django_and_on_the_server(measured: Measured) -> None:
    """The server sees the COPY too, which goes by a session of its own; ``in-sql`` does without Django."""
    found = measured.results
    django = [samples(found, name, "statements_django") for name in ALL]
    server = [samples(found, name, "statements_server") for name in ALL]
    assert django == [[14], [13], [0]]
    assert server == [[17], [20], [6]]
    statements = next(one for one in found["statements"] if one["implementation"] == FIRST)
    assert sum(text.startswith("COPY daily_reports") for text in statements["server"]) == 1
    assert not any(text.startswith("COPY") for text in statements["django"])


def test_the_stream_takes_less_memory_and_sql_least(measured: Measured) -> None:
    peaks = [samples(measured.results, name, "peak_heap_bytes")[0] for name in ALL]
    assert peaks == sorted(peaks, reverse=True)


def test_the_report_says_which_code_ran_where_and_what_the_server_could_not_execute(measured: Measured) -> None:
    code = {one["implementation"]: one for one in measured.results["code"]}
    assert code[FIRST]["packages"]["django"].startswith("5.1.")
    assert "psycopg2-binary" in code[FIRST]["packages"]
    assert "psycopg" not in code[FIRST]["packages"]
    assert "psycopg" in code[IN_SQL]["packages"]
    report = (measured.output / "report.md").read_text(encoding="utf-8")
    for part in ("CREATE EXTENSION", "gin_trgm_ops", "psycopg2-binary"):
        assert part in report


def test_clone_environment_and_temporary_folder_are_as_before(measured: Measured) -> None:
    """No byte code, no key, no folder, no branch."""
    assert Belongings.of(measured.clone) == measured.before
    assert list(measured.temporary.iterdir()) == []
