"""The comment: a run and the gate's verdict in Markdown that stands alone in a pull request, whatever the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analysis.calls import changes_in
from bench.analysis.laws import check_laws
from bench.analysis.run_verdict import RunVerdict, judge
from bench.analysis.server_work import compared_work
from bench.analysis.summary import Summaries, summaries_of
from bench.analysis.verdict import Check, Standing, Verdict
from bench.gate.comment_pictures import PICTURES_BEGIN, PICTURES_END
from bench.report.markdown import block, code, escape, link
from bench.report.parts import BETWEEN, Part, compose, folded, list_part, table_part, text_part
from bench.report.plots.chart import Picture
from bench.report.plots.mermaid import peak_chart
from bench.report.pool_markdown import pool_parts
from bench.report.run_files import report_charts
from bench.report.server_work import change_parts
from bench.report.table import Table
from bench.report.tables.call_sites import (
    CHANGED,
    MOST_CHANGES,
    TITLES,
    change_table,
    changes_of,
    site_table,
    trees_of,
)
from bench.report.tables.calls import calls_tables
from bench.report.tables.code import CODE_TITLE, code_line, code_table
from bench.report.tables.details import digest_table, failure_table, metrics_table
from bench.report.tables.overview import claims, headline_table, legend, verdict_lines
from bench.report.tables.statements import law_line, law_table, offender_table, statement_tables
from bench.results.metrics import METRICS, Side
from bench.results.pool import PoolReport
from bench.results.records import Results
from bench.words import plain, shorten

MARKER = "<!-- bench-comment -->"
"""Begins every comment, so that the next one finds and replaces it; nobody sees it."""

MOST_CHARACTERS = 65_535
"""GitHub wants a comment below 65,536 characters."""

_LONGEST_SENTENCE = 400
_LONGEST_LINE = 300
_MOST_EVIDENCE = 10
_MOST_OPEN = 8
"""Of what failed; the rest is folded, so that a comment stays within two screens."""

_EMPTY = "(empty)"
"""Stands for a text without a character: in a list nothing would make a heading of the line above."""

_NEW_BASELINE = "Better than the baseline beyond its tolerance; `bench baseline accept` makes this run the new one."


def render_comment(
    results: Results,
    verdict: Verdict | None = None,
    artifact_url: str | None = None,
    workers: PoolReport | None = None,
) -> str:
    """Return the comment on a run: verdict, headline, what failed and why, a chart, and details folded away.

    The verdict is the gate's, or else the run's own. A gate's verdict does not hide that the results beside it are
    unfinished, empty or wrong. At ``artifact_url`` are report and plots. At most MOST_CHARACTERS: what matters least is
    left out, and a line says so.
    """
    summaries = summaries_of(results)
    judged = judge(results, summaries)
    whole = judged if verdict is None else _with_faults(verdict, judged)
    parts = [
        text_part(0, _run_head(results, summaries, judged) if verdict is None else _gate_head(whole)),
        *_headline(results, summaries, judged),
        *_outcomes(whole),
        *_failures(results),
        *_chart(results, summaries, judged),
        *(() if workers is None else pool_parts(workers)),
        *_changed(results),
        *_details(results, summaries, whole, judged),
    ]
    return _composed(parts, artifact_url)


def _with_faults(verdict: Verdict, judged: RunVerdict) -> Verdict:
    """Add the run's faults that the gate's verdict does not name, because it may have judged another file.

    Whether laws count is the policy's choice, so a broken law is added only where the gate says that it holds.
    """
    known = {one.name: one.standing for one in verdict.checks}
    faults = (
        one
        for one in judged.not_good
        if (known[one.name].good if one.name in known else not one.name.startswith("law "))
    )
    return Verdict.of((*verdict.checks, *faults))


def render_verdict_comment(verdict: Verdict, artifact_url: str | None = None, workers: PoolReport | None = None) -> str:
    """Return the comment on a gate that has no results: the verdict, and what failed."""
    pools = () if workers is None else pool_parts(workers)
    parts = [text_part(0, _gate_head(verdict)), *_outcomes(verdict), *pools, _passed(verdict)]
    return _composed(parts, artifact_url)


def _composed(parts: Sequence[Part], artifact_url: str | None) -> str:
    where = "the artifact's report.md" if artifact_url else "the run's report.md"
    notice = f"*Shortened to fit a comment; {where} has the whole.*"
    return compose([text_part(0, MARKER), *parts, *_link(artifact_url)], MOST_CHARACTERS - 1, notice) + "\n"


def _gate_head(verdict: Verdict) -> str:
    """Return the gate's verdict, its one reason, and how many checks came to what."""
    lines = [f"## {verdict.symbol} Benchmark gate: {verdict.standing.value}"]
    if not verdict.standing.good or not verdict.checks:
        lines.append(_sentence(verdict.sentence))
    elif verdict.standing is Standing.IMPROVED:
        lines += [_sentence(verdict.sentence), _NEW_BASELINE]
    lines.append(f"{verdict.counts}.")
    return BETWEEN.join(lines)


def _run_head(results: Results, summaries: Summaries, verdict: RunVerdict) -> str:
    """Return the run's own verdict, where no gate has judged it."""
    lines = [*verdict_lines(verdict), *filter(None, [law_line(check_laws(results), results.job.noun)])]
    heading = f"## {verdict.symbol} Benchmark: {verdict.standing.value}"
    reason = [verdict.sentence] if not verdict.standing.good else list(claims(results, summaries, verdict))
    return BETWEEN.join([heading, *map(_sentence, reason), "\n".join(f"- {_sentence(line)}" for line in lines)])


