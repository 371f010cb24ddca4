"""The verdict reads in ten seconds as text, and whole as JUnit XML and JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from rich.cells import cell_len

from bench.analysis.verdict import Check, Standing, Verdict
from bench.errors import InputError
from bench.gate.text import MOST_SHOWN, headline, render_verdict
from bench.gate.verdict_files import read_verdict, render_json, render_junit, write_verdict
from bench.report.terminal import WIDTH
from tests.support.gate_runs import judged, run, with_samples
from tests.support.variants import HOSTILE

MIXED = Verdict.of(
    Check(name=f"{one.value} check", standing=one, sentence=f"a sentence on {one.value}", evidence=("why",))
    for one in Standing
)
HOSTILE_VERDICT = Verdict.of(
    [Check(name=f"rows {HOSTILE}", standing=Standing.FAILED, sentence=HOSTILE * 20, evidence=(HOSTILE, "\0\ud800"))]
)

WHOLE = """\
❌ FAILED – Peak heap of streaming on 10k/20 is 61.0 MB, over its ceiling of 46.0 MB (and 1 more
  check)

FAILED ceiling peak_heap_bytes 10k/20 streaming
    Peak heap of streaming on 10k/20 is 61.0 MB, over its ceiling of 46.0 MB
    streaming/task.py:10 in copy_batch_1: 61.0 MB at the peak
    streaming/task.py:20 in copy_batch_2: 12.5 MB at the peak
    streaming/task.py:30 in copy_batch_3: 900 kB at the peak

FAILED baseline peak_heap_bytes 10k/20 streaming
    Peak heap of streaming on 10k/20: 44.1 MB → 61.0 MB (+38.3 %), tolerance 1 %
    streaming/task.py:10 in copy_batch_1: 1.00 → 61.00 MB at the peak (+60.0 MB)

IMPROVED baseline peak_heap_bytes 1k/8 streaming
    Peak heap of streaming on 1k/8: 35.6 MB → 30.0 MB (−15.8 %), tolerance 1 %; keep it with `bench
      baseline accept RESULTS`

