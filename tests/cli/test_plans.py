"""A results file's record of how it was made holds no password, and is valid text even for odd file names."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.cli.plans import command_line
from bench.compliance.job import JOB
from bench.jobs.job import DataSource
from tests.support.data import synthetic


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["run", "--scan", "10k/20"], "bench run --scan 10k/20"),
        (["run", "--output", "my folder"], "bench run --output 'my folder'"),
        (["run", "--database-url", "postgresql://me:secret@host/db"], "bench run --database-url '…'"),
        (["run", "--database-url=postgresql://me:secret@host/db", "--seed", "1"], "--seed 1"),
        (["run", "--output", os.fsdecode(b"\xff")], "bench run --output '\\udcff'"),
    ],
)
def test_the_command_line_is_as_typed_but_for_secrets_and_bytes_that_are_no_text(
    monkeypatch: pytest.MonkeyPatch, words: list[str], shown: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["/some/folder/bench", *words])
    line = command_line(JOB, {})
    assert shown in line
    assert "secret" not in line
    assert "/some/folder" not in line
    assert line.encode()


def test_a_scan_is_called_by_its_size_as_typed_or_by_its_files_name_as_text() -> None:
    size = synthetic("010K/20")
    assert size.label == "010K/20"
    file = DataSource(size=None, file=Path(os.fsdecode(b"folder/\xff.json")))
    assert file.label == "\\udcff.json"


def test_the_account_in_the_name_of_an_output_file_reaches_no_results(monkeypatch: pytest.MonkeyPatch) -> None:
    file = "folder/prowler-output-123456789012-20260115093000.ocsf.json"
    source, kept = DataSource(size=None, file=Path(file)), {"keep_names": "yes"}
    assert JOB.label(source) == "prowler-output-20260115093000.ocsf.json"
    assert JOB.label(replace(source, options=kept)) == Path(file).name
    for data, expected in (({}, "folder/prowler-output-20260115093000.ocsf.json"), (kept, file)):
        monkeypatch.setattr("sys.argv", ["bench", "run", "--scan-file", file])
        assert command_line(JOB, data) == f"bench run --scan-file {expected}"
