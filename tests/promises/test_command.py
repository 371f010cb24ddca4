"""``bench prove promises`` as a user calls it: tables, files, exit codes, and cleaning up after an interruption."""

from __future__ import annotations

import os
import secrets
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.analysis.promises import PromiseStatus
from bench.declare.promise import Promise
from bench.jobs.job import DataSource
from bench.promises import fault_free
from bench.promises.fault_plan import FAULT_KINDS, FEWEST_POINTS
from bench.promises.trial import TrialPlan
from bench.results.promises import PromiseTrial, merge_promises, read_promises
from tests.support.command import start
from tests.support.in_process import bench
from tests.support.left_behind import MARK, assert_nothing_is_left
from tests.support.promise_records import NEW, OLD, findings, point, race, reading, refusal, trial
from tests.support.sandbox_maker import ROWS, SCAN

pytestmark = [pytest.mark.slow, pytest.mark.server]

SLOW = "tests.support.implementations.promises_planted:keeps_everything_slowly"


@pytest.mark.nightly
def test_an_implementation_that_keeps_everything_survives_each_kind_of_fault(
    catalogue_file: Path,
    tmp_path: Path,
    temporary: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A whole trial, from the command line to the crash of the server, with its output and both files."""
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.delenv("BENCH_DATABASE_URL", raising=False)
    monkeypatch.setattr(fault_free, "DELAYS", (0.0,))
    monkeypatch.setattr(fault_free, "RIVAL_DELAYS", (0.0,))
    json, markdown = tmp_path / "new" / "promises.json", tmp_path / "promises.md"
    options = ["--scan", SCAN, "--catalogue-file", catalogue_file, "--points", FEWEST_POINTS]
    files = ["--json", json, "--markdown", markdown]
    code, output, errors = bench(capsys, "promises", "--implementation", SLOW, *options, *files)
    assert code == 0, f"{output}{errors}"
    assert "two runs at once" in errors
    assert list(temporary.iterdir()) == []

    (kept,) = read_promises(json)
    assert (kept.failure, kept.rows, kept.declared) == ("", ROWS, tuple(Promise))
    assert kept.source
    assert {one.tables for one in kept.readings} == {(OLD, OLD), (NEW, NEW)}
    assert sorted(one.kind for one in kept.points) == sorted(FAULT_KINDS)
    assert [one for one in kept.points if not one.struck or not one.ended] == []
    assert [one for one in kept.points if one.rerun or one.left_over] == []
    assert [one.ended.partition(":")[0] for one in kept.refusals] == ["DoesNotExist"] * 3
    assert [one.scans for one in kept.races] == ["one", "two of a tenant", "two of two tenants"]
    assert {one.status for one in findings(kept).values()} == {PromiseStatus.KEPT}
    assert str(temporary) not in json.read_text(encoding="utf-8")

    assert output.startswith(f"Promises: kept – all that were made:\n  {SLOW} 8 of 8\n")
    assert output.endswith(f"Kept in {json}.\n")
    assert markdown.read_text(encoding="utf-8").startswith("# What each implementation promises\n")


def test_an_interruption_leaves_no_process_server_or_folder_and_keeps_an_earlier_file(
    catalogue_file: Path, tmp_path: Path, temporary: Path
) -> None:
    """Ctrl-C, as a terminal sends it, while faults are injected in two sandboxes."""
    json = tmp_path / "promises.json"
    merge_promises(json, [trial("earlier")])
    before = json.read_bytes()
    mark = secrets.token_hex(8)
    options = ["--scan", SCAN, "--catalogue-file", catalogue_file, "--json", json]
    extra = {MARK: mark, "TMPDIR": str(temporary)}
    with start("promises", "--implementation", "streaming", *options, extra=extra) as process:
        assert process.stderr
        # Line by line: the rest is read after the interruption.
        assert any("killed at a statement (3 of" in line for line in iter(process.stderr.readline, ""))
        os.killpg(process.pid, signal.SIGINT)
        errors = process.stderr.read()
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert_nothing_is_left(mark, temporary)
    assert json.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--implementation", "unknown"], "unknown implementation 'unknown'"),
        (["--implementation", "streaming", "--implementation", "streaming"], "given more than once"),
        (["--points", "3"], f"--points 3 leaves out some faults; write --points {FEWEST_POINTS} or more"),
        (["--scan", "many"], "scan size 'many' is not findings/regions"),
    ],
)
def test_a_bad_option_is_named_and_ends_with_2(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, output, errors = bench(capsys, "promises", "--json", tmp_path / "promises.json", *options)
    assert (code, output) == (2, "")
    assert message in errors


def test_a_damaged_file_is_reported_before_anything_is_tried(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tried(*_: object) -> None:
        pytest.fail("the trial began")

    monkeypatch.setattr("bench.promises.trial.try_promises", tried)
    (tmp_path / "promises.json").write_text("{", encoding="utf-8")
    code, output, errors = bench(capsys, "promises", "--json", tmp_path / "promises.json")
    assert (code, output) == (2, "")
    assert "is not a promises file" in errors


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({}, 0),
        ({"declared": (), "points": (point(NEW, OLD),)}, 0),
        ({"points": (point(NEW, OLD),)}, 1),
        ({"races": ()}, 1),
        ({"declared": (), "failure": "failed where nothing disturbed it"}, 1),
    ],
    ids=["kept", "not promised", "broken", "not tried", "failed"],
)
def test_the_exit_code_says_whether_what_is_promised_is_kept(
    parts: dict[str, tuple[object, ...]],
    code: int,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = {
        "readings": (reading(OLD, OLD), reading(NEW, NEW)),
        "points": (point(),),
        "refusals": (refusal(),),
        "races": (race(), race("two of a tenant")),
    }
    made = trial("streaming", **{**good, **parts})

    def tried(
        plan: TrialPlan, source: DataSource, progress: object, keep: Callable[[PromiseTrial], None]
    ) -> tuple[PromiseTrial, ...]:
        keep(made)
        return (made,)

    monkeypatch.setattr("bench.promises.trial.try_promises", tried)
    json = tmp_path / "promises.json"
    assert bench(capsys, "promises", "--json", json)[0] == code
    assert read_promises(json) == (made,)
