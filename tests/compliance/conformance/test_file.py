"""The file of a run reads back as written; anything else is refused, with the place of the fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.compliance.conformance.record import Conformance, Status, read_conformance, write_conformance
from bench.errors import InputError
from tests.support import conformance_runs as runs


@pytest.mark.parametrize("made", [runs.conforming(), runs.wrong()])
def test_what_is_written_is_read_again(made: Conformance, tmp_path: Path) -> None:
    path = tmp_path / "deeper" / "conformance.json"
    write_conformance(path, made)
    assert read_conformance(path) == made
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["schema"] == 1
    assert {verdict["status"] for verdict in content["verdicts"]} <= {status.value for status in Status}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 99}, "has conformance schema 99, and this version reads 1"),
        ({"verdicts": [{"case": 1}]}, r"is not a conformance file: .*`\$\.verdicts\[0\]\.case`"),
        ({"schema": None}, r"is not a conformance file: .*`\$\.schema`"),
    ],
)
def test_another_file_is_refused(change: dict[str, object], message: str, tmp_path: Path) -> None:
    path = tmp_path / "conformance.json"
    write_conformance(path, runs.alone())
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_conformance(path)


def test_a_missing_file_names_the_command_that_writes_one(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"there is no conformance file .*; `bench prove conform --json FILE` writes one"
    ):
        read_conformance(tmp_path / "none.json")


def test_verdicts_are_found_by_status_and_implementation() -> None:
    made = runs.wrong()
    first, second, third = made.names
    assert [one.implementation for one in made.having(Status.WRONG)] == [first, second, first]
    assert [one.case for one in made.having(Status.WRONG, first)] == ["one-failure", "array-null"]
    assert made.having(Status.KNOWN, third) == ()
