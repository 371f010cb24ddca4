"""A results file that is well-formed and yet cannot be true is refused by every reader, with the place of the fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.errors import InputError
from bench.results.records import Failure, Results
from bench.results.store import read_results, write_results
from tests.support import variants
from tests.support.builders import production_results
from tests.support.call_runs import with_calls
from tests.support.gate_runs import policy_text, run
from tests.support.in_process import bench
from tests.support.noise_floors import FLOOR

Tree = dict[str, Any]
COMMANDS = (
    ("compare", "good.json", "bad.json"),
    ("compare", "bad.json", "good.json"),
    ("comment", "bad.json"),
    ("gate", "--results", "bad.json"),
    ("gate", "--results", "good.json", "--baseline", "bad.json"),
    ("baseline", "accept", "bad.json"),
    ("baseline", "accept", "good.json", "--baseline", "bad.json"),
)


def tree() -> Tree:
    """Return a run of six time samples a case as JSON holds it."""
    results = replace(production_results(), noise_floor=FLOOR, planned_samples=5)
    shorter = (replace(one, samples=one.samples[:5]) for one in results.measurements)
    built: Tree = msgspec.json.decode(msgspec.json.encode(replace(results, measurements=tuple(shorter))))
    return built


def _index(content: Tree, metric: str) -> int:
    return next(number for number, one in enumerate(content["measurements"]) if one["metric"] == metric)


def _set(*path: str | int, to: object) -> Callable[[Tree], None]:
    def change(content: Tree) -> None:
        at: Any = content
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = to

    return change


def _of_metric(metric: str, field: str, to: object) -> Callable[[Tree], None]:
    return lambda content: _set("measurements", _index(content, metric), field, to=to)(content)


def _again(name: str, number: int = 0, **changes: object) -> Callable[[Tree], None]:
    return lambda content: content[name].append({**content[name][number], **changes})


def _fewer_samples(content: Tree) -> None:
    content["measurements"][0]["samples"].pop()


def _case_without_time(content: Tree) -> None:
    content["measurements"] = [
        one
        for one in content["measurements"]
        if (one["scan"], one["implementation"]) != ("1k/8", "streaming") or not one["metric"].endswith("_seconds")
    ]


def _stops(*stops: dict[str, object]) -> Callable[[Tree], None]:
    return _set("stops", to=list(stops))


STOP: dict[str, object] = {
    "scan": "100/3",
    "base": "materializing",
    "other": "streaming",
    "metric": "wall_seconds",
    "pairs": 5,
    "reason": "budget",
}
OF_INVOICES = {
    "metric": "statements_server",
    "base": 5,
    "steps": [{"statements": 1, "size": 1, "of": "invoices"}],
}
DEFECTS: dict[str, tuple[Callable[[Tree], None], str]] = {
    "measurement twice": (
        _again("measurements", samples=[0.5] * 5),
        'measurements[102]: wall_seconds of "materializing" on "100/3" is in measurements[0] already; keep one',
    ),
    "negative figure": (
        _set("measurements", 0, "samples", 3, to=-1.5),
        "measurements[0].samples[3]: is -1.5; it cannot",
    ),
    "1e308": (_set("measurements", 0, "samples", 0, to=1e308), "measurements[0].samples[0]: 1e+308 is no figure"),
    "beyond 2^63": (
        _set("measurements", 0, "samples", 0, to=2**64),
        f"measurements[0].samples[0]: {2**64} is no figure",
    ),
    "text for a figure": (_set("measurements", 7, "samples", 0, to="fast"), "measurements[7].samples[0]"),
    "truth for a figure": (_set("measurements", 7, "samples", 0, to=True), "measurements[7].samples[0]"),
    "no sample": (_set("measurements", 0, "samples", to=[]), "measurements[0].samples: is empty"),
    "half a statement": (_of_metric("statements_django", "samples", [18.5]), "counts, so it is a whole number"),
    "another unit": (_of_metric("wal_bytes", "unit", "MB"), '.unit: is "MB"; wal_bytes is in bytes'),
    "unknown metric": (
        _of_metric("wal_bytes", "metric", "wal"),
        '.metric: unknown metric "wal"; known are wall_seconds, ',
    ),
    "unlisted scan": (_set("measurements", 0, "scan", to="9/9"), 'measurements[0].scan: "9/9" is none of the datasets'),
    "unlisted implementation": (
        _set("measurements", 0, "implementation", to="fast"),
        'measurements[0].implementation: "fast" is none of the implementations',
    ),
    "digest of an unlisted scan": (_set("digests", 0, "scan", to="9/9"), "digests[0].scan: "),
    "digest twice": (
        _again("digests", bystanders_unchanged=False),
        'digests[6]: "materializing" on "100/3" is in digests[0] already',
    ),
    "digest that is none": (
        _set("digests", 0, "tables", 0, "sha256", to="same"),
        "digests[0].tables[0].sha256: is not a SHA-256",
    ),
    "digests at odds": (_set("digests", 0, "tables", 0, "count", to=7), "another digest of the same rows has 7"),
    "no table": (_set("digests", 0, "tables", to=[]), "digests[0].tables: is empty; every job writes a table"),
    "another table": (_set("digests", 2, "tables", 1, "table", to="x"), "digests[2].tables: are others than those of"),
    "statements twice": (_again("statements"), "statements[6]: "),
    "heap of an unlisted scan": (_set("heap", 0, "scan", to="9/9"), "heap[0].scan: "),
    "heap below zero": (_set("heap", 0, "points", 2, "heap_bytes", to=-1), "heap[0].points[2].heap_bytes: is -1"),
    "allocation below zero": (
        _set("allocations", 0, "sites", 1, "bytes", to=-1),
        "allocations[0].sites[1].bytes: is -1",
    ),
    "scan twice": (_again("datasets", rows=7), 'datasets[3].scan: scan "100/3" is listed twice'),
    "implementation twice": (
        _set("implementations", to=["streaming", "streaming"]),
        'implementations[1]: implementation "streaming" is listed twice',
    ),
    "no implementation": (_set("implementations", to=[]), "implementations: is empty"),
    "rows below zero": (_set("datasets", 1, "rows", to=-8), "datasets[1].rows: is -8; it cannot be negative"),
    "size below zero": (
        _set("datasets", 1, "size", "regions", to=-8),
        "datasets[1].size.regions: is -8; it cannot be negative",
    ),
    "size of another job": (
        _set("datasets", 1, "size", to={"invoices": 1}),
        'datasets[1].size: is not in "findings" and "regions", as the job\'s is',
    ),
    "another job": (_set("datasets", 1, "job", to="x"), 'datasets[1].job: is "x"; the run measured the job "complia'),
    "rows that follow nothing": (
        _set("job", "rows_follow", to=["tenants"]),
        'job.rows_follow[0]: "tenants" is none of job.size',
    ),
    "law of an unknown quantity": (
        lambda content: content["laws"].append({"implementation": "streaming", "laws": [OF_INVOICES]}),
        'laws[0].laws[0]: speaks of "invoices"; the data has "findings", "regions", ',
    ),
    "code twice": (_again("code"), 'code[2].implementation: implementation "materializing" is listed twice'),
    "code of an unlisted implementation": (
        _set("code", 0, "implementation", to="fast"),
        'code[0].implementation: "fast" is none of the implementations',
    ),
    "cores below zero": (_set("environment", "cores", to=-1), "environment.cores: is -1"),
    "load below zero": (_set("environment", "load_average", to=[0.1, -2.0]), "environment.load_average[1]: is -2.0"),
    "floor below zero": (_set("noise_floor", "deviations", to={"wall_seconds": -1}), "noise_floor.deviations.wall_sec"),
    "floor of no metric": (_set("noise_floor", "deviations", to={"speed": 0.1}), 'unknown metric "speed"'),
    "floor without pairs": (_set("noise_floor", "pairs", to=0), "noise_floor.pairs: is 0"),
    "fewer samples than planned": (_fewer_samples, "measurements[0].samples: has 4 samples; the plan says 5"),
    "more samples than planned": (
        _set("planned_samples", to=4),
        "measurements[0].samples: has 5 samples; the plan says 4",
    ),
    "case without time": (_case_without_time, 'measurements: "streaming" on "1k/8" has no time sample, and no failure'),
    "stop twice": (
        _stops(STOP, STOP),
        'stops[1]: the pairs of "streaming" ended in stops[0] already; keep one of the two',
    ),
    "stop of an unlisted scan": (_stops({**STOP, "scan": "9/9"}), 'stops[0].scan: "9/9" is none of the datasets'),
    "stop with pairs that were not taken": (
        _stops({**STOP, "pairs": 6}),
        "stops[0].pairs: is 6; the base has 5 samples",
    ),
    "stop of no known reason": (_stops({**STOP, "reason": "tired"}), "stops[0].reason"),
    "plan below zero": (_set("planned_samples", to=-1), "planned_samples: is -1"),
    "text of two million characters": (_set("command", to="x" * 2_000_000), "command: a text of 2,000,000 characters"),
    "name of a thousand": (
        _set("implementations", 0, to="x" * 1_000),
        "implementations[0]: a name of 1,000 characters",
    ),
    "member missing": (lambda content: content.pop("digests"), "missing required field `digests`"),
}


def test_the_run_that_is_varied_is_good(tmp_path: Path) -> None:
    path = tmp_path / "good.json"
    path.write_text(json.dumps(tree()), encoding="utf-8")
    assert read_results(path).planned_samples == 5


@pytest.mark.parametrize("defect", DEFECTS)
def test_every_command_refuses_it_with_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], defect: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_results(Path("good.json"), run())
    Path("pyproject.toml").write_text(policy_text(), encoding="utf-8")
    content = tree()
    change, message = DEFECTS[defect]
    change(content)
    Path("bad.json").write_text(json.dumps(content), encoding="utf-8")
    for command in COMMANDS:
        code, output, errors = bench(capsys, *command)
        assert (code, output) == (2, ""), (command, errors)
        assert errors.startswith("bench: bad.json is not a results file: ")
        assert message in errors
        assert errors.endswith("; write it again with `bench run`\n")
        assert errors.count("\n") == 1
        assert len(errors) < 1_000


def test_a_doubled_measurement_is_refused_in_either_order(tmp_path: Path) -> None:
    for doubled in (0, -1):
        content = tree()
        other = {**content["measurements"][0], "samples": [0.001] * 5}
        content["measurements"].insert(0 if doubled == 0 else len(content["measurements"]), other)
        path = tmp_path / "bad.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(InputError, match=r"wall_seconds of .* already; keep one of the two"):
            read_results(path)


def failure(scan: str, implementation: str) -> Failure:
    return Failure(scan=scan, implementation=implementation, probe="time", kind="killed", message="by signal 9")


@pytest.mark.parametrize(
    "results",
    [
        replace(variants.failed(), planned_samples=None),
        replace(variants.empty(), planned_samples=5, unfinished="interrupted"),
        replace(variants.empty(), planned_samples=5),
    ],
    ids=["failed", "interrupted before the first sample", "nothing loaded"],
)
def test_a_run_that_measured_less_is_read(tmp_path: Path, results: Results) -> None:
    write_results(tmp_path / "results.json", results)
    assert read_results(tmp_path / "results.json") == results


@pytest.mark.parametrize(
    "excuse",
    [{"unfinished": "interrupted"}, {"failures": [msgspec.to_builtins(failure("100/3", "materializing"))]}],
    ids=["unfinished", "failed"],
)
def test_fewer_samples_are_read_where_the_run_says_why(tmp_path: Path, excuse: Tree) -> None:
    content = tree() | excuse
    _fewer_samples(content)
    (tmp_path / "results.json").write_text(json.dumps(content), encoding="utf-8")
    assert len(read_results(tmp_path / "results.json").measurements[0].samples) == 4


def test_the_failure_of_another_case_excuses_nothing(tmp_path: Path) -> None:
    content = tree() | {"failures": [msgspec.to_builtins(failure("100/3", "streaming"))]}
    _fewer_samples(content)
    (tmp_path / "results.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match="the plan says 5"):
        read_results(tmp_path / "results.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("calls", 5, "functions", 0, "calls", to=-1), r"calls\[5\]\.functions\[0\]\.calls: is -1"),
        (
            _set("calls", 5, "other_calls", to=1),
            r"calls\[5\]: adds up to 1,073,359, which is no sample of function_calls",
        ),
        (_set("calls", 5, "scan", to="1k/8"), r"calls\[5\]: .* is in calls\[3\] already"),
        (_set("calls", 5, "implementation", to="nobody"), r"calls\[5\]\.implementation: .* is none of the"),
        (_set("calls", 5, "other_names", to="0x12"), r"calls\[5\]\.other_names: is not eight hexadecimal digits"),
    ],
)
def test_calls_that_cannot_be_true_are_refused(tmp_path: Path, change: Callable[[Tree], None], message: str) -> None:
    content: Tree = msgspec.json.decode(msgspec.json.encode(with_calls()))
    path = tmp_path / "results.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert read_results(path) == with_calls()
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_results(path)
