"""The details: laws, statements, every metric, rows and data sets."""

from __future__ import annotations

from bench.report.judged_run import JudgedRun
from bench.report.section import Block, Heading, Prose, Section
from bench.report.tables.details import dataset_table, digest_table, metrics_table
from bench.report.tables.statements import law_table, statement_tables
from bench.results.metrics import METRICS, Side
from bench.words import counted

_ABOUT_STATEMENTS = """\
Constant over sizes is what Django logs. The server's count grows with a known slope: one COPY per batch of rows, for
example, and one FETCH per chunk of what is streamed. The figures say how often a statement, or a cycle of them in
brackets, is issued at that place."""

_ABOUT_DATABASE = """\
From the server's own statistics, in a separate pass, over the call alone. Rows are those of all user tables. A
backend's peak memory is private memory, shared buffers left out; it and server CPU are known where the server runs on
this machine."""

_ABOUT_DIGESTS = """\
A digest is the server's SHA-256 over all columns but those that differ in every run, such as keys and times, ordered;
here are its first characters, and results.json has the whole."""


def laws_section(run: JudgedRun) -> Section | None:
    """Return the declared laws with the count on each data set; None where none is declared."""
    table = law_table(run.laws)
    return None if table is None else Section(name="laws", title="Laws of statements", blocks=(table,))


def statements_section(run: JudgedRun) -> Section | None:
    """Return the statements of all implementations side by side; None where none are known."""
    tables: list[Block] = [block for title, table in statement_tables(run.results) for block in (Heading(title), table)]
    if not tables:
        return None
    return Section(name="statements", title="Statements side by side", blocks=(Prose(_ABOUT_STATEMENTS), *tables))


def client_section(run: JudgedRun) -> Section:
    """Return every metric of the client's side."""
    table = metrics_table(run.results, run.summaries, Side.CLIENT)
    return Section(name="client", title="Every metric, the client's side", blocks=(table,))


def database_section(run: JudgedRun) -> Section | None:
    """Return every metric of the server's side; None where none was measured."""
    if not any(METRICS[one.metric].side is Side.DATABASE for one in run.results.measurements):
        return None
    table = metrics_table(run.results, run.summaries, Side.DATABASE)
    return Section(name="database", title="Every metric, the database's side", blocks=(Prose(_ABOUT_DATABASE), table))


def rows_section(run: JudgedRun) -> Section | None:
    """Return what each case left; None where nothing was digested."""
    if not run.results.digests:
        return None
    blocks = (Prose(_ABOUT_DIGESTS), digest_table(run.results))
    return Section(name="rows", title="Rows and digests", blocks=blocks)


def datasets_section(run: JudgedRun) -> Section:
    """Return what was loaded."""
    title = counted(2, run.results.job.noun)[2:].capitalize()
    return Section(name="data", title=title, blocks=(dataset_table(run.results),))
