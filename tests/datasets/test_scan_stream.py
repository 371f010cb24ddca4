"""A scan file gives the values that json gives, however it is chunked, without being held in memory as a whole."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.datasets.scan import stream
from bench.datasets.scan.recorded import read_recorded_scan
from bench.datasets.scan.stream import JsonStream
from bench.errors import InputError
from bench.files.strict_json import MalformedError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def arriving(content: bytes, size: int) -> Callable[[], bytes]:
    parts = iter([content[start : start + size] for start in range(0, len(content), size)])
    return lambda: next(parts, b"")


def collected(content: bytes, size: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, index, value in JsonStream(arriving(content, size), "findings").pieces():
        if index is None:
            found[key] = value
        else:
            assert index == len(found[key])
            found[key].append(value)
    return found


@given(
    st.dictionaries(st.text(max_size=8), VALUES, max_size=4),
    st.lists(VALUES, max_size=6),
    st.integers(1, 40),
    st.booleans(),
    st.sampled_from([None, 1]),
)
def test_the_pieces_are_what_json_reads(
    members: dict[str, Any], findings: list[Any], size: int, first: bool, indent: int | None
) -> None:
    whole = {"findings": findings, **members} if first else {**members, "findings": findings}
    content = json.dumps(whole, indent=indent, ensure_ascii=first).encode()
    assert collected(content, size) == json.loads(content)


@pytest.mark.parametrize("size", [1, 7, 1_000_000])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1, column 1: not JSON: the file ends too early"),
        (b'{"a": 1,\n "findings": [1,\n\n  2 3]}', "line 4, column 5: not JSON: Expecting ',' delimiter"),
        (b'{"findings": [1,]}', "line 1, column 17: not JSON: Expecting value"),
        (b'{"findings": [{"a": 1', "line 1, column 22: not JSON: the file ends too early"),
        (b'{"findings": [], }', "line 1, column 18: not JSON: Expecting property name enclosed in double quotes"),
        (b'{"findings" []}', "line 1, column 13: not JSON: Expecting ':' delimiter"),
        (b'{"findings": []}\n]', "line 2, column 1: not JSON: Extra data"),
        (b'{"findings": [1]', "line 1, column 17: not JSON: the file ends too early"),
        (b'{"findings": [\n"\xff"]}', "line 2: byte 0xff is not UTF-8; save the file as UTF-8"),
        (b'{"findings": ["a\0"]}', "line 1, column 17: not JSON: Invalid control character at"),
        (b'{"findings": [\n' + b"[" * 100_000, "line 2: nested too deeply"),
        (b'{"findings": [\n' + b"9" * 5_000 + b"]}", "line 2: not usable JSON: "),
        (b"null", "$: expected an object, found another value"),
    ],
)
def test_a_fault_has_the_same_place_whatever_the_pieces(content: bytes, message: str, size: int) -> None:
    if len(content) > 1_000 and size == 1:
        size = 1_000
    with pytest.raises(MalformedError) as caught:
        collected(content, size)
    assert str(caught.value).startswith(message)


def test_a_value_too_long_to_be_a_finding_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LONGEST_PIECE", 1_000)
    read = 0

    def endless() -> bytes:
        nonlocal read
        read += 100
        return b"x" * 100 if read > 100 else b'{"findings": ["'

    with pytest.raises(MalformedError, match=r"^line 1: a value of more than"):
        list(JsonStream(endless, "findings").pieces())
    assert read < 10_000


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Four times the findings, the same peak: only one piece of the file is held."""
    peaks = []
    for count in (500, 2_000):
        path = tmp_path / f"{count}.json"
        finding = {"check_id": "a", "status": "PASS", "resource_regions": ["r"], "detail": "x" * 8_000}
        path.write_text(json.dumps({"provider": "aws", "findings": [finding] * count}))
        tracemalloc.start()
        assert read_recorded_scan(path).provider == "aws"
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0] < 4_000 * 8_000


@pytest.mark.parametrize("depth", [66, 500, 900])
def test_nesting_that_json_still_reads_is_refused_too(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "scan.json"
    nested = '"compliance": ' + "[" * depth + "]" * depth
    path.write_text(f'{{"provider": "aws", "findings": [{{"check_id": "a", "status": "PASS", {nested}}}]}}')
    with pytest.raises(InputError, match=r"findings\[0\]\.compliance: nested too deeply|line 1: nested too deeply"):
        read_recorded_scan(path)
