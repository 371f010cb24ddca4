"""Files are written whole, where they are meant to be, or not at all with the reason and the remedy."""

from __future__ import annotations

import os
import pty
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.files.output_file import OutputError, check_file, check_folder, claimed_folder, rescuing, write_file
from tests.support.processes import become_ordinary, spawn

HOLDER = """
import sys
from pathlib import Path
from bench.files.output_file import claimed_folder
with claimed_folder(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_text_and_bytes_replace_what_was_there_and_leave_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    write_file(path, "old")
    write_file(path, "größer\n")
    assert path.read_bytes() == "größer\n".encode()
    write_file(path, b"\x00\xff")
    assert path.read_bytes() == b"\x00\xff"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.txt"]


def test_others_may_read_what_the_umask_lets_them(tmp_path: Path) -> None:
    umask = os.umask(0o022)
    try:
        write_file(tmp_path / "file", "x")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o644


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "private"
    path.touch(mode=0o600)
    write_file(path, "x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_reader_that_has_the_old_file_open_keeps_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, "old content")
    with path.open() as reader:
        write_file(path, "new")
        assert reader.read() == "old content"


def test_an_unwritable_place_is_an_error_with_the_path_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=r"cannot write .*folder: it is a folder; name a file$"):
        write_file(tmp_path / "folder", "x")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write_file(tmp_path / "file" / "below", "x")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize("exists", [True, False])
def test_the_target_of_a_symbolic_link_is_written_and_the_link_stays(tmp_path: Path, exists: bool) -> None:
    target = tmp_path / "elsewhere" / "target"
    if exists:
        target.parent.mkdir()
        target.write_text("old")
    link = tmp_path / "link"
    link.symlink_to(target)
    check_file(link)
    write_file(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_character_device_is_written_through_and_stays_one(tmp_path: Path) -> None:
    """A terminal, which no test can damage; for root, /dev/null would be replaced by a file."""
    reader, writer = pty.openpty()
    device = Path(os.ttyname(writer))
    link = tmp_path / "link"
    link.symlink_to(device)
    for path in (device, link):
        check_file(path)
        write_file(path, "through\n")
        assert os.read(reader, 100).split() == [b"through"]
    assert stat.S_ISCHR(device.stat().st_mode)
    assert list(tmp_path.iterdir()) == [link]
    os.close(reader)
    os.close(writer)


def test_a_fifo_is_written_through_to_its_reader_and_refused_without_one(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    check_file(path)
    with pytest.raises(OutputError, match="nothing reads it; start the reader first"):
        write_file(path, "lost")
    content = b"x" * 200_000  # more than a pipe holds
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as reader:  # noqa: S607 - any cat
        assert reader.stdout
        found: list[bytes] = []
        collecting = threading.Thread(target=lambda: found.append(reader.stdout.read() if reader.stdout else b""))
        collecting.start()
        deadline = 600
        while deadline:
            try:
                write_file(path, content)
                break
            except OutputError:  # cat has yet to open it
                deadline -= 1
                threading.Event().wait(0.05)
        collecting.join()
    assert found == [content]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_standard_output_that_is_a_file_gets_both_the_content_and_what_is_printed(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from bench.files.output_file import write_file;"
        "write_file(Path('/dev/stdout'), 'content\\n'); print('printed')"
    )
    with (tmp_path / "out").open("wb") as out:
        subprocess.run([sys.executable, "-c", program], stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "content\nprinted\n"


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's name is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        for writes in (check_file, lambda path: write_file(path, "x")):
            with pytest.raises(OutputError, match="cannot write socket: it is a block device or a socket"):
                writes(Path("socket"))


def _in_the_way(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "below" / "results.json"


def _a_loop(folder: Path) -> Path:
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    return folder / "a"


@pytest.mark.parametrize(
    ("place", "cause"),
    [
        (_in_the_way, "a file is in the place of a folder"),
        (_a_loop, "its symbolic links lead in a circle"),
        (lambda folder: folder / ("n" * 300), "the name is too long"),
        (lambda folder: folder, "it is a folder; name a file"),
        (lambda _: Path("/proc/nowhere/results.json"), "No such file or directory"),
    ],
    ids=["file above", "loop", "long name", "folder", "no parent"],
)
def test_what_cannot_be_written_is_found_by_the_check_with_its_cause(
    tmp_path: Path, place: Callable[[Path], Path], cause: str
) -> None:
    path = place(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError, match=cause) as caught:
        check_file(path)
    assert str(caught.value).startswith(f"cannot write {path}: ")
    with pytest.raises(OutputError, match=cause):
        write_file(path, "x")
    assert sorted(tmp_path.rglob("*")) == before


def test_the_longest_name_that_a_file_can_have_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    check_file(path)
    write_file(path, "x")
    assert path.read_text() == "x"


def test_a_read_only_file_is_found_by_an_ordinary_user_and_stays(temporary: Path) -> None:
    path = temporary / "results.json"
    path.write_text("old")
    path.chmod(0o444)
    program = (
        "import sys; from pathlib import Path\n"
        "from bench.files.output_file import OutputError, check_file, write_file\n"
        "for writes in (check_file, lambda path: write_file(path, 'new')):\n"
        "    try: writes(Path(sys.argv[1]))\n"
        "    except OutputError as error: print(error)"
    )
    with spawn(program, str(path), before=become_ordinary) as process:
        assert process.stdout
        lines = process.stdout.read().splitlines()
    assert lines == [f"cannot write {path}: Permission denied; choose a folder that you may write to"] * 2
    assert path.read_text() == "old"


def test_a_full_device_is_named_and_what_it_should_hold_is_kept_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(OutputError) as caught, rescuing():
        write_file(Path("/dev/full"), "measured")
    message, _, place = str(caught.value).rpartition("; its content is kept in ")
    assert message.startswith("cannot write /dev/full: no space is left in /dev/full; ")
    assert Path(place).is_relative_to(tmp_path)
    assert Path(place).read_text() == "measured"


def test_a_folder_has_one_run_at_a_time_and_is_free_once_that_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with spawn(HOLDER, str(folder), stdin=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InputError, match=r"another run is writing to .*out; wait for it"), claimed_folder(folder):
            pass
        holder.kill()
    with claimed_folder(folder):
        pass
    assert list(folder.iterdir()) == []


def test_a_claim_checks_the_files_that_will_be_written(tmp_path: Path) -> None:
    (tmp_path / "results.json").mkdir()
    with (
        pytest.raises(OutputError, match=r"results\.json: it is a folder"),
        claimed_folder(tmp_path, "report.md", "results.json"),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


@pytest.mark.parametrize(
    ("made_before", "written", "left"),
    [
        ([], [], []),
        (["a"], [], ["a"]),
        (["a", "a/out"], [], ["a", "a/out", "a/out/plots"]),
        ([], ["a/out/interrupted.json"], ["a", "a/out", "a/out/interrupted.json"]),
        ([], ["a/another"], ["a", "a/another"]),
    ],
)
def test_folders_that_were_made_for_a_run_go_with_one_that_wrote_nothing(
    tmp_path: Path, made_before: list[str], written: list[str], left: list[str]
) -> None:
    for name in made_before:
        (tmp_path / name).mkdir()
    folder = tmp_path / "a" / "out"
    with suppress(KeyboardInterrupt), claimed_folder(folder, "results.json"):
        check_folder(folder / "plots")
        for name in written:
            (tmp_path / name).write_text("measured")
            (folder / "plots").rmdir()
        raise KeyboardInterrupt
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == left


def test_the_check_of_a_folder_makes_it_and_leaves_nothing_in_it(tmp_path: Path) -> None:
    check_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []
