"""The embedded server starts for any user, and leaves nothing behind however its parent ends."""

from __future__ import annotations

import os
import resource
import shutil
import signal
from pathlib import Path

import psycopg
import pytest

from bench.database.binaries import OVERRIDE, binaries_version, find_binaries
from bench.database.embedded import SOCKET_PATH_BYTES, ServerHandle, _start_error, embedded_server
from bench.errors import DatabaseError, InputError
from tests.support.processes import become_ordinary, descendants, is_running, spawn, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.server]

SERVE = """
import sys, time
from bench.database.embedded import embedded_server
with embedded_server(int(sys.argv[1])) as server:
    print(server.pid, server.directory, flush=True)
    time.sleep(600)
"""

LEAVE_A_CHILD = """
import os, sys, time
from bench.database.embedded import embedded_server
with embedded_server(16) as server:
    child = os.fork()
    if child:
        print(server.pid, server.directory, child, flush=True)
    time.sleep(600)
"""

ASK = """
import os, psycopg
from bench.database.embedded import embedded_server
with embedded_server(16) as server, psycopg.connect(server.conninfo) as connection:
    print(os.geteuid(), os.stat(server.directory).st_uid, connection.execute("SELECT 40 + 2").fetchone()[0])
"""

TRY = """
from bench.database.embedded import embedded_server
from bench.errors import DatabaseError
try:
    with embedded_server(16):
        print("started")
except DatabaseError as error:
    print(error)
"""


def ask(conninfo: str, query: str) -> str:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row
    return str(row[0])


def traces(handle: ServerHandle) -> bool:
    return is_running(handle.pid) or Path(handle.directory).exists()


@pytest.mark.parametrize("major", [16, 18])
def test_it_is_durable_utf8_in_utc_without_autovacuum_reached_by_its_socket_alone_and_gone_after(major: int) -> None:
    expected = {
        "fsync": "on",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "autovacuum": "off",
        "shared_buffers": "256MB",
        "jit": "on",
        "listen_addresses": "",
    }
    collation = "SELECT datcollate FROM pg_database WHERE datname = current_database()"
    with embedded_server(major) as handle:
        assert ask(handle.conninfo, "SHOW server_version").startswith(f"{major}.")
        assert {name: ask(handle.conninfo, f"SHOW {name}") for name in expected} == expected
        assert ask(handle.conninfo, collation) == "C.UTF-8"
        assert Path(handle.log_directory).is_dir()
    assert not traces(handle)


def test_an_exception_in_the_block_passes_and_leaves_nothing() -> None:
    with pytest.raises(ZeroDivisionError), embedded_server() as handle:
        _ = 1 / 0
    assert not traces(handle)


def test_nobody_else_can_enter_the_directory_of_the_server(handle: ServerHandle) -> None:
    assert Path(handle.directory).stat().st_mode & 0o077 == 0


def test_settings_of_the_caller_come_through_whatever_characters_they_hold() -> None:
    settings = {"work_mem": "7MB", "cluster_name": "it's a \\ here", "autovacuum": "on"}
    with embedded_server(settings=settings) as handle:
        assert {name: ask(handle.conninfo, f"SHOW {name}") for name in settings} == settings


def test_libpq_variables_of_the_caller_reach_neither_server_nor_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = {
        "PGOPTIONS": "-c work_mem=1MB",
        "PGTZ": "Asia/Tokyo",
        "PGHOSTADDR": "192.0.2.1",
        "PGSERVICE": "nowhere",
        "PGDATA": "/nonexistent",
    }
    for name, value in strange.items():
        monkeypatch.setenv(name, value)
    with embedded_server() as handle:
        assert ask(handle.conninfo, "SHOW work_mem") == "4MB"
        assert ask(handle.conninfo, "SHOW TimeZone") == "UTC"
        environment = Path(f"/proc/{handle.pid}/environ").read_bytes()
    assert not any(name.encode() in environment for name in strange)
    assert {name: os.environ[name] for name in strange} == strange


@pytest.mark.parametrize(
    ("major", "number"),
    [(16, signal.SIGKILL), (18, signal.SIGTERM), (16, signal.SIGINT), (18, signal.SIGHUP)],
)
def test_no_process_and_no_directory_outlives_a_parent_ended_by_a_signal(major: int, number: signal.Signals) -> None:
    with spawn(SERVE, str(major)) as parent:
        assert parent.stdout
        directory = Path(parent.stdout.readline().split()[1])
        family = descendants(parent.pid)
        assert len(family) > 3, "the supervisor, the postmaster and its processes"
        assert directory.exists()
        parent.send_signal(number)
    wait_until(lambda: not any(map(is_running, family)) and not directory.exists(), "the end of the server")


def test_a_forked_child_that_holds_the_pipe_open_does_not_keep_the_server_alive() -> None:
    with spawn(LEAVE_A_CHILD) as parent:
        assert parent.stdout
        postmaster, directory, child = parent.stdout.readline().split()
        parent.kill()
        try:
            wait_until(
                lambda: not is_running(int(postmaster)) and not Path(directory).exists(), "the end of the server"
            )
            assert is_running(int(child))
        finally:
            os.kill(int(child), signal.SIGKILL)


def test_a_parent_killed_during_the_start_leaves_nothing(temporary: Path) -> None:
    with spawn(SERVE, "16", environment={"TMPDIR": str(temporary)}) as parent:
        wait_until(lambda: any(temporary.glob("*/data/base")), "the work of initdb")
        family = descendants(parent.pid)
        parent.kill()
    wait_until(lambda: not any(map(is_running, family)) and not any(temporary.iterdir()), "the end of initdb")


