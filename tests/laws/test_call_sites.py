"""Each statement that psycopg or Django sends is traced to the line that issued it, and nothing stays changed."""

from __future__ import annotations

import sysconfig
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest

from bench.harness.measure.statements import sites_in_server_log
from bench.worker.drivers import noted_statements
from bench.worker.probes.call_sites import CallSites
from tests.support.law_calls import marked_lines
from tests.support.readings import Read

Traced = list[tuple[str, str]]
"""(beginning of the statement, name of the line)"""


def traced(statements: tuple[str, ...], sites: tuple[str, ...]) -> Traced:
    lines = marked_lines()
    return [(text.partition(" ")[0], lines.get(site, site)) for text, site in zip(statements, sites, strict=True)]


def note(sites: CallSites) -> None:
    sites.statement(lambda: "SELECT 1")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            "executes",
            [
                ("BEGIN", "connection"),
                ("SELECT", "connection"),
                ("SELECT", "bytes"),
                ("SELECT", "composed"),
                ("SELECT", "composed"),
                ("SELECT", "client"),
                ("COMMIT", "client"),
            ],
        ),
        (
            "executes_many",
            [
                ("BEGIN", "three"),
                *[("INSERT", "three")] * 3,
                ("INSERT", "fourth"),
                ("COMMIT", "fourth"),
                *[("INSERT", "django's two")] * 2,
                ("INSERT", "django's one"),
            ],
        ),
        ("copies", [("BEGIN", "in"), ("COPY", "in"), ("COPY", "out"), ("COMMIT", "out")]),
        (
            "fetches",
            [
                ("BEGIN", "declare"),
                ("DECLARE", "declare"),
                *[("FETCH", "iterate")] * 3,
                ("CLOSE", "iterate"),
                ("DECLARE", "declare again"),
                ("FETCH", "many"),
                ("FETCH", "one"),
                ("FETCH", "all"),
                ("CLOSE", "all"),
                ("COMMIT", "all"),
            ],
        ),
        (
            "from_two_lines",
            [
                ("SELECT", "first"),
                ("BEGIN", "beside Django"),
                ("SELECT", "beside Django"),
                ("COMMIT", "beside Django"),
                ("SELECT", "last"),
            ],
        ),
        (
            "in_transactions",
            [
                ("BEGIN", "committed"),
                ("SELECT", "committed"),
                ("SELECT", "committed too"),
                ("COMMIT", "committed too"),
                ("BEGIN", "nested"),
                ("SELECT", "nested"),
                ("COMMIT", "nested"),
                ("BEGIN", "by hand"),
                ("SELECT", "by hand"),
                ("COMMIT", "by hand"),
            ],
        ),
        ("elsewhere", [("SELECT", "elsewhere")]),
    ],
)
def test_what_the_server_logs_is_traced_to_the_lines_that_sent_it(read: Read, call: str, expected: Traced) -> None:
    reading = read(call)
    assert traced(reading.server_statements, reading.server_sites) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("executes", []),
        ("executes_many", [("2", "django's two"), ("INSERT", "django's one")]),
        ("from_two_lines", [("SELECT", "first"), ("SELECT", "last")]),
        (
            "in_transactions",
            [
                ("BEGIN", "committed"),
                ("SELECT", "committed"),
                ("SELECT", "committed too"),
                ("COMMIT", "committed too"),
            ],
        ),
    ],
)
def test_what_django_logs_is_traced_to_the_lines_that_went_through_django(
    read: Read, call: str, expected: Traced
) -> None:
    reading = read(call)
    assert traced(reading.django_statements, reading.django_sites) == expected


def test_statements_in_no_order_are_traced_by_their_text_alone() -> None:
    sites = CallSites()
    note(sites)
    (begin, select) = sites_in_server_log(("BEGIN", "SELECT $1"), sites.issued, in_order=False)
    assert begin == ""
    assert select.startswith("tests/laws/test_call_sites.py:")


def test_a_statement_that_nobody_was_seen_to_send_has_no_line() -> None:
    """A library that does not use psycopg may have sent it; the line before it did not."""
    sites = CallSites()
    note(sites)
    assert sites_in_server_log(("SELECT 1", "DELETE FROM t", "COMMIT"), sites.issued, in_order=True)[1:] == ("", "")


def test_an_implementation_that_is_installed_as_a_package_is_traced_into_it() -> None:
    """Called from a thread, whose other frames are Python's own."""
    sites = CallSites()
    folder = sysconfig.get_path("purelib")
    namespace: dict[str, Any] = {"note": partial(sites.statement, lambda: "SELECT 1")}
    for file, source in (("django/db.py", "def execute(): note()"), ("mypackage/task.py", "def task(): execute()")):
        exec(compile(source, f"{folder}/{file}", "exec"), namespace)  # noqa: S102 - code that seems to be installed
    thread = Thread(target=namespace["task"])
    thread.start()
    thread.join()
    assert sites_in_server_log(("SELECT 1",), sites.issued, in_order=True) == ("mypackage/task.py:1",)


def attributes() -> list[dict[str, Any]]:
    kinds = (psycopg.Cursor, psycopg.ClientCursor, psycopg.ServerCursor)
    return [dict(vars(one)) for kind in kinds for one in kind.__mro__]


def test_nothing_stays_patched_however_the_block_ends() -> None:
    before = attributes()
    with noted_statements(CallSites()):
        assert attributes() != before
    assert attributes() == before
    with pytest.raises(ValueError, match="within"), noted_statements(CallSites()):
        raise ValueError("from within")
    assert attributes() == before


def test_a_site_is_below_the_folder_of_the_run_and_never_a_path_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    sites = CallSites()
    note(sites)
    (site,) = sites_in_server_log(("SELECT 1",), sites.issued, in_order=True)
    assert site.startswith("laws/test_call_sites.py:")
