"""No room but the job's own speaks of the job: whatever harness, analysis and reports say is true of any job."""

from __future__ import annotations

import re
from pathlib import Path

import bench

ROOT = Path(bench.__file__).parent
OWN = ("compliance", "datasets")
"""The rooms that may: the job's and its data's."""
WORDS = re.compile("compliance|region|finding|threatscore", re.IGNORECASE)
DISTRIBUTION = "compliance-bench"
"""What the project is called where it is installed from; it names no job."""


def test_no_other_room_names_what_the_job_is_about() -> None:
    """In code, comments, docstrings and texts, and in the names of files."""
    found = []
    for path in sorted(ROOT.rglob("*")):
        place = path.relative_to(ROOT)
        if place.parts[0] in OWN or path.suffix == ".pyc" or not path.is_file():
            continue
        if WORDS.search(str(place)):
            found.append(f"{place}: its name")
        lines = path.read_text(encoding="utf-8").replace(DISTRIBUTION, "").splitlines()
        found += [f"{place}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if WORDS.search(line)]
    assert found == []
