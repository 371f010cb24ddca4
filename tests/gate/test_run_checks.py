"""What no policy can switch off: a broken, wrong or incomplete run never passes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.analysis.rows import Answer
from bench.analysis.run_verdict import judge
from bench.analysis.verdict import Standing, Verdict
from bench.gate.judge import gate
from bench.gate.policy import Policy
from bench.results.records import Digest, Failure, Results
from tests.support.builders import digest
from tests.support.gate_runs import CASE, SCAN, check, judged, names, run, without
from tests.support.variants import empty, failed, mismatch

BARE = Policy(scans=("100/3", "1k/8", "10k/20"), implementations=("materializing", "streaming"), baseline=False)


def bare(results: Results) -> Verdict:
    """Judge by a policy without a rule."""
    return gate(BARE, results, None)


def with_digest(changed: Digest) -> Results:
    results = run()
    kept = (one for one in results.digests if (one.scan, one.implementation) != CASE)
    return replace(results, digests=(*kept, changed))


def wrong_rows(message: str) -> Failure:
    return Failure(scan=SCAN, implementation="streaming", probe="statements", kind="wrong-rows", message=message)


def test_a_faultless_run_passes_even_without_a_rule() -> None:
    verdict = bare(run())
    assert (verdict.standing, verdict.exit_code) == (Standing.PASSED, 0)
    assert names(verdict) == {
        f"{what} {scan} {name}"
        for what in ("case", "rows", "bystanders")
        for scan in BARE.scans
        for name in BARE.implementations
    }


def test_a_row_less_is_a_regression_by_name() -> None:
    verdict = bare(mismatch())
    assert (verdict.standing, verdict.exit_code) == (Standing.FAILED, 1)
    found = check(verdict, "rows 10k/20 streaming")
    assert found.standing is Standing.FAILED
    assert found.sentence == (
        "streaming on 10k/20 wrote 108,419 rows, expected 108,420; streaming on 10k/20 differs from "
        "materializing: 108,419 rows against 108,420"
    )


def test_rows_of_other_content_are_a_regression() -> None:
    verdict = bare(with_digest(digest(*CASE, 108_420, "bad0" * 16)))
    assert check(verdict, "rows 10k/20 streaming").standing is Standing.FAILED
    assert check(verdict, "rows 10k/20 materializing").standing is Standing.PASSED


def test_rows_that_change_between_samples_are_a_regression() -> None:
    results = run()
    verdict = bare(replace(results, digests=(*results.digests, digest(*CASE, 108_420, "bad0" * 16))))
    assert "left different rows or summaries in different samples" in check(verdict, "rows 10k/20 streaming").sentence


def test_rows_that_differ_suppress_every_claim_about_costs(tmp_path: Path) -> None:
    """A drop of the peak says nothing where rows were dropped, and nor does a rise; counts are judged all the same."""
    rules = (
        '[gate.ceilings.peak_heap_bytes]\n"1k/8" = { streaming = "1 MB" }\n'
        '[gate.ceilings.statements_django]\n"1k/8" = { streaming = 17 }\n'
        '[gate.growth.peak_heap_bytes]\nstreaming = "1 B"\n'
        '[gate.ratios.peak_heap_bytes]\n"1k/8" = { "streaming / materializing" = 0.1 }\n'
    )
    assert len(judged(tmp_path, rules, run()).having(Standing.FAILED)) == 4
    verdict = judged(tmp_path, rules, with_digest(digest(*CASE, 108_420, "bad0" * 16)))
    assert {one.name for one in verdict.having(Standing.FAILED)} == {
        "rows 10k/20 streaming",
        "ceiling statements_django 1k/8 streaming",
    }
    assert check(verdict, "claims").standing is Standing.NOT_COMPARABLE


def test_changed_bystanders_are_a_regression_of_their_own_name() -> None:
    results = replace(
        with_digest(digest(*CASE, 108_420, bystanders_unchanged=False)),
        failures=(wrong_rows("changed rows or summaries of another tenant or scan"),),
    )
    verdict = bare(results)
    assert {one.name for one in verdict.having(Standing.FAILED)} == {"bystanders 10k/20 streaming"}


def test_a_count_that_is_returned_wrongly_is_a_regression_of_the_rows() -> None:
    """The digest is right, only what the implementation said about it was not."""
    wrong = "returned requirements_created = 108,421 but left 108,420 rows"
    verdict = bare(replace(run(), failures=(wrong_rows(wrong),)))
    assert wrong in check(verdict, "rows 10k/20 streaming").sentence
    assert verdict.exit_code == 1


def test_wrong_rows_of_a_case_that_left_nothing_else_are_told() -> None:
    verdict = bare(replace(without(run()), failures=(wrong_rows("wrote 3 rows where the rules give 4"),)))
    assert {one.name for one in verdict.having(Standing.FAILED)} == {"rows 10k/20 streaming"}


def test_a_killed_worker_is_a_regression_with_the_end_of_its_log() -> None:
    verdict = bare(failed())
    found = check(verdict, "failure 10k/20 streaming peak_heap")
    assert (verdict.exit_code, found.standing) == (1, Standing.FAILED)
    assert found.sentence == (
        "streaming on 10k/20 failed under the probe peak_heap (killed): the worker was killed by signal 9"
    )
    assert found.evidence == ("last line of the log", "```", "not the end of the block")
    assert "case 10k/20 streaming" not in names(verdict)


def test_a_case_that_was_not_measured_is_a_regression() -> None:
    verdict = bare(without(run()))
    found = check(verdict, "case 10k/20 streaming")
    assert (verdict.exit_code, found.standing) == (1, Standing.FAILED)
    assert found.sentence == "streaming on 10k/20 was not measured"


def test_a_scan_that_the_run_never_began_is_a_regression() -> None:
    results = run()
    for name in BARE.implementations:
        results = without(results, ("1k/8", name))
    verdict = bare(replace(results, datasets=tuple(one for one in results.datasets if one.scan != "1k/8")))
    assert {one.name for one in verdict.having(Standing.FAILED)} == {
        "case 1k/8 materializing",
        "case 1k/8 streaming",
    }


def test_an_empty_run_is_a_tool_failure_beside_its_missing_cases() -> None:
    assert check(bare(empty()), "run").standing is Standing.ERROR
    assert Verdict.of([]).exit_code == 2


def test_rows_without_a_digest_are_a_tool_failure() -> None:
    results = run()
    kept = tuple(one for one in results.digests if (one.scan, one.implementation) != CASE)
    verdict = bare(replace(results, digests=kept))
    assert (verdict.exit_code, check(verdict, "rows 10k/20 streaming").standing) == (2, Standing.ERROR)


def test_the_gate_and_the_report_agree_on_which_rows_are_right() -> None:
    for results in (
        run(),
        mismatch(),
        with_digest(digest(*CASE, 108_420, "bad0" * 16)),
        with_digest(digest(*CASE, 108_420, bystanders_unchanged=False)),
        replace(run(), failures=(wrong_rows("wrote 3 rows where the rules give 4"),)),
    ):
        broken = any(one.name.startswith(("rows", "bystanders")) for one in bare(results).having(Standing.FAILED))
        assert broken == (judge(results).same_rows.answer is Answer.NO)
