"""Each statement that psycopg2 sends is traced to its line, and every round trip counts, without Django too."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.database.access import DatabaseAccess
from bench.harness.executor import ProcessExecutor
from bench.jobs.environment import WorkerEnvironment
from bench.messages.answer import TrialAnswer
from bench.messages.reading import Reading
from bench.messages.request import SampleRequest, TrialRequest
from tests.support.weather import foreign_python
from tests.support.weather_worker import TIMEOUT_SECONDS

pytestmark = [pytest.mark.slow, pytest.mark.server]

CALLS = Path("tests/projects/plain/project/calls.py").resolve()
MARK = "  # line: "


def environment() -> WorkerEnvironment:
    return WorkerEnvironment(interpreter=str(foreign_python()))


def read(executor: ProcessExecutor, database: DatabaseAccess, call: str) -> Reading:
    request = SampleRequest(
        environment=environment(),
        access=database,
        probe="statements",
        implementation=call,
        function=f"{CALLS}:{call}",
        arguments={},
    )
    return executor.run(request, TIMEOUT_SECONDS).reading


def tried(executor: ProcessExecutor, database: DatabaseAccess, call: str) -> TrialAnswer:
    request = TrialRequest(
        environment=environment(),
        access=database,
        implementation=call,
        function=f"{CALLS}:{call}",
        arguments={},
    )
    with executor.start(request) as worker:
        worker.wait_until_ready(TIMEOUT_SECONDS)
        worker.send()
        return worker.answer(TIMEOUT_SECONDS)


def traced(reading: Reading) -> list[tuple[str, str]]:
    """(first word of the statement, name of its line)"""
    lines = CALLS.read_text(encoding="utf-8").splitlines()
    names = {number: line.partition(MARK)[2] for number, line in enumerate(lines, start=1)}
    return [
        (text.split()[0], names[int(site.rpartition(":")[2])] if site else "")
        for text, site in zip(reading.server_statements, reading.server_sites, strict=True)
    ]


@pytest.mark.parametrize(
    ("call", "expected", "outcome"),
    [
        (
            "executes",
            [
                ("BEGIN", "text"),
                ("SELECT", "text"),
                ("SELECT", "bytes"),
                ("SELECT", "composed"),
                ("SELECT", "function"),
                ("COMMIT", "function"),
            ],
            None,
        ),
        (
            "executes_many",
            [
                ("BEGIN", "create"),
                ("CREATE", "create"),
                ("INSERT", "three"),
                ("INSERT", "three"),
                ("INSERT", "three"),
                ("INSERT", "values"),
                ("ROLLBACK", "rollback"),
            ],
            None,
        ),
        (
            "copies",
            [
                ("BEGIN", "create"),
                ("CREATE", "create"),
                ("COPY", "in, text"),
                ("COPY", "in, bytes"),
                ("COPY", "out"),
                ("SELECT", "sum"),
                ("COMMIT", "sum"),
            ],
            {"rows": ["1", "2", "3"], "total": 6},
        ),
        (
            "fetches",
            [
                ("BEGIN", "declare"),
                ("DECLARE", "declare"),
                ("FETCH", "iterate"),
                ("FETCH", "iterate"),
                ("FETCH", "iterate"),
                ("FETCH", "iterate"),
                ("CLOSE", "iterate"),
                ("COMMIT", "iterate"),
                ("BEGIN", "declare again"),
                ("DECLARE", "declare again"),
                ("FETCH", "many"),
                ("FETCH", "one"),
                ("FETCH", "all"),
                ("CLOSE", "all"),
                ("COMMIT", "all"),
            ],
            25,
        ),
    ],
)
def test_every_statement_has_the_line_that_issued_it(
    executor: ProcessExecutor,
    database: DatabaseAccess,
    call: str,
    expected: list[tuple[str, str]],
    outcome: object,
) -> None:
    reading = read(executor, database, call)
    assert traced(reading) == expected
    assert reading.outcome == outcome


@pytest.mark.parametrize(
    ("call", "statements", "pieces"),
    [
        ("executes", 5, 0),
        ("executes_many", 6, 0),
        # Each file is read to its end, and each row that comes out is a piece.
        ("copies", 6, 7),
        ("fetches", 13, 0),
    ],
)
def test_every_round_trip_counts(
    executor: ProcessExecutor, database: DatabaseAccess, call: str, statements: int, pieces: int
) -> None:
    """A BEGIN goes with the statement after it."""
    answer = tried(executor, database, call)
    assert (answer.statements, answer.pieces) == (statements, pieces)
