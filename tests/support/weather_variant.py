"""Variants of the foreign project: a copy of it, and of its description, with a text replaced."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.support.weather import DESCRIPTION, FOLDER, PROJECT, project_options


@dataclass(frozen=True)
class Variant:
    """A Variant is a copy of the project in ``clone``, described in ``description``."""

    clone: Path
    description: Path

    @classmethod
    def make(cls, folder: Path) -> Variant:
        """Copy all that is needed below ``folder``."""
        clone = folder / "clone"
        shutil.copytree(PROJECT, clone, ignore=shutil.ignore_patterns("__pycache__"))
        described = folder / "described"
        described.mkdir()
        for file in FOLDER.glob("*.*"):
            shutil.copy(file, described)
        return cls(clone, described / DESCRIPTION.name)

    @property
    def options(self) -> tuple[str, ...]:
        """What a command is given."""
        return project_options(self.clone, description=self.description)

    def describe(self, old: str, new: str) -> None:
        """Replace a text of the description, which must be there once."""
        _replace(self.description, old, new)

    def change(self, file: str, old: str, new: str) -> None:
        """Replace a text of a file of the project."""
        _replace(self.clone / file, old, new)

    def begin(self, file: str, lines: str) -> None:
        """Write ``lines`` after the docstring of a module of the project."""
        path = self.clone / file
        first, rest = path.read_text(encoding="utf-8").split("\n", 1)
        path.write_text(f"{first}\n{lines}\n{rest}", encoding="utf-8")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
