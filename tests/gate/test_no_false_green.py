"""No reader shows a defect of a results file as green, and exit codes agree with words and symbols.

Each defect is written into a file and read by every command that reads results. A file that is refused on reading is
not green either: exit code 2 and one line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bench.analysis.verdict import Standing
from bench.results.history import keep
from bench.results.records import Failure, Results
from bench.results.store import write_results
from tests.support.builders import digest
from tests.support.gate_runs import CASE, SCAN, policy_text, run, with_samples, without
from tests.support.in_process import bench
from tests.support.variants import empty, failed, mismatch

Damage = Callable[[Results], Results]
WORDS = {one.value.upper(): one for one in Standing}
HEADLINE = re.compile(r"(✅|❌|⚠️) ([A-Z ]+) – ")
COMMENT = re.compile(r"## (✅|❌|⚠️) Benchmark(?: gate)?: ([a-z ]+)\n")


def planned() -> Results:
    """Return a whole run as today's harness writes it: as many time samples of each case as planned."""
    results = run()
    for name in results.implementations:
        for one in results.datasets:
            for metric, base in (("wall_seconds", 2.0), ("cpu_seconds", 1.2)):
                times = [base + step / 100 for step in range(8)]
                results = with_samples(results, metric, times, (one.scan, name))
    return replace(results, planned_samples=8)


def measured(results: Results, measured_metric: str, /, **changes: object) -> Results:
    """Return ``results`` with other fields of one measurement of one case."""
    return replace(
        results,
        measurements=tuple(
            replace(one, **changes) if (one.scan, one.implementation, one.metric) == (*CASE, measured_metric) else one  # type: ignore[arg-type]  # fields of Measurement
            for one in results.measurements
        ),
    )


def without_digest(results: Results) -> Results:
    return replace(results, digests=tuple(one for one in results.digests if (one.scan, one.implementation) != CASE))


def repeated(results: Results) -> Results:
    (one,) = (m for m in results.measurements if (m.scan, m.implementation, m.metric) == (*CASE, "peak_heap_bytes"))
    return replace(results, measurements=(*results.measurements, replace(one, samples=(1e6,))))


def broken_law(results: Results) -> Results:
    return with_samples(results, "statements_django", [25])


def crashed(results: Results) -> Results:
    failure = Failure(scan=SCAN, implementation="streaming", probe="memory", kind="killed", message="signal 9")
    return replace(results, failures=(failure,))


def bystanders(results: Results) -> Results:
    return replace(
        without_digest(results),
        digests=(*without_digest(results).digests, digest(*CASE, 108_420, bystanders_unchanged=False)),
    )


def fewer_rows(results: Results) -> Results:
    return replace(results, digests=mismatch().digests)


DEFECTS: dict[str, Damage] = {
    "unfinished": lambda results: replace(results, unfinished="interrupted"),
    "unfinished, nothing measured": lambda _: replace(empty(), unfinished="interrupted"),
    "unfinished before a case": lambda results: replace(without(results), unfinished="interrupted"),
    "no datasets": lambda results: replace(results, datasets=()),
    "no implementations": lambda results: replace(results, implementations=()),
    "no measurements": lambda results: replace(results, measurements=()),
    "nothing at all": lambda _: empty(),
    "a case without a measurement": without,
    "an implementation without a measurement": lambda results: without(
        without(without(results), ("1k/8", "streaming")), ("100/3", "streaming")
    ),
    "a metric missing for one implementation": lambda results: with_samples(results, "peak_heap_bytes", []),
    "time missing for one implementation": lambda results: with_samples(results, "wall_seconds", []),
    "no samples in a measurement": lambda results: measured(results, "peak_heap_bytes", samples=()),
    "fewer samples than planned": lambda results: with_samples(results, "wall_seconds", [2.0, 2.1, 2.0]),
    "fewer samples than planned everywhere": lambda results: replace(results, planned_samples=20),
    "no digest of a case": without_digest,
    "no digests": lambda results: replace(results, digests=()),
    "fewer rows": fewer_rows,
    "changed bystanders": bystanders,
    "a crash": crashed,
    "a case that only failed": lambda _: failed(),
    "a figure that is not the whole": lambda results: measured(
        results, "peak_heap_bytes", incomplete="forked 4 child processes"
    ),
    "a sample that is not a number": lambda results: measured(results, "peak_heap_bytes", samples=(float("nan"),)),
    "an infinite sample": lambda results: measured(results, "peak_heap_bytes", samples=(float("inf"),)),
    "a negative sample": lambda results: measured(results, "wall_seconds", samples=(-1.0,) * 8),
    "a metric twice": repeated,
    "a law that does not hold": broken_law,
    "an unknown metric": lambda results: measured(results, "peak_heap_bytes", metric="joy"),
    "another schema": lambda results: replace(results, schema=99),
}


