"""Files of earlier schemas, of which the first two knew one job only, are read as those of today."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.errors import InputError
from bench.results.records import JobDescription, Results
from bench.results.store import read_results, write_results
from tests.support.builders import production_results
from tests.support.copy_baseline_runs import with_copy_baseline
from tests.support.promise_records import NEW, OLD, PARTIAL, point, reading, trial

Tree = dict[str, Any]


def earlier(results: Results) -> Tree:
    """Return ``results`` as schema 2 wrote them."""
    content: Tree = msgspec.to_builtins(results)
    content["schema"] = 2
    del content["job"], content["code"]
    content["datasets"] = [_dataset(one) for one in content["datasets"]]
    content["digests"] = [_digest(one) for one in content["digests"]]
    for tried in content["promises"]:
        del tried["tables"], tried["refusal"]
        for seen in (*tried["readings"], *tried["points"]):
            seen["rows"], seen["summaries"] = seen.pop("tables")
    return content


def _dataset(one: Tree) -> Tree:
    texts, numbers = one["facts"], one["quantities"]
    return {
        "scan": one["scan"],
        "seed": one["seed"],
        "fingerprint": one["fingerprint"],
        "findings": one["size"]["findings"],
        "regions": one["size"]["regions"],
        "rows": one["rows"],
        "counted_regions": numbers["counted regions"],
        "counted_findings": numbers["counted findings"],
        "provider": texts["provider"],
        "catalogue": texts["catalogue"],
        "catalogue_fingerprint": texts["catalogue fingerprint"],
        "frameworks": numbers["frameworks"],
        "requirements": numbers["requirements"],
    }


def _digest(one: Tree) -> Tree:
    rows, summaries = one["tables"]
    return {
        "scan": one["scan"],
        "implementation": one["implementation"],
        "rows": rows["sha256"],
        "summaries": summaries["sha256"],
        "row_count": rows["count"],
        "summary_count": summaries["count"],
        "bystanders_unchanged": one["bystanders_unchanged"],
    }


def schema_1(results: Results) -> Tree:
    content = earlier(results)
    content["schema"] = 1
    for name in ("unfinished", "planned_samples"):
        del content[name]
    for one in content["measurements"]:
        del one["incomplete"]
    renamed: Tree = json.loads(json.dumps(content).replace('"copy-baseline"', '"copy-limit"'))
    return renamed


def todays(results: Results) -> Results:
    """What an earlier file says of ``results``: its job has no name, and nothing was published in it."""
    return replace(
        results,
        job=JobDescription(name="", noun="scan", size=("findings", "regions"), rows_follow=("regions",)),
        datasets=tuple(replace(one, job="", published=()) for one in results.datasets),
        code=(),
    )


@pytest.mark.parametrize("write", [schema_1, earlier])
def test_an_earlier_file_is_read_as_todays(tmp_path: Path, write: Callable[[Results], Tree]) -> None:
    path = tmp_path / "results.json"
    path.write_text(json.dumps(write(with_copy_baseline())))
    assert read_results(path) == todays(with_copy_baseline())


def test_a_file_of_schema_3_is_read_as_todays(tmp_path: Path) -> None:
    content: Tree = msgspec.to_builtins(production_results())
    content["schema"] = 3
    path = tmp_path / "results.json"
    path.write_text(json.dumps(content))
    assert read_results(path) == production_results()


def test_what_was_found_of_promises_is_read_as_todays(tmp_path: Path) -> None:
    found = trial("streaming", readings=(reading(OLD, NEW),), points=(point(PARTIAL, OLD),))
    results = replace(production_results(), promises=(found,))
    path = tmp_path / "results.json"
    path.write_text(json.dumps(earlier(results)))
    assert read_results(path).promises == (replace(found, tables=("rows", "summaries"), refusal="DoesNotExist"),)


def test_a_law_of_a_size_is_one_of_what_counted(tmp_path: Path) -> None:
    content = earlier(production_results())
    steps = [{"statements": 1, "size": 1, "of": of} for of in ("regions", "rows", "counted findings")]
    law = {"metric": "statements_server", "base": 5, "steps": steps}
    content["laws"] = [{"implementation": "streaming", "laws": [law]}]
    path = tmp_path / "results.json"
    path.write_text(json.dumps(content))
    (declared,) = read_results(path).laws
    assert [step.of for step in declared.laws[0].steps] == ["counted regions", "rows", "counted findings"]


def test_a_file_that_is_written_again_is_of_todays_schema(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(json.dumps(earlier(production_results())))
    subprocess.run([sys.executable, "-m", "bench.results.upgrade", str(path)], check=True)
    write_results(tmp_path / "expected.json", todays(production_results()))
    assert json.loads(path.read_text()) == json.loads((tmp_path / "expected.json").read_text())


def _without(*path: str | int) -> Callable[[Tree], None]:
    def change(content: Tree) -> None:
        at: Any = content
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]

    return change


def _datasets_of_numbers(content: Tree) -> None:
    content["datasets"] = [1, 2]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (_without("datasets", 1, "rows"), r"`rows` - at `\$\.datasets\[1\]`"),
        (_without("datasets", 1, "findings"), r"\$\.datasets\[1\]\.size: is not in \"findings\" and \"regions\""),
        (_without("digests", 2, "summary_count"), r"`tables` - at `\$\.digests\[2\]`"),
        (_without("datasets"), "missing required field `datasets`"),
        (_datasets_of_numbers, r"`\$\.datasets\[0\]`"),
    ],
    ids=["rows", "size", "count", "data sets", "numbers"],
)
def test_a_damaged_earlier_file_names_the_place(tmp_path: Path, damage: Callable[[Tree], None], fault: str) -> None:
    content = earlier(production_results())
    damage(content)
    path = tmp_path / "results.json"
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=fault):
        read_results(path)
