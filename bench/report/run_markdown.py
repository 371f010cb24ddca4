"""A run's ``report.md`` and the plots that it links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bench.analysis.growth import fits_of
from bench.analysis.laws import check_laws
from bench.analysis.run_verdict import RunVerdict, judge
from bench.analysis.summary import Summaries, summaries_of
from bench.files.output_file import write_file
from bench.report.figures import quantity
from bench.report.markdown import block, code, escape, markdown_table
from bench.report.noise import noise_text
from bench.report.plots.chart import Chart, ForestChart
from bench.report.plots.growth_charts import GROWTH_CHART_PREFIX, growth_charts
from bench.report.plots.run_charts import CHART_NAMES, FOREST_CHART_NAME, charts, forest_chart
from bench.report.promises import ABOUT_PROMISES, PROMISES_TITLE, promises_table
from bench.report.table import Column, Content, Table
from bench.report.tables.code import (
    ABOUT_SKIPPED,
    CODE_TITLE,
    SKIPPED_TITLE,
    code_line,
    code_table,
    skipped_statements,
)
from bench.report.tables.copy_baseline import ABOUT_COPY_BASELINE, COPY_BASELINE_TITLE, copy_baseline_table
from bench.report.tables.details import (
    allocation_table,
    dataset_table,
    digest_table,
    failure_table,
    metrics_table,
    published_table,
)
from bench.report.tables.growth import growth_tables
from bench.report.tables.overview import headline_sentence, headline_table, legend, verdict_lines
from bench.report.tables.statements import law_line, law_table, offender_table, statement_tables
from bench.report.tables.stops import ABOUT_PAIRS, PAIRS_TITLE, stops_table
from bench.results.metrics import METRICS, Side
from bench.results.records import Results
from bench.words import counted, enumerated, plain

_Picture = Chart | ForestChart

REPORT_FILE = "report.md"

_HOW_TO_READ = """\
- **Time** is taken without any tracer: memory, statements and time are measured in separate processes.
- **Peak heap** is memray's peak with Python allocators traced, over the call alone, after a warm-up call.
- **Statements** are those that Django logs, BEGIN, set_config and COMMIT included. The server sees more of them.
- A ratio of times is the centre of those of pairs of fresh processes, with its 95 % interval where there are pairs
  enough; `~` marks one that does not distinguish the two. A ratio of peaks is of medians."""

_ABOUT_GROWTH = """\
Along each line of the grid, on which one quantity of the size varies and the others are held, a straight line is fitted
to the peaks. A peak that is the larger of two phases, such as reading input and building rows, is flat while one of
them is the larger and grows with the other's size from then on: no single line follows it, and the fits say where that
is so."""

_ABOUT_STATEMENTS = """\
Constant over sizes is what Django logs. The server's count grows with a known slope: one COPY per batch of rows, for
example, and one FETCH per chunk of what is streamed. `× n` collapses repeats."""

_ABOUT_DATABASE = """\
From the server's own statistics, in a separate pass, over the call alone. Rows are those of all user tables. A
backend's peak memory is private memory, shared buffers left out; it and server CPU are known where the server runs on
this machine."""


def render_markdown(results: Results, summaries: Summaries, verdict: RunVerdict, charts: Sequence[_Picture]) -> str:
    """Return report.md; ``charts`` are linked as ``plots/NAME.png`` and ``plots/NAME.svg`` beside it."""
    parts = [
        *_top(
            results, summaries, verdict, [chart for chart in charts if not chart.name.startswith(GROWTH_CHART_PREFIX)]
        ),
        *_promises(results),
        *_copy_baseline(results, summaries, verdict),
        *_growth(
            results, summaries, verdict, [chart for chart in charts if chart.name.startswith(GROWTH_CHART_PREFIX)]
        ),
        *_published(results, summaries, verdict),
        *_statements(results),
        *_details(results, summaries),
        *_failures(results),
        *_warnings(results),
        *_environment(results),
    ]
    return "\n\n".join(parts) + "\n"


def _top(results: Results, summaries: Summaries, verdict: RunVerdict, charts: Iterable[_Picture]) -> Iterator[str]:
    job = f" of {escape(results.job.name)}" if results.job.name else ""
    yield f"# Benchmark{job}: {enumerated(tuple(map(escape, results.implementations)))}"
    yield f"**{escape(headline_sentence(results, summaries, verdict))}**"
    lines = (*verdict_lines(verdict), *_law_lines(results))
    yield "\n".join(f"- {_emphasised(line)}" for line in lines)
    if code_named := code_line(results):
        yield escape(code_named)
    if named := legend(results):
        yield escape(named[0].upper() + named[1:])
    yield markdown_table(headline_table(results, summaries, verdict))
    if (stops := stops_table(results)) is not None:
        yield f"**{PAIRS_TITLE}**"
        yield markdown_table(stops)
        yield ABOUT_PAIRS
    yield _HOW_TO_READ
    yield from map(_picture, charts)


def _promises(results: Results) -> Iterator[str]:
    if results.promises:
        yield f"## {PROMISES_TITLE}"
        yield ABOUT_PROMISES
        yield markdown_table(promises_table(results.promises, results.implementations, detailed=True))


def _copy_baseline(results: Results, summaries: Summaries, verdict: RunVerdict) -> Iterator[str]:
    table = copy_baseline_table(results, summaries, verdict)
    if table is not None:
        yield f"## {COPY_BASELINE_TITLE}"
        yield ABOUT_COPY_BASELINE
        yield markdown_table(table)


def _law_lines(results: Results) -> Iterator[str]:
    line = law_line(check_laws(results), results.job.noun)
    if line is not None:
        yield line


def _picture(chart: _Picture) -> str:
    return f"[![{escape(chart.alt)}](plots/{chart.name}.png)](plots/{chart.name}.svg)"


def _emphasised(line: str) -> str:
    """Set a verdict line's question and answer in bold: all before its first dash."""
    head, dash, tail = line.partition(" – ")
    return f"**{escape(head)}**{dash}{escape(tail)}"