@dataclass(frozen=True)
class Shown:
    """What a command showed: its exit code, and the verdict in its output, None where it refused the file."""

    code: int
    symbol: str | None
    standing: Standing | None
    output: str


Reader = Callable[[Path, Results, Results, pytest.CaptureFixture[str]], Shown]


def shown(code: int, output: str, pattern: re.Pattern[str] = HEADLINE) -> Shown:
    found = pattern.search(output)
    if found is None:
        return Shown(code, None, None, output)
    return Shown(code, found[1], WORDS[found[2].upper()], output)


def gate(folder: Path, whole: Results, results: Results, capsys: pytest.CaptureFixture[str]) -> Shown:
    (folder / "policy.toml").write_text(policy_text("laws = true"), encoding="utf-8")
    write_results(folder / "baseline.json", whole)
    write_results(folder / "results.json", results)
    options = ("--policy", folder / "policy.toml", "--baseline", folder / "baseline.json")
    code, output, _ = bench(
        capsys, "gate", "--results", folder / "results.json", *options, "--json", folder / "verdict.json"
    )
    return shown(code, output)


def gate_against(folder: Path, whole: Results, results: Results, capsys: pytest.CaptureFixture[str]) -> Shown:
    """The defect is in the baseline."""
    return gate(folder, results, whole, capsys)


def compare(folder: Path, whole: Results, results: Results, capsys: pytest.CaptureFixture[str]) -> Shown:
    write_results(folder / "before.json", whole)
    write_results(folder / "after.json", results)
    code, output, _ = bench(capsys, "compare", folder / "before.json", folder / "after.json")
    return shown(code, output)


def compare_with(folder: Path, whole: Results, results: Results, capsys: pytest.CaptureFixture[str]) -> Shown:
    """The defect is in the earlier run."""
    return compare(folder, results, whole, capsys)


def comment(folder: Path, _: Results, results: Results, capsys: pytest.CaptureFixture[str]) -> Shown:
    write_results(folder / "results.json", results)
    code, output, _errors = bench(capsys, "comment", folder / "results.json")
    return shown(code, output, COMMENT)


def comment_on_gate(folder: Path, whole: Results, results: Results, capsys: pytest.CaptureFixture[str]) -> Shown:
    """The gate judged another, whole run: its verdict must not cover the results that are commented on."""
    assert gate(folder, whole, whole, capsys).code == 0
    write_results(folder / "results.json", results)
    code, output, _ = bench(capsys, "comment", folder / "results.json", "--verdict", folder / "verdict.json")
    return shown(code, output, COMMENT)


def history(folder: Path, whole: Results, results: Results, capsys: pytest.CaptureFixture[str]) -> Shown:
    kept = folder / "history"
    keep(kept, whole)
    keep(kept, replace(results, created="2026-02-03T04:05:06+00:00"))
    code, output, errors = bench(capsys, "history", kept, "--scan", SCAN, "--output", folder)
    return shown(code, output + errors)


READERS: dict[str, Reader] = {
    "gate": gate,
    "gate, in the baseline": gate_against,
    "compare": compare,
    "compare, in the earlier run": compare_with,
    "comment": comment,
    "comment with a gate's verdict": comment_on_gate,
    "history": history,
}
SHOWING = {"comment", "comment with a gate's verdict", "history"}
"""Commands that show a verdict and do not judge: they end with 0 where they could read the file."""


BETTER = {("compare, in the earlier run", "a law that does not hold")}
"""What is no defect to a reader: the later run issues fewer statements."""
PAIRS = [(reader, defect) for reader in READERS for defect in DEFECTS if (reader, defect) not in BETTER]


@pytest.mark.parametrize(("reader", "defect"), PAIRS)
def test_no_reader_shows_a_defect_as_green(
    reader: str, defect: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = planned()
    found = READERS[reader](tmp_path, whole, DEFECTS[defect](whole), capsys)
    if found.standing is None:
        left_out = reader == "history" and ("skipped" in found.output or "measured nothing" in found.output)
        assert found.code == 2 or left_out, found.output
        return
    assert not found.standing.good, found.output
    assert found.symbol == found.standing.symbol
    assert found.code == (0 if reader in SHOWING else found.standing.exit_code)


@pytest.mark.parametrize("reader", [one for one in READERS if one != "history"])
def test_a_whole_run_is_green_for_every_reader(reader: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = READERS[reader](tmp_path, planned(), planned(), capsys)
    assert (found.code, found.symbol, found.standing) == (0, "✅", Standing.PASSED), found.output
