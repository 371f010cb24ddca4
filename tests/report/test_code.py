"""Where a run used a project or revisions, its report says which code ran where."""

from __future__ import annotations

from dataclasses import replace

from bench.report.markdown import escape
from bench.report.run_text import render_table
from bench.report.tables.code import code_line
from bench.results.records import ImplementationEnvironment, Results
from tests.support.builders import code, production_results
from tests.support.rendered_markdown import report
from tests.support.variants import HOSTILE

SKIPPED = ('CREATE EXTENSION "hstore"', 'CREATE EXTENSION "pg_trgm"')


def of_project(name: str, revision: str) -> ImplementationEnvironment:
    return replace(
        code(name),
        python="3.12.3",
        packages={"Django": "5.1.14", "psycopg2": "2.9.10"},
        project="prowler",
        revision=revision,
        skipped_statements=SKIPPED,
    )


def revisions() -> Results:
    """A run of one project at two commits."""
    measured = (of_project("materializing", "1111aaaa"), of_project("streaming", "2222bbbb"))
    return replace(production_results(), code=measured)


def test_a_run_in_this_environment_of_one_revision_has_no_line() -> None:
    assert code_line(production_results()) is None
    assert code_line(replace(production_results(), code=())) is None


def test_revisions_of_a_project_are_named_with_their_environment() -> None:
    line = (
        "Code: project prowler: materializing at 1111aaaa and streaming at 2222bbbb (Python 3.12.3, Django 5.1.14, "
        "psycopg2 2.9.10, 2 migration statements skipped)"
    )
    assert code_line(revisions()) == line
    assert escape(line) in report(revisions())
    assert line in " ".join(render_table(revisions()).split())


def test_two_revisions_without_a_project_are_named_too() -> None:
    results = production_results()
    other = replace(results, code=(results.code[0], replace(results.code[1], revision="")))
    assert code_line(other) == (
        "Code: materializing at 0123abc and streaming at not in a checkout (Python 3.11.9, Django 5.2.19, "
        "psycopg 3.3.9)"
    )


def test_beside_a_project_this_environment_is_named_apart() -> None:
    results = production_results()
    line = code_line(replace(results, code=(results.code[0], of_project("streaming", "2222bbbb"))))
    assert line is not None
    first, second = line.split("; ")
    assert first == "Code: materializing at 0123abc (Python 3.11.9, Django 5.2.19, psycopg 3.3.9)"
    assert second.startswith("project prowler: streaming at 2222bbbb (Python 3.12.3,")


def test_the_details_list_each_skipped_statement_once() -> None:
    text = report(revisions())
    assert "### Migration statements that were skipped" in text
    assert [text.count(statement) for statement in SKIPPED] == [1, 1]
    assert "skipped" not in report(production_results())
    assert "| streaming | prowler | `streaming.task:create` | `2222bbbb` | 3.12.3 |" in text


def test_hostile_text_of_a_project_stays_text() -> None:
    hostile = replace(of_project("streaming", HOSTILE), project=HOSTILE, python=HOSTILE, packages={HOSTILE: HOSTILE})
    text = report(replace(production_results(), code=(code("materializing"), hostile)))
    assert "<script>" not in text
