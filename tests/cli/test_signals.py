"""However a run is ended, no process and no folder of it is left, and what was measured is kept."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.results.store import read_results
from tests.support.command import content, start
from tests.support.left_behind import MARK, assert_nothing_is_left, family, is_postmaster, is_worker
from tests.support.processes import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.server]

HANGING = "tests.support.implementations.ends:hangs_deaf"
HANGING_IN_THE_SERVER = "tests.support.implementations.ends:hangs_in_the_server"

End = Callable[[subprocess.Popen[str]], None]


def to_parent(number: signal.Signals) -> End:
    return lambda process: process.send_signal(number)


def to_group(number: signal.Signals) -> End:
    """As a terminal does at Ctrl-C."""
    return lambda process: os.killpg(process.pid, number)


@contextmanager
def hanging(
    implementation: str, inputs: Path, output: Path, temporary: Path, mark: str
) -> Iterator[subprocess.Popen[str]]:
    """A run that has measured one implementation and waits for ``implementation``; ended after the block."""
    files = ["--scan-file", inputs / "scan.json", "--catalogue-file", inputs / "catalogue.json"]
    names = ["--implementation", "streaming", "--implementation", implementation]
    extra = {MARK: mark, "TMPDIR": str(temporary)}
    with start("run", *files, *names, "--output", output, extra=extra) as process:
        try:
            assert process.stderr
            # Read line by line, for the rest is the test's.
            assert any(f"{implementation}, statements" in line for line in iter(process.stderr.readline, ""))
            wait_until(lambda: any(map(is_worker, family(mark, temporary))), "the worker runs")
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("end", "code"),
    [
        pytest.param(to_group(signal.SIGINT), 130, id="Ctrl-C"),
        pytest.param(to_parent(signal.SIGINT), 130, id="SIGINT", marks=pytest.mark.nightly),
        pytest.param(to_parent(signal.SIGTERM), 130, id="SIGTERM", marks=pytest.mark.nightly),
        pytest.param(to_parent(signal.SIGHUP), 130, id="SIGHUP"),
        pytest.param(to_parent(signal.SIGKILL), -9, id="SIGKILL"),
    ],
)
def test_a_run_that_is_ended_leaves_nothing_and_loses_nothing(
    end: End, code: int, inputs: Path, earlier: Path, temporary: Path
) -> None:
    mark = secrets.token_hex(8)
    before = content(earlier)
    with hanging(HANGING, inputs, earlier, temporary, mark) as process:
        assert len(family(mark, temporary)) >= 5, "the run, its worker, the two supervisors, the postmaster"
        end(process)
        assert process.stderr
        errors = process.stderr.read()
    assert process.returncode == code
    assert_nothing_is_left(mark, temporary)
    assert "Traceback" not in errors
    after = content(earlier)
    kept = after.pop("interrupted.json", None)
    assert after == before
    if code == 130:
        assert "bench: interrupted" in errors
        assert kept
        assert_streaming_was_measured(earlier)


def test_a_run_that_loses_its_server_says_so_and_loses_nothing(inputs: Path, earlier: Path, temporary: Path) -> None:
    mark = secrets.token_hex(8)
    before = content(earlier)
    with hanging(HANGING_IN_THE_SERVER, inputs, earlier, temporary, mark) as process:
        (postmaster,) = (pid for pid in family(mark, temporary) if is_postmaster(pid))
        os.kill(postmaster, signal.SIGQUIT)
        assert process.stderr
        errors = process.stderr.read()
    assert process.returncode == 2
    assert_nothing_is_left(mark, temporary)
    assert "Traceback" not in errors
    assert errors.splitlines()[-1].startswith("bench: ")
    after = content(earlier)
    assert after.pop("interrupted.json")
    assert after == before
    assert_streaming_was_measured(earlier)


def assert_streaming_was_measured(folder: Path) -> None:
    results = read_results(folder / "interrupted.json")
    assert results.unfinished
    metrics = {m.metric for m in results.measurements if m.implementation == "streaming"}
    assert metrics >= {"statements_django", "rows_written"}


def test_an_interruption_before_anything_is_measured_leaves_no_file(
    inputs: Path, tmp_path: Path, temporary: Path
) -> None:
    mark = secrets.token_hex(8)
    files = ["--scan-file", inputs / "scan.json", "--catalogue-file", inputs / "catalogue.json"]
    output = tmp_path / "output"
    extra = {MARK: mark, "TMPDIR": str(temporary)}
    with start("run", *files, "--implementation", HANGING, "--output", output, extra=extra) as process:
        wait_until(lambda: list(temporary.iterdir()) != [], "the run has begun")
        os.killpg(process.pid, signal.SIGINT)
        assert process.stderr
        errors = process.stderr.read()
    assert process.returncode == 130
    assert "Traceback" not in errors
    wait_until(lambda: not family(mark, temporary), "every process of the run is gone")
    assert list(temporary.iterdir()) == []
    assert content(output) == {}


@pytest.mark.nightly
def test_a_hang_up_that_is_ignored_stays_ignored(inputs: Path, temporary: Path) -> None:
    """As under nohup: the run continues to its end."""
    files = ["--scan-file", inputs / "scan.json", "--catalogue-file", inputs / "catalogue.json"]
    command = ["rows", *files, "--implementation", "streaming"]

    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with start(*command, extra={"TMPDIR": str(temporary)}, before=ignore) as process:
        wait_until(lambda: list(temporary.iterdir()) != [], "the run has begun")
        process.send_signal(signal.SIGHUP)
        output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert output.count("\n") == 8