def test_the_server_goes_when_its_supervisor_is_killed() -> None:
    with spawn(SERVE, "16") as parent:
        assert parent.stdout
        postmaster, directory = parent.stdout.readline().split()
        family = descendants(parent.pid)
        (supervisor,) = (pid for pid in family if int(postmaster) in descendants(pid))
        os.kill(supervisor, signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, family)), "the end of the server")
        parent.kill()
    shutil.rmtree(directory)


def test_it_runs_for_an_ordinary_user() -> None:
    with spawn(ASK, before=become_ordinary) as child:
        output, _ = child.communicate()
    me, owner, answer = output.split()
    assert (int(me) != 0, me == owner, answer) == (True, True, "42")


def test_it_runs_for_whoever_runs_the_tests_never_as_root(handle: ServerHandle) -> None:
    assert Path(f"/proc/{handle.pid}").stat().st_uid != 0


def test_binaries_in_a_directory_closed_to_the_server_are_used_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(0o700)
    installation = find_binaries(16).parent
    for source in (installation, *installation.parent.parent.glob(f"{installation.parent.name}.libs")):
        shutil.copytree(source, closed / source.relative_to(installation.parent.parent), symlinks=True)
    binaries = closed / installation.parent.name / installation.name / "bin"
    binaries.chmod(0o700)
    monkeypatch.setenv(OVERRIDE, str(binaries))
    with embedded_server(16) as handle:
        assert ask(handle.conninfo, "SHOW server_version").startswith("16.")
    assert not traces(handle)
    assert (binaries / "postgres").exists()


def test_a_long_temporary_directory_holds_the_data_while_the_socket_goes_elsewhere(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = temporary / ("x" * SOCKET_PATH_BYTES)
    long.mkdir()
    long.chmod(0o777)
    monkeypatch.setenv("TMPDIR", str(long))
    with embedded_server() as handle:
        assert Path(handle.directory).parent == long
        socket = Path(ask(handle.conninfo, "SHOW unix_socket_directories"))
        assert socket.exists()
    assert not traces(handle)
    assert not socket.exists()


def test_a_temporary_directory_of_any_name_will_do(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = temporary / "a,b'c d"
    directory.mkdir()
    directory.chmod(0o777)
    monkeypatch.setenv("TMPDIR", str(directory))
    with embedded_server() as handle:
        assert ask(handle.conninfo, "SELECT 1") == "1"
    assert not any(directory.iterdir())


@pytest.mark.parametrize("place", ["/nonexistent", "/proc"])
def test_an_unusable_temporary_directory_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("TMPDIR", place)
    with (
        pytest.raises(DatabaseError, match=f"did not start: .*{place}.*point TMPDIR at another directory"),
        embedded_server(),
    ):
        pass


def test_a_file_system_that_takes_no_more_is_one_clear_line() -> None:
    def few_bytes() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    with spawn(TRY, before=few_bytes) as child:
        output, _ = child.communicate()
    assert "initdb failed" in output
    assert "make room and rights in" in output
    assert output.count("\n") == 1


def test_the_cause_in_the_file_system_is_quoted_not_what_it_led_to() -> None:
    """The lines are what initdb said on a file system of 20 MB."""
    full = 'could not extend file "base/1/2691": wrote only 4096 of 8192 bytes at block 16'
    log = [
        f"running bootstrap script ... 2026-01-01 00:00:00.000 UTC [7] FATAL:  {full}",
        "2026-01-01 00:00:00.000 UTC [7] HINT:  Check free disk space.",
        "2026-01-01 00:00:00.000 UTC [7] PANIC:  cannot abort transaction 1, it was already committed",
        "child process exited with exit code 134",
    ]
    error = _start_error(16, {"directories": ["/small/x"]}, {"error": "initdb failed", "log": "\n".join(log)})
    assert str(error) == (
        f"the embedded PostgreSQL 16 did not start: initdb failed: FATAL:  {full}; "
        "make room and rights in /small, or point TMPDIR at another directory"
    )


def test_a_setting_that_the_server_refuses_is_quoted_from_its_log() -> None:
    expected = 'invalid value for parameter "shared_buffers": "nonsense"'
    settings = {"shared_buffers": "nonsense"}
    with pytest.raises(DatabaseError, match=expected) as caught, embedded_server(settings=settings):
        pass
    assert "\n" not in str(caught.value)


def test_a_fault_of_a_library_is_quoted_too() -> None:
    settings = {"shared_preload_libraries": "nowhere"}
    with pytest.raises(DatabaseError, match='could not access file "nowhere"'), embedded_server(settings=settings):
        pass


def test_the_servers_own_settings_cannot_be_taken_away() -> None:
    with pytest.raises(InputError, match="listen_addresses"), embedded_server(settings={"listen_addresses": "*"}):
        pass


def test_an_unknown_version_names_the_known() -> None:
    with pytest.raises(InputError, match="PostgreSQL 17 cannot be embedded; known versions are 16, 18"):
        find_binaries(17)


def test_the_override_decides_whatever_version_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    other = find_binaries(18)
    monkeypatch.setenv(OVERRIDE, str(other))
    assert find_binaries(16) == other
    assert binaries_version(find_binaries(16)) == 18


def test_an_override_without_binaries_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(OVERRIDE, str(tmp_path))
    with pytest.raises(InputError, match="holds no usable postgres and initdb"):
        find_binaries(16)


def test_an_override_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv(OVERRIDE, str(tmp_path))
    with pytest.raises(InputError, match="is PostgreSQL 14; version 15 or newer is needed"):
        find_binaries(16)
