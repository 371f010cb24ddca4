"""Golden files: whole outputs, compared character by character.

With ``BENCH_UPDATE_GOLDEN=1`` in the environment they are written instead; read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path


def assert_same_as(path: Path, text: str) -> None:
    """Fail unless ``text`` is the content of the golden file at ``path``."""
    if os.environ.get("BENCH_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
