"""Writing a file whole: a reader sees the old content or the new, never a part."""

from __future__ import annotations

import secrets
from pathlib import Path

from bench.errors import InputError


def write_file_atomically(path: Path, content: str | bytes) -> None:
    """Replace ``path`` by ``content`` (text as UTF-8), making the folder where it is missing.

    The content goes to a temporary file in the same folder, which then takes the name. Raises InputError where the
    folder or the file cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    # Not tempfile: its files are private to the user (0600), and a report is for others too.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot write {path}: {reason}; choose a folder that you may write to") from error


def check_writable(folder: Path) -> None:
    """Make ``folder``, and see that a file can be written there: found before a run, not after. Raises InputError."""
    probe = folder / f".writable-{secrets.token_hex(8)}"
    write_file_atomically(probe, "")
    probe.unlink(missing_ok=True)
