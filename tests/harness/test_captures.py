"""Captures are kept whole with memray's own pages, replace those of an earlier run, and touch nothing else."""

from __future__ import annotations

from pathlib import Path

import memray
import pytest

from bench.errors import InputError
from bench.harness.captures import FOLDER, capture_folder, capture_of, capture_path, keep_captures
from bench.results.call_trees import CAPTURE_FILE, KeptCapture, capture_faults
from tests.support.builders import production_results
from tests.support.notes import Notes

RESULTS = production_results()


def capture(path: Path) -> None:
    with memray.Tracker(path):
        bytearray(1_000_000)


def kept_in(output: Path) -> set[str]:
    return {path.name for path in (output / FOLDER).iterdir()}


def test_a_capture_is_kept_with_memrays_pages_and_those_of_an_earlier_run_go(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "old-streaming-abc123-heap.bin").write_bytes(b"an earlier run's")
    (tmp_path / FOLDER / "notes.txt").write_text("not ours", encoding="utf-8")
    with capture_folder(tmp_path, keep=True) as folder:
        assert folder is not None
        capture(capture_path(folder, "1k/8", "streaming"))
        (one,) = keep_captures(tmp_path, folder, RESULTS, Notes())
    assert (one.scan, one.implementation) == ("1k/8", "streaming")
    names = {one.file, *one.pages}
    assert all(CAPTURE_FILE.fullmatch(name) for name in names)
    assert list(capture_faults(one)) == []
    assert kept_in(tmp_path) == {"notes.txt", *(Path(name).name for name in names)}
    assert len(one.pages) == 2
    for page in one.pages:
        text = (tmp_path / page).read_text(encoding="utf-8")
        assert "<html" in text
        assert 'src="http' not in text
    assert [path.name for path in tmp_path.iterdir()] == [FOLDER]


def test_a_capture_that_memray_cannot_read_is_kept_without_pages_and_a_warning_says_so(tmp_path: Path) -> None:
    notes = Notes()
    with capture_folder(tmp_path, keep=True) as folder:
        assert folder is not None
        capture_path(folder, "1k/8", "streaming").write_bytes(b"of another version")
        (one,) = keep_captures(tmp_path, folder, RESULTS, notes)
    assert one.pages == ()
    assert (tmp_path / one.file).read_bytes() == b"of another version"
    assert len(notes.warnings) == 2
    assert "memray made no flamegraph of its capture: " in notes.warnings[0]


def test_a_run_that_keeps_none_removes_those_of_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "1k-8-streaming-abc123-heap-table.html").write_bytes(b"an earlier run's")
    (tmp_path / ".captures-left").mkdir()
    with capture_folder(tmp_path, keep=False) as folder:
        assert folder is None
        assert keep_captures(tmp_path, folder, RESULTS, Notes()) == ()
    assert kept_in(tmp_path) == set()
    assert [path.name for path in tmp_path.iterdir()] == [FOLDER]


def test_a_run_that_ends_early_leaves_nothing_and_what_was_kept_before(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "1k-8-streaming-abc123-heap.bin").write_bytes(b"an earlier run's")
    with pytest.raises(KeyboardInterrupt), capture_folder(tmp_path, keep=True) as folder:  # noqa: PT012 - the block is the run
        assert folder is not None
        capture_path(folder, "1k/8", "streaming").write_bytes(b"half a capture")
        raise KeyboardInterrupt
    assert kept_in(tmp_path) == {"1k-8-streaming-abc123-heap.bin"}
    assert [path.name for path in tmp_path.iterdir()] == [FOLDER]


def test_two_cases_never_share_a_file_and_only_the_memory_pass_has_one(tmp_path: Path) -> None:
    names = [("1k/8", "a"), ("1k-8", "a"), ("1k/8", "a/b"), ("1k/8", "a-b"), ("../../x", "\x00é" * 200)]
    paths = {capture_path(tmp_path, *one) for one in names}
    assert len(paths) == len(names)
    assert all(path.parent == tmp_path and CAPTURE_FILE.fullmatch(f"{FOLDER}/{path.name}") for path in paths)
    assert capture_of(tmp_path, "memory", "1k/8", "a") == str(capture_path(tmp_path, "1k/8", "a"))
    assert capture_of(tmp_path, "rss", "1k/8", "a") == capture_of(None, "memory", "1k/8", "a") == ""


def test_a_name_that_leads_elsewhere_is_a_fault() -> None:
    for name in ("captures/../x-heap.bin", "https://evil.example/x-heap.bin", "x-heap.bin", "captures/x-heap.js"):
        assert [place for place, _ in capture_faults(KeptCapture(scan="s", implementation="i", file=name))] == ["file"]


def test_a_folder_that_cannot_be_written_is_an_error_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file", encoding="utf-8")
    with pytest.raises(InputError, match="captures"), capture_folder(tmp_path, keep=True):
        pass