def _headline(results: Results, summaries: Summaries, verdict: RunVerdict) -> Iterator[Part]:
    named = legend(results)
    head = _sentence(named[0].upper() + named[1:]) if named else ""
    if found := code_line(results):
        head = BETWEEN.join(filter(None, [_sentence(found), head]))
    yield table_part(2, head, headline_table(results, summaries, verdict))


def _outcomes(verdict: Verdict) -> Iterator[Part]:
    """What did not simply pass, the worst first, each with its evidence."""
    items = [_item(one) for one in verdict.not_good]
    yield list_part(1, "### What failed, and why", items[:_MOST_OPEN])
    more = items[_MOST_OPEN:]
    yield folded(f"{len(more):,} more that did not pass", list_part(1, "", more))
    better = verdict.having(Standing.IMPROVED)
    yield list_part(3, "### What improved", [_item(one) for one in better])


def _failures(results: Results) -> Iterator[Part]:
    """Samples that failed, and the statements behind broken laws."""
    if results.failures:
        yield table_part(3, "### Failures", failure_table(results))
    yield table_part(3, "### Statements behind broken laws", offender_table(check_laws(results), results.job.noun))


def _item(check: Check) -> str:
    lines = [f"- {check.standing.symbol} **{_line(check.name)}** ({check.standing.value}): {_sentence(check.sentence)}"]
    lines += [f"  - {_code(one)}" for one in check.evidence[:_MOST_EVIDENCE]]
    if len(check.evidence) > _MOST_EVIDENCE:
        lines.append(f"  - and {len(check.evidence) - _MOST_EVIDENCE:,} more")
    return "\n".join(lines)


def _chart(results: Results, summaries: Summaries, verdict: RunVerdict) -> Iterator[Part]:
    chart = peak_chart(results, summaries, verdict)
    if chart is not None:
        drawn, caption = chart
        yield text_part(4, BETWEEN.join((PICTURES_BEGIN, drawn, escape(caption), PICTURES_END)))


def comment_pictures(results: Results) -> tuple[Picture, ...]:
    """Return the pictures that may take the place of the comment's chart; none where it has no chart."""
    summaries = summaries_of(results)
    judged = judge(results, summaries)
    return report_charts(results) if peak_chart(results, summaries, judged) is not None else ()


def _changed(results: Results) -> Iterator[Part]:
    """The functions whose memory or time changed most from the first implementation to the others.

    Those at the peak of one other are in sight; more would take a screen. Where none changed, those that hold most.
    """
    for about, title in CHANGED.items():
        table = change_table(changes_of(results, about))
        if table is None:
            held = site_table(trees_of(results, about), results.job.noun, MOST_CHANGES)
            yield _folded_table(TITLES[about], 5, held)
        elif about == "peak" and len(results.implementations) == 2:
            yield table_part(5, f"### {title}", table)
        else:
            yield _folded_table(title, 5, table)


def _link(artifact_url: str | None) -> Iterator[Part]:
    if artifact_url is not None:
        yield text_part(0, link("Report, results, and the plots as PNG and SVG", artifact_url))


def _details(results: Results, summaries: Summaries, verdict: Verdict, judged: RunVerdict) -> Iterator[Part]:
    yield _passed(verdict)
    for title, table in calls_tables(results, changes_in(results)):
        yield _folded_table(title, 5, table)
    yield _folded_table("Laws of statements", 6, law_table(check_laws(results)))
    yield _folded_table("Every metric, the client's side", 6, metrics_table(results, summaries, Side.CLIENT))
    if any(METRICS[one.metric].side is Side.DATABASE for one in results.measurements):
        yield _folded_table("Every metric, the database's side", 7, metrics_table(results, summaries, Side.DATABASE))
    for title, table in statement_tables(results):
        yield _folded_table(f"Statements, {title}", 8, table)
    for title, changes in compared_work(results, judged):
        yield from change_parts(title, 7, changes)
    yield _folded_table("Rows and digests", 7, digest_table(results))
    tails = [
        f"{_code(f'{one.implementation} on {one.scan}, {one.probe}')}{BETWEEN}{block(one.log_tail)}"
        for one in results.failures
        if one.log_tail.strip()
    ]
    yield folded("The end of the log of what failed", list_part(10, "", tails))
    yield folded("Warnings", list_part(6, "", [f"- {_sentence(one)}" for one in results.warnings]))
    yield folded("Environment", text_part(5, _environment(results)))
    yield _folded_table(CODE_TITLE, 6, code_table(results))


def _passed(verdict: Verdict) -> Part:
    passed = [f"- **{_line(one.name)}**: {_sentence(one.sentence)}" for one in verdict.having(Standing.PASSED)]
    return folded(f"Checks that passed: {len(passed):,}", list_part(9, "", passed))


def _folded_table(title: str, importance: int, table: Table | None) -> Part:
    return folded(shorten(plain(title), _LONGEST_LINE), table_part(importance, "", table))


def _environment(results: Results) -> str:
    environment = results.environment
    versions = ", ".join(f"{name} {version}" for name, version in sorted(environment.packages.items()))
    lines = (
        ("Command", results.command),
        ("Taken", results.created),
        ("Revision of this suite", environment.revision or "not in a checkout"),
        ("PostgreSQL", f"{environment.server_version}, {environment.server_source}"),
        ("Python", f"{environment.python}; {versions}"),
        ("Machine", f"{environment.platform}, {environment.cpu}, {environment.cores} cores"),
    )
    return "\n".join(f"- {what}: {_code(value)}" for what, value in lines)


def _sentence(text: str) -> str:
    return escape(shorten(plain(text), _LONGEST_SENTENCE))


def _line(text: str) -> str:
    return escape(shorten(plain(text), _LONGEST_LINE)) or _EMPTY


def _code(text: str) -> str:
    return code(shorten(plain(text), _LONGEST_LINE)) or _EMPTY
