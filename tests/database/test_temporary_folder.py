"""TMPDIR may be any directory that can hold a server; for any other, one line says what is wrong with it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.database.binaries import OVERRIDE, find_binaries
from bench.database.embedded import embedded_server
from bench.errors import DatabaseError, InputError
from bench.harness.scratch import scratch_folder

pytestmark = pytest.mark.server

TRY = """
import psycopg
from bench.database.embedded import embedded_server
from bench.errors import BenchError
from bench.harness.scratch import scratch_folder
try:
    with scratch_folder(), embedded_server() as server, psycopg.connect(server.conninfo) as connection:
        print("answered", connection.execute("SELECT 40 + 2").fetchone()[0])
except BenchError as error:
    print(error)
"""
UNSHARE = shutil.which("unshare")
needs_mounts = pytest.mark.skipif(
    os.geteuid() != 0 or UNSHARE is None, reason="only root may mount a file system for one process"
)


def answer(environment: dict[str, str]) -> str:
    finished = subprocess.run(
        [sys.executable, "-c", TRY], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    assert finished.stderr == ""
    (line,) = finished.stdout.splitlines()
    return line


def answer_with_mount(place: Path, options: str, *before: str, **environment: str) -> str:
    """Return what TRY prints with a tmpfs with ``options`` mounted on ``place``, after the shell commands."""
    mount = f"mount -t tmpfs -o {options} tmpfs {shlex.quote(str(place))}"
    script = " && ".join([mount, *before, f"exec {shlex.quote(sys.executable)} -c {shlex.quote(TRY)}"])
    finished = subprocess.run(
        [str(UNSHARE), "--mount", "sh", "-c", script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    (line,) = finished.stdout.splitlines()
    return line


@pytest.mark.parametrize("name", ["a b", "it's", 'say "x" $HOME `id`', "漢字 é", "a,b", "back\\slash", "x" * 107])
def test_a_directory_of_any_printable_name_holds_a_server_and_is_empty_after(temporary: Path, name: str) -> None:
    place = temporary / name
    place.mkdir()
    place.chmod(0o777)
    assert answer({**os.environ, "TMPDIR": str(place)}) == "answered 42"
    assert list(place.iterdir()) == []


def test_a_symbolic_link_to_a_directory_serves_as_one(temporary: Path) -> None:
    (temporary / "real").mkdir()
    (temporary / "real").chmod(0o777)
    link = temporary / "link"
    link.symlink_to("real")
    assert answer({**os.environ, "TMPDIR": str(link)}) == "answered 42"
    assert list(link.iterdir()) == []


@pytest.mark.parametrize("home", [None, "/nonexistent"])
def test_a_home_directory_is_not_needed(home: str | None) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    assert answer(environment if home is None else {**environment, "HOME": home}) == "answered 42"


@pytest.mark.parametrize("name", ["new\nline", "escape\x1b[31m", os.fsdecode(b"latin-\xe9")])
def test_a_name_that_cannot_be_written_into_files_and_messages_is_refused_in_one_line(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    place = temporary / name
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    expected = "^no place for temporary files: TMPDIR='.*' holds control characters or bytes that are not UTF-8; set"
    with pytest.raises(InputError, match=expected) as scratch, scratch_folder():
        pass
    with pytest.raises(DatabaseError, match=expected), embedded_server():
        pass
    assert str(scratch.value).isascii()
    assert "\n" not in str(scratch.value)


def test_a_file_is_no_directory(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = temporary / "file"
    place.touch()
    monkeypatch.setenv("TMPDIR", str(place))
    with pytest.raises(InputError, match=f"Not a directory: '{place}.*set TMPDIR to another"), scratch_folder():
        pass
    with pytest.raises(DatabaseError, match=f"Not a directory: '{place}.*point TMPDIR at another"), embedded_server():
        pass


@needs_mounts
def test_a_dev_shm_of_one_page_is_enough() -> None:
    assert answer_with_mount(Path("/dev/shm"), "size=4k") == "answered 42"  # noqa: S108 - the place is the point


@needs_mounts
@pytest.mark.parametrize("size", ["4k", "20m"])
def test_a_full_directory_is_named(temporary: Path, size: str) -> None:
    place = str(temporary)
    line = answer_with_mount(temporary, f"size={size},mode=777", TMPDIR=place)
    assert "No space left on device" in line
    assert f"; make room and rights in {place}, or point TMPDIR at another directory" in line


@needs_mounts
def test_a_directory_without_room_for_a_log_is_named(temporary: Path) -> None:
    place = str(temporary)
    fill = f"{{ cat /dev/zero > {shlex.quote(place)}/filler 2>&-; true; }}"
    line = answer_with_mount(temporary, "size=64k,mode=777", fill, TMPDIR=place)
    assert "No space left on device" in line
    assert f"; make room and rights in {place}" in line


@needs_mounts
def test_programs_that_must_be_copied_need_a_directory_that_lets_them_run(temporary: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(0o700)
    installation = find_binaries(16).parent
    for source in (installation, *installation.parent.parent.glob(f"{installation.parent.name}.libs")):
        shutil.copytree(source, closed / source.relative_to(installation.parent.parent), symlinks=True)
    environment = {
        OVERRIDE: str(closed / installation.parent.name / installation.name / "bin"),
        "TMPDIR": str(temporary),
    }
    line = answer_with_mount(temporary, "noexec,mode=777", **environment)
    assert "its file system is mounted noexec, and the server's programs must be copied there" in line
    assert f"{temporary}, or point TMPDIR at another directory" in line
