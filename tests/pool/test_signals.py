"""However the command is ended, nothing of it is left: no process, no socket, no folder."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.command import start
from tests.support.left_behind import MARK, assert_nothing_is_left
from tests.support.pools import HUNGRY
from tests.support.processes import NOBODY, become_ordinary, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.server]


@pytest.fixture
def output() -> Iterator[Path]:
    """A folder for results that an ordinary user may write."""
    folder = Path(tempfile.mkdtemp(prefix="pool-output-"))
    if not os.geteuid():
        os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_a_pool_that_is_interrupted_or_killed(
    number: signal.Signals, temporary: Path, inputs: Path, output: Path
) -> None:
    """As an ordinary user, whoever runs the tests; the pool and the broker are killed with the command."""
    mark = f"pool-{number.name}-{output.name}"
    with start(
        *("workers", "--scan", "60/3", "--catalogue-file", inputs / "catalogue.json"),
        # The first one writes the rows to compare with; its pool is over when the second one's calls sleep.
        *("--implementation", "pushdown", "--implementation", f"{HUNGRY}:sleeping", "--concurrency", 2, "--tasks", 2),
        *("--memory", "2G", "--limit-by", "supervisor", "--output", output),
        extra={MARK: mark, "TMPDIR": str(temporary)},
        before=become_ordinary,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "sleeping, 0 of 2 finished" in line:
                break
        wait_until(lambda: _calls(temporary) == 2, "two calls sleep")
        process.send_signal(number)
        said, errors = process.communicate()
    assert process.returncode == (130 if number is signal.SIGINT else -number)
    assert said == ""
    if number is signal.SIGINT:
        assert errors.endswith("bench: interrupted; servers and temporary files are gone\n")
        assert (output / "interrupted.json").exists()
    assert_nothing_is_left(mark, temporary)
    wait_until(lambda: not list(_inside(temporary)), "the broker is gone")


def _calls(temporary: Path) -> int:
    """How many calls of the pool that runs have begun and not ended."""
    count = 0
    for path in temporary.glob("bench-run-*/pool-*/journal"):
        with suppress(OSError):
            count += path.read_bytes().count(b'"begin"') - path.read_bytes().count(b'"end"')
    return count


def _inside(folder: Path) -> Iterator[int]:
    """Processes whose working folder is in ``folder``, which the broker's is."""
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (path / "cwd").readlink().is_relative_to(folder):
                yield int(path.name)
