"""The one place that starts git: with a clean environment, no prompts, and a time limit."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bench.errors import InputError

TIMEOUT_SECONDS = 60
"""Reading a commit takes milliseconds; a partial clone may fetch it first."""
_KEPT = {"GIT_EXEC_PATH"}
_ALWAYS = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def git(
    folder: Path,
    *arguments: str,
    extra: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> subprocess.CompletedProcess[bytes]:
    """Run ``git`` in ``folder`` and return how it ended, whatever its exit code.

    No ``GIT_…`` variable reaches it but those in ``extra``: when git itself runs this program, in a hook for example,
    they point at another repository. Raises InputError if git cannot be started or exceeds the timeout.
    """
    environment = {name: value for name, value in os.environ.items() if name in _KEPT or not name.startswith("GIT_")}
    try:
        process = subprocess.Popen(
            ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**environment, **_ALWAYS, **(extra or {})},
            start_new_session=True,  # without a terminal neither git nor ssh can wait for a password
        )
    except OSError as error:
        raise InputError(f"git cannot be started: {error.strerror}; install it, or add its folder to PATH") from error
    with process:
        try:
            output, errors = process.communicate(stdin, timeout_seconds)
        except BaseException as error:
            # The whole group: a helper that git started would hold the pipes open.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise InputError(
                    f"git {arguments[0]} did not end within {timeout_seconds:g} s; see what it waits for in {folder}"
                ) from error
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)
