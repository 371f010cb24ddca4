"""The self-test: every planted regression is caught by name, and the self-test fails a gate that misses one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import pytest

from bench.analysis.verdict import Standing
from bench.cli.main import main
from bench.compliance.job import JOB
from bench.compliance.planted.trials import CONTROL, SERVER, STATEMENTS, STREAMING, TRIALS, WORK
from bench.errors import InputError
from bench.gate.policy import Policy, Rule
from bench.gate.self_test import SelfTest, render_self_test, self_test
from bench.gate.trial import Planted, PlantedTrial
from bench.messages.request import ProbeName
from tests.support.loaded_modules import loaded
from tests.support.notes import Notes
from tests.support.stand_in import Sample, StandIn, sample

pytestmark = [pytest.mark.slow, pytest.mark.server]

FAULT = Planted(name="a fault", implementation="faulty:run", caught_by="baseline peak_heap_bytes 100/3 streaming")
HEAP = PlantedTrial(
    policy=Policy(scans=("100/3",), implementations=("materializing", STREAMING)),
    subject=STREAMING,
    control=CONTROL,
    probes=("memory",),
    planted=(FAULT,),
)
SLOW = Planted(name="a delay", implementation="faulty:run", caught_by="baseline wall_seconds 100/3 streaming")
SECONDS = PlantedTrial(
    policy=Policy(
        scans=("100/3",),
        implementations=(STREAMING,),
        samples=6,
        rules=(Rule(kind="baseline", metric="wall_seconds", limit=0.25),),
    ),
    subject=STREAMING,
    control=CONTROL,
    probes=(),
    planted=(SLOW,),
)
PEAK = 30e6
Take = Callable[[str, ProbeName, str], Sample]


def peaks(of: Mapping[str, float]) -> Take:
    """Every implementation has PEAK except those in ``of``."""
    return lambda _scan, _probe, implementation: sample({"peak_heap_bytes": of.get(implementation, PEAK)})


def outcome_of(take: Take, trial: PlantedTrial = HEAP) -> SelfTest:
    return self_test(JOB, Notes(), opener=StandIn(take).open, trials=(trial,))


def test_planted_regressions_are_caught_by_name_and_the_unchanged_pair_passes() -> None:
    """On a real server; ``soak.py`` tries the whole of it, which takes minutes.

    A statement on COPY's connection shows in the server's count alone.
    """
    found = self_test(JOB, Notes(), trials=(STATEMENTS, WORK))
    assert [one.planted.name for one in found.slipped] == []
    assert (found.unchanged.standing, found.exit_code) in {(Standing.PASSED, 0), (Standing.IMPROVED, 0)}
    assert len(found.catches) == len(STATEMENTS.planted) + len(WORK.planted)
    hidden = next(one for one in found.catches if one.planted.name == "N+1 queries on COPY's connection")
    outcomes = {one.name: one.standing for one in hidden.verdict.checks}
    assert outcomes["law statements_django 100/3 streaming"] is Standing.PASSED
    # One sample of the work names the function that is called once more for each row, and no other.
    (named,) = evidence_of(found, "one more call for each row")
    assert named.endswith(".work:calls_once_more_each_row.<locals>.status_of: 0 → 16,263 calls (+16,263)")


@pytest.mark.nightly
def test_one_sample_names_the_statement_that_the_server_worked_more_for_and_how_its_plan_changed() -> None:
    found = self_test(JOB, Notes(), trials=(SERVER,))
    assert (found.slipped, found.exit_code) == ((), 0)
    for name, words in (
        ("findings that are read twice", ("calls 1 → 2", "rows 96 → 192")),
        ("a setting that keeps the planner from indexes", ("plan Bitmap Heap Scan", "→ Seq Scan")),
        ("a dropped index", ("plan Bitmap Index Scan on findings_default_tenant_id_scan_id_idx →",)),
    ):
        assert all(word in evidence_of(found, name)[0] for word in (*words, "DECLARE ? NO SCROLL CURSOR FOR SELECT"))


def evidence_of(found: SelfTest, name: str) -> tuple[str, ...]:
    check = next(one.check for one in found.catches if one.planted.name == name)
    assert check is not None
    return tuple(check.evidence)


def test_a_planted_regression_that_is_caught() -> None:
    found = outcome_of(peaks({FAULT.implementation: 2 * PEAK}))
    assert (found.passed, found.exit_code, found.slipped) == (True, 0, ())


def test_a_regression_without_effect_slips_through_and_is_named() -> None:
    found = outcome_of(peaks({}))
    assert (found.passed, found.exit_code) == (False, 1)
    assert [one.planted for one in found.slipped] == [FAULT]
    assert render_self_test(found) == (
        "FAILED – 0 of 1 planted regressions were caught by the check that must\n"
        "Unchanged pair: ✅ PASSED – 12 checks passed\n"
        "Slipped through: a fault. baseline peak_heap_bytes 100/3 streaming: passed, Peak heap of streaming\n"
        "  on 100/3: 30.0 MB → 30.0 MB, tolerance 1 %\n"
        "\n"
        "planted  must be caught by                         caught\n"
        "───────  ────────────────────────────────────────  ──────\n"
        "a fault  baseline peak_heap_bytes 100/3 streaming      NO\n"
    )


def test_it_is_not_enough_that_another_check_fails() -> None:
    """Wrong rows forbid every claim about memory, so the check that should have caught the fault is not made."""

    def take(_scan: str, _probe: ProbeName, implementation: str) -> Sample:
        content = "other" if implementation == FAULT.implementation else "rows"
        return sample({"peak_heap_bytes": PEAK}, content=content)

    found = outcome_of(take)
    assert found.catches[0].verdict.standing is Standing.FAILED
    assert (found.catches[0].caught, found.exit_code) == (False, 1)
    assert "the gate made no such check" in render_self_test(found)


def test_a_gate_that_fails_unchanged_code_does_not_pass() -> None:
    found = outcome_of(peaks({FAULT.implementation: 2 * PEAK, CONTROL: 2 * PEAK}))
    assert (found.slipped, found.unchanged.standing, found.exit_code) == ((), Standing.FAILED, 1)
    assert render_self_test(found).splitlines()[1].startswith("Unchanged pair: ❌ FAILED – Peak heap of streaming")


def test_a_slow_variant_is_measured_again_alone_and_counts_where_it_is_slow_again() -> None:
    taken: list[str] = []

    def take(_scan: str, _probe: ProbeName, implementation: str) -> Sample:
        taken.append(implementation)
        seconds = (2 if implementation == SLOW.implementation else 1) + len(taken) / 1_000
        return sample({"wall_seconds": seconds, "cpu_seconds": 1.0})

    assert outcome_of(take, SECONDS).exit_code == 0
    assert taken[-6:] == [SLOW.implementation] * 6
    assert len(taken) == 24


def test_a_variant_that_is_slow_but_once_is_not_caught() -> None:
    taken: list[str] = []

    def take(_scan: str, _probe: ProbeName, implementation: str) -> Sample:
        taken.append(implementation)
        slow = implementation == SLOW.implementation and len(taken) <= 18
        return sample({"wall_seconds": (2 if slow else 1) + len(taken) / 1_000, "cpu_seconds": 1.0})

    found = outcome_of(take, SECONDS)
    assert len(taken) == 24
    assert (found.catches[0].caught, found.exit_code) == (False, 1)


@pytest.mark.parametrize(("peak", "code", "word"), [(2 * PEAK, 0, "PASSED"), (PEAK, 1, "FAILED")])
def test_the_command_prints_the_table_and_ends_with_its_exit_code(
    peak: float, code: int, word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opener = StandIn(peaks({FAULT.implementation: peak})).open
    monkeypatch.setattr("bench.gate.self_test.self_test", partial(self_test, opener=opener, trials=(HEAP,)))
    assert main(["gate", "--self-test"]) == code
    output = capsys.readouterr().out
    assert output.startswith(f"{word} – ")
    assert "planted  must be caught by" in output


@pytest.mark.parametrize("option", ["--results", "--baseline", "--junit", "--json"])
def test_the_command_refuses_an_option_that_the_self_test_does_not_use(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gate", "--self-test", option, "file"]) == 2
    message = f"bench: --self-test was given with {option}, which it does not use; leave one out\n"
    assert capsys.readouterr().err == message


def test_each_planted_regression_is_another_one_and_names_its_check() -> None:
    planted = [one for trial in TRIALS for one in trial.planted]
    assert len({one.implementation for one in planted}) == len({one.name for one in planted}) == len(planted)
    for trial in TRIALS:
        assert all(
            one.caught_by.startswith("growth ") or trial.policy.scans[0] in one.caught_by for one in trial.planted
        )


def test_naming_the_planted_regressions_loads_no_implementation() -> None:
    assert (
        loaded("bench.compliance.planted.trials", "django", "memray", "matplotlib", "optimized_impl", "reference_impl")
        == []
    )


def test_a_job_without_planted_variants_says_how_to_name_some() -> None:
    with pytest.raises(InputError, match="job 'compliance' has no planted variants for the self-test; name some by"):
        self_test(replace(JOB, planted=""), Notes())
