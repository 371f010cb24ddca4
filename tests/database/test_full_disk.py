"""An embedded server that ran out of room is named with its reason, not by what its clients saw of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.database import full_disk
from bench.database.full_disk import naming_lack_of_room
from bench.errors import DatabaseError

SYMPTOM = "the embedded server failed: server closed the connection unexpectedly; see the server's log"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            'PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device',
            'the embedded server stopped: could not write to file "pg_wal/xlogtemp.7": No space left on device; '
            "make room in {folder}, or point TMPDIR at another directory",
        ),
        (
            'ERROR:  could not resize shared memory segment "/PostgreSQL.1" to 8388608 bytes: No space left on device',
            'the embedded server stopped: could not resize shared memory segment "/PostgreSQL.1" to 8388608 bytes: '
            "No space left on device; make room in /dev/shm",
        ),
        ("LOG:  database system is ready to accept connections", SYMPTOM),
        ('FATAL:  could not open file "x": Permission denied', SYMPTOM),
    ],
)
def test_the_reason_in_the_log_takes_the_place_of_the_symptom(tmp_path: Path, line: str, message: str) -> None:
    log = tmp_path / "log"
    log.mkdir()
    (log / "server.log").write_text(f"2026-01-01 00:00:00 UTC [7] LOG:  starting\n2026-01-01 00:00:01 UTC [7] {line}\n")
    with pytest.raises(DatabaseError) as caught, naming_lack_of_room(log, tmp_path):
        raise DatabaseError(SYMPTOM)
    assert str(caught.value) == message.format(folder=tmp_path)


@pytest.mark.parametrize(("free", "named"), [(1_000, True), (1_000_000_000, False)])
def test_a_disk_too_full_for_the_log_is_named_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, named: bool
) -> None:
    monkeypatch.setattr(full_disk, "_free_bytes", lambda _: free)
    with pytest.raises(DatabaseError) as caught, naming_lack_of_room(tmp_path / "log", tmp_path):
        raise DatabaseError(SYMPTOM)
    remedy = f"make room in {tmp_path}, or point TMPDIR at another directory"
    expected = f"the embedded server stopped: no space is left; {remedy}"
    assert str(caught.value) == (expected if named else SYMPTOM)