def _growth(results: Results, summaries: Summaries, verdict: RunVerdict, charts: Iterable[_Picture]) -> Iterator[str]:
    tables = list(growth_tables(results, summaries, fits_of(results, summaries, verdict)))
    if tables:
        yield "## Growth"
        yield _ABOUT_GROWTH
    yield from map(_picture, charts)
    for title, table in tables:
        yield f"### {escape(title)}"
        yield markdown_table(table)


def _published(results: Results, summaries: Summaries, verdict: RunVerdict) -> Iterator[str]:
    table = published_table(results, summaries, verdict)
    if table is not None:
        yield "## Published figures beside this run"
        if results.job.about_published:
            yield escape(results.job.about_published)
        yield markdown_table(table)


def _statements(results: Results) -> Iterator[str]:
    tables = list(statement_tables(results))
    if tables:
        yield "## Statements"
        yield _ABOUT_STATEMENTS
    checks = check_laws(results)
    for table in (law_table(checks), offender_table(checks, results.job.noun)):
        if table is not None:
            yield markdown_table(table)
    for title, table in tables:
        yield f"### {escape(title)}"
        yield markdown_table(table)


def _details(results: Results, summaries: Summaries) -> Iterator[str]:
    yield "## Every metric"
    yield "### The client's side"
    yield markdown_table(metrics_table(results, summaries, Side.CLIENT))
    if any(METRICS[one.metric].side is Side.DATABASE for one in results.measurements):
        yield "### The database's side"
        yield _ABOUT_DATABASE
        yield markdown_table(metrics_table(results, summaries, Side.DATABASE))
    allocations = allocation_table(results)
    if allocations is not None:
        yield "## Largest allocation sites at the peak"
        yield markdown_table(allocations)
    if results.digests:
        yield "## Rows and digests"
        yield (
            "A digest is the server's SHA-256 over all columns but those that differ in every run, such as keys and "
            "times, ordered; here are its first characters, and results.json has the whole."
        )
        yield markdown_table(digest_table(results))
    yield f"## {escape(counted(2, results.job.noun)[2:].capitalize())}"
    yield markdown_table(dataset_table(results))


def _failures(results: Results) -> Iterator[str]:
    if not results.failures:
        return
    yield "## Failures"
    yield markdown_table(failure_table(results))
    for failure in results.failures:
        if failure.log_tail.strip():
            yield f"The end of the log of {code(f'{failure.implementation} on {failure.scan}, {failure.probe}')}:"
            yield block(failure.log_tail)


def _warnings(results: Results) -> Iterator[str]:
    if results.warnings:
        yield "## Warnings"
        yield "\n".join(f"- {escape(warning)}" for warning in results.warnings)


def _environment(results: Results) -> Iterator[str]:
    environment = results.environment
    yield "## Environment"
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
        ("load average at the start", ", ".join(f"{load:.2f}" for load in environment.load_average)),
        ("noise floor", noise_text(results)),
    )
    columns = (Column("what", Content.LABEL), Column("value", Content.CODE))
    yield markdown_table(Table(columns, tuple((what, plain(value)) for what, value in rows)))
    if (code_found := code_table(results)) is not None:
        yield f"### {CODE_TITLE}"
        yield markdown_table(code_found)
    if skipped := tuple(skipped_statements(results)):
        yield f"### {SKIPPED_TITLE}"
        yield ABOUT_SKIPPED
        yield "\n".join(f"- {code(one)}" for one in skipped)
    yield "## Reproduce"
    yield block(plain(results.command))


def _listed(items: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(items))


def write_report(folder: Path, results: Results) -> tuple[Path, ...]:
    """Write ``report.md`` and ``plots/*.png|svg`` into ``folder``; return the files written, the report first.

    A plot of an earlier run for which this one has no data is removed. Raises InputError if a file cannot be written
    or a metric is not known.
    """
    # Here, because matplotlib takes half a second and writes caches, for nothing if the input is refused.
    from bench.report.plots.draw import draw, draw_forest

    summaries = summaries_of(results)
    verdict = judge(results, summaries)
    drawable = report_charts(results, summaries, verdict)
    plots = folder / "plots"
    written = []
    for chart in drawable:
        png, svg = draw_forest(chart) if isinstance(chart, ForestChart) else draw(chart)
        for suffix, picture in (("png", png), ("svg", svg)):
            path = plots / f"{chart.name}.{suffix}"
            write_file(path, picture)
            written.append(path)
    for name in _earlier_charts(plots) - {chart.name for chart in drawable}:
        for suffix in ("png", "svg"):
            (plots / f"{name}.{suffix}").unlink(missing_ok=True)
    report = folder / REPORT_FILE
    write_file(report, render_markdown(results, summaries, verdict, drawable))
    return (report, *written)


def _earlier_charts(plots: Path) -> set[str]:
    grown = {path.stem for path in plots.glob(f"{GROWTH_CHART_PREFIX}*")}
    return {*CHART_NAMES, FOREST_CHART_NAME, *grown}


def report_charts(results: Results, summaries: Summaries, verdict: RunVerdict) -> tuple[Chart | ForestChart, ...]:
    """Return every chart for which the run has data, those of growth last."""
    fits = fits_of(results, summaries, verdict)
    forest = forest_chart(results, summaries, verdict)
    return (
        *charts(results, summaries, verdict),
        *([] if forest is None else [forest]),
        *growth_charts(results, summaries, fits),
    )
