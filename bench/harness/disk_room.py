"""Room on the disk: data that do not fit beside the embedded server are refused before they are loaded."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from bench.errors import InputError


def refuse_without_room(folder: Path | None, needs: Mapping[str, int]) -> None:
    """Raise InputError for the first data set that needs more bytes than are free in ``folder``, the server's.

    ``needs`` are bytes by label; 0 where they are not known. None is a server whose disk is not known.
    """
    if folder is None:
        return
    free = shutil.disk_usage(folder).free
    for label, needed in needs.items():
        if needed > free:
            raise InputError(
                f"{label} needs about {_gigabytes(needed)} on the disk while it is loaded and measured, and "
                f"{folder.parent} has {_gigabytes(free)} free; make room there, point TMPDIR at another disk, or "
                "choose a smaller one"
            )


def _gigabytes(number: int) -> str:
    return f"{number / 1e9:,.0f} GB" if number >= 10e9 else f"{number / 1e9:.1f} GB"
