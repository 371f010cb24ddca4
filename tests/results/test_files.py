"""Files are written whole, or not at all with a word about it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.results.files import write_file_atomically


def test_text_and_bytes_replace_what_was_there_and_leave_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    write_file_atomically(path, "old")
    write_file_atomically(path, "größer\n")
    assert path.read_bytes() == "größer\n".encode()
    write_file_atomically(path, b"\x00\xff")
    assert path.read_bytes() == b"\x00\xff"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.txt"]


def test_others_may_read_what_the_umask_lets_them(tmp_path: Path) -> None:
    umask = os.umask(0o022)
    try:
        write_file_atomically(tmp_path / "file", "x")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o644


def test_a_reader_that_has_the_old_file_open_keeps_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file_atomically(path, "old content")
    with path.open() as reader:
        write_file_atomically(path, "new")
        assert reader.read() == "old content"


def test_an_unwritable_place_is_an_error_with_the_path_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=r"cannot write .*folder: .*; choose a folder"):
        write_file_atomically(tmp_path / "folder", "x")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write_file_atomically(tmp_path / "file" / "below", "x")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]
