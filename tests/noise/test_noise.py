"""An implementation measured against itself gives the machine's floor, and says what any number of pairs detects."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest

from bench.analysis.comparable import environment_fingerprint
from bench.analysis.noise import compare_with_itself, detectable, noise_floor
from bench.report.noise import noise_table, noise_text, render_noise
from bench.results.records import Results
from tests.support.builders import measurement, production_results
from tests.support.noise_floors import FLOOR
from tests.support.report_golden import assert_golden

PAIRS = 10
WARNINGS = ("2 cores: everything shares them", "the host gave 12 % of the CPU time to other guests meanwhile")


def itself(drift: float = 0.0, deviation: float = 0.05) -> Results:
    """A run of one implementation; the second sample of each pair takes by e^drift longer, give or take."""
    draw = random.Random(7)

    def samples(centre: float) -> tuple[float, ...]:
        return tuple(centre * math.exp(drift * (place % 2) + draw.gauss(0, deviation)) for place in range(2 * PAIRS))

    results = production_results()
    return replace(
        results,
        implementations=("streaming",),
        datasets=results.datasets[1:2],
        measurements=(
            measurement("1k/8", "streaming", "rows_written", *[43_368] * (2 * PAIRS)),
            measurement("1k/8", "streaming", "wall_seconds", *samples(2.8)),
            measurement("1k/8", "streaming", "cpu_seconds", *samples(1.6)),
            measurement("1k/8", "streaming", "peak_rss_bytes", 1, 2, 3),
        ),
    )


def test_noisy_metrics_with_pairs_enough_are_compared_and_no_others() -> None:
    comparisons = compare_with_itself(itself())
    assert [one.metric for one in comparisons] == ["wall_seconds", "cpu_seconds"]
    for one in comparisons:
        assert one.ratio.pairs == PAIRS
        assert not one.ratio.distinguished
        # The difference of two logs varies by √2 of what one does.
        assert one.deviation == pytest.approx(0.05 * math.sqrt(2), rel=0.4)


def test_samples_are_paired_as_they_were_taken_one_after_the_other() -> None:
    (wall, _) = compare_with_itself(itself(drift=0.5, deviation=0.001))
    assert wall.ratio.estimate == pytest.approx(math.exp(0.5), rel=0.01)
    assert wall.ratio.distinguished
    assert wall.deviation < 0.01


def test_the_floor_holds_what_later_runs_need_and_detects_less_with_more_pairs() -> None:
    results = itself()
    floor = noise_floor(results, WARNINGS)
    assert floor.environment_fingerprint == environment_fingerprint(results.environment)
    assert (floor.scan, floor.implementation, floor.pairs, floor.warnings) == ("1k/8", "streaming", PAIRS, WARNINGS)
    assert floor.deviations.keys() == {"wall_seconds", "cpu_seconds"}
    found = [detectable(floor, "wall_seconds", pairs) for pairs in (2, 6, 10, 40)]
    known = [ratio for ratio in found if ratio is not None]
    assert known == sorted(known, reverse=True)
    assert len(known) == 4
    assert known[-1] > 1
    (wall, _) = compare_with_itself(results)
    assert known[1] == wall.detectable(6)


def test_nothing_is_detectable_without_a_floor_a_metric_or_a_second_pair() -> None:
    floor = noise_floor(itself(), ())
    assert detectable(None, "wall_seconds", 10) is None
    assert detectable(floor, "peak_rss_bytes", 10) is None
    assert detectable(floor, "wall_seconds", 1) is None


def test_a_run_without_samples_has_an_empty_floor() -> None:
    floor = noise_floor(replace(itself(), measurements=()), ())
    assert (floor.pairs, floor.deviations) == (0, {})
    assert noise_table(()).rows == ()


@pytest.mark.parametrize(("name", "drift", "warnings"), [("noise", 0.0, WARNINGS), ("noise-drift", 0.5, ())])
def test_the_whole_text_is_as_in_its_golden_file(name: str, drift: float, warnings: tuple[str, ...]) -> None:
    results = itself(drift)
    text = render_noise(noise_floor(results, warnings), compare_with_itself(results))
    assert max(map(len, text.splitlines())) <= 100
    assert_golden(f"{name}.txt", text)


def test_a_report_says_what_the_pairs_of_the_run_detect_and_at_least_what_six_would() -> None:
    few = production_results()
    assert noise_text(replace(few, noise_floor=FLOOR)) == (
        "10 pairs of streaming on 1k/8: with 6 pairs this machine detects changes of wall time from 28 % on"
    )
    many = tuple(replace(one, samples=one.samples[:1] * 20) for one in few.measurements)
    assert "with 20 pairs this machine detects changes of wall time from 12 %" in noise_text(
        replace(few, noise_floor=FLOOR, measurements=many)
    )


def test_a_report_without_a_floor_says_how_to_get_one() -> None:
    assert noise_text(production_results()) == "not measured; run bench doctor"
    blind = replace(FLOOR, deviations={"cpu_seconds": 0.1})
    assert noise_text(replace(production_results(), noise_floor=blind)) == "not measured; run bench doctor"
