"""Paths of code without their machine's part."""

from __future__ import annotations

import sysconfig
from pathlib import Path


def short_path(file: str) -> str:
    """Return ``file`` below site-packages, the standard library or the working folder, or else its last two parts."""
    roots = (
        sysconfig.get_path("purelib"),
        sysconfig.get_path("platlib"),
        sysconfig.get_path("stdlib"),
        str(Path.cwd()),
    )
    for root in roots:
        if file.startswith(f"{root}/"):
            return file[len(root) + 1 :]
    return "/".join(Path(file).parts[-2:])
