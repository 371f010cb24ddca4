"""A folder with memray for an interpreter whose environment lacks it; nothing is installed into that environment."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from bench.errors import InputError
from bench.harness.interpreter import Interpreter, inspect

_NEEDED = ("memray", "rich", "typing-extensions")
"""memray's tracker and reader import these, and nothing else of what memray's reports need."""
_LINKED = ("memray", "memray.libs", "rich", "typing_extensions.py")
_DOWNLOAD_SECONDS = 300.0


@cache
def memray_folder(interpreter: str) -> str:
    """Return a folder to put on the path, or '' where the interpreter's environment has memray itself.

    Raises InputError where it can be had nowhere.
    """
    if interpreter == sys.executable:
        return ""
    found = inspect(interpreter)
    if found.has_memray:
        return ""
    folder = _cache() / f"memray-{version('memray')}-{_tag(found)}"
    if not (folder / "memray").is_dir():
        _make(folder, found)
    return str(folder)


def _tag(interpreter: Interpreter) -> str:
    """Return what distinguishes one folder from another: links hold for this environment alone."""
    major, minor, _ = interpreter.version
    tag = f"{interpreter.implementation}{major}{minor}-{interpreter.platform}"
    return f"{tag}-{sha256(f'{_packages()} {_LINKED}'.encode()).hexdigest()[:12]}" if _runs_ours(interpreter) else tag


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "bench"


def _make(folder: Path, interpreter: Interpreter) -> None:
    """Fill ``folder``, which appears only once it is complete. Raises InputError."""
    remedy = "install memray in the project's environment, or make room and set XDG_CACHE_HOME"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="memray-") as scratch:
            made = Path(scratch) / "packages"
            made.mkdir()
            if _runs_ours(interpreter):
                _link(made)
            else:
                _download(made, interpreter)
            shutil.rmtree(folder, ignore_errors=True)  # links of an environment that is gone
            try:
                made.rename(folder)
            except OSError:
                # Another run was faster.
                if not folder.is_dir():
                    raise
    except OSError as error:
        raise InputError(f"memray cannot be kept in {folder.parent}: {error.strerror}; {remedy}") from error


def _runs_ours(interpreter: Interpreter) -> bool:
    return (interpreter.implementation, interpreter.version[:2]) == (sys.implementation.name, sys.version_info[:2])


def _link(made: Path) -> None:
    """Link the packages of this environment, and those alone."""
    for name in _LINKED:
        if (_packages() / name).exists():
            (made / name).symlink_to(_packages() / name)


def _packages() -> Path:
    """Return the folder in which this environment has memray."""
    spec = importlib.util.find_spec("memray")
    assert spec is not None  # this suite needs it
    assert spec.origin is not None
    return Path(spec.origin).resolve().parents[1]


def _download(made: Path, interpreter: Interpreter) -> None:
    major, minor, _ = interpreter.version
    command = [
        *(
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--no-compile",
        ),
        *("--only-binary", ":all:", "--python-version", f"{major}.{minor}", "--implementation", "cp"),
        *("--target", str(made)),
        *(f"{package}=={version(package)}" for package in _NEEDED),
    ]
    try:
        finished = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_DOWNLOAD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise _not_to_be_had(interpreter, f"pip did not end within {_DOWNLOAD_SECONDS:g} s") from None
    if finished.returncode:
        shutil.rmtree(made, ignore_errors=True)
        lines = finished.stderr.decode(errors="replace").strip().splitlines()
        said = next(
            (line for line in reversed(lines) if line.startswith("ERROR")), lines[-1] if lines else "pip failed"
        )
        raise _not_to_be_had(interpreter, " ".join(said.split()))


def _not_to_be_had(interpreter: Interpreter, reason: str) -> InputError:
    major, minor, _ = interpreter.version
    return InputError(
        f"memray {version('memray')} for Python {major}.{minor} cannot be had ({reason}); "
        "install memray in the project's environment, or measure without the memory probes"
    )
