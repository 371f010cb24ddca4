"""Files that commands write: devices and FIFOs, links, folders in use, and terminals that go away."""

from __future__ import annotations

import os
import pty
import select
import signal
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.cli.main import main
from bench.results.store import read_results, write_results
from tests.support.command import BENCH, ROOT, environment, run, start
from tests.support.processes import hearing
from tests.support.run_pairs import small_run

pytestmark = pytest.mark.server

BASELINE = ROOT / "reports" / "baseline.json"
HANGING = "tests.support.implementations.ends:hangs_deaf"


@pytest.fixture
def terminal() -> Iterator[tuple[int, Path]]:
    """A terminal to write to: what reads it, and its device, which no fault can damage as it can /dev/null."""
    reader, writer = pty.openpty()
    yield reader, Path(os.ttyname(writer))
    os.close(reader)
    os.close(writer)


def written(reader: int) -> bytes:
    found = b""
    while select.select([reader], [], [], 0.5)[0]:
        found += os.read(reader, 100_000)
    return found


@contextmanager
def read_meanwhile(reader: int) -> Iterator[bytearray]:
    """Read what is written during the block: a terminal that nobody reads takes some kilobytes, then it blocks."""
    found, over = bytearray(), threading.Event()

    def read() -> None:
        while select.select([reader], [], [], 0.1)[0] or not over.is_set():
            if select.select([reader], [], [], 0)[0]:
                found.extend(os.read(reader, 100_000))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["compare", "{results}", "{results}", "--markdown", "{device}"], b"# Comparison of two runs"),
        (["comment", "{results}", "--markdown", "{device}"], b"materializing"),
        (["gate", "--results", "{results}", "--policy", "{policy}", "--json", "{device}"], b'"exit_code"'),
        (["gate", "--results", "{results}", "--policy", "{policy}", "--junit", "{device}"], b"<testsuite"),
        (["gate", "--results", "missing", "--policy", "{policy}", "--json", "{device}"], b'"error"'),
    ],
)
def test_a_device_is_written_through_and_stays_a_device(
    terminal: tuple[int, Path], tmp_path: Path, arguments: list[str], part: bytes
) -> None:
    reader, device = terminal
    write_results(tmp_path / "results.json", small_run())
    names = {"results": tmp_path / "results.json", "policy": ROOT / "pyproject.toml", "device": device}
    with read_meanwhile(reader) as found:
        main([argument.format(**names) for argument in arguments])
    assert part in found
    assert stat.S_ISCHR(device.stat().st_mode)


def test_accepting_writes_the_target_of_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_results(tmp_path / "results.json", small_run())
    write_results(tmp_path / "shared" / "baseline.json", small_run())
    before = (tmp_path / "shared" / "baseline.json").stat().st_ino
    (tmp_path / "link.json").symlink_to(tmp_path / "shared" / "baseline.json")
    arguments = ["baseline", "accept", str(tmp_path / "results.json"), "--baseline", str(tmp_path / "link.json")]
    assert main(arguments) == 0, capsys.readouterr().err
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "shared" / "baseline.json").stat().st_ino != before


@pytest.mark.parametrize("command", ["run", "ab HEAD", "sweep", "doctor", "gate", "prove reads", "history"])
def test_a_device_is_no_folder_and_that_is_found_before_anything_is_measured(
    terminal: tuple[int, Path], tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_results(tmp_path / "run.json", small_run())
    arguments = [*command.split(), *([str(tmp_path)] if command == "history" else []), "--output", str(terminal[1])]
    assert main(arguments) == 2
    errors = capsys.readouterr().err
    assert errors.startswith(f"bench: cannot write {terminal[1]}")
    assert "a file is in the place of a folder" in errors
    assert errors.count("\n") == 1
    assert written(terminal[0]) == b""


def test_a_second_run_into_a_folder_is_refused_and_the_first_keeps_it(
    inputs: Path, tmp_path: Path, temporary: Path
) -> None:
    files = ["--scan-file", inputs / "scan.json", "--catalogue-file", inputs / "catalogue.json", "--output", tmp_path]
    with start("run", *files, "--implementation", HANGING, extra={"TMPDIR": str(temporary)}) as first:
        assert first.stderr
        assert any("statements" in line for line in iter(first.stderr.readline, ""))
        second = run("run", *files, "--implementation", "streaming", extra={"TMPDIR": str(temporary)})
        first.send_signal(signal.SIGINT)
        first.stderr.read()
    assert second.returncode == 2
    assert second.stderr == f"bench: another run is writing to {tmp_path}; wait for it, or choose another folder\n"
    assert first.returncode == 130
    assert list(tmp_path.glob("*.json")) == []


def test_a_terminal_that_goes_away_does_not_end_a_run(inputs: Path, tmp_path: Path) -> None:
    """The progress bar is drawn on it from another thread."""
    reader, writer = pty.openpty()
    files = ["--scan-file", inputs / "scan.json", "--catalogue-file", inputs / "catalogue.json", "--output", tmp_path]
    with subprocess.Popen(
        [*BENCH, "run", *map(str, files), "--implementation", "streaming", "--pairs", "1"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=writer,
        text=True,
        preexec_fn=hearing(),
    ) as process:
        os.close(writer)
        assert os.read(reader, 100)
        os.close(reader)
        output, _ = process.communicate()
    assert process.returncode == 0, output
    assert read_results(tmp_path / "results.json").unfinished == ""
