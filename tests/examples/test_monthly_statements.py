"""The example is short, and every command that measures a job takes it: run, sweep, gate, ab, promises and rows."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from bench.results.promises import read_promises
from bench.results.store import read_results
from tests.support.command import ROOT, run
from tests.support.repository import git

pytestmark = [pytest.mark.slow, pytest.mark.server]

FOLDER = ROOT / "examples" / "monthly_statements"
JOB = ["--job", FOLDER / "job.py"]
BOTH = ("one-by-one", "in-the-database")
MOST_LINES = 60

POLICY = """
[tool.bench.gate]
scans = ["3/9", "9/9"]
implementations = ["one-by-one", "in-the-database"]
samples = 0
laws = true
baseline = false

[tool.bench.gate.ceilings.peak_heap_bytes]
"9/9" = {{ one-by-one = "{ceiling}" }}
"""


def test_description_functions_and_settings_have_at_most_sixty_lines_beside_the_models() -> None:
    files = (FOLDER / "job.py", FOLDER / "statements.py", FOLDER / "billing" / "settings.py")
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= MOST_LINES


def test_run_measures_both_versions_on_the_job_s_own_tables(tmp_path: Path) -> None:
    options = ["--size", "3/9", "--size", "6/9", "--pairs", 1, "--copy-baseline", "--output", tmp_path]
    finished = run("run", *JOB, *options)
    assert finished.returncode == 0, finished.stderr
    results = read_results(tmp_path / "results.json")
    assert (results.job.name, results.implementations) == ("monthly-statements", BOTH)
    assert [(one.rows, one.size) for one in results.datasets] == [
        (3, {"customers": 3, "invoices": 9}),
        (6, {"customers": 6, "invoices": 9}),
    ]
    assert len({one.tables for one in results.digests if one.scan == "3/9"}) == 1, "and the copy baseline's"
    assert "Laws of statements: kept – 4 counts" in finished.stdout


@pytest.mark.nightly
def test_sweep_takes_a_grid_of_the_job_s_own_sizes(tmp_path: Path) -> None:
    finished = run("sweep", *JOB, "--customers", "3,9", "--invoices", 9, "--output", tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert [one.scan for one in read_results(tmp_path / "results.json").datasets] == ["3/9", "9/9"]


def test_gate_measures_and_judges_it_by_a_policy_of_its_own(tmp_path: Path) -> None:
    policy, verdict = tmp_path / "gate.toml", tmp_path / "verdict.json"
    options = [*JOB, "--policy", policy, "--json", verdict, "--output", tmp_path / "report"]
    measured: list[object] = []
    for ceiling, code, standing in (("10 MB", 0, "passed"), ("1 kB", 1, "failed")):
        policy.write_text(POLICY.format(ceiling=ceiling), encoding="utf-8")
        finished = run("gate", *options, *measured)
        assert finished.returncode == code, finished.stdout
        checks = {one["name"]: one["standing"] for one in json.loads(verdict.read_text(encoding="utf-8"))["checks"]}
        assert checks["law statements_django 9/9 one-by-one"] == "passed"
        assert checks["ceiling peak_heap_bytes 9/9 one-by-one"] == standing
        measured = ["--results", tmp_path / "report" / "results.json"]


@pytest.mark.nightly
def test_ab_measures_a_revision_of_its_functions_against_the_working_tree(tmp_path: Path) -> None:
    copy = tmp_path / "clone"
    shutil.copytree(FOLDER, copy)
    git(copy, "init", "--quiet")
    git(copy, "add", ".")
    git(copy, "commit", "--quiet", "-m", "before")
    functions = copy / "statements.py"
    functions.write_text(
        functions.read_text(encoding="utf-8").replace("    sums = {}\n", "    sums, _ = {}, Invoice.objects.count()\n")
    )
    options = ["--implementation", "one-by-one", "--size", "3/9", "--pairs", 1, "--output", tmp_path / "report"]
    finished = run("ab", "HEAD", "--job", copy / "job.py", *options)
    assert finished.returncode == 1, finished.stderr
    results = read_results(tmp_path / "report" / "results.json")
    counts = {one.implementation: one.samples for one in results.measurements if one.metric == "statements_django"}
    assert counts == {"one-by-one@HEAD": (7.0,), "one-by-one": (8.0,)}
    assert "law" in finished.stdout.lower()


@pytest.mark.nightly
def test_promises_are_tried_and_those_that_are_made_are_kept(tmp_path: Path) -> None:
    options = ["--implementation", "in-the-database", "--size", "3/9", "--points", 9, "--json", tmp_path / "p.json"]
    finished = run("prove", "promises", *JOB, *options)
    assert finished.returncode == 0, finished.stdout
    (trial,) = read_promises(tmp_path / "p.json")
    assert (trial.tables, trial.rows) == (("billing_statement",), 3)
    assert {one.scans for one in trial.races} == {"one", "two owners"}


@pytest.mark.parametrize(
    ("vary", "told"),
    [
        # Old rows could not be distinguished from new ones, and every promise would seem to be kept.
        ("SELECT 1", "billing_statement stay the same when half of the data change; write --scan with more customers"),
        ("UPDATE nothing SET a = 1", "job 'monthly-statements': its vary failed: relation \"nothing\" does not exist"),
    ],
)
def test_a_vary_without_effect_or_with_an_error_is_refused(vary: str, told: str, tmp_path: Path) -> None:
    folder = tmp_path / "example"
    shutil.copytree(FOLDER, folder)
    job = folder / "job.py"
    job.write_text(re.sub("VARY = .*", f"VARY = {vary!r}", job.read_text()))
    finished = run("prove", "promises", "--job", job, "--size", "3/9", "--points", 9, "--json", tmp_path / "p.json")
    assert finished.returncode == 2
    assert told in finished.stderr


def test_rows_are_printed_without_keys_and_times() -> None:
    finished = run("prove", "rows", *JOB, "--implementation", "one-by-one", "--size", "3/9")
    assert finished.returncode == 0, finished.stderr
    rows = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [sorted(row) for row in rows] == [["account", "cents", "customer", "invoices", "month", "table"]] * 3
    assert {row["invoices"] for row in rows} == {3}
