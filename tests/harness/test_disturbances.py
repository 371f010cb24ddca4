"""What an implementation leaves behind or changes is named as its failure, and undone before the next sample."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bench.compliance.job import JOB
from bench.database.state import State, changes, inspect, read_state
from bench.harness.executor import SampleError
from bench.harness.stage import DataStage, Stage
from bench.harness.targets import TargetDigest
from tests.support.data import implementation, sampled, synthetic
from tests.support.disturbances import DISTURBANCES
from tests.support.small_scan import SMALL

pytestmark = [pytest.mark.slow, pytest.mark.server]

HERE = "tests.support.implementations.disturbing"


@pytest.fixture(scope="module")
def clean(small_scan: DataStage) -> tuple[State, TargetDigest]:
    """The state before any disturbance, and what the streaming implementation leaves."""
    _, digest = sampled(small_scan, "rows", "streaming", 120)
    return state(small_scan), digest


WRITABLE = ("compliance_requirements_overviews", "compliance_overview_summaries")


def state(scan: DataStage) -> State:
    with inspect(scan.access) as connection:
        return read_state(connection, scan.access)


def failure(scan: DataStage, name: str, probe: str = "rows") -> SampleError:
    with pytest.raises(SampleError) as caught:
        sampled(scan, probe, f"{HERE}:{name}", 120)  # type: ignore[arg-type]  # a probe's name
    return caught.value


@contextmanager
def restored(scan: DataStage, clean: tuple[State, TargetDigest]) -> Iterator[None]:
    """After the block, the database has the definitions and the next implementation leaves the rows it had before."""
    yield
    assert state(scan).definitions == clean[0].definitions
    assert sampled(scan, "rows", "streaming", 120)[1] == clean[1]


@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_change_beyond_the_rows_is_named_and_undone(
    small_scan: DataStage, clean: tuple[State, TargetDigest], name: str
) -> None:
    with restored(small_scan, clean):
        error = failure(small_scan, name)
        assert error.kind == DISTURBANCES[name].kind
        assert DISTURBANCES[name].named in str(error)


@pytest.mark.parametrize("name", ["idle_in_transaction", "keeps_advisory_lock"])
@pytest.mark.parametrize("probe", ["rows", "database"])
def test_an_open_transaction_or_an_advisory_lock_after_the_call_fails_at_once(
    small_scan: DataStage, clean: tuple[State, TargetDigest], name: str, probe: str
) -> None:
    words = {"idle_in_transaction": "idle in transaction", "keeps_advisory_lock": "advisory lock"}
    with restored(small_scan, clean):
        error = failure(small_scan, name, probe)
        assert error.kind == "error"
        assert words[name] in str(error)
        assert "before returning" in str(error)


def test_a_worker_killed_while_statements_are_logged_leaves_no_log_on(
    small_scan: DataStage, clean: tuple[State, TargetDigest]
) -> None:
    with restored(small_scan, clean):
        error = failure(small_scan, "killed_while_statements_are_logged", "statements")
        assert error.kind == "killed"
        assert "log_statement" not in str(error), "the probe switched it on, not the implementation"
    reading, _ = sampled(small_scan, "statements", "streaming", 120)
    assert reading.values["statements_server"] > 0


def test_a_failure_of_another_kind_names_what_was_changed_too(
    small_scan: DataStage, clean: tuple[State, TargetDigest]
) -> None:
    with restored(small_scan, clean):
        error = failure(small_scan, "changes_and_is_killed")
        assert error.kind == "killed"
        assert "it also added the table leftover" in str(error)


def test_a_session_that_outlives_its_worker_is_named_and_ended_with_its_locks(
    small_scan: DataStage, clean: tuple[State, TargetDigest]
) -> None:
    with restored(small_scan, clean), psycopg.connect(small_scan.access.conninfo, autocommit=True) as session:
        session.execute("SELECT pg_advisory_lock(7)")
        (found,) = small_scan.guard.check("someone", WRITABLE)
        assert str(found) == "left a session open (idle)"
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")


def test_the_server_recovers_from_a_crash_that_an_implementation_causes(
    small_scan: DataStage, clean: tuple[State, TargetDigest]
) -> None:
    with restored(small_scan, clean):
        assert failure(small_scan, "crashes_a_backend").kind == "error"


def test_a_large_database_is_not_copied_but_loaded_again(
    stage: Stage, catalogue_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def databases() -> int:
        with psycopg.connect(scan.access.conninfo) as connection:
            return connection.execute("SELECT FROM pg_database WHERE datname LIKE 'bench%'").rowcount

    monkeypatch.setattr("bench.harness.state_guard.LARGEST_COPIED", 0)
    with stage.data(JOB, synthetic(SMALL, catalogue_file)) as scan:
        before = databases()
        _, expected = sampled(scan, "rows", "streaming", 120)
        assert failure(scan, "adds_column").kind == "disturbed"
        assert databases() == before
        assert sampled(scan, "rows", "streaming", 120)[1] == expected
        scan.write_earlier_rows(implementation("streaming"), 120)
        scan.guard.keep()
        assert databases() == before + 1, "rows of an earlier run are in no load"


def test_a_check_costs_less_than_a_sample_and_says_how_much(
    small_scan: DataStage, clean: tuple[State, TargetDigest], capsys: pytest.CaptureFixture[str]
) -> None:
    start = time.perf_counter()
    sampled(small_scan, "rows", "streaming", 120)
    sample = time.perf_counter() - start
    checks = []
    for _ in range(9):
        start = time.perf_counter()
        assert not small_scan.guard.check("streaming", WRITABLE)
        checks.append(time.perf_counter() - start)
    with capsys.disabled():
        found = len(state(small_scan).definitions)
        sys.stdout.write(
            f"\nstate check: {statistics.median(checks) * 1000:.0f} ms (median of {len(checks)}), {found} definitions\n"
        )
    assert statistics.median(checks) < sample


def test_the_rows_of_the_target_tables_may_differ_and_those_of_others_may_not(
    small_scan: DataStage, clean: tuple[State, TargetDigest]
) -> None:
    kept = state(small_scan)
    sampled(small_scan, "rows", "materializing", 120)
    found = changes(kept, state(small_scan), ())
    assert {one.name for one in found} == {
        "public.compliance_requirements_overviews",
        "public.compliance_overview_summaries",
    }
    assert not changes(kept, state(small_scan), WRITABLE)
