"""The runner takes every sample that can be taken, records every failure, and keeps what there is at any time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.analysis.run_verdict import judge
from bench.analysis.verdict import Standing
from bench.errors import DatabaseError, InputError
from bench.harness.executor import SampleError
from bench.harness.goal import Goal, against_the_first
from bench.harness.plan import SINGLE_PROBES, schedule
from bench.harness.runner import Runner
from bench.messages.request import DescribeRequest, ProbeName
from bench.results.records import Failure
from bench.results.stops import StopReason
from tests.support.notes import Notes, always, failures
from tests.support.stand_in import OTHERS, ROWS, Sample, ScriptedExecutor, StandIn, digest, plan, sample


def test_every_planned_sample_is_taken_in_the_order_of_the_schedule_scan_by_scan() -> None:
    stand_in = StandIn(always)
    Runner(plan(["100/3", "1k/8"]), Notes(), stand_in.open).run()
    planned = [(planned.probe, planned.implementation) for planned in schedule(("before", "after"), 2)]
    assert stand_in.taken == [(scan, *one) for scan in ("100/3", "1k/8") for one in planned]
    assert stand_in.events == ["open", "load 100/3", "drop 100/3", "load 1k/8", "drop 1k/8", "close"]


def test_pairs_go_on_until_their_question_is_decided_and_the_results_say_so() -> None:
    """After the single probes; each scan by itself, the one without a difference until its interval is narrow."""
    rng = np.random.default_rng(80)

    def script(scan: str, probe: ProbeName, implementation: str) -> Sample:
        slower = 2.0 if (scan, implementation) == ("100/3", "after") else 1.0
        seconds = slower * float(np.exp(rng.normal(0, 0.03)))
        return sample({"wall_seconds": seconds, "cpu_seconds": seconds} if probe == "time" else {"wal_bytes": 5.0})

    scans = ("100/3", "1k/8")
    goal = Goal(questions=against_the_first(scans, ("before", "after")), precision=0.02, seconds=1e9)
    stand_in, notes = StandIn(script), Notes()
    runner = Runner(replace(plan(scans), goal=goal), notes, stand_in.open)
    runner.run()
    results = runner.results()
    assert results
    decided, narrow = results.stops
    assert (decided.scan, decided.base, decided.other, decided.reason) == (
        "100/3",
        "before",
        "after",
        StopReason.ABOVE,
    )
    assert (narrow.scan, narrow.reason) == ("1k/8", StopReason.PRECISE)
    assert 7 <= decided.pairs <= 12 < narrow.pairs
    for stop in results.stops:
        timed = [probe for scan, probe, _ in stand_in.taken if scan == stop.scan]
        assert timed == [probe for probe in SINGLE_PROBES for _ in range(2)] + ["time"] * 2 * stop.pairs
    sequential = {one.metric for one in results.measurements if one.sequential}
    assert sequential == {"wall_seconds", "cpu_seconds"}
    assert results.planned_samples is None
    assert notes.finished == pytest.approx(notes.total)
    assert all(seconds >= 0 for seconds in notes.seconds_left)
    assert {check.standing for check in judge(results).checks} == {Standing.PASSED}


def test_one_that_fails_in_a_round_ends_its_questions_and_the_others_go_on() -> None:
    def script(scan: str, probe: ProbeName, implementation: str) -> Sample:
        if (probe, implementation) == ("time", "broken") and len(stand_in.taken) > 20:
            raise SampleError("error", "it broke")
        return sample({"wall_seconds": 2.0 if implementation == "slow" else 1.0} if probe == "time" else {})

    names = ("base", "broken", "slow")
    stand_in = StandIn(script)
    goal = Goal(questions=against_the_first(("100/3",), names), precision=1e-15)
    runner = Runner(replace(plan(implementations=names), goal=goal), Notes(), stand_in.open)
    runner.run()
    results = runner.results()
    assert failures(results) == [("100/3", "broken", "time", "error")]
    assert results
    assert {one.other: one.reason for one in results.stops} == {
        "broken": StopReason.FAILED,
        "slow": StopReason.ABOVE,
    }


@pytest.mark.parametrize("kind", ["error", "timeout", "killed"])
def test_a_failed_sample_is_recorded_and_ends_its_case_alone(kind: str) -> None:
    def script(scan: str, probe: ProbeName, implementation: str) -> Sample:
        if (scan, probe, implementation) == ("100/3", "memory", "before"):
            raise SampleError(kind, "it broke", log_tail="the last words")
        return sample()

    stand_in, notes = StandIn(script), Notes()
    runner = Runner(plan(["100/3", "1k/8"]), notes, stand_in.open)
    runner.run()
    results = runner.results()
    assert results
    assert results.failures == (
        Failure(
            scan="100/3",
            implementation="before",
            probe="memory",
            kind=kind,
            message="it broke",
            log_tail="the last words",
        ),
    )
    assert notes.warnings == [f"100/3: before failed ({kind}): it broke"]
    probes = [probe for scan, probe, name in stand_in.taken if (scan, name) == ("100/3", "before")]
    assert probes == ["statements", "memory"], "nothing after the failure"
    whole = len(SINGLE_PROBES) + 2
    for case in (("100/3", "after"), ("1k/8", "before"), ("1k/8", "after")):
        assert sum((scan, name) == case for scan, _, name in stand_in.taken) == whole


def test_progress_comes_to_its_end_also_where_samples_fail() -> None:
    def script(scan: str, probe: ProbeName, implementation: str) -> Sample:
        raise SampleError("error", "no")

    notes = Notes()
    Runner(plan(["100/3"]), notes, StandIn(script).open).run()
    assert notes.finished > 0
    assert sum("after" in stage or "before" in stage for stage in notes.stages) == 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (sample(rows=ROWS - 1), f"wrote {ROWS - 1} rows where the rules give {ROWS}"),
        (sample(rows=0), f"wrote 0 rows where the rules give {ROWS}"),
        (sample(created=ROWS + 1), f"returned requirements_created = {ROWS + 1} but left {ROWS} rows"),
        (sample(bystanders=(digest(4, "touched"), OTHERS[1])), "changed rows that belong to other calls"),
        (sample(bystanders=(OTHERS[0], digest(0, "gone"))), "changed rows that belong to other calls"),
    ],
)
def test_wrong_rows_are_a_failure_although_the_call_went_well(wrong: Sample, message: str) -> None:
    runner = Runner(plan(), Notes(), StandIn(lambda *_: wrong).open)
    runner.run()
    assert failures(runner.results()) == [
        ("100/3", "before", "statements", "wrong-rows"),
        ("100/3", "after", "statements", "wrong-rows"),
    ]
    results = runner.results()
    assert results
    assert message in results.failures[0].message


def test_rows_that_differ_between_samples_are_a_failure_and_the_bad_digest_stays() -> None:
    def script(scan: str, probe: ProbeName, implementation: str) -> Sample:
        return sample(content="other" if (probe, implementation) == ("time", "after") else "rows")

    runner = Runner(plan(), Notes(), StandIn(script).open)
    runner.run()
    results = runner.results()
    assert failures(results) == [("100/3", "after", "time", "wrong-rows")]
    assert results
    assert {one.implementation: one.tables[0].sha256 for one in results.digests} == {
        "before": digest(ROWS, "rows").sha256,
        "after": digest(ROWS, "other").sha256,
    }


def test_an_interruption_passes_and_what_was_measured_is_there() -> None:
    def script(scan: str, probe: ProbeName, implementation: str) -> Sample:
        if (probe, implementation) == ("memory", "after"):
            raise KeyboardInterrupt
        return sample({"peak_heap_bytes": 5.0} if probe == "memory" else {})

    stand_in = StandIn(script)
    runner = Runner(plan(["100/3", "1k/8"]), Notes(), stand_in.open)
    with pytest.raises(KeyboardInterrupt):
        runner.run()
    results = runner.results()
    assert results
    peaks = [(m.implementation, m.samples) for m in results.measurements if m.metric == "peak_heap_bytes"]
    assert peaks == [("before", (5.0,))]
    assert stand_in.events == ["open", "load 100/3", "drop 100/3", "close"]


def test_a_server_that_is_lost_ends_the_run_and_keeps_what_was_measured() -> None:
    def script(scan: str, probe: ProbeName, implementation: str) -> Sample:
        if probe == "rss":
            raise DatabaseError("gone")
        return sample()

    runner = Runner(plan(), Notes(), StandIn(script).open)
    with pytest.raises(DatabaseError, match="gone"):
        runner.run()
    results = runner.results()
    assert results
    assert results.measurements


def test_an_implementation_that_cannot_be_loaded_ends_the_run_before_any_scan_is_loaded() -> None:
    executor = ScriptedExecutor(InputError("no such function"))
    stand_in = StandIn(always, executor)
    runner = Runner(plan(), Notes(), stand_in.open)
    with pytest.raises(InputError, match="no such function"):
        runner.run()
    assert stand_in.events == ["open", "close"]
    assert [type(request) for request in executor.requests] == [DescribeRequest]


def test_there_are_no_results_before_the_server_is_up() -> None:
    assert Runner(plan(), Notes(), StandIn(always).open).results() is None
