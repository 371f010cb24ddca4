"""A pool of real Celery workers: what is killed, taken again and left, and what a pool that ends too early says."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench.broker.embedded import BrokerError
from bench.harness.stage import Stage
from bench.jobs.registry import implementation_of
from bench.pool.grounds import Field
from bench.results.pool import PoolRun, PoolSettings
from bench.results.promises import Holding
from bench.worker.pool import MOST_DELIVERIES
from bench.worker.process import descendants
from tests.support.pools import HUNGRY, SETTINGS, opened_grounds, pool_plan
from tests.support.processes import wait_until
from tests.support.sandbox_maker import CATALOGUE

pytestmark = pytest.mark.slow

LIMIT = 330 * 2**20
"""More than one hungry call needs beside its pool, and less than two."""
NAMES = ("pushdown", f"{HUNGRY}:hungry", f"{HUNGRY}:late_hungry", f"{HUNGRY}:failing", f"{HUNGRY}:careless")


@pytest.fixture(scope="module")
def field(quick_stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """Three scans with equal content in one database."""
    catalogue = tmp_path_factory.mktemp("pools") / "catalogue.json"
    catalogue.write_text(json.dumps(CATALOGUE), encoding="utf-8")
    plan = pool_plan(catalogue, *NAMES)
    with opened_grounds(quick_stage, plan) as grounds, grounds.field(plan.sources, plan.tasks) as made:
        made.keep_references()
        yield made


def pooled(field: Field, name: str, settings: PoolSettings = SETTINGS, count: int | None = None) -> PoolRun:
    """Run a pool of the implementation ``name``."""
    return field.pool(implementation_of(field.grounds.plan.job, name), settings, count)


def test_without_a_limit_every_call_ends_with_its_own_rows(field: Field) -> None:
    run = pooled(field, "pushdown")
    assert [task.end for task in run.tasks] == ["finished"] * 3
    assert {task.tables for task in run.tasks} == {(Holding.NEW, Holding.NEW)}
    assert {task.rows for task in run.tasks} == {300}
    assert (run.wrong, run.kills, run.redelivered) == ((), (), 0)
    assert run.idle_bytes <= run.peak_pss_bytes < run.peak_rss_bytes
    assert run.server_cpu_seconds is not None


def test_each_child_takes_one_task_and_prepares_itself_as_in_production(field: Field) -> None:
    """Unless the children live on, and their parent has prepared before it forked."""
    cold = pooled(field, "pushdown")
    assert len({one.child for task in cold.tasks for one in task.deliveries}) == 3
    warm = pooled(field, "pushdown", replace(SETTINGS, concurrency=1, tasks_per_child=0, start="warm"))
    assert {one.child for task in warm.tasks for one in task.deliveries} == {0}
    assert all(one.end_pss_bytes for task in warm.tasks for one in task.deliveries)
    assert warm.wrong == ()


def test_the_limit_kills_the_largest_child_and_its_task_is_taken_again(field: Field) -> None:
    run = pooled(field, f"{HUNGRY}:hungry", replace(SETTINGS, limit_bytes=LIMIT), 2)
    assert run.kills
    assert all(one.by == "supervisor" and one.pool_bytes >= LIMIT for one in run.kills)
    assert all(one.process_bytes > 100 * 2**20 and one.task is not None for one in run.kills)
    assert run.redelivered
    assert (run.wrong, run.failure) == ((), "")
    for task in run.tasks:
        assert task.tables == ((Holding.NEW,) * 2 if task.end == "finished" else (Holding.NONE,) * 2)


def test_a_call_that_never_fits_is_given_up_and_the_others_end(field: Field) -> None:
    """Production would give it to one child after the other."""
    run = pooled(field, f"{HUNGRY}:late_hungry", replace(SETTINGS, concurrency=1, limit_bytes=LIMIT // 2), 1)
    assert [(task.end, len(task.deliveries)) for task in run.tasks] == [("killed", MOST_DELIVERIES)]
    assert run.never_finished == 1
    # It was killed after its rows were there: none is wrong.
    assert run.tasks[0].tables == (Holding.NEW, Holding.NEW)
    assert run.wrong == ()


def test_a_task_that_goes_not_back_to_the_queue_is_lost(field: Field) -> None:
    settings = replace(SETTINGS, concurrency=1, limit_bytes=LIMIT // 2, redeliver=False)
    run = pooled(field, f"{HUNGRY}:hungry", settings, 1)
    assert [(task.end, len(task.deliveries)) for task in run.tasks] == [("lost", 1)]


def test_a_call_that_raises_and_wrong_rows_are_told(field: Field) -> None:
    failed = pooled(field, f"{HUNGRY}:failing", SETTINGS, 1)
    assert failed.tasks[0].error.startswith("RuntimeError: no rows for")
    assert failed.wrong == (f"task 0 failed: {failed.tasks[0].error}",)
    careless = pooled(field, f"{HUNGRY}:careless", SETTINGS, 1)
    assert careless.tasks[0].tables == (Holding.MIXED, Holding.NEW)
    assert careless.wrong == ("task 0: rows: rows that no quiet call writes",)


def test_a_pool_whose_parent_is_killed_is_a_failure_and_leaves_no_process(field: Field) -> None:
    before = _own_processes()

    def kill_parent() -> None:
        wait_until(lambda: len(_pool(before)) == 4, "supervisor, parent and two children run")
        os.kill(_pool(before)[1], signal.SIGKILL)

    killer = threading.Thread(target=kill_parent)
    killer.start()
    run = pooled(field, f"{HUNGRY}:hungry")
    killer.join()
    assert run.failure == "the pool ended: the worker was killed by SIGKILL (out of memory?)"
    assert {task.end for task in run.tasks} <= {"waiting", "killed"}
    assert _pool(before) == []


def test_a_broker_that_is_killed_ends_the_command_in_one_line(quick_stage: Stage, field: Field) -> None:
    """Another broker in the same folder goes on."""
    plan = field.grounds.plan
    before = set(Path(quick_stage.scratch).glob("broker-*"))
    with opened_grounds(quick_stage, plan) as grounds:
        assert grounds.broker.pid is not None
        os.kill(grounds.broker.pid, signal.SIGKILL)
        other = replace(field, grounds=grounds)
        with pytest.raises(BrokerError, match="the embedded broker has ended"):
            pooled(other, "pushdown")
    assert set(Path(quick_stage.scratch).glob("broker-*")) == before
    assert pooled(field, "pushdown", count=1).failure == ""


def _own_processes() -> set[int]:
    return {one.pid for one in descendants(os.getpid()) if one.running}


def _pool(before: set[int]) -> list[int]:
    """What runs below this process, is new and is Python's, each parent before its children."""
    found = [one for one in descendants(os.getpid()) if one.running and one.name.startswith("python")]
    return [one.pid for one in found if one.pid not in before]
