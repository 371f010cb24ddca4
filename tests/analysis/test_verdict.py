"""The verdict says no when a promise is broken, yes when it was kept everywhere, and not known otherwise."""

from __future__ import annotations

from dataclasses import replace

from bench.analysis.rows import Answer
from bench.analysis.run_verdict import judge
from bench.results.records import Digest, Failure, Results
from tests.support import variants
from tests.support.builders import digest, measurement, production_results, with_table


def with_digest(changed: Digest) -> Results:
    """Return the whole run with one digest replaced by ``changed``."""
    results = production_results()
    kept = [one for one in results.digests if (one.scan, one.implementation) != (changed.scan, changed.implementation)]
    return replace(results, digests=(*kept, changed))


def test_equal_digests_everywhere_are_the_same_rows_and_allow_every_claim() -> None:
    verdict = judge(production_results())
    assert verdict.same_rows.answer is Answer.YES
    assert verdict.constant_statements.answer is Answer.YES
    assert verdict.constant_statements.reasons == ("materializing 19", "streaming 18")
    assert all(verdict.may_compare(scan, "materializing", "streaming") for scan in ("100/3", "1k/8", "10k/20"))


def test_other_content_in_one_place_forbids_every_claim() -> None:
    verdict = judge(with_digest(digest("1k/8", "streaming", 43_368, "bad0" * 16)))
    assert verdict.same_rows.answer is Answer.NO
    assert verdict.same_rows.reasons[0] == (
        "streaming on 1k/8 differs from materializing: 43,368 rows in both, with different content"
    )
    assert not verdict.may_compare("100/3", "materializing", "streaming")


def test_other_summaries_are_not_the_same_rows() -> None:
    changed = with_table(digest("1k/8", "streaming", 43_368), "summaries", sha256="bad0" * 16, count=45)
    reasons = judge(with_digest(changed)).same_rows.reasons
    assert reasons[0] == "streaming on 1k/8 differs from materializing: 45 summaries against 46"


def test_a_count_that_the_rules_do_not_give_is_wrong_even_where_all_agree() -> None:
    results = production_results()
    wrong = tuple(with_table(one, "rows", count=one.row_count - 1) for one in results.digests)
    verdict = judge(replace(results, digests=wrong))
    assert verdict.same_rows.answer is Answer.NO
    assert "materializing on 100/3 wrote 16,262 rows, expected 16,263" in verdict.same_rows.reasons


def test_changed_bystanders_and_samples_that_disagree_are_named() -> None:
    verdict = judge(with_digest(digest("1k/8", "streaming", 43_368, bystanders_unchanged=False)))
    assert verdict.same_rows.answer is Answer.NO
    assert verdict.same_rows.reasons[0] == "streaming on 1k/8 changed rows of others"
    results = production_results()
    twice = (*results.digests, digest("10k/20", "streaming", 108_420, "bad0" * 16))
    verdict = judge(replace(results, digests=twice))
    assert verdict.same_rows.answer is Answer.NO
    assert verdict.same_rows.reasons[0] == "streaming on 10k/20 left different rows or summaries in different samples"


def test_a_failure_for_wrong_rows_is_an_answer_of_no() -> None:
    failure = Failure(scan="1k/8", implementation="streaming", probe="rows", kind="wrong-rows", message="3 rows gone")
    verdict = judge(replace(production_results(), failures=(failure,)))
    assert verdict.same_rows.answer is Answer.NO
    assert verdict.same_rows.reasons[0] == "streaming on 1k/8: 3 rows gone"


def test_a_missing_digest_is_not_known_and_forbids_claims_on_that_scan_alone() -> None:
    verdict = judge(variants.failed())
    assert verdict.same_rows.answer is Answer.UNKNOWN
    assert verdict.same_rows.reasons == ("streaming left no digest on 10k/20",)
    assert verdict.may_compare("1k/8", "materializing", "streaming")
    assert not verdict.may_compare("10k/20", "materializing", "streaming")
    assert verdict.constant_statements.answer is Answer.UNKNOWN
    assert [failure.kind for failure in verdict.failures] == ["killed"]


def test_an_empty_run_proves_nothing() -> None:
    verdict = judge(variants.empty())
    assert verdict.same_rows.answer is Answer.UNKNOWN
    assert verdict.constant_statements.answer is Answer.UNKNOWN
    assert not verdict.may_compare("100/3", "materializing", "streaming")


def test_statements_that_grow_or_do_not_repeat_are_not_constant() -> None:
    results = production_results()
    others = tuple(one for one in results.measurements if one.metric != "statements_django")
    counts = (
        measurement("100/3", "materializing", "statements_django", 19),
        measurement("1k/8", "materializing", "statements_django", 24, 25),
        measurement("10k/20", "materializing", "statements_django", 36),
    )
    judgement = judge(replace(results, measurements=(*others, *counts))).constant_statements
    assert judgement.answer is Answer.NO
    assert judgement.reasons == (
        "materializing 19 on 100/3, 24 to 25 on 1k/8, 36 on 10k/20",
        "streaming was not counted",
    )


def test_one_scan_cannot_tell_whether_statements_are_constant() -> None:
    judgement = judge(variants.single()).constant_statements
    assert judgement.answer is Answer.UNKNOWN
    assert judgement.reasons == ("it takes 2 scans to tell", "streaming 18")
