"""Templates: files to begin with, as this project uses and tests them, written into a folder of the user's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.errors import InputError
from bench.files.output_file import write_file

_PACKAGED = Path(__file__).parents[1] / "templates"
"""Where the wheel keeps them, below the paths that they have in the repository."""
_REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Template:
    """A Template is files of this repository, and where each goes in the user's folder."""

    files: Mapping[str, str]
    """Targets by source; a source that is a folder stands for all files in it."""
    next: str
    """What to do with them, in one line."""


TEMPLATES: Mapping[str, Template] = {
    "policy": Template(
        files={"examples/gate.toml": "gate.toml"},
        next="set its ceilings, then: bench gate --policy gate.toml",
    ),
    "job": Template(
        files={"examples/monthly_statements": "monthly_statements"},
        next="try it, then put your function in: bench run --job monthly_statements/job.py",
    ),
    "project": Template(
        files={"projects/example.toml": "project.toml"},
        next="describe your project, then: bench project check project.toml",
    ),
    "prowler": Template(
        files={
            "projects/prowler.toml": "prowler.toml",
            "projects/prowler_catalogue.py": "prowler_catalogue.py",
            "docs/examples/prowler-benchmark.yml": ".github/workflows/api-benchmark.yml",
        },
        next="name your clone and interpreter: bench project check prowler.toml --checkout CLONE --interpreter PYTHON",
    ),
}


def write_template(name: str, folder: Path) -> tuple[Path, ...]:
    """Write the files of the template called ``name`` below ``folder`` and return their paths.

    Nothing is overwritten. Raises InputError for a name that is not known and for a file that is there already, before
    anything is written, and OutputError for one that cannot be written.
    """
    if name not in TEMPLATES:
        raise InputError(f"unknown template {name!r}; known are {', '.join(TEMPLATES)}")
    planned = {folder / target: source for target, source in _files(TEMPLATES[name])}
    for target in planned:
        if target.exists():
            raise InputError(f"{target} is there already; choose another folder, or move it away")
    for target, source in planned.items():
        write_file(target, source.read_bytes())
    return tuple(planned)


def _files(template: Template) -> Iterator[tuple[str, Path]]:
    """Yield each file's target and source."""
    root = _PACKAGED if _PACKAGED.is_dir() else _REPOSITORY
    for name, target in template.files.items():
        source = root / name
        if source.is_dir():
            for file in sorted(source.rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    yield f"{target}/{file.relative_to(source).as_posix()}", file
        else:
            yield target, source
