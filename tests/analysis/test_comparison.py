"""Two runs are compared where they can be, as each metric's kind demands, and nothing is passed over."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.analysis.change import Change, ChangeVerdict
from bench.analysis.comparable import environment_fingerprint
from bench.analysis.compare import compare
from bench.analysis.comparison import Comparison, MissingCase, RunSide
from bench.analysis.rows import Answer
from bench.errors import InputError
from bench.results.environment import NoiseFloor
from bench.results.metrics import Kind
from bench.results.records import Failure, Results
from tests.support import variants
from tests.support.builders import dataset, digest, measurement, with_table
from tests.support.run_pairs import (
    NAMES,
    ROWS,
    SCAN,
    TIMES,
    later,
    noisy_samples,
    other_machine,
    other_rows,
    regressed,
    small_run,
    with_samples,
)


def change(comparison: Comparison, implementation: str, metric: str) -> Change:
    (found,) = (one for one in comparison.changes if (one.implementation, one.metric.name) == (implementation, metric))
    return found


def compared(metric: str, before: tuple[float, ...], after: tuple[float, ...]) -> Change:
    """Compare two runs that differ in one metric of streaming alone."""
    first = with_samples(small_run(), "streaming", metric, before)
    second = with_samples(later(small_run()), "streaming", metric, after)
    return change(compare(first, second), "streaming", metric)


def test_a_run_compared_with_itself_shows_nothing_worse_and_nothing_better() -> None:
    comparison = compare(small_run(), later(small_run()))
    assert not comparison.worse
    assert comparison.conclusive
    assert comparison.same_rows.answer is Answer.YES
    assert comparison.environment_differences == ()
    assert len(comparison.changes) == 16
    assert {one.verdict for one in comparison.changes} == {
        ChangeVerdict.EQUAL,
        ChangeVerdict.WITHIN,
        ChangeVerdict.NOT_DISTINGUISHED,
        ChangeVerdict.INCONCLUSIVE,
    }
    assert not any(one.better for one in comparison.changes)


def test_changes_come_in_the_order_of_cases_and_metrics() -> None:
    names = [(one.implementation, one.metric.name) for one in compare(small_run(), small_run()).changes]
    assert [name for name, _ in names] == [NAMES[0]] * 8 + [NAMES[1]] * 8
    assert [metric for _, metric in names[:4]] == [
        "wall_seconds",
        "cpu_seconds",
        "peak_heap_bytes",
        "peak_heap_untraced_bytes",
    ]


@pytest.mark.parametrize(
    ("metric", "before", "after", "verdict", "worse", "better"),
    [
        ("statements_django", (18,), (18, 18), ChangeVerdict.EQUAL, False, False),
        ("statements_django", (18,), (19,), ChangeVerdict.DIFFERS, True, False),
        ("statements_django", (18,), (17,), ChangeVerdict.DIFFERS, False, True),
        ("statements_django", (18,), (18, 19), ChangeVerdict.DIFFERS, True, False),
        ("statements_django", (19,), (18, 20), ChangeVerdict.DIFFERS, True, False),
        ("statements_django", (18, 19), (19, 18), ChangeVerdict.EQUAL, False, False),
        ("rows_written", (ROWS,), (ROWS + 1,), ChangeVerdict.DIFFERS, True, False),
        ("rows_written", (ROWS,), (ROWS - 1,), ChangeVerdict.DIFFERS, True, False),
        ("peak_heap_bytes", (40e6,), (40.4e6,), ChangeVerdict.WITHIN, False, False),
        ("peak_heap_bytes", (40e6,), (40.5e6,), ChangeVerdict.MORE, True, False),
        ("peak_heap_bytes", (40e6,), (39.5e6,), ChangeVerdict.LESS, False, True),
        ("peak_heap_bytes", (40e6, 40.1e6, 60e6), (40.2e6,), ChangeVerdict.WITHIN, False, False),
        ("temp_bytes", (0,), (0,), ChangeVerdict.WITHIN, False, False),
        ("temp_bytes", (0,), (900e3,), ChangeVerdict.WITHIN, False, False),
        ("temp_bytes", (0,), (9e6,), ChangeVerdict.MORE, True, False),
        ("temp_bytes", (9e6,), (0,), ChangeVerdict.LESS, False, True),
        ("peak_heap_untraced_bytes", (36e6,), (36e6 - 2**21,), ChangeVerdict.NOT_DISTINGUISHED, False, False),
        ("peak_heap_untraced_bytes", (36e6,), (36e6 + 2**22,), ChangeVerdict.MORE, True, False),
        ("wall_seconds", TIMES, tuple(1.2 * one for one in TIMES), ChangeVerdict.MORE, True, False),
        ("wall_seconds", TIMES, tuple(0.8 * one for one in TIMES), ChangeVerdict.LESS, False, True),
        ("wall_seconds", TIMES, tuple(1.005 * one for one in TIMES), ChangeVerdict.NOT_DISTINGUISHED, False, False),
        ("wall_seconds", (1, 2, 3), (7, 8, 9), ChangeVerdict.INCONCLUSIVE, False, False),
        ("wall_seconds", TIMES, (), ChangeVerdict.MISSING, False, False),
        ("wall_seconds", (), TIMES, ChangeVerdict.MISSING, False, False),
    ],
)
def test_the_kind_of_a_metric_decides(
    metric: str,
    before: tuple[float, ...],
    after: tuple[float, ...],
    verdict: ChangeVerdict,
    worse: bool,
    better: bool,
) -> None:
    found = compared(metric, before, after)
    assert (found.verdict, found.worse, found.better) == (verdict, worse, better)


def test_near_zero_there_is_no_ratio() -> None:
    assert compared("temp_bytes", (900e3,), (9e6,)).ratio is None
    assert compared("temp_bytes", (2e6,), (9e6,)).ratio == 4.5


def test_too_few_samples_say_how_many_it_takes() -> None:
    assert compared("wall_seconds", (1, 2, 3), (7, 8, 9)).reason == "n=3 and 3: it takes 4 samples a side"
    run = small_run()
    for name in NAMES:
        run = with_samples(run, name, "wall_seconds", TIMES[:4])
        run = with_samples(run, name, "cpu_seconds", TIMES[:4])
    twice = run
    for name in NAMES:
        twice = with_samples(twice, name, "wall_seconds", [2 * one for one in TIMES[:4]])
    found = change(compare(run, twice), "streaming", "wall_seconds")
    assert found.verdict is ChangeVerdict.INCONCLUSIVE
    assert found.reason == "n=4 and 4: it takes 5 samples a side, among 4 noisy metrics at once"


def test_a_change_below_the_noise_floor_of_the_machine_is_no_change() -> None:
    def floored(results: Results, deviation: float, fingerprint: str = "") -> Results:
        floor = NoiseFloor(
            created=results.created,
            environment_fingerprint=fingerprint or environment_fingerprint(results.environment),
            scan=SCAN,
            implementation="streaming",
            pairs=20,
            deviations={"wall_seconds": deviation},
        )
        return replace(results, noise_floor=floor)

    before, after = small_run(), regressed()
    assert change(compare(floored(before, 0.05), after), "streaming", "wall_seconds").verdict is ChangeVerdict.MORE
    noisy = change(compare(floored(before, 0.05), floored(after, 0.5)), "streaming", "wall_seconds")
    assert noisy.verdict is ChangeVerdict.NOT_DISTINGUISHED
    assert noisy.reason.startswith("below the machine's noise floor of ")
    # The floor of another machine says nothing about this one.
    assert (
        change(compare(before, floored(after, 0.5, "another")), "streaming", "wall_seconds").verdict
        is ChangeVerdict.MORE
    )


def test_on_another_machine_only_noisy_metrics_are_not_compared() -> None:
    comparison = compare(small_run(), other_machine())
    for one in comparison.changes:
        assert (one.verdict is ChangeVerdict.NOT_COMPARABLE) == (one.metric.kind is Kind.NOISY)
    assert "cores: 2 → 4" in comparison.environment_differences
    assert comparison.worse
    assert comparison.conclusive


def test_other_rows_suppress_every_claim_but_the_counts() -> None:
    comparison = compare(small_run(), other_rows())
    assert comparison.worse
    assert comparison.same_rows.answer is Answer.NO
    assert comparison.same_rows.reasons[0] == "streaming on 1k/8: 43,368 rows in both, with different content"
    for one in comparison.changes:
        assert (one.verdict is ChangeVerdict.NO_CLAIM) == (one.metric.kind is not Kind.EXACT)


@pytest.mark.parametrize("reverse", [False, True])
def test_rows_that_differ_within_a_run_suppress_claims_too(reverse: bool) -> None:
    wrong = digest(SCAN, "streaming", ROWS, bystanders_unchanged=False)
    runs = [small_run(), replace(small_run(), digests=(small_run().digests[0], wrong))]
    comparison = compare(*(reversed(runs) if reverse else runs))
    side = "before" if reverse else "after"
    assert f"in the run {side}, streaming on 1k/8 changed rows of others" in comparison.same_rows.reasons
    assert change(comparison, "materializing", "peak_heap_bytes").verdict is ChangeVerdict.NO_CLAIM


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (with_table(digest(SCAN, "streaming", ROWS), "rows", count=ROWS - 1), "43,368 → 43,367 rows"),
        (with_table(digest(SCAN, "streaming", ROWS), "summaries", count=45), "46 → 45 summaries"),
        (
            with_table(digest(SCAN, "streaming", ROWS), "summaries", sha256="bad0"),
            "46 summaries in both, with different content",
        ),
    ],
)
def test_a_difference_in_the_rows_is_described(content: object, reason: str) -> None:
    after = replace(small_run(), digests=(small_run().digests[0], content))  # type: ignore[arg-type]  # a Digest
    assert compare(small_run(), after).same_rows.reasons[0] == f"streaming on 1k/8: {reason}"


def test_rows_that_nobody_compared_allow_no_claim() -> None:
    comparison = compare(small_run(), replace(small_run(), digests=small_run().digests[:1]))
    assert comparison.same_rows.answer is Answer.UNKNOWN
    assert comparison.same_rows.reasons == ("no digests to compare of 'streaming' on '1k/8'",)
    assert change(comparison, "streaming", "peak_heap_bytes").verdict is ChangeVerdict.NO_CLAIM
    assert change(comparison, "materializing", "peak_heap_bytes").verdict is ChangeVerdict.WITHIN


@pytest.mark.parametrize(
    "other", [{"fingerprint": "0" * 64}, {"facts": {"catalogue fingerprint": "0" * 64}}, {"job": "another"}]
)
def test_other_data_under_the_same_label_are_not_comparable(other: dict[str, object]) -> None:
    after = replace(regressed(), datasets=(replace(dataset(SCAN, 1_000, 8), **other),))  # type: ignore[arg-type]  # text
    comparison = compare(small_run(), after)
    assert {one.verdict for one in comparison.changes} == {ChangeVerdict.NOT_COMPARABLE}
    assert comparison.same_rows.answer is Answer.UNKNOWN
    assert not comparison.conclusive
    assert not comparison.worse


def test_another_scenario_is_not_comparable_whatever_else_is_missing_or_failed() -> None:
    after = replace(other_rows(), scenario="rerun", failures=(_failure(),))
    comparison = compare(replace(small_run(), scenario="first"), after)
    assert comparison.obstacle == "another scenario: first → rerun"
    assert {one.verdict for one in comparison.changes} == {ChangeVerdict.NOT_COMPARABLE}
    assert not comparison.conclusive
    assert not comparison.worse


def _failure() -> Failure:
    return Failure(scan=SCAN, implementation="streaming", probe="memory", kind="killed", message="killed by signal 9")


def test_a_failure_in_the_later_run_does_not_read_as_nothing_worse() -> None:
    assert compare(small_run(), replace(small_run(), failures=(_failure(),))).worse
    assert not compare(replace(small_run(), failures=(_failure(),)), small_run()).worse


def test_a_case_that_is_missing_is_listed_and_its_loss_is_for_the_worse() -> None:
    whole = small_run()
    part = replace(
        whole,
        implementations=NAMES[:1],
        measurements=tuple(one for one in whole.measurements if one.implementation == NAMES[0]),
        digests=whole.digests[:1],
    )
    lost = compare(whole, part)
    assert lost.missing == (MissingCase(SCAN, "streaming", RunSide.AFTER),)
    assert lost.worse
    new = compare(part, whole)
    assert new.missing == (MissingCase(SCAN, "streaming", RunSide.BEFORE),)
    assert not new.worse


@pytest.mark.parametrize("other", [variants.empty, variants.single])
def test_an_empty_comparison_is_an_error_that_names_what_there_is(other: Callable[[], Results]) -> None:
    run = replace(
        small_run(), measurements=tuple(one for one in small_run().measurements if one.implementation != "streaming")
    )
    for pair in ((run, other()), (other(), run)):
        with pytest.raises(InputError, match=r"nothing to compare: .*'materializing' on '1k/8'") as raised:
            compare(*pair)
        assert raised.value.exit_code == 2


def test_a_metric_that_is_not_known_is_an_error() -> None:
    unknown = replace(small_run(), measurements=(*small_run().measurements, measurement(SCAN, "streaming", "joy", 1)))
    with pytest.raises(InputError, match="'joy'"):
        compare(small_run(), unknown)


def test_the_same_code_measured_twice_is_rarely_distinguished() -> None:
    """20 comparisons of two noisy metrics: at 5 % more than 4 alarms come about once in 400 tries."""
    rng = random.Random(5)
    alarms = 0
    for _ in range(20):
        runs = []
        for _ in range(2):
            run = small_run()
            for name in NAMES:
                run = with_samples(run, name, "wall_seconds", noisy_samples(rng, 6))
            runs.append(run)
        alarms += any(one.worse or one.better for one in compare(*runs).changes)
    assert alarms <= 4


def test_a_slow_down_of_30_percent_is_distinguished_by_ten_samples() -> None:
    """At a noise of 8 %: in at least 8 of 10 runs, which a power of 97 % misses about once in 300 tries."""
    rng = random.Random(6)
    found = 0
    for _ in range(10):
        one = compared("wall_seconds", noisy_samples(rng, 10), noisy_samples(rng, 10, 1.3))
        found += one.verdict is ChangeVerdict.MORE
    assert found >= 8
