"""A results file's record of how it was made holds no password, and is valid text even for odd file names."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.cli.plans import command_line
from bench.datasets.size import ScanSize
from bench.harness.stage import ScanSource


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
    line = command_line()
    assert shown in line
    assert "secret" not in line
    assert "/some/folder" not in line
    assert line.encode()


def test_a_scan_is_called_by_its_size_as_typed_or_by_its_files_name_as_text() -> None:
    size = ScanSource(size=ScanSize.parse("010K/20"), scan_file=None, catalogue="synthetic", seed=0)
    assert size.label == "010K/20"
    file = ScanSource(size=None, scan_file=Path(os.fsdecode(b"folder/\xff.json")), catalogue="synthetic", seed=0)
    assert file.label == "\\udcff.json"


def test_the_account_in_the_name_of_an_output_file_reaches_no_results(monkeypatch: pytest.MonkeyPatch) -> None:
    file = "folder/prowler-output-123456789012-20260115093000.ocsf.json"
    source = ScanSource(size=None, scan_file=Path(file), catalogue="synthetic", seed=0)
    assert source.label == "prowler-output-20260115093000.ocsf.json"
    assert replace(source, keep_names=True).label == Path(file).name
    for option, expected in (("--pairs=3", "folder/prowler-output-20260115093000.ocsf.json"), ("--keep-names", file)):
        monkeypatch.setattr("sys.argv", ["bench", "run", "--scan-file", file, option])
        assert command_line() == f"bench run --scan-file {expected} {option}"
