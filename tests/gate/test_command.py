"""``bench gate`` and ``bench baseline accept`` as a user calls them: verdict, files and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.analysis.verdict import Standing
from bench.cli.main import main
from bench.gate.measuring import Measuring, judge_by_measuring
from bench.gate.policy import Policy
from bench.gate.verdict_files import read_verdict
from bench.results.records import Results
from bench.results.store import read_results, write_results
from tests.support import command
from tests.support.gate_runs import SCAN, TIMES, check, policy, policy_text, run, with_samples, without
from tests.support.notes import Notes
from tests.support.stand_in import plan
from tests.support.variants import failed, mismatch

pytestmark = [pytest.mark.slow, pytest.mark.server]

RULES = '[gate.ceilings.peak_heap_bytes]\n"10k/20" = { streaming = "46 MB" }\n'
TIME_RULES = '[gate.ratios.wall_seconds]\n"10k/20" = { "streaming / materializing" = 1.0 }\n'

Called = tuple[int, str, str]
"""(exit code, output, errors)"""
Call = Callable[..., Called]


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run ``bench`` in an empty folder that holds a policy, and return how it ended."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(policy_text(RULES), encoding="utf-8")

    def run_bench(*arguments: str) -> Called:
        code = main(list(arguments))
        found = capsys.readouterr()
        return code, found.out, found.err

    return run_bench


def judged(call: Call, results: Results, *arguments: str) -> Called:
    write_results(Path("results.json"), results)
    return call("gate", "--results", "results.json", *arguments)


@pytest.mark.parametrize(
    ("results", "code", "first"),
    [
        (run(), 0, "✅ PASSED – 19 checks passed"),
        (with_samples(run(), "peak_heap_bytes", [61e6]), 1, "❌ FAILED – Peak heap of streaming on 10k/20 is 61.0 MB"),
        (mismatch(), 1, "❌ FAILED – streaming on 10k/20 wrote 108,419 rows, expected 108,420"),
        (failed(), 1, "❌ FAILED – streaming on 10k/20 failed under the probe peak_heap (killed)"),
        (without(run()), 1, "❌ FAILED – streaming on 10k/20 was not measured"),
        (with_samples(run(), "peak_heap_bytes", []), 2, "❌ ERROR – Peak heap of streaming on 10k/20 was not mea"),
    ],
    ids=["pass", "ceiling", "rows", "failure", "missing case", "missing metric"],
)
def test_the_first_line_and_the_exit_code_say_it(call: Call, results: Results, code: int, first: str) -> None:
    found, output, _ = judged(call, results)
    assert found == code
    assert " ".join(output.split()).startswith(first)


def test_a_results_file_cannot_be_repeated_so_its_time_is_inconclusive(call: Call) -> None:
    Path("pyproject.toml").write_text(policy_text(TIME_RULES), encoding="utf-8")
    slow = with_samples(run(), "wall_seconds", [1.5 * one for one in TIMES["materializing"]])
    code, output, _ = judged(call, slow)
    assert (code, output.split(" – ")[0]) == (3, "⚠️ INCONCLUSIVE")


def test_a_baseline_is_found_where_it_is_expected_and_its_absence_told(call: Call) -> None:
    assert "No baseline: there is no reports/baseline.json; `bench baseline accept RESULTS`" in judged(call, run())[1]
    write_results(Path("accepted.json"), run())
    assert call("baseline", "accept", "accepted.json")[0] == 0
    code, output, _ = judged(call, with_samples(run(), "statements_django", [19]))
    assert (code, output.startswith("❌ FAILED – Statements (Django) of streaming on 10k/20: 18 → 19")) == (1, True)
    assert "No baseline" not in output


def test_a_baseline_from_another_machine_is_exit_code_3_where_time_is_asked_for(call: Call) -> None:
    Path("pyproject.toml").write_text(policy_text('[gate.tolerance]\nwall_seconds = "5 %"'), encoding="utf-8")
    other = replace(run(), environment=replace(run().environment, cores=64))
    write_results(Path("other.json"), other)
    code, output, _ = judged(call, run(), "--baseline", "other.json")
    assert (code, output.split(" – ")[0]) == (3, "⚠️ NOT COMPARABLE")
    assert "cores: 64 → 2" in output


def test_junit_and_json_hold_the_verdict(call: Call, tmp_path: Path) -> None:
    code, _, _ = judged(call, mismatch(), "--junit", "out/junit.xml", "--json", "out/verdict.json")
    verdict = json.loads((tmp_path / "out/verdict.json").read_text(encoding="utf-8"))
    assert (code, verdict["exit_code"], verdict["standing"]) == (1, 1, "failed")
    assert 'failures="1"' in (tmp_path / "out/junit.xml").read_text(encoding="utf-8")


def test_a_fault_of_the_input_is_one_line_and_replaces_the_files_of_a_better_day(call: Call, tmp_path: Path) -> None:
    files = ("--junit", "junit.xml", "--json", "verdict.json")
    assert judged(call, run(), *files)[0] == 0
    code, output, errors = call("gate", "--results", "gone.json", *files)
    assert (code, output) == (2, "")
    assert errors == "bench: there is no results file gone.json; `bench run --output FOLDER` writes one\n"
    verdict = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))
    assert (verdict["standing"], verdict["exit_code"]) == ("error", 2)
    assert 'errors="1"' in (tmp_path / "junit.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--policy", "gone.toml"), "there is no policy file gone.toml; name one by --policy"),
        (("--baseline", "gone.json"), "there is no results file gone.json"),
        (("--junit", "results.json/junit.xml"), "cannot write results.json/"),
    ],
)
def test_what_cannot_be_read_or_written_is_named(call: Call, arguments: tuple[str, ...], message: str) -> None:
    code, output, errors = judged(call, run(), *arguments)
    assert (code, output) == (2, "")
    assert message in errors
    assert errors.count("\n") == 1


def test_accepting_shows_what_changes_and_writes_it_and_nothing_else_moves_it(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "reports/baseline.json"
    write_results(Path("first.json"), run())
    assert call("baseline", "accept", "first.json")[1].startswith("New baseline: 2026-01-02T03:04:05+00:00, 0123abc\n")
    before = path.read_bytes()
    better = with_samples(run(), "peak_heap_bytes", [20e6])
    assert judged(call, better)[0] == 0
    assert path.read_bytes() == before
    code, output, _ = call("baseline", "accept", "results.json")
    assert (code, path.read_bytes() == before) == (0, False)
    assert "\N{NO-BREAK SPACE}Peak heap        44.1 → 20.0 MB  −54.6 %\n" in output
    assert output.endswith("\nWritten: reports/baseline.json\n")
    assert read_results(path).heap == ()
    assert "No metric changes." in call("baseline", "accept", "results.json")[1]


def test_a_run_with_failures_is_refused_and_the_baseline_stays(call: Call, tmp_path: Path) -> None:
    write_results(Path("first.json"), run())
    call("baseline", "accept", "first.json", "--baseline", "own.json")
    before = (tmp_path / "own.json").read_bytes()
    write_results(Path("broken.json"), failed())
    code, output, errors = call("baseline", "accept", "broken.json", "--baseline", "own.json")
    assert (code, output) == (2, "")
    assert "so it cannot be a baseline" in errors
    assert (tmp_path / "own.json").read_bytes() == before


def test_another_environment_is_told_when_it_is_accepted(call: Call) -> None:
    write_results(Path("first.json"), run())
    call("baseline", "accept", "first.json")
    write_results(Path("second.json"), replace(run(), environment=replace(run().environment, cores=64)))
    assert "Another environment: cores: 2 → 64" in call("baseline", "accept", "second.json")[1]


class Scripted(Measuring):
    """Gives two batches that were measured before, and notes which scans were asked for again."""

    def __init__(self, asked: Policy, first: Results, second: Results) -> None:
        super().__init__(asked, plan(), Path(), Notes())
        self._batches = first, second
        self.again: list[tuple[str, ...]] = []

    def whole(self) -> Results:
        return self._batches[0]

    def time_again(self, scans: tuple[str, ...]) -> Results:
        self.again.append(scans)
        second = self._batches[1]
        return replace(
            second,
            datasets=tuple(one for one in second.datasets if one.scan in scans),
            measurements=tuple(
                one for one in second.measurements if one.scan in scans and one.unit in ("seconds", "rows")
            ),
            digests=tuple(one for one in second.digests if one.scan in scans),
        )


@pytest.mark.parametrize(("again", "standing"), [(1.5, Standing.FAILED), (0.9, Standing.PASSED)])
def test_a_suspicion_about_time_is_measured_once_more_on_its_scan_alone(
    tmp_path: Path, again: float, standing: Standing
) -> None:
    batches = [
        with_samples(run(), "wall_seconds", [factor * one for one in TIMES["materializing"]]) for factor in (1.5, again)
    ]
    measuring = Scripted(policy(tmp_path, TIME_RULES + RULES), batches[0], batches[1])
    verdict = judge_by_measuring(measuring, run())
    assert measuring.again == [(SCAN,)]
    assert verdict.standing is standing
    assert "second batch" in check(verdict, "ratio wall_seconds 10k/20 streaming/materializing").sentence


def test_memory_is_not_measured_twice(tmp_path: Path) -> None:
    heavy = with_samples(run(), "peak_heap_bytes", [99e6])
    measuring = Scripted(policy(tmp_path, TIME_RULES + RULES), heavy, run())
    assert judge_by_measuring(measuring, None).standing is Standing.FAILED
    assert measuring.again == []


def test_without_results_the_gate_measures_what_the_policy_names(tmp_path: Path) -> None:
    """A real run on a real server: laws kept, a ceiling broken with the sites behind it, and everything left behind."""
    (tmp_path / "policy.toml").write_text(
        '[tool.bench.gate]\nscans = ["30/1"]\nimplementations = ["streaming"]\nlaws = true\nbaseline = false\n'
        '[tool.bench.gate.ceilings.peak_heap_bytes]\n"30/1" = { streaming = "1 MB" }\n',
        encoding="utf-8",
    )
    found = command.run("gate", "--policy", "policy.toml", "--json", "verdict.json", folder=tmp_path)
    assert found.returncode == 1, found.stderr
    assert found.stdout.startswith("❌ FAILED – Peak heap of streaming on 30/1 is ")
    assert " in write_csv: " in found.stdout
    verdict = read_verdict(tmp_path / "verdict.json")
    assert [one.name for one in verdict.checks if one.standing is not Standing.PASSED] == [
        "ceiling peak_heap_bytes 30/1 streaming"
    ]
    assert check(verdict, "law statements_server 30/1 streaming").standing is Standing.PASSED
    results = read_results(tmp_path / "reports/gate/results.json")
    assert (tmp_path / "reports/gate/report.md").exists()
    assert len({one.metric for one in results.measurements}) > 8
