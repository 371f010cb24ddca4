"""The one place that starts git: with a clean environment, no prompts, and a time limit."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from bench.errors import InputError
from bench.words import plain

TIMEOUT_SECONDS = 60
"""Reading a commit takes milliseconds; a partial clone may fetch it first."""
KEPT = frozenset({"GIT_EXEC_PATH", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"})
"""They say how git is installed, and how a partial clone reaches its remote."""
_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    # A partial clone fetches what it lacks; the objects that it has are not repacked for that.
    "gc.auto": "0",
    "maintenance.auto": "false",
    # What git-lfs manages stays a pointer: its content would be downloaded into the clone.
    "filter.lfs.smudge": "",
    "filter.lfs.process": "",
    "filter.lfs.required": "false",
}
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_ALWAYS = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def git(
    folder: Path,
    *arguments: str,
    extra: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    output: IO[bytes] | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> subprocess.CompletedProcess[bytes]:
    """Run ``git`` in ``folder`` and return how it ended, whatever its exit code; ``output`` takes what it prints.

    No ``GIT_…`` variable reaches it but those in ``extra``: when git itself runs this program, in a hook for example,
    they point at another repository. Raises InputError if git cannot be started or exceeds the timeout.
    """
    environment = {name: value for name, value in os.environ.items() if name in KEPT or not name.startswith("GIT_")}
    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    try:
        process = subprocess.Popen(
            ["git", *settings, "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if output is None else output,
            stderr=subprocess.PIPE,
            env={**environment, **_ALWAYS, **(extra or {})},
            start_new_session=True,  # without a terminal neither git nor ssh can wait for a password
        )
    except OSError as error:
        raise InputError(f"git cannot be started: {error.strerror}; install it, or add its folder to PATH") from error
    with process:
        try:
            written, errors = process.communicate(stdin, timeout_seconds)
        except BaseException as error:
            # The whole group: a helper that git started would hold the pipes open.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise InputError(
                    f"git {arguments[0]} did not end within {timeout_seconds:g} s; see what it waits for in {folder}"
                ) from error
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, written or b"", errors)


def said(finished: subprocess.CompletedProcess[bytes]) -> str:
    """Return on one line what git wrote to standard error, without the credentials that a remote's address may hold."""
    text = _CREDENTIALS.sub("…", finished.stderr.decode(errors="replace"))
    return plain(text) or f"exit code {finished.returncode}"
