"""Where the code of revisions comes from, by the options of a command, and the implementations that it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from bench.errors import InputError
from bench.harness.scratch import scratch_folder
from bench.jobs.implementation import Implementation
from bench.jobs.registry import split_revision
from bench.project.at_revision import ProjectCode
from bench.project.description import Project
from bench.revisions.code import CodeSource, PackageCode, open_checkouts

if TYPE_CHECKING:
    from bench.harness.progress import Progress


def code_source(implementations: Sequence[Implementation], project: Project | None = None) -> CodeSource:
    """Return the source of the code of ``implementations``, of a ``project`` for those that are part of it.

    Raises InputError where the code is in no clone, and where none of them is the project's.
    """
    if project is None:
        return PackageCode.of(*implementations)
    if not any(one.project for one in implementations):
        raise InputError("none of the implementations is the project's, so none has revisions; name one that is")
    return ProjectCode.of(project)


@contextmanager
def at_revisions(
    implementations: Sequence[Implementation],
    revisions: Sequence[str],
    progress: Progress,
    project: Project | None = None,
    meaning: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[Implementation, ...]]:
    """Give each implementation at each revision, revision by revision, as ``NAME@REVISION``, for the context.

    A revision in ``meaning`` stands for another, whose code it names. Beside a ``project``, implementations of others
    follow once, as they are. Raises InputError, also for a revision whose code cannot be run.
    """
    others = [one for one in implementations if project is not None and not one.project]
    implementations = [one for one in implementations if one not in others]
    with scratch_folder() as scratch, open_checkouts(code_source(implementations, project), scratch) as checkouts:
        found = []
        for revision in revisions:
            code = checkouts.code(checkouts.commit(meaning.get(revision, revision)))
            for warning in code.warnings:
                progress.warn(warning)
            found += [code.implementation(f"{one.name}@{revision}", one.function) for one in implementations]
        yield (*found, *others)


@contextmanager
def as_named(
    names: Sequence[str],
    find: Callable[[str], Implementation],
    progress: Progress,
    project: Project | None = None,
    meaning: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[Implementation, ...]]:
    """Give what each name stands for, for the context: ``NAME`` as it lies there, ``NAME@REVISION`` at that revision.

    ``find`` finds an implementation by its name alone; ``meaning`` and what is raised are those of ``at_revisions``.
    """
    parts = [split_revision(name) for name in names]
    with ExitStack() as stack:
        found: dict[str, Implementation] = {}
        for revision in dict.fromkeys(revision for _, revision in parts):
            own = [find(name) for name, at in parts if at == revision]
            if revision:
                own = [*stack.enter_context(at_revisions(own, [revision], progress, project, meaning))]
            elif len(set(parts)) > 1:
                own = [*of_today(own, project)]
            found |= {one.name: one for one in own}
        for name in names:
            if name not in found:
                raise InputError(f"{name} is none of the project's, so it has no revisions; leave out what follows @")
        yield tuple(found[name] for name in names)


def of_today(implementations: Sequence[Implementation], project: Project | None) -> tuple[Implementation, ...]:
    """Return the working tree's implementations with what makes their tables, so that they can share a revision's."""
    tables = "" if project is None else ProjectCode.of(project).todays_tables()
    return tuple(replace(one, tables=tables) if one.project else one for one in implementations)


def named_commits(implementations: Sequence[Implementation]) -> str:
    """Say which commit each revision was, for the report: a branch moves on."""
    return ", ".join(f"{one.name} is commit {one.revision[:12]}" for one in implementations if one.revision)
