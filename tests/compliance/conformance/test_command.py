"""``bench prove conform``: its output and files, its exit codes, and the servers that it runs on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.database.embedded import embedded_server
from tests.support.command import run
from tests.support.in_process import bench

pytestmark = pytest.mark.server

PLANTED = "tests.support.implementations.conformance_planted"


def test_a_wrong_implementation_fails_the_run_and_is_named_in_all_outputs(
    tmp_path: Path,
) -> None:
    """On PostgreSQL 18, with a worker that is killed in one case and serves the next one."""
    cases = ["--case", "one-failure", "--case", "region-order", "--case", "empty-region"]
    wrong = f"{PLANTED}:kills_itself"
    finished = run(
        "conform",
        *("--implementation", "streaming", "--implementation", wrong, *cases, "--postgres", 18),
        *("--json", tmp_path / "c.json", "--markdown", tmp_path / "c.md"),
    )
    assert finished.returncode == 1, finished.stderr
    counts = "2 implementations on 3 cases: 5 equal, 0 known divergences, 1 wrong"
    assert " ".join(finished.stdout.split()).startswith(f"WRONG – {wrong} in region-order; {counts} PostgreSQL 18.")
    assert "case 3 of 3: empty-region" in finished.stderr
    assert "killed by SIGKILL" in (tmp_path / "c.md").read_text(encoding="utf-8")
    content = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert content["server_version"].startswith("18.")
    statuses = {(one["case"], one["implementation"]): one["status"] for one in content["verdicts"]}
    assert [key for key, status in statuses.items() if status != "equal"] == [("region-order", wrong)]


def test_it_works_on_the_users_own_server() -> None:
    with embedded_server(16, {"fsync": "off"}) as handle:
        names = ["--implementation", "streaming", "--implementation", "materializing"]
        cases = ["--case", "hostile-texts", "--case", "rerun-one-changed", "--case", "nul-in-description"]
        finished = run("conform", *names, *cases, extra={"BENCH_DATABASE_URL": handle.conninfo})
        assert finished.returncode == 0, finished.stderr
        assert finished.stdout.startswith("CONFORMS – 2 implementations on 3 cases: 4 equal, 2 known divergences")
        assert ", user's server\n" in finished.stdout
        assert handle.conninfo not in finished.stdout + finished.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--case", "one-failyure"], "--case: there is no case 'one-failyure'; did you mean one-failure?"),
        (["--implementation", "nobody"], "unknown implementation 'nobody'; known are "),
        (
            ["--implementation", "streaming", "--implementation", "streaming"],
            "--implementation streaming was given more",
        ),
        (["--json", "/dev/null/file"], "cannot write /dev/null/"),
        (["--timeout", "0"], "Invalid value for '--timeout'"),
    ],
)
def test_bad_input_is_one_line_and_2(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    code, output, errors = bench(capsys, "conform", *arguments)
    assert (code, output) == (2, "")
    assert message in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("implementation", "message"),
    [
        ("no_such_module:run", "no module 'no_such_module'"),
        (f"{PLANTED}:declares_no_case", "declares a divergence: there is no case 'one-failyure'"),
    ],
)
def test_an_implementation_that_cannot_be_used_is_2(implementation: str, message: str) -> None:
    finished = run("conform", "--implementation", implementation)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert message in finished.stderr
