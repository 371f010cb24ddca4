"""``bench prove rows`` prints what an implementation writes, line by line, the same each time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import run, start

pytestmark = [pytest.mark.slow, pytest.mark.server]

COUNTS = ("passed_checks", "failed_checks", "total_checks", "passed_findings", "total_findings")
EXPECTED_ROWS = [
    # compliance id, requirement, region, status, counts in the order of COUNTS
    ("cis_3.0_aws", "1.1", "eu-west-1", "FAIL", (1, 1, 2, 0, 0)),
    ("cis_3.0_aws", "1.1", "us-east-1", "PASS", (1, 0, 2, 0, 0)),
    ("cis_3.0_aws", "1.2", "eu-west-1", "FAIL", (0, 1, 1, 0, 0)),
    ("cis_3.0_aws", "1.2", "us-east-1", "PASS", (0, 0, 1, 0, 0)),
    ("prowler_threatscore_aws", "1.1.1", "eu-west-1", "PASS", (1, 0, 1, 1, 1)),
    ("prowler_threatscore_aws", "1.1.1", "us-east-1", "PASS", (1, 0, 1, 1, 1)),
]
EXPECTED_SUMMARIES = [
    ("cis_3.0_aws", {"requirements_passed": 0, "requirements_failed": 2, "requirements_manual": 0}, 2),
    ("prowler_threatscore_aws", {"requirements_passed": 1, "requirements_failed": 0, "requirements_manual": 0}, 1),
]


def arguments(inputs: Path, implementation: str) -> list[object]:
    files = ["--scan-file", inputs / "scan.json", "--catalogue-file", inputs / "catalogue.json"]
    return ["rows", "--implementation", implementation, *files]


def test_a_provider_other_than_the_scan_files_own_is_refused_and_its_own_is_taken(inputs: Path) -> None:
    refused = run(*arguments(inputs, "streaming"), "--provider", "gcp")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.endswith("aws is not gcp, which was given or named before; read one provider at a time\n")
    taken = run(*arguments(inputs, "streaming"), "--provider", "aws")
    assert (taken.returncode, len(taken.stdout.splitlines())) == (0, len(EXPECTED_ROWS) + len(EXPECTED_SUMMARIES))


@pytest.mark.nightly
def test_a_scan_file_that_names_no_provider_takes_the_one_asked_for(tmp_path: Path) -> None:
    """Finding rows as they come from a database name none."""
    rows = [{"check_id": f"check_{n}", "status": "PASS", "resource_regions": ["eastus"]} for n in range(3)]
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows))
    unnamed = run("rows", "--implementation", "streaming", "--scan-file", path)
    assert unnamed.returncode == 2
    assert "name one by --provider" in unnamed.stderr
    finished = run("rows", "--implementation", "streaming", "--scan-file", path, "--provider", "okta")
    assert (finished.returncode, finished.stderr) == (0, "")
    lines = [json.loads(line) for line in finished.stdout.splitlines()]
    assert len([line for line in lines if line["table"] == "rows"]) == 29


@pytest.mark.nightly
def test_rows_of_another_provider_are_those_of_its_catalogue() -> None:
    finished = run("rows", "--implementation", "streaming", "--scan", "40/2", "--provider", "m365")
    assert (finished.returncode, finished.stderr) == (0, "")
    lines = [json.loads(line) for line in finished.stdout.splitlines()]
    rows = [line for line in lines if line["table"] == "rows"]
    assert len(rows) == 2 * 375
    assert {row["compliance_id"].rpartition("_")[2] for row in rows} == {"m365"}
    assert any(row["total_findings"] for row in rows), "ThreatScore counts findings for other providers, too"


def test_both_implementations_print_the_rules_rows_byte_for_byte_alike_and_nothing_else(inputs: Path) -> None:
    """Under another encoding of the terminal as well: JSON is UTF-8."""
    first = run(*arguments(inputs, "materializing"))
    second = run(*arguments(inputs, "streaming"), extra={"PYTHONIOENCODING": "latin-1:strict", "LC_ALL": "C"})
    assert (first.returncode, first.stderr) == (0, "")
    assert second.stderr == ""
    assert first.stdout == second.stdout
    assert "Façade, “quoted”" in first.stdout
    lines = [json.loads(line) for line in first.stdout.splitlines()]
    rows = [line for line in lines if line["table"] == "rows"]
    summaries = [line for line in lines if line["table"] == "summaries"]
    assert lines == rows + summaries
    assert [
        (
            row["compliance_id"],
            row["requirement_id"],
            row["region"],
            row["requirement_status"],
            tuple(row[count] for count in COUNTS),
        )
        for row in rows
    ] == EXPECTED_ROWS
    assert [(s["compliance_id"], s["total_requirements"]) for s in summaries] == [
        (name, total) for name, _, total in EXPECTED_SUMMARIES
    ]
    for summary, (_, counts, _) in zip(summaries, EXPECTED_SUMMARIES, strict=True):
        assert summary.items() >= counts.items()
    assert not any({"id", "inserted_at"} & line.keys() for line in lines)
    assert {row["version"] for row in rows} == {"3.0", "1.0"}
    assert rows[2]["description"] == "", "a missing description is stored as ''"


def test_a_failing_implementation_gets_one_line_and_exit_code_1(inputs: Path) -> None:
    finished = run(*arguments(inputs, "tests.support.implementations.ends:raises"))
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == "bench: ValueError: two lines\n"


def test_a_reader_that_has_seen_enough_gets_no_traceback_and_leaves_nothing(inputs: Path, temporary: Path) -> None:
    """As in ``bench prove rows … | head -1``."""
    with start(*arguments(inputs, "streaming"), extra={"TMPDIR": str(temporary)}) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        errors = process.stderr.read()
    assert "Traceback" not in errors
    assert list(temporary.iterdir()) == []
