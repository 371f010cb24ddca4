"""``bench bisect`` end to end: a planted regression is found on a real server, and nothing else changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.revisions.clones import commit, make
from tests.support.command import ROOT, content, run

pytestmark = [pytest.mark.slow, pytest.mark.server]

PACKAGE = "bisected"
TASK = """
from bench.compliance.schema.models import Scan
from optimized_impl import create_compliance_requirements


def create(tenant_id, scan_id):
    {change}
    return create_compliance_requirements(tenant_id, scan_id)
"""
STATEMENT = 'Scan.objects.using("admin").count()'


def history(folder: Path) -> Path:
    """Six commits: the fourth does not import, the fifth issues one more statement."""
    clone = make(folder, {f"{PACKAGE}/__init__.py": "", f"{PACKAGE}/task.py": TASK.format(change="pass")})
    commit(clone, {f"{PACKAGE}/other.py": "1\n"}, "second")
    commit(clone, {f"{PACKAGE}/other.py": "2\n"}, "third")
    commit(clone, {f"{PACKAGE}/__init__.py": "import nowhere\n"}, "fourth")
    commit(clone, {f"{PACKAGE}/__init__.py": "", f"{PACKAGE}/task.py": TASK.format(change=STATEMENT)}, "fifth")
    commit(clone, {f"{PACKAGE}/other.py": "3\n"}, "sixth")
    return clone


def test_a_planted_statement_is_found_and_what_does_not_import_is_skipped(
    tmp_path: Path, inputs: Path, temporary: Path
) -> None:
    clone, output = history(tmp_path / "clone"), tmp_path / "out"
    before = content(clone)
    finished = run(
        "bisect",
        "--good",
        "main~5",
        "--bad",
        "main",
        "--metric",
        "statements_django",
        "--implementation",
        f"{PACKAGE}.task:create",
        "--scan-file",
        inputs / "scan.json",
        "--catalogue-file",
        inputs / "catalogue.json",
        "--output",
        output,
        folder=clone,
        extra={"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert finished.returncode == 3, finished.stderr
    assert "the first bad commit is one of 2 commits" in finished.stdout
    found = json.loads((output / "bisection.json").read_text())
    assert [one["subject"] for one in found["candidates"]] == ["fourth", "fifth"]
    assert {one["commit"]["subject"]: one["samples"] for one in found["trials"] if one["found"] != "skipped"} == {
        "first": [18.0],
        "third": [18.0],
        "fifth": [19.0],
        "sixth": [19.0],
    }
    (skipped,) = [one for one in found["trials"] if one["found"] == "skipped"]
    assert (skipped["commit"]["subject"], "nowhere" in skipped["sentence"]) == ("fourth", True)
    assert (output / "plots" / "bisection.png").stat().st_size > 0
    assert content(clone) == before
    assert list(temporary.iterdir()) == []
