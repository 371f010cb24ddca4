"""The wheel works alone, and each extra is enough for what it is for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from bench import __version__
from bench.compliance.job import JOB
from bench.gate.policy_file import read_policy
from bench.results.store import read_results
from tests.support.command import ROOT
from tests.support.installed import Installed

pytestmark = [pytest.mark.slow, pytest.mark.server]

SCAN = "20/2"


def test_it_holds_no_tests_and_no_compiled_files(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {
        "bench",
        "reference_impl",
        "optimized_impl",
        "compliance_bench",
    }
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert "bench/py.typed" in names


def test_without_other_packages_it_starts_and_names_the_extra_that_is_missing(bare: Installed) -> None:
    assert bare.bench("--version").stdout == f"bench {__version__}\n"
    for command in (["--help"], ["run"], ["compare", "a.json", "b.json"]):
        finished = bare.bench(*command)
        assert finished.returncode == 2
        assert finished.stderr.splitlines() == [
            "bench: the package typer is missing; run pip install 'compliance-bench[report]' (or [suite] to measure)"
        ]


def test_the_extra_report_reads_judges_and_shows(reading: Installed) -> None:
    results = ROOT / "reports" / "baseline.json"
    assert reading.bench("--help").returncode == 0
    assert reading.bench("project", "new", "policy").returncode == 0
    for command, told in (
        (("compare", results, results), "Same rows in both runs: yes"),
        (("show", "comment", results), "Rows"),
        (("show", "history", results.parent), "kept runs"),
        (("gate", "--results", results, "--policy", "gate.toml"), "checks passed"),
    ):
        finished = reading.bench(*command)
        assert finished.returncode in {0, 1, 3}, finished.stderr
        assert "missing" not in finished.stderr
        assert told in finished.stdout


def test_the_extra_report_says_what_measuring_needs(reading: Installed) -> None:
    finished = reading.bench("run", "--scan", SCAN)
    assert finished.returncode == 2
    assert "is missing; run pip install 'compliance-bench[suite]'" in finished.stderr


def test_the_extra_suite_measures_from_an_empty_folder(measuring: Installed) -> None:
    finished = measuring.bench("run", "--scan", SCAN, "--pairs", "1", "--implementation", "streaming")
    assert finished.returncode == 0, finished.stderr
    assert read_results(measuring.folder / "reports/latest/results.json").failures == ()


@pytest.mark.parametrize("template", ["policy", "job", "project", "prowler"])
def test_its_templates_are_the_repositorys_files(measuring: Installed, template: str) -> None:
    output = measuring.folder / template
    finished = measuring.bench("project", "new", template, "--output", output)
    assert finished.returncode == 0, finished.stderr
    *named, _next = finished.stdout.splitlines()
    assert {Path(name) for name in named} == {path for path in output.rglob("*") if path.is_file()}
    known = [path.read_bytes() for path in _tracked()]
    for name in named:
        assert Path(name).read_bytes() in known


def test_a_template_never_overwrites(measuring: Installed, tmp_path: Path) -> None:
    """Neither the file that is there nor any other is written."""
    there = tmp_path / "monthly_statements" / "statements.py"
    there.parent.mkdir()
    there.write_text("mine")
    finished = measuring.bench("project", "new", "job", "--output", tmp_path)
    assert finished.returncode == 2
    assert f"{there} is there already" in finished.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [there]
    assert there.read_text() == "mine"


def test_its_policy_is_one_that_the_gate_reads() -> None:
    policy = read_policy(ROOT / "examples" / "gate.toml", JOB)
    assert policy.implementations == ("materializing", "streaming")


def _tracked() -> list[Path]:
    listed = subprocess.run(
        [shutil.which("git") or "git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
