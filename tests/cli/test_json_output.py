"""``--json`` prints one documented record and nothing else; ``--quiet`` prints the verdict alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bench.compliance.conformance.schema import conform_schema
from bench.gate.schema import gate_schema
from bench.harness.session import KeptRun
from bench.report.outcomes.promises import promises_outcome
from bench.report.outcomes.run import run_outcome
from bench.report.outcomes.schemas import FOLDER, OUTCOMES, outcome_schema
from bench.results.history import keep
from bench.results.records import Results
from bench.results.store import write_results
from tests.support import conformance_runs, variants
from tests.support.builders import production_results
from tests.support.in_process import bench
from tests.support.promise_records import trial
from tests.support.run_pairs import other_machine, other_rows, regressed, small_run

validate: Any = import_module("jsonschema").validate  # it ships no annotations
OTHERS = {"gate": gate_schema, "conform": conform_schema}
MADE: dict[str, Callable[[], bytes]] = {
    **{name: lambda name=name: outcome_schema(name) for name in OUTCOMES},  # type: ignore[misc]  # of the default
    **OTHERS,
}


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


def plain_json(record: Any) -> Any:
    import msgspec

    return json.loads(msgspec.json.encode(record))


@pytest.mark.parametrize("name", MADE)
def test_the_published_schemas_are_current(name: str) -> None:
    assert (FOLDER / f"{name}.schema.json").read_bytes() == MADE[name](), "run `make schema`"
    assert {path.name for path in FOLDER.iterdir()} == {f"{one}.schema.json" for one in MADE}


@pytest.mark.parametrize("later", [small_run, regressed, other_machine, other_rows, variants.hostile])
def test_compare_prints_what_its_table_says(
    later: Callable[[], Results], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = variants.hostile() if later is variants.hostile else small_run()
    write_results(tmp_path / "a.json", before)
    write_results(tmp_path / "b.json", later())
    files = (tmp_path / "a.json", tmp_path / "b.json")
    code, text, _ = bench(capsys, "compare", *files)
    json_code, output, errors = bench(capsys, "compare", *files, "--json")
    found = json.loads(output)
    validate(found, schema("compare"))
    assert (json_code, errors, found["exit_code"]) == (code, "", code)
    assert found["standing"].upper() in text.splitlines()[0]


def test_compare_gives_each_change_with_its_verdict(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_results(tmp_path / "a.json", small_run())
    write_results(tmp_path / "b.json", regressed())
    found = json.loads(bench(capsys, "compare", tmp_path / "a.json", tmp_path / "b.json", "--json")[1])
    changes = {(one["implementation"], one["metric"]): one for one in found["changes"]}
    time = changes["streaming", "wall_seconds"]
    assert (time["verdict"], time["standing"], time["unit"]) == ("more", "failed", "seconds")
    assert time["lower"] < time["ratio"] < time["upper"]
    assert changes["streaming", "statements_django"]["verdict"] == "differs"
    assert found["before"]["revision"] == "0123abc"


@pytest.mark.parametrize("make", [production_results, variants.failed, variants.broken_law, variants.hostile])
def test_a_run_s_outcome_follows_its_schema(make: Callable[[], Results]) -> None:
    found = plain_json(run_outcome(make(), results_file="r.json", report="r.md", page="r.html"))
    validate(found, schema("run"))


def test_a_run_s_figures_are_those_of_its_report() -> None:
    found = plain_json(run_outcome(production_results(), results_file="r.json", report="r.md", page="r.html"))
    figures = {(one["scan"], one["implementation"], one["metric"]): one for one in found["figures"]}
    time = figures["10k/20", "streaming", "wall_seconds"]
    assert (time["samples"], time["kind"], time["value"]) == (6, "noisy", 7.29)
    assert time["lower"] < 7.29 < time["upper"]
    assert time["ratio"]["value"] == pytest.approx(0.85, abs=0.01)
    peak = figures["10k/20", "streaming", "peak_heap_bytes"]["ratio"]
    assert (peak["distinguished"], peak["lower"]) == (True, None)
    assert figures["10k/20", "materializing", "wall_seconds"]["ratio"] is None
    wrong = plain_json(run_outcome(other_rows(), results_file="r.json", report="r.md", page="r.html"))
    assert {one["ratio"] for one in wrong["figures"]} == {None}, "no claim where rows differ"


@pytest.mark.parametrize("command", [["run"], ["sweep"], ["ab", "HEAD"]])
def test_commands_that_measure_print_the_outcome_alone(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    results = variants.failed()
    kept = KeptRun(
        results=results,
        results_file=tmp_path / "results.json",
        report=tmp_path / "report.md",
        page=tmp_path / "report.html",
        pictures=(),
    )

    def measured(_output: Path, _plan: object, progress: Any, **_: object) -> KeptRun:
        progress.begin(1)
        progress.stage("measuring")
        progress.warn("the machine is busy")
        return kept

    monkeypatch.setattr("bench.harness.session.measure_into", measured)
    code, output, errors = bench(capsys, *command, "--json")
    found = json.loads(output)
    assert found == plain_json(
        run_outcome(results, results_file=str(kept.results_file), report=str(kept.report), page=str(kept.page))
    )
    assert (code, found["exit_code"]) == (1, 1)
    assert "measuring" in errors
    code, output, errors = bench(capsys, *command, "--quiet")
    assert (code, output.count("\n")) == (1, 1)
    assert output.startswith("❌ FAILED – ")
    assert errors.splitlines()[-1] == "warning: the machine is busy"
    assert "measuring" not in errors


def test_history_prints_runs_and_changes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for one in (regressed(), small_run()):
        keep(tmp_path / "history", one)
    (tmp_path / "history" / "damaged.json").write_text("{")
    arguments = ("history", tmp_path / "history", "--output", tmp_path)
    code, output, errors = bench(capsys, *arguments, "--fail-on-change", "--json")
    found = json.loads(output)
    validate(found, schema("history"))
    assert (code, found["exit_code"], errors) == (1, 1, "")
    assert [one["revision"] for one in found["runs"]] == ["0123abc", "4567def"]
    changed = {one["metric"]: one for one in found["changes"] if one["implementation"] == "streaming"}
    statements = changed["statements_django"]
    assert (statements["old"], statements["new"], statements["worse"], statements["confidence"]) == (18, 19, True, None)
    assert (statements["before"]["revision"], statements["after"]["revision"]) == ("0123abc", "4567def")
    assert "damaged.json" in found["warnings"][0]
    code, output, _ = bench(capsys, *arguments, "--quiet")
    assert (code, output.count("\n")) == (0, 1)


def test_gate_prints_its_verdict_where_no_file_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    write_results(results, small_run())
    arguments = ("gate", "--results", results)
    code, text, _ = bench(capsys, *arguments)
    for option in (["--json"], ["--json", "-"], ["--json", "--quiet"]):
        json_code, output, _ = bench(capsys, *arguments, *option)
        found = json.loads(output)
        validate(found, schema("gate"))
        assert (json_code, found["exit_code"]) == (code, code)
    file = tmp_path / "verdict.json"
    assert bench(capsys, *arguments, "--json", file)[1] == text
    assert json.loads(file.read_text(encoding="utf-8")) == found
    assert bench(capsys, *arguments, "--quiet")[1] == text.splitlines()[0] + "\n"


def test_gate_prints_json_where_it_cannot_judge_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, output, errors = bench(capsys, "gate", "--results", tmp_path / "missing.json", "--json")
    assert (code, json.loads(output)["standing"]) == (2, "error")
    assert "missing.json" in errors


def test_promises_say_of_each_whether_it_was_kept() -> None:
    found = plain_json(promises_outcome([trial("kept"), trial("ended", failure="no server")], "promises.json"))
    validate(found, schema("promises"))
    assert (found["exit_code"], found["kept_in"]) == (1, "promises.json")
    assert [one["implementation"] for one in found["trials"]] == ["kept", "ended"]
    assert {one["status"] for one in found["trials"][1]["promises"]} == {"not tried"}


def test_conform_prints_what_it_keeps_in_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = conformance_runs.run(
        conformance_runs.implementation("streaming"), differences={("text-sql", "streaming"): "1 row"}
    )
    monkeypatch.setattr("bench.compliance.conformance.run.run_suite", lambda *_: made)
    code, output, _ = bench(capsys, "conform", "--json")
    validate(json.loads(output), schema("conform"))
    assert (code, json.loads(output)) == (1, plain_json(made))
    code, output, _ = bench(capsys, "conform", "--quiet")
    assert (code, output.count("\n")) == (1, 1)


def test_names_that_are_no_text_are_escaped_on_a_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    hostile = replace(variants.hostile(), command="bench run \x1b[31m")
    write_results(tmp_path / "a.json", hostile)
    output = bench(capsys, "compare", tmp_path / "a.json", tmp_path / "a.json", "--json")[1]
    assert "\x1b" not in output
    assert all(line.isprintable() for line in output.splitlines())
