"""The action's scripts, run in order as another repository runs them; a results file replaces the measurement."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.gate.comment import MARKER
from bench.results.store import write_results
from tests.support.builders import production_results
from tests.support.steps import ACTION, WORKFLOWS, run_step, step

URL = "https://ci.example/artifacts/1"
POLICY = """
[tool.bench.gate]
scans = ["100/3", "1k/8", "10k/20"]
implementations = ["materializing", "streaming"]
baseline = false

[tool.bench.gate.ceilings.peak_heap_bytes."10k/20"]
streaming = "{ceiling}"
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The checkout of another repository, with the action beside it."""
    folder = tmp_path / "repository"
    folder.mkdir()
    write_results(folder / "results.json", production_results())
    installed = tmp_path / "action" / ".venv" / "bin" / "bench"
    installed.parent.mkdir(parents=True)
    installed.write_text(f'#!/bin/sh\nexec {sys.executable} -m bench "$@"\n')
    installed.chmod(0o755)
    return folder


def variables(repository: Path) -> dict[str, str]:
    return {
        "ACTION_PATH": str(repository.parent / "action"),
        "POLICY": "policy.toml",
        "BASELINE": "",
        "PROJECT": "",
        "CHECKOUT": ".",
        "INTERPRETER": "",
        "BASE": "abc123",
        "ARGUMENTS": "",
        "BENCH_DATABASE_URL": "",
        "COMMAND": "gate",
        "RESULTS": "results.json",
        "OUTPUT": "out",
        "ARTIFACT_URL": URL,
    }


def output_folder(repository: Path, given: str) -> str:
    """The absolute folder that the action makes of its input ``output``."""
    finished, outputs = run_step(step(ACTION, "Find the output folder"), repository, {"OUTPUT": given})
    assert finished.returncode == 0, finished.stderr
    return outputs["path"]


@pytest.mark.parametrize("given", ["out", "./out", "other/../out", "{repository}/out"])
def test_output_is_relative_to_the_working_directory_or_absolute(repository: Path, given: str) -> None:
    """The upload joins nothing to it, and accepts no ``.`` or ``..`` inside a path."""
    assert output_folder(repository, given.format(repository=repository)) == str(repository / "out")


def test_an_absolute_output_holds_everything_the_action_writes(repository: Path, tmp_path: Path) -> None:
    (repository / "policy.toml").write_text(POLICY.format(ceiling="46 MB"))
    elsewhere = tmp_path / "elsewhere"
    given = variables(repository) | {"OUTPUT": output_folder(repository, str(elsewhere))}
    assert run_step(step(ACTION, "Gate"), repository, given)[1] == {"exit-code": "0"}
    assert run_step(step(ACTION, "Summary"), repository, given)[0].returncode == 0
    assert {path.name for path in elsewhere.iterdir()} >= {"verdict.json", "junit.xml", "comment.md"}
    assert not (repository / "out").exists()


@pytest.mark.parametrize("given", ["", "*", "out?", "[a]", "!out", "out\npath=/", "out\r"])
def test_an_output_that_is_a_pattern_or_several_lines_is_refused(repository: Path, given: str) -> None:
    finished, outputs = run_step(step(ACTION, "Find the output folder"), repository, {"OUTPUT": given})
    assert (finished.returncode, outputs) == (1, {})
    assert finished.stderr.startswith("::error title=Benchmark gate::output ")
    assert len(finished.stderr.splitlines()) == 1


def test_measuring_another_commit_than_the_pull_request_s_head_warns(repository: Path) -> None:
    """A checkout without ``ref`` has the merge commit, which is not the one that the author pushed."""

    def check(head: str) -> str:
        finished, _ = run_step(step(ACTION, "Check the revision"), repository, {"HEAD_SHA": head, "CHECKOUT": "."})
        assert (finished.returncode, finished.stderr) == (0, "")
        return finished.stdout

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(repository), "-c", "user.name=n", "-c", "user.email=e", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    assert check("abc123") == ""
    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "--message", "one")
    head = git("rev-parse", "HEAD")
    assert check(head) == ""
    assert check("") == ""
    assert f"::This measures {head}, not the pull request's head abc123; set the ref" in check("abc123")


@pytest.mark.parametrize(
    ("ceiling", "code", "verdict"),
    [("46 MB", "0", "✅ Benchmark gate: passed"), ("40 MB", "1", "❌ Benchmark gate: failed")],
)
def test_gate_report_summary_and_verdict(repository: Path, ceiling: str, code: str, verdict: str) -> None:
    """A regression fails the job in its last step, after report and comment were kept."""
    (repository / "policy.toml").write_text(POLICY.format(ceiling=ceiling))
    given = variables(repository) | {"OUTPUT": output_folder(repository, "out")}
    gate, outputs = run_step(step(ACTION, "Gate"), repository, given)
    assert gate.returncode == 0, gate.stderr
    assert outputs == {"exit-code": code}, gate.stdout + gate.stderr
    assert (repository / "out" / "verdict.json").exists()
    assert (repository / "out" / "junit.xml").exists()
    summary, _ = run_step(step(ACTION, "Summary"), repository, given)
    assert summary.returncode == 0, summary.stderr
    comment = (repository / "out" / "comment.md").read_text()
    assert comment.startswith(f"{MARKER}\n\n## {verdict}")
    assert (repository / "summary").read_text() == comment
    assert f"(<{URL}>)" in comment
    last = {"EXIT_CODE": outputs["exit-code"], "FAIL_WHEN_UNDECIDED": "false"}
    assert run_step(step(ACTION, "Verdict"), repository, last)[0].returncode == int(code)


def test_a_gate_that_cannot_measure_still_leaves_a_comment_and_fails_the_job(repository: Path) -> None:
    (repository / "policy.toml").write_text("[tool.bench.gate]\nscams = []\n")
    given = {**variables(repository), "RESULTS": ""}
    gate, outputs = run_step(step(ACTION, "Gate"), repository, given)
    assert (gate.returncode, outputs) == (0, {"exit-code": "2"})
    summary, _ = run_step(step(ACTION, "Summary"), repository, given)
    assert summary.returncode == 0, summary.stderr
    assert "scams" in (repository / "summary").read_text()


@pytest.mark.parametrize(
    ("code", "fail", "expected", "warns"),
    [("0", "true", 0, False), ("3", "false", 0, True), ("3", "true", 3, False), ("2", "false", 2, False)],
)
def test_an_undecided_gate_warns_or_fails_as_asked(
    repository: Path, code: str, fail: str, expected: int, warns: bool
) -> None:
    given = {"EXIT_CODE": code, "FAIL_WHEN_UNDECIDED": fail}
    finished, _ = run_step(step(ACTION, "Verdict"), repository, given)
    assert finished.returncode == expected
    assert ("::warning" in finished.stdout) == warns


@pytest.mark.parametrize("url", [URL, ""])
def test_the_nightly_summary_comes_from_the_sweep_s_results(repository: Path, url: str) -> None:
    """The address is empty where the upload failed."""
    nightly = next(path for path in WORKFLOWS if path.stem == "nightly")
    shutil.copytree(repository.parent / "action" / ".venv", repository / ".venv")
    (repository / "reports" / "sweep").mkdir(parents=True)
    (repository / "results.json").rename(repository / "reports" / "sweep" / "results.json")
    finished, _ = run_step(step(nightly, "Summary"), repository, {"ARTIFACT_URL": url})
    assert finished.returncode == 0, finished.stderr
    summary = (repository / "summary").read_text()
    assert summary.startswith(f"{MARKER}\n\n## ✅ Benchmark: passed")
    assert (URL in summary) == bool(url)


def test_a_sweep_without_results_has_no_summary(repository: Path) -> None:
    """Its own step has failed already."""
    nightly = next(path for path in WORKFLOWS if path.stem == "nightly")
    finished, _ = run_step(step(nightly, "Summary"), repository, {"ARTIFACT_URL": ""})
    assert (finished.returncode, finished.stderr) == (0, "")
    assert not (repository / "summary").exists()


COMPARED = {
    "PROJECT": "shop.toml",
    "CHECKOUT": "shop",
    "INTERPRETER": "",
    "BASE": "abc123",
    "IMPLEMENTATION": "",
    "CATALOGUE": "",
    "SIZES": "",
    "ARGUMENTS": "",
    "BENCH_DATABASE_URL": "",
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "-"),
        (
            {"INTERPRETER": "env/bin/python", "IMPLEMENTATION": "shipped"},
            "- --interpreter env/bin/python --implementation shipped",
        ),
        ({"CATALOGUE": "my shop"}, "- --catalogue my shop"),
        ({"SIZES": " 100/3  1k/8 "}, "- --size 100/3 --size 1k/8"),
        ({"ARGUMENTS": " --budget  10"}, "- --budget 10"),
        ({"BENCH_DATABASE_URL": "postgresql://ci@localhost/ci"}, "postgresql://ci@localhost/ci"),
    ],
)
def test_a_project_is_compared_with_its_base(repository: Path, given: dict[str, str], expected: str) -> None:
    """The address of a server may hold a password, so it is no argument; an empty one is none."""
    bench = repository.parent / "action" / ".venv" / "bin" / "bench"
    bench.write_text('#!/bin/sh\necho "${BENCH_DATABASE_URL--} $*"\nexit 1\n')
    variables_of_step = COMPARED | given | {"ACTION_PATH": str(repository.parent / "action"), "OUTPUT": "out"}
    finished, outputs = run_step(step(ACTION, "Compare"), repository, variables_of_step)
    url, _, rest = expected.partition(" ")
    wanted = f"{url} ab abc123 --output out --project shop.toml --checkout shop {rest}".strip()
    assert (finished.returncode, finished.stdout.strip()) == (0, wanted)
    assert outputs == {"exit-code": "1"}, "the job fails in its last step, after report and comment were kept"


def test_the_comment_of_a_comparison_needs_no_verdict(repository: Path) -> None:
    given = variables(repository) | {"COMMAND": "ab", "OUTPUT": output_folder(repository, "out")}
    (repository / "out").mkdir()
    summary, _ = run_step(step(ACTION, "Summary"), repository, given)
    assert summary.returncode == 0, summary.stderr
    assert (repository / "out" / "comment.md").read_text().startswith(MARKER)


def test_an_implementation_of_the_repository_is_compared_without_a_project(repository: Path) -> None:
    bench = repository.parent / "action" / ".venv" / "bin" / "bench"
    bench.write_text('#!/bin/sh\necho "$*"\n')
    given = COMPARED | {"PROJECT": "", "IMPLEMENTATION": "fast", "OUTPUT": "out"}
    finished, outputs = run_step(
        step(ACTION, "Compare"), repository, given | {"ACTION_PATH": str(repository.parent / "action")}
    )
    assert finished.stdout.strip() == "ab abc123 --output out --implementation fast"
    assert outputs == {"exit-code": "0"}


@pytest.mark.parametrize(
    ("results", "base", "project", "expected"),
    [
        ("", "abc123", "", "--base abc123"),
        ("", "", "", ""),
        ("results.json", "abc123", "", "--results results.json"),
        ("", "abc123", "shop.toml", "--base abc123 --project shop.toml --checkout ."),
    ],
)
def test_a_policy_is_given_the_base_where_it_is_measured(
    repository: Path, results: str, base: str, project: str, expected: str
) -> None:
    bench = repository.parent / "action" / ".venv" / "bin" / "bench"
    bench.write_text('#!/bin/sh\necho "$*"\n')
    given = variables(repository) | {"RESULTS": results, "BASE": base, "PROJECT": project}
    finished, _ = run_step(step(ACTION, "Gate"), repository, given)
    always = "gate --policy policy.toml --output out --json out/verdict.json --junit out/junit.xml"
    assert finished.stdout.strip() == f"{always} {expected}".strip()


@pytest.mark.parametrize(
    ("command", "project", "base", "chosen"),
    [
        ("", "", "abc123", "gate"),
        ("", "", "", "gate"),
        ("", "shop.toml", "abc123", "ab"),
        ("gate", "shop.toml", "abc123", "gate"),
        ("ab", "", "abc123", "ab"),
    ],
)
def test_a_project_is_compared_and_anything_else_judged_unless_asked(
    repository: Path, command: str, project: str, base: str, chosen: str
) -> None:
    given = {"COMMAND": command, "PROJECT": project, "BASE": base}
    finished, outputs = run_step(step(ACTION, "Choose the command"), repository, given)
    assert (finished.returncode, outputs) == (0, {"command": chosen})
    for name, own in (("Gate", "gate"), ("Compare", "ab")):
        assert step(ACTION, name).content["if"] == f"steps.chosen.outputs.command == '{own}'"


@pytest.mark.parametrize(("command", "base"), [("sweep", "abc123"), ("ab", "")])
def test_another_command_and_a_comparison_without_base_are_refused(repository: Path, command: str, base: str) -> None:
    given = {"COMMAND": command, "PROJECT": "", "BASE": base}
    finished, outputs = run_step(step(ACTION, "Choose the command"), repository, given)
    assert (finished.returncode, outputs) == (2, {})
    assert finished.stdout.startswith("::error title=Benchmark gate::")
