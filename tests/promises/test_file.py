"""The file keeps the last trial of each implementation, and says what is wrong with a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import InputError
from bench.results.promises import merge_promises, read_promises
from tests.support.promise_records import NEW, OLD, point, race, reading, refusal, trial

WHOLE = trial(
    "whole",
    readings=(reading(OLD, OLD), reading(NEW, NEW)),
    points=(point(), point(struck=False)),
    refusals=(refusal(),),
    races=(race(ended=("", "error")),),
)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "promises.json"
    merge_promises(path, [WHOLE])
    assert read_promises(path) == (WHOLE,)


def test_a_missing_file_has_no_trials(tmp_path: Path) -> None:
    assert read_promises(tmp_path / "promises.json") == ()


def test_a_trial_replaces_the_same_implementations_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "promises.json"
    merge_promises(path, [trial("a", scan="1k/8"), WHOLE])
    merge_promises(path, [trial("b"), trial("a", scan="100/3")])
    assert read_promises(path) == (trial("a", scan="100/3"), WHOLE, trial("b"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "is not a promises file: .*delete it"),
        (b"\xff", "is not a promises file: line 1: byte 0xff"),
        (b'{"schema": 2, "trials": [{"implementation": "a"}]}', r"is not a promises file: .*\$\.trials\[0\]"),
        (b'{"schema": 99, "trials": []}', "has promises schema 99, and this version reads 2; delete it"),
    ],
)
def test_a_bad_file_is_named_with_the_remedy(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "promises.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_promises(path)
    assert path.read_bytes() == content
