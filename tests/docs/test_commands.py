"""The documents' commands exist as they are written, and those that take seconds are run."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from bench.cli.main import app
from bench.compliance.cases.all_cases import CASES
from tests.support.command import BENCH, ROOT, environment
from tests.support.documents import DOCUMENTS, README, code_blocks, commands

pytestmark = pytest.mark.server

_PROGRAM = ".venv/bin/bench "
_ASSIGNMENTS = re.compile(r"^(?:[A-Z_]+=\S+ )+")
_CALLS = sorted(
    {
        (path.name, _ASSIGNMENTS.sub("", command))
        for path in DOCUMENTS
        for command in commands(path)
        if _ASSIGNMENTS.sub("", command).startswith(_PROGRAM)
    }
)
_MAKE = sorted({command.split()[1] for path in DOCUMENTS for command in commands(path) if command.startswith("make ")})

_MODULE = "mypackage.task:create_compliance_requirements"
_SHOWS_ROWS = (
    f"{_PROGRAM}prove rows --implementation {_MODULE} --scan-file docs/example/scan.json "
    "--catalogue-file docs/example/catalogue.json"
)


def run(command: str, extra: dict[str, str] | None = None, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command of the documents in ``folder``, with this interpreter in place of .venv's."""
    words = shlex.split(command.removeprefix(_PROGRAM))
    return subprocess.run(
        [*BENCH, *words], cwd=folder, env=environment(extra), capture_output=True, text=True, check=False
    )


@pytest.fixture
def own_implementation(tmp_path: Path) -> dict[str, str]:
    """The README's own implementation as a module; returns the environment in which it is found."""
    (source,) = (block for block in code_blocks(README, "python") if block.startswith("# mypackage/task.py\n"))
    package = tmp_path / "mypackage"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "task.py").write_text(source)
    return {"PYTHONPATH": str(tmp_path)}


def test_declarations_are_imported_as_the_page_shows_them() -> None:
    (source,) = (
        block
        for block in code_blocks(ROOT / "docs" / "your-own-implementation.md", "python")
        if "bench.declare" in block
    )
    declared = (
        f"{source}\nfrom bench.declare.laws import laws_of\nprint(len(laws_of(create_compliance_requirements)))\n"
    )
    finished = subprocess.run([sys.executable, "-c", declared], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (finished.stdout, finished.stderr) == ("2\n", "")


def test_the_documents_have_commands() -> None:
    assert len(_CALLS) >= 20
    assert {"bench", "test", "setup"} <= set(_MAKE)


def parse(line: str) -> None:
    """Parse a command with the options that the command line has now. Raises typer.TyperException."""
    command: Any = typer.main.get_command(app)  # of the click that typer carries along, which has no public name
    words = shlex.split(line)[1:]
    while hasattr(command, "resolve_command"):
        context = command.make_context("bench", words, resilient_parsing=True)
        context.resilient_parsing = False  # else an unknown command would be none
        _, command, words = command.resolve_command(context, words)
    command.make_context("bench", words)


@pytest.mark.parametrize(("document", "line"), [call for call in _CALLS if not call[1].endswith(" --version")])
def test_a_command_of_a_document_parses(document: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is run; what is not on the command line the pages export."""
    monkeypatch.setenv("BENCH_CHECKOUT", "src")
    monkeypatch.setenv("BENCH_INTERPRETER", "python")
    parse(line)


@pytest.mark.parametrize("line", ["bench mesure", "bench run --limit", "bench prove conform --case", "bench ab"])
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    with pytest.raises(typer.TyperException):
        parse(line)


@pytest.mark.parametrize("target", _MAKE)
def test_a_target_of_a_document_is_in_the_makefile(target: str) -> None:
    assert re.search(rf"^{re.escape(target)}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_readme_asks_for_the_version() -> None:
    assert f"{_PROGRAM}--version" in list(commands(README))
    finished = run(f"{_PROGRAM}--version")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert re.fullmatch(r"bench \d+\.\d+\.\d+\S*\n", finished.stdout)


def test_the_readme_s_own_implementation_prints_the_rows_of_its_example(own_implementation: dict[str, str]) -> None:
    assert _SHOWS_ROWS in list(commands(README))
    finished = run(_SHOWS_ROWS, own_implementation)
    assert (finished.returncode, finished.stderr) == (0, "")
    written = [json.loads(line)["table"] for line in finished.stdout.splitlines()]
    assert (written.count("rows"), written.count("summaries"), len(written)) == (8, 2, 10)


def test_the_readme_compares_two_runs(tmp_path: Path) -> None:
    line = f"{_PROGRAM}compare before.json after.json"
    assert line in list(commands(README))
    for name in ("before.json", "after.json"):
        shutil.copy(ROOT / "reports" / "baseline.json", tmp_path / name)
    finished = run(line, folder=tmp_path)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "Statements (Django)" in finished.stdout


@pytest.mark.parametrize("document", ["README.md", "docs/pull-request.md"])
def test_a_case_of_a_document_conforms(document: str, own_implementation: dict[str, str]) -> None:
    (line,) = (one for one in commands(ROOT / document) if one.startswith(f"{_PROGRAM}prove conform "))
    assert shlex.split(line)[-1] in CASES
    finished = run(line, own_implementation)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stdout.startswith("CONFORMS ")
    assert "array-null" in finished.stdout


def test_the_example_of_results_json_reads_a_run(tmp_path: Path) -> None:
    """On the repository's own accepted run."""
    (source,) = code_blocks(ROOT / "docs" / "results-json.md", "python")
    (tmp_path / "reports" / "latest").mkdir(parents=True)
    baseline = json.loads((ROOT / "reports" / "baseline.json").read_text(encoding="utf-8"))
    case = {"scan": "100/3", "implementation": "streaming", "metric": "wall_seconds", "unit": "seconds"}
    baseline["measurements"].append({**case, "samples": [0.5, 0.75, 9.0]})
    (tmp_path / "reports" / "latest" / "results.json").write_text(json.dumps(baseline))
    finished = subprocess.run(
        [sys.executable, "-c", source], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=True
    )
    assert "100/3 streaming 0.75\n" in finished.stdout
