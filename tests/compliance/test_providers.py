"""``bench providers`` lists what ``--provider`` of the other commands can choose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.cli.main import main
from tests.support.command import run

pytestmark = pytest.mark.server


def framework(provider: str) -> str:
    requirements = [{"Id": "1", "Checks": ["a", "b"]}, {"Id": "2", "Checks": []}]
    return json.dumps({"Framework": "F", "Version": "1", "Provider": provider, "Requirements": requirements})


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for provider in ("azure", "linode"):
        folder = tmp_path / "checkout" / "prowler" / "compliance" / provider
        folder.mkdir(parents=True)
        (folder / f"f_{provider}.json").write_text(framework(provider))
    return tmp_path / "checkout"


def test_the_synthetic_providers_are_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["providers", "synthetic"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Catalogue: synthetic"
    assert [line.split() for line in lines if line.startswith(("azure", "iac"))] == [
        ["azure", "19", "3,828", "259"],
        ["iac", "0", "0", "0"],
    ]


def test_a_checkout_is_listed_as_a_table_and_as_json(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "providers.json"
    assert main(["providers", str(checkout), "--json", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "Not known to the database, and so without scans: linode." in shown
    found = json.loads(path.read_text())
    assert (found["catalogue"], found["warnings"]) == ("checkout", [])
    by_name = {one.pop("provider"): one for one in found["providers"]}
    assert by_name["azure"] == {"frameworks": 1, "requirements": 2, "checks": 2, "known": True}
    assert by_name["linode"] == {"frameworks": 1, "requirements": 2, "checks": 2, "known": False}
    assert by_name["aws"] == {"frameworks": 0, "requirements": 0, "checks": 0, "known": True}


def test_what_has_no_providers_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = tmp_path / "catalogue.json"
    written.write_text('{"c": {"framework": "C", "requirements": {}}}')
    for path, message in ((written, "is written by hand (1 framework)"), (tmp_path / "gone", "not found")):
        assert main(["providers", str(path)]) == 2
        assert message in capsys.readouterr().err


@pytest.mark.nightly
def test_a_run_names_installed_frameworks_that_it_does_not_read(checkout: Path, tmp_path: Path) -> None:
    """On standard error while it runs, and in its results and report."""
    installed = tmp_path / "installed" / "acme_rules-1.0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text("[prowler.compliance.universal]\nacme = acme_rules\n")
    output = tmp_path / "out"
    options = ["--catalogue", checkout, "--provider", "azure", "--implementation", "streaming", "--pairs", "1"]
    finished = run("run", "--scan", "20/2", *options, "--output", output, extra={"PYTHONPATH": str(installed.parent)})
    assert finished.returncode == 0, finished.stderr
    warning = "frameworks that installed packages add by entry point are not read: acme of acme-rules"
    assert f"warning: {warning}" in finished.stderr
    results = json.loads((output / "results.json").read_text())
    assert results["warnings"] == [warning]
    assert [(one["facts"]["provider"], one["rows"]) for one in results["datasets"]] == [("azure", 4)]
    assert warning in (output / "report.md").read_text()
    assert "provider: azure" in finished.stdout


def test_a_provider_without_frameworks_is_measured(tmp_path: Path) -> None:
    """As in production nothing is written, and that is what the run expects."""
    output = tmp_path / "out"
    finished = run("run", "--scan", "20/2", "--provider", "iac", "--pairs", "1", "--output", output)
    assert finished.returncode == 0, finished.stdout
    results = json.loads((output / "results.json").read_text())
    assert results["failures"] == []
    (dataset,) = results["datasets"]
    assert (dataset["facts"]["provider"], dataset["rows"]) == ("iac", 0)
    assert dataset["quantities"].items() >= {"frameworks": 0, "counted regions": 0}.items()
