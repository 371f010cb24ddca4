"""A policy decides: bad is what it fails, good what it passes, and what it cannot decide is skipped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.bisect.judge import NotMeasuredError, UndecidedError
from bench.bisect.policy_judge import PolicyJudge
from bench.errors import InputError
from bench.gate.policy import Policy, Rule
from bench.results.bisection import Commit
from bench.results.records import Failure, Results
from tests.support.builders import production_results

SCAN, NAME, PEAK = "10k/20", "streaming", "peak_heap_bytes"
POLICY = Policy(
    scans=("100/3", "1k/8", SCAN),
    implementations=("materializing", NAME),
    rules=(Rule(kind="ceiling", metric=PEAK, scan=SCAN, implementation=NAME, limit=50e6, place="here"),),
    baseline=False,
)


def commit(name: str) -> Commit:
    return Commit(hash=name * 40, author_date="2026-01-02T03:04:05+00:00", subject=name)


def peaking(peak: float) -> Results:
    whole = production_results()
    return replace(
        whole,
        measurements=tuple(
            replace(one, samples=(peak,) * 3)
            if (one.scan, one.implementation, one.metric) == (SCAN, NAME, PEAK)
            else one
            for one in whole.measurements
        ),
    )


class FakeRuns:
    """Returns the results that are given for each commit, by the letter of its hash."""

    def __init__(self, **results: Results) -> None:
        self.results = results

    def whole(self, commit: Commit) -> Results:
        return self.results[commit.hash[0]]

    def time_again(self, commit: Commit, scans: tuple[str, ...]) -> Results:
        raise AssertionError(f"no noisy rule failed at {commit.subject} on {scans}")


CRASHED = replace(
    production_results(),
    failures=(Failure(scan=SCAN, implementation=NAME, probe="time", kind="killed", message="was killed"),),
)


def judge(**results: Results) -> PolicyJudge:
    return PolicyJudge(FakeRuns(**results), POLICY, "pyproject.toml", None)


def test_the_policy_s_verdict_is_the_finding_and_the_failed_figure_is_shown() -> None:
    judging = judge(a=peaking(45e6), b=peaking(60e6), c=peaking(49e6), d=peaking(55e6))
    good, bad = judging.ends(commit("a"), commit("b"))
    assert (good.found, bad.found, judging.metric) == ("good", "bad", PEAK)
    assert (good.samples, bad.samples) == ((45e6,) * 3, (60e6,) * 3)
    assert "Peak heap of streaming on 10k/20" in bad.sentence
    assert [judging.judge(commit(name)).found for name in "cd"] == ["good", "bad"]


def test_a_crash_is_bad_as_in_the_gate() -> None:
    judging = judge(a=peaking(45e6), b=peaking(60e6), c=CRASHED)
    judging.ends(commit("a"), commit("b"))
    assert judging.judge(commit("c")).found == "bad"


def test_what_the_policy_cannot_decide_is_skipped() -> None:
    unfinished = replace(peaking(45e6), unfinished="interrupted")
    judging = judge(a=peaking(45e6), b=peaking(60e6), c=unfinished)
    judging.ends(commit("a"), commit("b"))
    with pytest.raises(NotMeasuredError, match="UNFINISHED"):
        judging.judge(commit("c"))


def test_ends_on_which_the_policy_agrees_are_refused() -> None:
    with pytest.raises(InputError, match="the policy must pass good and fail bad; good aaaaaaaaaaaa: ✅ PASSED"):
        judge(a=peaking(45e6), b=peaking(46e6)).ends(commit("a"), commit("b"))
    with pytest.raises(UndecidedError, match="the policy does not decide on both ends"):
        judge(a=replace(peaking(45e6), unfinished="x"), b=peaking(60e6)).ends(commit("a"), commit("b"))
