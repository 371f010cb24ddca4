"""Captures: memray's own files of the traced calls, kept beside a run's results, and the pages that memray makes.

They hold every allocation, so they are large, and belong in no repository.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from bench.errors import InputError
from bench.files.output_file import check_folder
from bench.harness.progress import Progress
from bench.messages.request import ProbeName
from bench.results.call_trees import CAPTURE_FILE, KeptCapture
from bench.results.cases import planned_cases
from bench.results.records import Results
from bench.words import plain, shorten

FOLDER = "captures"
"""Below the output folder."""
PAGES = ("flamegraph", "table")
"""The reports of memray's own that are made of a capture."""

_UNFINISHED = ".captures-"
_SUFFIX = ".bin"
_UNSAFE = re.compile(r"[^A-Za-z0-9.+_-]+")
_LONGEST_PART = 60
_PAGE_SECONDS = 1_800.0
_LONGEST_MESSAGE = 200


@contextmanager
def capture_folder(output: Path, *, keep: bool) -> Iterator[Path | None]:
    """Make a folder for captures below ``output``, gone after the block with all that is still in it; None if not.

    Raises InputError where none can be made.
    """
    for left in output.glob(f"{_UNFINISHED}*"):  # by a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    if not keep:
        yield None
        return
    check_folder(output / FOLDER)
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=output.absolute(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def capture_path(folder: Path, scan: str, implementation: str) -> Path:
    """Return where the capture of a case is kept; two cases never share a file."""
    name = "-".join(_UNSAFE.sub("-", part)[:_LONGEST_PART].strip("-.") for part in (scan, implementation))
    case = sha256(" ".join((scan, implementation)).encode()).hexdigest()[:6]
    return folder / f"{name}-{case}-heap{_SUFFIX}"


def capture_of(folder: Path | None, probe: ProbeName, scan: str, implementation: str) -> str:
    """Return the file for memray's capture of a sample; '' where none is kept."""
    return "" if folder is None or probe != "memory" else str(capture_path(folder, scan, implementation))


def keep_captures(output: Path, folder: Path | None, results: Results, progress: Progress) -> tuple[KeptCapture, ...]:
    """Move the captures of ``results`` from ``folder`` below ``output``, have memray make its pages, and return both.

    Those of an earlier run go; ``folder`` is None where none is kept. A page that cannot be made is missing, with a
    warning. Raises InputError where a file cannot be written.
    """
    kept = output / FOLDER
    found: list[KeptCapture] = []
    try:
        if folder is None:
            if kept.is_dir():
                _remove_others(kept, found)
            return ()
        kept.mkdir(exist_ok=True)
        for scan, implementation in planned_cases(results):
            capture = capture_path(folder, scan, implementation)
            if not capture.is_file():
                continue  # the sample failed, or its warning says why
            progress.stage(f"{scan}: {implementation}, memray's pages")
            pages = []
            for kind in PAGES:
                page = capture.with_name(f"{capture.stem}-{kind}.html")
                if reason := _made(kind, capture, page):
                    progress.warn(f"{scan}: {implementation}: memray made no {kind} of its capture: {reason}")
                else:
                    pages.append(page)
            for path in (capture, *pages):
                path.replace(kept / path.name)
            found.append(
                KeptCapture(
                    scan=scan,
                    implementation=implementation,
                    file=f"{FOLDER}/{capture.name}",
                    pages=tuple(f"{FOLDER}/{page.name}" for page in pages),
                )
            )
        _remove_others(kept, found)
    except OSError as error:
        raise InputError(
            f"cannot keep captures in {kept}: {error.strerror}; make room, or choose another folder"
        ) from error
    return tuple(found)


def _made(kind: str, capture: Path, page: Path) -> str:
    """Have memray make a page; return why it could not, or ''."""
    command = [sys.executable, "-m", "memray", kind, "--no-web", "--force", "--output", str(page), str(capture)]
    try:
        finished = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PAGE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        page.unlink(missing_ok=True)
        return f"it took longer than {_PAGE_SECONDS:g} s"
    if finished.returncode == 0 and page.is_file():
        return ""
    page.unlink(missing_ok=True)
    lines = plain(finished.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    return shorten(lines, _LONGEST_MESSAGE) or f"it ended with exit code {finished.returncode}"


def _remove_others(kept: Path, found: list[KeptCapture]) -> None:
    """Remove what an earlier run kept there, and nothing that is not named as ours are."""
    names = {Path(name).name for one in found for name in (one.file, *one.pages)}
    for path in kept.iterdir():
        if path.name not in names and CAPTURE_FILE.fullmatch(f"{FOLDER}/{path.name}"):
            path.unlink()
