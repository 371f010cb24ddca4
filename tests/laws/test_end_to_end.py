"""The project's implementations keep their declared laws; a broken law is reported with its line and fails the run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.analysis.laws import check_laws
from bench.compliance.job import JOB
from bench.harness.plan import RunPlan
from bench.harness.runner import Runner
from bench.report.tables.statements import law_line
from bench.results.fingerprint import fingerprint
from tests.support.command import ROOT, run
from tests.support.data import implementations, synthetic
from tests.support.notes import Notes
from tests.support.small_scan import CATALOGUE

pytestmark = [pytest.mark.slow, pytest.mark.server]

MODULE = Path("tests/support/implementations/law_breaking.py")


@pytest.mark.parametrize("major", [16, pytest.param(18, marks=pytest.mark.nightly)])
def test_both_implementations_keep_their_laws_on_scans_of_two_sizes(major: int) -> None:
    plan = RunPlan(
        job=JOB,
        sources=(synthetic("100/3"), synthetic("1k/8")),
        implementations=implementations("materializing", "streaming"),
        samples=0,
        server_major=major,
        command="bench run",
        probes=("statements",),
    )
    runner = Runner(plan, Notes())
    runner.run()
    results = runner.results()
    assert results is not None
    assert law_line(check_laws(results), results.job.noun) == "Laws of statements: kept – 8 counts on 2 scans"
    for texts in results.statements:
        # Whose line it is, is known of every statement.
        assert all(site.startswith(("reference_impl/", "optimized_impl/")) for site in texts.django_sites)
        assert all(site.startswith(("reference_impl/", "optimized_impl/")) for site in texts.server_sites)
        assert (len(texts.django_sites), len(texts.server_sites)) == (len(texts.django), len(texts.server))


def test_a_query_per_region_fails_the_run_and_is_shown_with_its_line(tmp_path: Path) -> None:
    name = f"{'.'.join(MODULE.with_suffix('').parts)}:query_per_region"
    catalogue, output = tmp_path / "catalogue.json", tmp_path / "report"
    catalogue.write_text(json.dumps(CATALOGUE), encoding="utf-8")
    scan = ["--scan", "100/3", "--catalogue-file", catalogue, "--pairs", 1]
    finished = run("run", *scan, "--implementation", name, "--output", output)
    assert finished.returncode == 1, finished.stderr
    text = " ".join(finished.stdout.split())
    assert f"Laws of statements: broken – {name} on 100/3: 21 statements (django), declared 18 (constant 18)" in text
    lines = (ROOT / MODULE).read_text(encoding="utf-8").splitlines()
    (number,) = (number for number, line in enumerate(lines, start=1) if "SELECT" in line)
    known = fingerprint("SELECT upper(%s) AS region")
    assert f"{MODULE}:{number}: 3 times: {known} SELECT upper(?) AS region" in text
    report = (output / "report.md").read_text(encoding="utf-8")
    assert "**Laws of statements: broken**" in report
    assert f"| `{MODULE}:{number}` | `{known}` | `SELECT upper(?) AS region` |" in report
