"""Which code was measured: each implementation's function, the commit of its files, and the environment it ran in."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import PathFinder
from pathlib import Path

from bench.errors import InputError
from bench.jobs.implementation import Implementation
from bench.results.records import ImplementationEnvironment
from bench.revisions.git import git

PYTHON = "python"
"""The name of the interpreter's own version among those that a worker reports."""
_SHOWN = 12
"""Digits of a commit's hash."""


def code_of(
    implementation: Implementation, versions: Mapping[str, str], skipped_statements: tuple[str, ...] = ()
) -> ImplementationEnvironment:
    """Return what results say of ``implementation``, whose worker reported ``versions``."""
    return ImplementationEnvironment(
        implementation=implementation.name,
        function=implementation.function,
        python=versions.get(PYTHON, ""),
        packages={name: version for name, version in versions.items() if name != PYTHON},
        revision=implementation.revision[:_SHOWN] or _revision(implementation),
        project=implementation.project,
        skipped_statements=skipped_statements,
    )


def _revision(implementation: Implementation) -> str:
    """The commit of the checkout that the code lies in; '' without git, outside a checkout, or if it is not found."""
    package = package_of(implementation)
    return "" if package is None else checkout_revision(package)


def package_of(implementation: Implementation) -> Path | None:
    """Return the folder or file of the top-level package that the function is in, None where it is not found."""
    return _package(implementation.function.partition(":")[0].partition(".")[0], implementation.environment.path)


def _package(name: str, path: Sequence[str]) -> Path | None:
    """The folder or file of the top-level package ``name``; nothing is imported. Folders of ``path`` come first."""
    spec = PathFinder.find_spec(name, list(path)) if path else None
    if spec is None and name not in sys.builtin_module_names:
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            return None
    if spec is None:
        return None
    places = [*(spec.submodule_search_locations or ()), *([spec.origin] if spec.has_location and spec.origin else [])]
    return Path(places[0]) if places else None


def checkout_revision(place: Path) -> str:
    """Return the commit of the checkout that ``place`` is in, with ``+changes`` where files there differ from it.

    '' without git or outside a checkout, and for files that are not in the commit.
    """
    folder, name = (place, ".") if place.is_dir() else (place.parent, place.name)
    try:
        known = git(folder, "ls-files", "--error-unmatch", "--", name)
        head = git(folder, "rev-parse", f"--short={_SHOWN}", "HEAD")
        changed = git(folder, "status", "--porcelain", "--untracked-files=no", "--", name)
    except InputError:
        return ""
    if known.returncode or head.returncode or changed.returncode:
        return ""
    return head.stdout.decode().strip() + ("+changes" if changed.stdout else "")
