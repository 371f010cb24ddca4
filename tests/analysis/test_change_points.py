"""A change is named with its commit, size and certainty; what does not compare takes no part."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bench.analysis.change_points import ChangePoint, change_points, undecided
from bench.analysis.segmentation import FEWEST
from bench.analysis.series import series_of
from bench.results.records import Failure, Results
from tests.support.builders import at_revision, digest
from tests.support.run_pairs import ROWS, SCAN, noisy_samples, other_rows, small_run, with_samples

NOISY = ("wall_seconds", "cpu_seconds")


def history(
    count: int, *, slower: dict[int, float] | None = None, seed: int = 1, between: float = 0.04
) -> list[Results]:
    """Runs of one machine whose times vary by ``between`` from run to run; ``slower[n]`` is a step at run ``n``."""
    rng = random.Random(seed)
    runs = []
    factor = 1.0
    for place in range(count):
        factor *= (slower or {}).get(place, 1.0)
        run = small_run()
        for name in run.implementations:
            own = factor if name == "streaming" else 1.0
            for metric in NOISY:
                samples = noisy_samples(rng, 6, own * rng.lognormvariate(0, between))
                run = with_samples(run, name, metric, samples)
        runs.append(dated(run, place))
    return runs


def dated(run: Results, place: int) -> Results:
    return replace(
        at_revision(run, commit(place)), created=f"2026-01-{1 + place // 24:02d}T{place % 24:02d}:00:00+00:00"
    )


def commit(place: int) -> str:
    return f"{place:02d}" * 20


def changes(runs: Sequence[Results]) -> tuple[ChangePoint, ...]:
    return change_points(series_of(runs))


def found(runs: Sequence[Results]) -> list[tuple[str, str, str, bool]]:
    return [(one.implementation, one.metric.name, one.revision[:2], one.worse) for one in changes(runs)]


def on_machine(run: Results, **environment: Any) -> Results:
    return replace(run, environment=replace(run.environment, **environment))


def test_a_planted_step_of_thirty_per_cent_is_named_with_its_commit() -> None:
    both = [one for one in changes(history(20, slower={12: 1.3})) if one.implementation == "streaming"]
    assert [one.metric.name for one in both] == list(NOISY)
    for one in both:
        assert (one.revision, one.before.revision, one.worse) == (commit(12), commit(11), True)
        assert one.ratio == pytest.approx(1.3, abs=0.08)
        assert one.confidence is not None
        assert one.confidence > 0.99
        assert one.runs == (12, 8)
    assert {one.implementation for one in changes(history(20, slower={12: 1.3}))} == {"streaming"}


def test_steps_for_better_and_worse_come_in_their_order() -> None:
    steps = [(name, one) for _, name, one, _ in found(history(30, slower={10: 1.4, 20: 0.6}))]
    assert steps == [(name, place) for place in ("10", "20") for name in NOISY]


@pytest.mark.parametrize("seed", range(5))
def test_a_flat_history_has_no_change(seed: int) -> None:
    assert changes(history(24, seed=seed)) == ()


def test_the_newest_run_alone_changes_no_time() -> None:
    assert found(history(20, slower={18: 1.5})) == []


def test_exact_and_near_exact_metrics_change_with_the_very_next_run() -> None:
    runs = history(5)
    runs[3] = with_samples(runs[3], "streaming", "statements_django", (19,))
    runs[4] = with_samples(runs[4], "streaming", "statements_django", (19,))
    runs[4] = with_samples(runs[4], "materializing", "wal_bytes", (29_000_000,))
    assert found(runs) == [
        ("streaming", "statements_django", "03", True),
        ("materializing", "wal_bytes", "04", False),
    ]
    first, second = changes(runs)
    assert (first.old, first.new, first.confidence, first.ratio) == (18, 19, None, 19 / 18)
    assert second.runs == (4, 1)


def test_a_drift_below_the_tolerance_from_run_to_run_is_found_where_it_adds_up() -> None:
    runs = [
        with_samples(one, "streaming", "wal_bytes", (33_100_000 * 1.004**place,))
        for place, one in enumerate(history(5))
    ]
    assert found(runs) == [("streaming", "wal_bytes", "03", True)]


def test_a_count_of_rows_that_changes_is_never_better() -> None:
    fewer = with_samples(history(2)[1], "streaming", "rows_written", (ROWS - 1,))
    (one,) = changes([history(1)[0], fewer])
    assert (one.metric.name, one.worse) == ("rows_written", True)


def test_times_are_never_compared_across_machines_and_counts_are() -> None:
    """A machine that is twice as fast takes over for twelve runs: on neither of the two is a step."""
    runs = history(36, slower={12: 0.5, 24: 2.0})
    assert changes(runs)
    runs[12:24] = [on_machine(run, cores=8) for run in runs[12:24]]
    assert changes(runs) == ()
    runs[-1] = on_machine(with_samples(runs[-1], "streaming", "statements_django", (17,)), cores=8)
    (one,) = changes(runs)
    assert one.notes == ("the environment changed as well (cores: 2 → 8)",)


def test_two_runs_of_one_commit_say_that_its_code_is_not_the_cause() -> None:
    first, second = history(2)
    second = at_revision(with_samples(second, "streaming", "statements_django", (17,)), commit(0))
    assert changes([first, second])[0].notes == ("both runs are of the same commit, so its code is not the cause",)
    dirty = at_revision(second, f"{commit(0)}+changes")
    assert changes([at_revision(first, f"{commit(0)}+changes"), dirty])[0].notes == ()


def test_the_commit_is_that_of_the_implementation_s_own_code() -> None:
    first, second = history(2)
    second = with_samples(second, "streaming", "statements_django", (17,))
    second = replace(second, code=(second.code[0], replace(second.code[1], revision="beef" * 10)))
    assert changes([first, second])[0].revision == "beef" * 10


def test_other_data_other_scenarios_and_what_is_wrong_take_no_part() -> None:
    first, *_, last = history(4)
    changed = with_samples(last, "streaming", "statements_django", (17,))
    others = (
        replace(changed, scenario="rerun"),
        replace(changed, datasets=(replace(changed.datasets[0], fingerprint="0" * 64),)),
        replace(changed, unfinished="interrupted"),
        replace(changed, digests=other_rows().digests),
        replace(changed, digests=(changed.digests[0],)),
        replace(changed, digests=(changed.digests[0], digest(SCAN, "streaming", ROWS, bystanders_unchanged=False))),
        replace(
            changed, failures=(Failure(scan=SCAN, implementation="streaming", probe="rss", kind="killed", message=""),)
        ),
        replace(changed, measurements=tuple(replace(one, incomplete="forked") for one in changed.measurements)),
    )
    for one in others:
        assert changes([first, one]) == ()
        assert [each.revision for each in changes([first, one, dated(changed, 5)])] == [commit(5)]


def test_a_run_that_lacks_a_case_is_passed_over() -> None:
    runs = history(3)
    runs[1] = with_samples(runs[1], "streaming", "statements_django", ())
    runs[2] = with_samples(runs[2], "streaming", "statements_django", (17,))
    (one,) = changes(runs)
    assert (one.before.revision, one.revision) == (commit(0), commit(2))


def test_series_that_are_too_short_are_named_as_undecided() -> None:
    assert {one.metric.name for one in undecided(series_of(history(FEWEST - 1)))} == set(NOISY)
    assert undecided(series_of(history(FEWEST))) == ()


def test_one_scan_can_be_chosen() -> None:
    assert series_of(history(2), ["9/9"]) == ()
    assert series_of(history(2), [SCAN]) == series_of(history(2))
