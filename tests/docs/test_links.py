"""Links, anchors and paths of the documents lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.command import ROOT
from tests.support.documents import DOCUMENTS, NAMES, README, anchors, commands, targets, tokens

_PLACE = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*/?")
_TOP = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} | {".github"}
_GENERATED = tuple(
    line.rstrip("/")
    for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    if line.startswith("reports/")
)
"""What a run leaves, which no checkout has."""


def exists(place: str) -> bool:
    """Whether a path relative to the repository, or a pattern, leads to something that is committed or generated."""
    if place.startswith(_GENERATED):
        return True
    return any(ROOT.glob(place)) if "*" in place else (ROOT / place).exists()


def paths_in(path: Path) -> set[str]:
    """Return what a document names as a path of the repository, in running text and in commands."""
    spans = [token.content for token in tokens(path) if token.type == "code_inline"]
    words = [word for line in [*spans, *commands(path)] for word in line.split()]
    return {
        word
        for word in words
        if _PLACE.fullmatch(word) and "/" in word and word.partition("/")[0] in _TOP and "NAME" not in word
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_every_link_leads_to_a_file_and_every_anchor_to_a_heading(path: Path) -> None:
    broken = []
    for target in targets(path):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists() or ROOT not in (file, *file.parents) or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_every_path_that_a_document_names_exists(path: Path) -> None:
    assert sorted(place for place in paths_in(path) if not exists(place)) == []


def test_paths_are_found_and_missing_ones_noticed() -> None:
    """Else the tests above would pass on nothing."""
    assert "bench/results/metrics.py" in paths_in(ROOT / "CONTRIBUTING.md")
    assert "docs/example/scan.json" in paths_in(README)
    assert not exists("bench/no_such_room")
    assert not exists("tests/*/no_such_folder")
    assert targets(README)


def test_the_readme_is_short_and_every_page_is_in_the_index() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) < 150
    index = ROOT / "docs" / "README.md"
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages <= {target.partition("#")[0] for target in targets(index)}
    linked = {target.removeprefix("docs/").partition("#")[0] for target in targets(README)}
    assert pages <= linked
