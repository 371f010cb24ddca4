"""The history: earlier runs kept in a folder, one results file each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bench.errors import InputError
from bench.files.input_file import path_text
from bench.files.strict_json import shown
from bench.results.records import Results
from bench.results.store import read_figures, read_results, write_results

_UNSAFE = re.compile(r"[^A-Za-z0-9.+_-]+")
_LONGEST_PART = 60


@dataclass(frozen=True)
class EarlierRuns:
    """The figures of a folder's runs without their DETAILS, newest last, and a warning for each file that is no run."""

    runs: tuple[Results, ...]
    warnings: tuple[str, ...]


def keep(folder: Path, results: Results) -> Path:
    """Write ``results`` into ``folder``, named by moment and revision, and return the file.

    Another run of that name stays, and this one's gets a number; the same run is kept once. Raises InputError where the
    folder cannot be written.
    """
    name = f"{_moment_name(results.created)}-{_safe(results.revision) or 'unknown'}"
    for number in count(1):
        path = folder / (f"{name}.json" if number == 1 else f"{name}-{number}.json")
        if _reserve(path):
            break
        if _holds(path, results):
            return path
    try:
        write_results(path, results)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def earlier_runs(folder: Path) -> EarlierRuns:
    """Read the figures of the finished runs kept in ``folder``; all else in it is skipped with a warning that names it.

    Raises InputError where there is no such folder, it cannot be read, or no run is in it.
    """
    found: list[tuple[datetime, str, Results]] = []
    warnings = []
    for path in _entries(folder):
        try:
            results, moment = _kept_run(path)
        except InputError as error:
            warnings.append(f"skipped: {error}")
            continue
        if same := next((name for _, name, other in found if other == results), None):
            warnings.append(f"skipped: {path_text(path)} is a copy of {same}; delete one of the two")
        else:
            found.append((moment, path.name, results))
    if not found:
        reason = f"; {warnings[0]}" if warnings else ""
        raise InputError(
            f"no run is kept in {path_text(folder)}{reason}; `bench run --history {path_text(folder)}` keeps one"
        )
    found.sort(key=lambda run: run[:2])
    return EarlierRuns(tuple(results for _, _, results in found), tuple(warnings))


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError as error:
        raise InputError(
            f"there is no folder {path_text(folder)}; `bench run --history {path_text(folder)}` keeps its runs there"
        ) from error
    except OSError as error:
        raise InputError(
            f"cannot read the folder {path_text(folder)}: {error.strerror}; name a folder that you may read"
        ) from error
    except ValueError as error:
        raise InputError(f"there is no folder {path_text(folder)}: its name holds a NUL character") from error


def _kept_run(path: Path) -> tuple[Results, datetime]:
    """Read one run and its moment. Raises InputError for anything else."""
    if path.name.startswith(".") or path.suffix != ".json":
        raise InputError(f"{path_text(path)} is not named as runs are; move it elsewhere")
    results = read_figures(path)
    if results.unfinished:
        raise InputError(f"{path_text(path)} holds an unfinished run ({results.unfinished}); delete it")
    try:
        return results, moment_of(results.created)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{path_text(path)} has the time {shown(results.created)}; move the file elsewhere") from error


def _reserve(path: Path) -> bool:
    """Create ``path`` as an empty file, so that no other run takes the name; False where it exists."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            return False
    except OSError as error:
        raise InputError(
            f"cannot keep the run as {path}: {error.strerror}; choose a folder that you may write to"
        ) from error
    return True


def _holds(path: Path, results: Results) -> bool:
    try:
        return read_results(path) == results
    except InputError:
        return False


def moment_of(created: str) -> datetime:
    """Read an ISO 8601 time, UTC where it names no zone. Raises ValueError."""
    moment = datetime.fromisoformat(created)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment_name(created: str) -> str:
    try:
        return moment_of(created).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    except (ValueError, OverflowError):
        return _safe(created) or "unknown"


def _safe(text: str) -> str:
    """Return ``text`` as part of a file name on any system."""
    return _UNSAFE.sub("-", text)[:_LONGEST_PART].strip("-.")
