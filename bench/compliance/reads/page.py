"""The report of the read side: the cost of each read on table and view, the storage, and the cost of writing it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from bench.analysis.pairs import FEWEST_PAIRS, PairedRatio, paired_ratio
from bench.compliance.reads.record import ReadResults, ReadSamples, RelationSize, WriteSamples
from bench.report.figures import MISSING, quantity, scale
from bench.report.markdown import block, escape, markdown_table
from bench.report.table import Column, Content, Footnotes, Table
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.words import plain

GOAL = 1.5
"""No typical read of the view shall take more than so many times what it takes on the table."""

_NOT_DISTINGUISHED = (
    f"~: not distinguishable; the 95 % interval over pairs includes 1, or there are fewer than {FEWEST_PAIRS}"
)
_AVOIDABLE = "the view makes the id of every row for it; count(*), Django's Count('*'), asks for none"
_HOW = (
    "Each read is a transaction of the application's role under row-level security that names its tenant, as the API "
    "makes it; table and view are read in pairs of alternating order, from the smallest framework to the largest."
)


def render_reads(results: ReadResults) -> str:
    """Return the findings as text of at most WIDTH columns."""
    lines: list[str] = []
    for sentence in _verdict(results):
        lines += wrap(plain(sentence), WIDTH)
    lines += ["", *wrap(_scan_line(results), WIDTH)]
    for _, table in _tables(results):
        lines += ["", *table_lines(table)]
    return "\n".join(lines) + "\n"


def render_reads_markdown(results: ReadResults) -> str:
    """Return the findings as Markdown."""
    environment = results.environment
    where = f"PostgreSQL {environment.server_version}, {environment.cpu}, {environment.cores} cores, {results.created}"
    parts = [
        "# Reads: table and view",
        "\n".join(f"- {escape(sentence)}" for sentence in _verdict(results)),
        escape(f"{_scan_line(results)}. {where}."),
    ]
    for title, table in _tables(results):
        parts += [f"## {title}", markdown_table(table)]
    return "\n\n".join([*parts, _HOW, "## Reproduce", block(plain(results.command))]) + "\n"


def same_answers(results: ReadResults) -> bool:
    """Whether table and view gave the same rows to every read."""
    return all(one.same_answers for one in results.reads)


def _verdict(results: ReadResults) -> Iterator[str]:
    wrong = [one.read for one in results.reads if not one.same_answers]
    if wrong:
        yield f"Same answers: no – {'; '.join(wrong)}; no comparison is made"
        return
    yield f"Same answers: yes – table and view gave equal rows to each of {len(results.reads)} reads"
    ratios = {one.read: found.estimate for one in results.reads if one.typical and (found := _ratio(one))}
    if not ratios:
        return
    slowest = max(ratios, key=lambda read: ratios[read])
    kept = "within" if ratios[slowest] <= GOAL else "beyond"
    yield (
        f"Slowest typical read of the view: {ratios[slowest]:.2f}× the table's ({slowest}), {kept} the goal of {GOAL}×"
    )


def _scan_line(results: ReadResults) -> str:
    dataset = results.dataset
    return f"{plain(dataset.scan)}: {dataset.rows:,} rows of {dataset.quantities['frameworks']} frameworks"


def _tables(results: ReadResults) -> Iterator[tuple[str, Table]]:
    yield "Reads", _read_table(results.reads)
    yield "Size", _size_table(results.sizes)
    if results.writes:
        yield "Writing", _write_table(results.writes)


def _read_table(reads: Sequence[ReadSamples]) -> Table:
    notes = Footnotes()
    comparable = all(one.same_answers for one in reads)
    rows = []
    for one in reads:
        medians = [statistics.median(side) for side in (one.table_seconds, one.view_seconds)]
        shown = scale("seconds", medians)
        title = one.read if one.typical else notes.marked(one.read, [_AVOIDABLE])
        ratio = _ratio_text(_ratio(one), notes) if comparable else MISSING
        rows.append((plain(title), f"{statistics.median(one.rows):,.0f}", *map(shown.quantity, medians), ratio))
    columns = (
        Column("read", Content.LABEL),
        Column("rows"),
        Column("table"),
        Column("view"),
        Column("view ÷ table", detail="95 % interval"),
    )
    return Table(columns, tuple(rows), notes.texts())


def _size_table(sizes: Sequence[RelationSize]) -> Table:
    rows = [
        (
            plain(one.design),
            plain(one.relation),
            quantity("bytes", one.table_bytes),
            quantity("bytes", one.index_bytes),
        )
        for one in sizes
    ]
    for design in dict.fromkeys(one.design for one in sizes):
        own = [one for one in sizes if one.design == design]
        tables, indexes = sum(one.table_bytes for one in own), sum(one.index_bytes for one in own)
        rows.append((plain(design), "in all", quantity("bytes", tables), quantity("bytes", indexes)))
    columns = (Column("design", Content.LABEL), Column("relation", Content.LABEL), Column("table"), Column("indexes"))
    return Table(columns, tuple(rows))


def _write_table(writes: Sequence[WriteSamples]) -> Table:
    notes = Footnotes()
    base = writes[0]
    rows = []
    for one in writes:
        times = "" if one is base else _ratio_text(paired_ratio(base.seconds, one.seconds), notes)
        wal, base_wal = statistics.median(one.wal_bytes), statistics.median(base.wal_bytes)
        rows.append(
            (
                plain(one.design),
                quantity("seconds", statistics.median(one.seconds)),
                times,
                quantity("bytes", wal),
                "" if one is base or not base_wal else _factor(wal / base_wal),
            )
        )
    columns = (
        Column("design", Content.LABEL),
        Column("time to write"),
        Column("÷ table", detail="95 % interval"),
        Column("WAL"),
        Column("÷ table"),
    )
    return Table(columns, tuple(rows), notes.texts())


def _ratio(one: ReadSamples) -> PairedRatio | None:
    return paired_ratio(one.table_seconds, one.view_seconds)


def _ratio_text(found: PairedRatio | None, notes: Footnotes) -> str:
    if found is None:
        return MISSING
    if not found.distinguished:
        notes.legend(_NOT_DISTINGUISHED)
    text = f"{'' if found.distinguished else '~'}{_factor(found.estimate)}"
    if found.low is None or found.high is None:
        return text
    return f"{text} ({_factor(found.low).rstrip('×')}–{_factor(found.high).rstrip('×')})"


def _factor(value: float) -> str:
    return f"{value:.{2 if value >= 0.1 else 3}f}×"
