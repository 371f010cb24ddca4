"""A results file gives back what was written, and refuses what it cannot read with the place of the fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.results.records import Results
from bench.results.store import read_figures, read_results, write_results
from tests.support import variants
from tests.support.builders import figures_of, production_results
from tests.support.report_runs import with_paths


@pytest.mark.parametrize("make", [production_results, variants.failed, variants.hostile, variants.empty])
def test_reading_gives_back_what_was_written(tmp_path: Path, make: Callable[[], Results]) -> None:
    write_results(tmp_path / "results.json", make())
    assert read_results(tmp_path / "results.json") == make()


@pytest.mark.parametrize("make", [production_results, with_paths, variants.failed, variants.empty])
def test_the_figures_alone_are_those_of_the_whole_file(tmp_path: Path, make: Callable[[], Results]) -> None:
    path = tmp_path / "results.json"
    write_results(path, make())
    assert read_figures(path) == figures_of(make())


def test_details_are_passed_over_only_where_figures_alone_are_read(tmp_path: Path) -> None:
    """A fault in a figure is one for both, and so is JSON that is none, within a detail too."""
    path = tmp_path / "results.json"
    write_results(path, production_results())
    whole = json.loads(path.read_bytes())
    path.write_text(json.dumps(whole | {"heap": "none"}), encoding="utf-8")
    assert read_figures(path).heap == ()
    with pytest.raises(InputError, match=r"\$\.heap"):
        read_results(path)
    path.write_text(json.dumps(whole | {"measurements": "none"}), encoding="utf-8")
    with pytest.raises(InputError, match=r"\$\.measurements"):
        read_figures(path)
    path.write_text(json.dumps(whole)[:-2].replace('"heap": [', '"heap": [[', 1), encoding="utf-8")
    with pytest.raises(InputError, match="line 1, column"):
        read_figures(path)


def test_the_file_has_the_published_shape_in_indented_json(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write_results(path, production_results())
    text = path.read_text(encoding="utf-8")
    content = json.loads(text)
    assert text.startswith('{\n  "schema": 4,\n')
    assert text.endswith("}\n")
    assert content["schema"] == 4
    assert {"environment", "datasets", "measurements", "digests", "failures"} <= content.keys()
    assert {"scan", "seed", "fingerprint"} <= content["datasets"][0].keys()
    assert content["datasets"][2]["scan"] == "10k/20"
    assert content["measurements"][0] == {
        "scan": "100/3",
        "implementation": "materializing",
        "metric": "wall_seconds",
        "unit": "seconds",
        "samples": [1.10, 1.08, 1.13, 1.09, 1.12],
        "warnings": [],
        "incomplete": "",
        "sequential": False,
    }


def test_an_unknown_schema_names_the_versions_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text('{"schema": 99, "anything": []}')
    with pytest.raises(InputError, match=r"results\.json has results schema 99, and this version reads 1, 2, 3 and 4;"):
        read_results(path)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"{", "line 1, column 2: not JSON: the file ends too early"),
        (b'{"schema": 1, }', "line 1, column 15: not JSON: "),
        (b"\xff\xfe", "is not a results file: line 1: byte 0xff is not UTF-8"),
        (b"[]", r"Expected `object`, got `array`"),
        (b'{"schema": 1}', "missing required field `created`"),
    ],
)
def test_a_malformed_file_names_the_place_of_the_fault(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=fault) as raised:
        read_results(path)
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_wrong_value_names_its_path_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write_results(path, production_results())
    content = json.loads(path.read_text())
    content["measurements"][7]["samples"][0] = "fast"
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"\$\.measurements\[7\]\.samples\[0\]"):
        read_results(path)


def test_a_missing_and_an_unreadable_file_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no results file"):
        read_results(tmp_path / "results.json")
    with pytest.raises(InputError, match="cannot read the results file"):
        read_results(tmp_path)
