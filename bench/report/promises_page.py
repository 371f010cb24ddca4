"""The page of ``bench promises``: the verdict, and all that was tried and seen, as text and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.declare.promise import Promise
from bench.report.escape import escape, markdown_table
from bench.report.promises import PROMISES_TITLE, fault_table, promises_line, promises_table, race_table, reading_table
from bench.report.text import WIDTH, table_lines
from bench.report.wording import wrap
from bench.results.promises import PromiseTrial
from bench.words import plain

_ON_OWN_SERVER = "The server was not crashed: that is done to the embedded one only."


def render_promises(trials: Sequence[PromiseTrial]) -> str:
    """Return everything as text of at most WIDTH columns."""
    return "\n".join(_text_lines(trials)) + "\n"


def render_promises_markdown(trials: Sequence[PromiseTrial]) -> str:
    """Return everything as Markdown."""
    return "\n\n".join(_markdown_parts(trials)) + "\n"


def _text_lines(trials: Sequence[PromiseTrial]) -> Iterator[str]:
    yield from wrap(promises_line(trials), WIDTH)
    yield ""
    yield from table_lines(promises_table(trials, _names(trials)))
    if any(trial.readings for trial in trials):
        yield ""
        yield "Seen by readers while undisturbed runs replaced an earlier run's rows:"
        yield from table_lines(reading_table(trials))
    for trial in trials:
        if trial.points:
            yield ""
            yield from wrap(plain(f"Left by faults in {trial.implementation}, rows and summaries:"), WIDTH)
            yield from table_lines(fault_table(trial))
    if any(trial.races for trial in trials):
        yield ""
        yield "Two runs at once:"
        yield from table_lines(race_table(trials))
    yield ""
    for sentence in _circumstances(trials):
        yield from wrap(plain(sentence), WIDTH)


def _markdown_parts(trials: Sequence[PromiseTrial]) -> Iterator[str]:
    yield f"# {PROMISES_TITLE}"
    yield f"**{escape(promises_line(trials))}**"
    yield markdown_table(promises_table(trials, _names(trials), told=True))
    yield "\n".join(f"- **{escape(promise.heading)}**: {escape(promise.meaning)}." for promise in Promise)
    if any(trial.readings for trial in trials):
        yield "## Seen by readers"
        yield (
            "While undisturbed runs replaced an earlier run's rows, readers on other connections took one snapshot of "
            "rows and summaries after the other."
        )
        yield markdown_table(reading_table(trials))
    if any(trial.points for trial in trials):
        yield "## Left by faults"
        yield (
            "What rows and summaries were after each fault and before the re-run. *old*: all of the earlier run's; "
            "*new*: all of the run's own."
        )
    for trial in trials:
        if trial.points:
            yield f"### {escape(trial.implementation)}"
            yield markdown_table(fault_table(trial))
    if any(trial.races for trial in trials):
        yield "## Two runs at once"
        yield markdown_table(race_table(trials))
    yield "## Tried on"
    yield "\n".join(f"- {escape(sentence)}" for sentence in _circumstances(trials))


def _circumstances(trials: Sequence[PromiseTrial]) -> Iterator[str]:
    for trial in trials:
        yield (
            f"{trial.implementation}: source {trial.source or 'not known'}, scan {trial.scan} ({trial.rows:,} rows), "
            f"PostgreSQL {trial.server_version} ({trial.server_source}), {trial.created}."
        )
    if any(trial.server_source == "own" for trial in trials):
        yield _ON_OWN_SERVER


def _names(trials: Sequence[PromiseTrial]) -> tuple[str, ...]:
    return tuple(trial.implementation for trial in trials)