76 of 79 checks passed; 2 failed, 1 improved
"""


def test_the_whole_text_is_as_it_should_read(tmp_path: Path) -> None:
    baseline = run()
    smaller = tuple(
        replace(one, sites=(replace(one.sites[0], bytes=1_000_000), *one.sites[1:])) for one in baseline.allocations
    )
    results = with_samples(baseline, "peak_heap_bytes", [61e6])
    results = with_samples(results, "peak_heap_bytes", [30e6], ("1k/8", "streaming"))
    rules = '[gate.ceilings.peak_heap_bytes]\n"10k/20" = { streaming = "46 MB" }'
    alone = judged(tmp_path, rules, results)
    verdict = judged(tmp_path, rules, results, replace(baseline, allocations=smaller))
    # The ceiling's evidence is the baseline's as well; here as it reads without one.
    (first,) = (one for one in alone.checks if one.name.startswith("ceiling"))
    verdict = Verdict.of(first if one.name == first.name else one for one in verdict.checks)
    assert render_verdict(verdict) == WHOLE


def test_the_first_line_is_the_outcome_and_its_one_reason() -> None:
    assert headline(MIXED) == "❌ FAILED – a sentence on failed"
    assert headline(Verdict.of([])) == "❌ ERROR – nothing was checked"
    passed = [one for one in MIXED.checks if one.standing is Standing.PASSED]
    assert headline(Verdict.of(passed)) == "✅ PASSED – 1 check passed"
    assert render_verdict(Verdict.of(passed * 2)) == ("✅ PASSED – 2 checks passed\n\n2 of 2 checks passed\n")


def test_every_outcome_but_a_pass_is_shown_the_worst_first() -> None:
    lines = render_verdict(MIXED).splitlines()
    shown = [line for line in lines if line.endswith(" check") and not line.startswith(" ")]
    assert shown == [
        "FAILED failed check",
        "UNFINISHED unfinished check",
        "ERROR error check",
        "INCONCLUSIVE inconclusive check",
        "NOT COMPARABLE not comparable check",
        "IMPROVED improved check",
    ]
    assert MIXED.counts == (
        "1 of 7 checks passed; 1 failed, 1 unfinished, 1 error, 1 inconclusive, 1 not comparable, 1 improved"
    )


def test_a_hundred_failures_are_a_page_and_a_count() -> None:
    text = render_verdict(
        Verdict.of(Check(name=f"rule {n}", standing=Standing.FAILED, sentence="bad") for n in range(100))
    )
    assert text.count("FAILED rule") == MOST_SHOWN
    assert f"and {100 - MOST_SHOWN} more; --json and --junit write them all" in text


def test_evidence_that_several_checks_share_is_read_once() -> None:
    text = render_verdict(
        Verdict.of(
            Check(name=f"rule {n}", standing=Standing.FAILED, sentence="bad", evidence=("line 7", f"own {n}"))
            for n in range(3)
        )
    )
    assert text.count("line 7") == 1
    assert text.count("own") == 3


def test_hostile_text_stays_within_its_line() -> None:
    for line in render_verdict(HOSTILE_VERDICT).splitlines():
        assert cell_len(line) <= WIDTH
        assert line.isprintable()


@pytest.mark.parametrize("standing", Standing)
def test_each_outcome_has_its_exit_code(standing: Standing) -> None:
    verdict = Verdict.of([Check(name="one", standing=standing, sentence="")])
    expected = {"passed": 0, "improved": 0, "failed": 1, "error": 2, "unfinished": 2}
    assert verdict.exit_code == standing.exit_code == expected.get(standing.value, 3)
    assert verdict.symbol == {0: "✅", 1: "❌", 2: "❌", 3: "⚠️"}[verdict.exit_code]


def test_the_worst_outcome_decides_and_a_proven_regression_outranks_a_fault() -> None:
    order = ["failed", "unfinished", "error", "inconclusive", "not comparable", "improved", "passed"]
    checks = sorted(MIXED.checks, key=lambda one: order.index(one.standing.value))
    for place, check in enumerate(checks):
        assert Verdict.of(reversed(checks[place:])).standing is check.standing


def suite(verdict: Verdict) -> Element:
    found = fromstring(render_junit(verdict)).find("testsuite")  # noqa: S314 - what was just rendered
    assert found is not None
    return found


def test_junit_has_a_test_case_for_each_check() -> None:
    found = suite(MIXED)
    assert {name: found.get(name) for name in ("name", "tests", "failures", "errors", "skipped")} == {
        "name": "bench gate",
        "tests": "7",
        "failures": "1",
        "errors": "2",
        "skipped": "2",
    }
    elements = {case.get("name"): (case[0].tag, case[0].text) for case in found}
    assert elements["failed check"] == ("failure", "a sentence on failed\nwhy")
    assert elements["error check"][0] == elements["unfinished check"][0] == "error"
    assert elements["inconclusive check"][0] == elements["not comparable check"][0] == "skipped"
    assert elements["passed check"][0] == elements["improved check"][0] == "system-out"
    assert found[0].get("classname") == "bench.gate.failed"


def test_junit_of_hostile_text_is_well_formed() -> None:
    (case,) = suite(HOSTILE_VERDICT)
    assert "<script>alert(1)</script>" in (case[0].get("message") or "")
    assert case[0].tag == "failure"


def test_json_says_all_and_reads_back_the_same(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "verdict.json"
    write_verdict(path, MIXED)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert (found["schema"], found["standing"], found["exit_code"]) == (2, "failed", 1)
    assert found["checks"][0] == {
        "name": "failed check",
        "standing": "failed",
        "sentence": "a sentence on failed",
        "evidence": ["why"],
        "scan": None,
        "noisy": False,
    }
    assert read_verdict(path) == MIXED


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "is not a verdict: "),
        (b'{"schema": 2}', "is not a verdict: Object missing required field"),
        (
            b'{"schema": 2, "standing": "passed", "exit_code": 0, "checks": []}',
            "is 'passed', exit code 0; its checks give 'error'",
        ),
        (b'{"schema": 9}', "has verdict schema 9, and this version reads 2"),
    ],
)
def test_another_file_is_no_verdict(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "verdict.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_verdict(path)
    with pytest.raises(InputError, match=r"there is no verdict .*; `bench gate --json"):
        read_verdict(tmp_path / "gone.json")


def test_json_of_hostile_text_can_be_written() -> None:
    assert json.loads(render_json(HOSTILE_VERDICT))["exit_code"] == 1
