"""The published JSON schema is that of the records, and holds for the files that are written and published."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.results.records import Results
from bench.results.schema import PATH, results_schema
from bench.results.store import write_results
from tests.support import variants
from tests.support.builders import production_results

BASELINE = PATH.parents[1] / "reports" / "baseline.json"


def validated(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(PATH), str(path)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_the_published_schema_is_current() -> None:
    assert PATH.read_bytes() == results_schema(), "run `make schema`"


@pytest.mark.parametrize("make", [production_results, variants.broken_law, variants.failed, variants.hostile])
def test_what_is_written_follows_the_schema(tmp_path: Path, make: Callable[[], Results]) -> None:
    write_results(tmp_path / "results.json", make())
    assert validated(tmp_path / "results.json").returncode == 0


def test_the_published_baseline_follows_the_schema() -> None:
    assert validated(BASELINE).returncode == 0


def test_another_file_does_not_follow_it(tmp_path: Path) -> None:
    write_results(tmp_path / "results.json", production_results())
    content = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    content["measurements"][0]["samples"] = ["fast"]
    (tmp_path / "other.json").write_text(json.dumps(content), encoding="utf-8")
    finished = validated(tmp_path / "other.json")
    assert finished.returncode == 1
    assert "$.measurements[0].samples[0]" in finished.stdout
