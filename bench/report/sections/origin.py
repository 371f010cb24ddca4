"""Where the figures come from: the environment, the code, and the command that measures them again."""

from __future__ import annotations

from collections.abc import Iterable

from bench.report.figures import quantity
from bench.report.judged_run import JudgedRun
from bench.report.noise import noise_text
from bench.report.section import Block, Heading, Items, Log, Section, Sentence
from bench.report.table import Column, Content, Table
from bench.report.tables.code import ABOUT_SKIPPED, CODE_TITLE, SKIPPED_TITLE, code_table, skipped_statements
from bench.report.tables.nodes import ABOUT_NODES, NODES_TITLE, node_table
from bench.results.records import Results
from bench.words import plain


def environment_section(run: JudgedRun) -> Section:
    """Return where the figures were taken, and of which code."""
    blocks: list[Block] = [_environment_table(run.results)]
    if run.results.nodes:
        blocks += [Heading(NODES_TITLE), Sentence(ABOUT_NODES), node_table(run.results)]
    if (code := code_table(run.results)) is not None:
        blocks += [Heading(CODE_TITLE), code]
    if skipped := tuple(skipped_statements(run.results)):
        blocks += [Heading(SKIPPED_TITLE), Sentence(ABOUT_SKIPPED), Items(skipped, Content.CODE)]
    return Section(name="environment", title="Environment", blocks=tuple(blocks))


def _environment_table(results: Results) -> Table:
    environment = results.environment
    rows = (
        ("taken", results.created),
        ("revision of this suite", environment.revision or "not in a checkout"),
        ("PostgreSQL", f"{environment.server_version}, {environment.server_source}"),
        ("PostgreSQL settings", _listed(environment.server_settings.items())),
        ("Python", environment.python),
        ("packages", _listed(environment.packages.items())),
        ("platform", environment.platform),
        ("kernel", environment.kernel),
        ("processor", f"{environment.cpu}, {environment.cores} cores"),
        ("memory", quantity("bytes", environment.memory_bytes)),
        *((("hardware counters", environment.counters),) if environment.counters else ()),
        ("load average at the start", ", ".join(f"{load:.2f}" for load in environment.load_average)),
        ("noise floor", noise_text(results)),
    )
    columns = (Column("what", Content.LABEL), Column("value", Content.CODE))
    return Table(columns, tuple((what, plain(value)) for what, value in rows))


def _listed(items: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(items))


def reproduce_section(run: JudgedRun) -> Section:
    """Return the command that was run."""
    return Section(name="reproduce", title="Reproduce", blocks=(Log(plain(run.results.command)),))
