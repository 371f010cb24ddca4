"""Which code was measured: its revision, and the environment that it ran in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.report.figures import MISSING
from bench.report.table import Column, Content, Table
from bench.results.records import ImplementationEnvironment, Results
from bench.words import counted, enumerated, plain

CODE_TITLE = "Code"
SKIPPED_TITLE = "Migration statements that were skipped"
ABOUT_SKIPPED = (
    "The server could not execute these statements of the migrations, and the project's description leaves them out."
)
UNKNOWN_REVISION = "not in a checkout"


def code_line(results: Results) -> str | None:
    """Return one sentence on projects and revisions; None where all code is this environment's, of one revision.

    Implementations of one project, interpreter and set of packages are named together.
    """
    revisions = {one.revision for one in results.code}
    if not any(one.project for one in results.code) and len(revisions) < 2:
        return None
    groups: dict[tuple[str, str], list[ImplementationEnvironment]] = {}
    for one in results.code:
        groups.setdefault((one.project, _versions(one)), []).append(one)
    described = (_described(project, versions, group) for (project, versions), group in groups.items())
    return plain(f"Code: {'; '.join(described)}")


def _described(project: str, versions: str, group: Sequence[ImplementationEnvironment]) -> str:
    named = enumerated(tuple(f"{one.implementation} at {one.revision or UNKNOWN_REVISION}" for one in group))
    skipped = len(_skipped(group))
    left_out = f", {counted(skipped, 'migration statement')} skipped" if skipped else ""
    return f"{f'project {project}: ' if project else ''}{named} ({versions}{left_out})"


def _versions(one: ImplementationEnvironment) -> str:
    python = [f"Python {one.python}"] if one.python else []
    return ", ".join([*python, *(f"{name} {version}" for name, version in one.packages.items())])


def _skipped(code: Sequence[ImplementationEnvironment]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(statement for one in code for statement in one.skipped_statements))


def code_table(results: Results) -> Table | None:
    """Build the table of the implementations' code and environments; None for files that do not say."""
    if not results.code:
        return None
    projects = any(one.project for one in results.code)
    rows = tuple(
        (
            plain(one.implementation),
            *([plain(one.project) or MISSING] if projects else []),
            plain(one.function),
            plain(one.revision) or UNKNOWN_REVISION,
            plain(one.python),
            plain(", ".join(f"{name} {version}" for name, version in one.packages.items())),
        )
        for one in results.code
    )
    columns = (
        Column("implementation", Content.LABEL),
        *([Column("project", Content.LABEL)] if projects else []),
        Column("function", Content.CODE),
        Column("revision", Content.CODE),
        Column("Python", Content.LABEL),
        Column("packages", Content.LABEL),
    )
    return Table(columns, rows)


def skipped_statements(results: Results) -> Iterator[str]:
    """Yield each migration statement that was skipped, once."""
    yield from map(plain, _skipped(results.code))
