"""Each format follows what its tool publishes, and the tool's own reader takes it where there is one for Python."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from bench.errors import InputError
from bench.report.export.csv_table import COLUMNS
from bench.report.export.figures import Figures, figures_of
from bench.report.export.formats import FORMATS
from bench.results.metrics import METRICS
from bench.results.records import Results
from tests.support import variants
from tests.support.builders import production_results
from tests.support.run_pairs import later, small_run

validate: Any = import_module("jsonschema").validate  # it ships no annotations

# https://bencher.dev/bmf.json, with the names and bounds that the server checks as well.
BENCHER_METRIC_FORMAT = {
    "$schema": "http://json-schema.org/draft-07/schema",
    "type": "object",
    "propertyNames": {"minLength": 1, "maxLength": 1024},
    "additionalProperties": {
        "type": "object",
        "propertyNames": {"minLength": 1, "maxLength": 64},
        "additionalProperties": {
            "type": "object",
            "properties": {name: {"type": "number"} for name in ("value", "lower_value", "upper_value")},
            "required": ["value"],
            "additionalProperties": False,
        },
    },
}
# ``BenchmarkResults`` in src/extract.ts of github-action-benchmark, as JSON schema.
CUSTOM_BENCHMARK = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "value": {"type": "number"},
            "unit": {"type": "string"},
            "range": {"type": "string"},
            "extra": {"type": "string"},
        },
        "required": ["name", "value", "unit"],
        "additionalProperties": False,
    },
}
EVERY_RUN = [production_results, small_run, variants.hostile]


def figures(*runs: Results) -> Figures:
    return figures_of([(f"{place}.json", run) for place, run in enumerate(runs)])


def export(name: str, *runs: Results) -> str:
    return FORMATS[name](figures(*runs))


def by_name(text: str) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in json.loads(text)}


@pytest.mark.parametrize("make", EVERY_RUN)
def test_bencher_takes_every_case_with_its_measures(make: Callable[[], Results]) -> None:
    found = json.loads(export("bencher", make()))
    validate(found, BENCHER_METRIC_FORMAT)
    assert sum(map(len, found.values())) == len(figures(make()).figures)


def test_bencher_s_bounds_are_the_interval_where_there_is_one() -> None:
    (case,) = (one for name, one in json.loads(export("bencher", small_run())).items() if "streaming" in name)
    assert case["peak_heap_bytes"] == {"value": 34_400_000}
    assert case["statements_django"] == {"value": 18}
    assert set(case["cpu_seconds"]) == {"value"}  # three samples have no interval
    time = case["wall_seconds"]
    assert time["lower_value"] < time["value"] < time["upper_value"]


def test_bencher_gets_no_name_that_it_refuses() -> None:
    long = variants.hostile()
    assert max(len(name.encode()) for name in json.loads(export("bencher", long))) <= 1024
    with pytest.raises(InputError, match="more than 1,024 bytes, the most that Bencher takes"):
        export("bencher", renamed(small_run(), "x" * 1_100))


def renamed(run: Results, name: str) -> Results:
    """Return ``run`` with its second implementation under another name."""

    def of(one: Any) -> Any:
        return replace(one, implementation=name) if one.implementation == "streaming" else one

    return replace(
        run,
        implementations=(run.implementations[0], name),
        measurements=tuple(map(of, run.measurements)),
        digests=tuple(map(of, run.digests)),
        code=tuple(map(of, run.code)),
    )


@pytest.mark.parametrize("make", EVERY_RUN)
def test_github_action_benchmark_takes_costs_smaller_is_better(make: Callable[[], Results]) -> None:
    text = export("github-action-benchmark", make())
    validate(json.loads(text), CUSTOM_BENCHMARK)
    found = by_name(text)
    assert len(found) == len(json.loads(text))
    assert not [name for name in found if METRICS[name.rpartition(" ")[2]].unit == "rows"]


def test_github_action_benchmark_shows_unit_range_and_commit() -> None:
    found = by_name(export("github-action-benchmark", small_run()))
    time = found["compliance[1k/8 streaming] wall_seconds"]
    assert (time["unit"], time["value"]) == ("seconds", 2.795)
    assert time["range"].startswith("95 % interval of the median 2.7")
    assert time["extra"] == "Time (wall), noisy\n8 samples\nrevision 0123abc"
    assert "range" not in found["compliance[1k/8 streaming] peak_heap_bytes"]


@pytest.mark.parametrize("make", EVERY_RUN)
def test_prometheus_reads_the_open_metrics(make: Callable[[], Results]) -> None:
    families = {one.name: one for one in text_string_to_metric_families(export("openmetrics", make()))}
    expected = figures(make()).figures
    for metric in {one.summary.metric for one in expected}:
        family = families[f"bench_{metric.name}"]
        assert family.type == "gauge"
        assert family.unit == (metric.unit if metric.name.endswith(f"_{metric.unit}") else "")
        read = {(one.labels["scan"], one.labels["implementation"]): one.value for one in family.samples}
        assert read == {
            (one.summary.scan, one.summary.implementation): one.summary.centre
            for one in expected
            if one.summary.metric is metric
        }
        assert {one.timestamp for one in family.samples} == {None}
    assert families["bench_samples"].samples


def test_open_metrics_of_several_runs_are_a_history() -> None:
    text = export("openmetrics", later(small_run()), small_run())
    families = {one.name: one for one in text_string_to_metric_families(text)}
    points = [one for one in families["bench_wall_seconds"].samples if one.labels["implementation"] == "streaming"]
    moments = [float(one.timestamp) for one in points]
    assert moments == sorted(moments)
    assert moments[0] == 1_767_323_045.0
    assert moments[1] - moments[0] == 29 * 3600 + 3600 * 0 + 55 * 60 + 55
    with pytest.raises(InputError, match="name each run once"):
        export("openmetrics", small_run(), small_run())


def test_csv_holds_every_figure_and_sample_and_no_formula() -> None:
    run = renamed(small_run(), "=cmd|' /C calc'!A0")
    lines = list(csv.DictReader(io.StringIO(export("csv", run, later(small_run())), newline="")))
    assert tuple(lines[0]) == COLUMNS
    assert len(lines) == len(figures(run, later(small_run())).figures)
    assert lines[0]["samples"] == "2.8 2.74 2.91 2.78 2.83 2.79 2.86 2.76"
    assert (float(lines[0]["value"]), lines[0]["unit"]) == (2.795, "seconds")
    assert not [cell for line in lines for cell in line.values() if cell[:1] in ("=", "+", "-", "@")]
    assert {line["revision"] for line in lines} == {"0123abc", "4567def"}


@pytest.mark.parametrize("make", [production_results, small_run])
def test_pytest_benchmark_compares_the_file(tmp_path: Path, make: Callable[[], Results]) -> None:
    for name, run in (("0001_before.json", make()), ("0002_after.json", later(make()))):
        (tmp_path / name).write_text(export("pytest-benchmark", run), encoding="utf-8")
    command = [sys.executable, "-m", "pytest_benchmark", "compare", "--name=long", "--group-by=fullname"]
    finished = subprocess.run(
        [*command, *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    cases = {one.case for one in figures(make()).figures}
    assert all(case in finished.stdout for case in cases)
    assert "Failed to load" not in finished.stdout + finished.stderr


def test_pytest_benchmark_s_entries_are_read_by_github_action_benchmark_too() -> None:
    """``extractPytestResult`` in its src/extract.ts reads these members."""
    found = json.loads(export("pytest-benchmark", production_results()))["benchmarks"]
    assert len({one["fullname"] for one in found}) == len(found) == 6
    for one in found:
        stats = one["stats"]
        assert stats["ops"] == pytest.approx(1 / stats["mean"])
        assert stats["rounds"] == len(stats["data"])
        assert stats["stddev"] >= 0
        assert one["extra_info"]["peak_heap_bytes"] > 0


def test_without_a_time_there_is_nothing_for_pytest_benchmark() -> None:
    untimed = [one for one in small_run().measurements if one.metric != "wall_seconds"]
    with pytest.raises(InputError, match=r"no time .wall. was measured"):
        export("pytest-benchmark", replace(small_run(), measurements=tuple(untimed)))
