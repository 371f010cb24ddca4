"""The scratch folder is private, and gone after the run however that ends."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.harness.scratch import scratch_folder
from tests.support.processes import spawn, wait_until

HOLD = """
import time
from bench.harness.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_text("content")
    print(folder, flush=True)
    time.sleep(600)
"""


def test_it_is_there_for_its_user_only_and_gone_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch_folder() as folder:
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "file").write_text("content")
    assert list(tmp_path.iterdir()) == []


def test_an_exception_in_the_block_passes_and_leaves_nothing() -> None:
    with pytest.raises(ZeroDivisionError), scratch_folder() as folder:
        _ = 1 / 0
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_goes_with_its_content_when_the_process_is_killed(number: signal.Signals, tmp_path: Path) -> None:
    with spawn(HOLD, environment={"TMPDIR": str(tmp_path)}) as parent:
        assert parent.stdout
        folder = Path(parent.stdout.readline().strip())
        assert (folder / "deep" / "file").exists()
        parent.send_signal(number)
    wait_until(lambda: not folder.exists(), f"{folder} is removed")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(InputError, match=r"No such file or directory.*TMPDIR") as caught, scratch_folder():
        pass
    assert "\n" not in str(caught.value)
