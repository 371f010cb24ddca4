"""An earlier run's output folder."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """An output folder that looks like an earlier run's."""
    folder = tmp_path / "earlier"
    (folder / "plots").mkdir(parents=True)
    for name in ("results.json", "report.md", "benchmark.json", "plots/peak.png"):
        (folder / name).write_text(f"earlier {name}")
    return folder
