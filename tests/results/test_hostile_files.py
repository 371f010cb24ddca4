"""Every command that reads a file meets every defect with one line and exit code 2: no traceback, wait or verdict."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from bench.gate.verdict_files import write_verdict
from bench.results.store import write_results
from tests.support.gate_runs import policy_text, run
from tests.support.in_process import bench
from tests.support.verdicts import passing

SECONDS = 60
"""After so long a command waits for something; none of them needs a second."""

COMMANDS: dict[str, tuple[str, ...]] = {
    "compare before": ("compare", "FILE", "good.json"),
    "compare after": ("compare", "good.json", "FILE"),
    "comment": ("comment", "FILE"),
    "comment beside a verdict": ("comment", "FILE", "--verdict", "verdict.json"),
    "verdict": ("comment", "good.json", "--verdict", "FILE"),
    "gate": ("gate", "--results", "FILE"),
    "gate's baseline": ("gate", "--results", "good.json", "--baseline", "FILE"),
    "gate's policy": ("gate", "--results", "good.json", "--policy", "FILE"),
    "baseline accept": ("baseline", "accept", "FILE"),
    "baseline replaced": ("baseline", "accept", "good.json", "--baseline", "FILE"),
    "promises": ("prove", "promises", "--json", "FILE"),
    "scan of a run": ("run", "--scan-file", "FILE", "--output", "out"),
    "scan of rows": ("rows", "--implementation", "streaming", "--scan-file", "FILE"),
    "recorded scan": ("record", "FILE", "--output", "recorded.json"),
    "catalogue of a run": ("run", "--catalogue", "FILE", "--output", "out"),
    "catalogue file": ("run", "--scan", "1/1", "--catalogue-file", "FILE", "--output", "out"),
}
MAY_BE_MISSING = ("comment beside a verdict", "baseline replaced", "promises")
"""Where a file that is not there means something else than a fault."""

CONTENTS: dict[str, bytes] = {
    "empty": b"",
    "white space": b" \n\n",
    "truncated": b'{"schema": 2, "created": "2026',
    "one bracket": b"[",
    "100,000 brackets": b"[" * 100_000,
    "100,000 brackets in a member": b'{"schema": 2, "provider": "aws", "findings": ' + b"[" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "deep but closed": b'{"schema": 2, "x": ' + b"[" * 500 + b"]" * 500 + b"}",
    "NUL": b'{"schema": 2\x00}',
    "no UTF-8": b'{"schema": "\xff\xfe"}',
    "UTF-16": '{"schema": 2}'.encode("utf-16"),
    "byte order mark alone": b"\xef\xbb\xbf",
    "key twice": b'{"schema": 2, "schema": 2, "findings": [], "findings": []}',
    "null": b"null",
    "list": b"[1, 2]",
    "huge integer": b'{"schema": ' + b"9" * 5_000 + b"}",
    "integer beyond 2^63": b'{"schema": 99999999999999999999}',
    "number that overflows": b'{"schema": 1e999, "provider": 1e999}',
    "NaN": b'{"schema": NaN, "provider": NaN}',
    "other schema": b'{"schema": 99}',
    "binary": bytes(range(256)) * 64,
    "foreign JSON": b'{"machine_info": {}, "benchmarks": []}',
    "long dotted key": b"a." * 20_000 + b"a = 1",
    "long line": b"a" * 500_000,
    "truncated OCSF": b'[{"metadata": {"event_code": "a"}, "status_code": "PASS", "unmapped": {"provider": "aws"}},',
    "truncated JSON line": b'{"check_id": "a", "status": "PASS", "provider": "aws"}\n{"check_id": "a", ',
    "endless field of CSV": b'CHECK_ID;STATUS;REGION\na;PASS;"' + b"x" * 2_000_000,
    "CSV of a million columns": b"CHECK_ID;STATUS;REGION" + b";x" * 1_000_000 + b"\na;PASS",
    "truncated gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x8b",
    "truncated xz": b"\xfd7zXZ\x00\x00\x04",
    "truncated bzip2": b"BZh91AY&SY",
    "truncated zip": b"PK\x03\x04\x14\x00",
    "empty zip": b"PK\x05\x06" + b"\0" * 18,
}


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        folder = os.open(path.parent, os.O_RDONLY)
        one.bind(f"/proc/self/fd/{folder}/{path.name}")  # a path may be too long for a socket's address
        os.close(folder)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**42)


NO_FILES: dict[str, Callable[[Path], None]] = {
    "missing": lambda _: None,
    "folder": lambda path: path.mkdir(),
    "pipe": _pipe,
    "socket": _socket,
    "/dev/zero": lambda path: path.symlink_to("/dev/zero"),
    "/dev/null": lambda path: path.symlink_to("/dev/null"),
    "loop of symlinks": lambda path: path.symlink_to(path.name),
    "broken symlink": lambda path: path.symlink_to("nowhere"),
    "4 TB": _sparse,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a good results file, verdict and policy, which commands are called in."""
    monkeypatch.chdir(tmp_path)
    write_results(Path("good.json"), run())
    write_verdict(Path("verdict.json"), passing())
    Path("pyproject.toml").write_text(policy_text("[gate.tolerance]\nnear-exact = 0.02"), encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def deadline() -> Iterator[None]:
    """Turns a wait into a failure."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"still waiting after {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def refused(capsys: pytest.CaptureFixture[str], command: str, path: str) -> str:
    """Run ``command`` on ``path``, see that it is refused and that nothing was written, and return its line."""
    before = set(Path().rglob("*"))
    code, output, errors = bench(capsys, *(path if word == "FILE" else word for word in COMMANDS[command]))
    assert (code, output) == (2, ""), errors
    assert errors.startswith("bench: ")
    assert errors.count("\n") == 1
    assert "Traceback" not in errors
    assert len(errors) < 1_500
    assert all(new.is_dir() for new in set(Path().rglob("*")) - before), "a folder for the output, and nothing in it"
    return errors


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("defect", CONTENTS)
def test_malformed_content_is_refused(capsys: pytest.CaptureFixture[str], command: str, defect: str) -> None:
    path = Path("hostile.json")
    path.write_bytes(CONTENTS[defect])
    assert path.name in refused(capsys, command, path.name)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("defect", NO_FILES)
def test_what_is_no_file_is_refused(capsys: pytest.CaptureFixture[str], command: str, defect: str) -> None:
    if defect == "missing" and command in MAY_BE_MISSING:
        return
    NO_FILES[defect](Path("hostile.json"))
    assert "hostile.json" in refused(capsys, command, "hostile.json")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["nul\0.json", "x" * 300, "file.json/below", "escape\x1b[31m\n.json", "\udcff.json"])
def test_a_hostile_name_is_refused(capsys: pytest.CaptureFixture[str], command: str, name: str) -> None:
    if command in MAY_BE_MISSING and "\0" not in name and len(name) < 300:
        return
    Path("file.json").write_text("{}", encoding="utf-8")
    errors = refused(capsys, command, name)
    assert "\x1b" not in errors
    assert "\0" not in errors
