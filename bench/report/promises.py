"""The page of ``bench prove promises``: which promises each implementation keeps, and everything that was tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.analysis.promises import TORN, PromiseOutcome, PromiseStatus, broken, find_promises, left_by
from bench.declare.promise import Promise
from bench.report.figures import MISSING
from bench.report.markdown import escape, identifier, markdown_table
from bench.report.table import Column, Content, Footnotes, Table
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.results.promises import FaultPoint, PromiseTrial
from bench.words import enumerated, plain

PROMISES_TITLE = "What each implementation promises"
ABOUT_PROMISES = """\
What a faster or leaner design may give up. `bench prove promises` tests each promise on a real server: readers
watch runs, faults interrupt them, and two run at the same time."""
_MOST_BESIDE_SENTENCES = 4
_KEPT = "kept (n×): promised, and kept in each of n trials"
_FREE = "kept*: kept in every trial, and not promised"
_NO = "no: not promised, and not kept"
_BROKEN = "BROKEN: promised, and not kept"
_LEGENDS = {
    PromiseStatus.KEPT: _KEPT,
    PromiseStatus.KEPT_UNPROMISED: _FREE,
    PromiseStatus.NOT_PROMISED: _NO,
    PromiseStatus.BROKEN: _BROKEN,
}


def promises_table(
    trials: Sequence[PromiseTrial],
    implementations: Sequence[str],
    sources: Mapping[str, str] | None = None,
    *,
    detailed: bool = False,
) -> Table:
    """Build the table promise × implementation, in the order of ``implementations``.

    ``sources`` holds the fingerprints of the current code, if only trials of that code count. With ``detailed`` a cell
    says how a promise was broken; without, only the footnotes do.
    """
    notes = Footnotes()
    by_name = {trial.implementation: trial for trial in trials}
    columns: list[dict[Promise, str]] = []
    for name in implementations:
        trial = by_name.get(name)
        lacking = _lacking(name, trial, sources)
        if trial is None or lacking:
            columns.append({promise: notes.marked(MISSING, [lacking]) for promise in Promise})
        else:
            columns.append({one.promise: _cell(one, notes, detailed=detailed) for one in find_promises(trial)})
    headings = [Column("promise", Content.LABEL), *(Column(plain(name), Content.LABEL) for name in implementations)]
    # Many columns leave no room for sentences in a terminal; footnotes then explain the short names.
    named = not detailed and len(implementations) > _MOST_BESIDE_SENTENCES
    if named:
        for promise in Promise:
            notes.legend(f"{promise.value}: {promise.heading}")
    rows = tuple(
        (promise.value if named else promise.heading, *(column[promise] for column in columns)) for promise in Promise
    )
    return Table(tuple(headings), rows, notes.texts())


def promises_line(trials: Sequence[PromiseTrial]) -> str:
    """Return one sentence that sums up all trials."""
    failures = [f"{trial.implementation} {trial.failure}" for trial in trials if trial.failure]
    faults = [
        f"{one.implementation}: {one.promise.heading}: {_violations(one) or 'not tried'}"
        for trial in trials
        for one in broken(find_promises(trial))
        if one.status is PromiseStatus.BROKEN or not trial.failure
    ]
    if failures or faults:
        return plain(f"Promises: broken – {'; '.join([*failures, *faults])}")
    counts = enumerated(tuple(f"{trial.implementation} {len(trial.declared)} of {len(Promise)}" for trial in trials))
    return plain(f"Promises: kept – all that were made: {counts}")


def reading_table(trials: Sequence[PromiseTrial]) -> Table:
    """Build the table of the states that readers saw while undisturbed runs replaced rows, from old to new."""
    titles = dict.fromkeys(title for trial in trials for title in trial.tables)
    rows = []
    for trial in trials:
        whole = sum(one.seconds for one in trial.readings)
        for one in trial.readings:
            share = f"{one.seconds / whole * 100:.0f} %"
            held = dict(zip(trial.tables, one.tables, strict=True))
            states = (held[title].value if title in held else "" for title in titles)
            rows.append((plain(trial.implementation), *states, f"{one.count:,}", share))
    columns = (
        Column("implementation", Content.LABEL),
        *(Column(plain(title), Content.LABEL) for title in titles),
        Column("snapshots"),
        Column("of the time"),
    )
    return Table(columns, tuple(rows))


def fault_table(trial: PromiseTrial) -> Table:
    """Build the table of one implementation's faults: kind × what the tables held afterwards."""
    kinds: dict[str, list[FaultPoint]] = {}
    for point in trial.points:
        kinds.setdefault(point.kind, []).append(point)
    columns = [Column("fault", Content.LABEL), Column("tried"), *map(Column, _LEFT), Column("re-run right")]
    rows = [_fault_row(kind, points) for kind, points in kinds.items()]
    if trial.points:
        rows.append(_fault_row("all", trial.points))
    notes = []
    if any(left_by(point) == TORN for point in trial.points if point.struck):
        notes.append(f"torn: all {plain(trial.tables[0])} of one run beside {plain(trial.tables[-1])} of another")
    if missed := sum(not point.struck for point in trial.points):
        notes.append(f"{missed} more came too late: the run had already ended")
    return Table(tuple(columns), tuple(rows), tuple(notes))


def race_table(trials: Sequence[PromiseTrial]) -> Table:
    """Build the table of concurrent runs: how they ended, and whether the rows were right afterwards."""
    notes = Footnotes()
    rows = []
    for trial in trials:
        for scans in dict.fromkeys(race.scans for race in trial.races):
            held = [race for race in trial.races if race.scans == scans]
            errors = [error for race in held for error in race.ended if error]
            right = sum(not race.wrong for race in held)
            rows.append(
                (
                    plain(trial.implementation),
                    scans,
                    f"{len(held)}",
                    notes.marked(f"{len(errors)} of {2 * len(held)}", map(plain, errors)),
                    notes.marked(f"{right} of {len(held)}", (plain(race.wrong) for race in held if race.wrong)),
                )
            )
    columns = (
        Column("implementation", Content.LABEL),
        Column("data sets", Content.LABEL),
        Column("races"),
        Column("runs failed"),
        Column("right rows"),
    )
    return Table(columns, tuple(rows), notes.texts())


def _lacking(name: str, trial: PromiseTrial | None, sources: Mapping[str, str] | None) -> str:
    """Return why an implementation has no trial that counts; '' if it has one."""
    if trial is None:
        return plain(f"{name}: not tested; run bench prove promises")
    if sources is not None and sources.get(name) != trial.source:
        return plain(f"{name}: not tested with this code; run bench prove promises")
    return ""


def _cell(found: PromiseOutcome, notes: Footnotes, *, detailed: bool) -> str:
    if found.status in _LEGENDS:
        notes.legend(_LEGENDS[found.status])
    times = sum(found.tried.values())
    match found.status:
        case PromiseStatus.KEPT:
            return f"kept ({times:,}×)"
        case PromiseStatus.KEPT_UNPROMISED:
            return f"kept* ({times:,}×)"
        case PromiseStatus.UNTRIED:
            return "not tried"
        case PromiseStatus.BROKEN | PromiseStatus.NOT_PROMISED:
            word = "BROKEN" if found.declared else "no"
            cell = plain(f"{word}: {_violations(found)}") if detailed else word
            return notes.marked(cell, [_note(found)])


def _violations(found: PromiseOutcome) -> str:
    return ", ".join(f"{seen.what} {seen.count:,}×" for seen in found.violations)


def _note(found: PromiseOutcome) -> str:
    tried = enumerated(
        tuple(f"{count:,} {noun if count != 1 else noun.removesuffix('s')}" for noun, count in found.tried.items())
    )
    example = f"; for example {found.example}" if found.example else ""
    return plain(f"{found.implementation}, {found.promise.heading}: {_violations(found)} in {tried}{example}")


_LEFT = ("old", "none", "partial", "mixed", TORN, "new")


def _fault_row(kind: str, points: Sequence[FaultPoint]) -> tuple[str, ...]:
    injected = [point for point in points if point.struck]
    left = [left_by(point) for point in injected]
    right = sum(not point.rerun for point in injected)
    counts = (f"{left.count(state)}" if state in left else "" for state in _LEFT)
    return (kind, f"{len(injected)}", *counts, f"{right} of {len(injected)}")


_ON_OWN_SERVER = "The server was not crashed: that is tested on an embedded server only."


def render_promises(trials: Sequence[PromiseTrial]) -> str:
    """Return the whole page as text of at most WIDTH columns."""
    return "\n".join(_text_lines(trials)) + "\n"


def render_promises_markdown(trials: Sequence[PromiseTrial]) -> str:
    """Return the whole page as Markdown."""
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
            yield from wrap(plain(f"Rows after faults in {trial.implementation}:"), WIDTH)
            yield from table_lines(fault_table(trial))
    if any(trial.races for trial in trials):
        yield ""
        yield "Two runs at the same time:"
        yield from table_lines(race_table(trials))
    yield ""
    for sentence in _circumstances(trials):
        yield from wrap(sentence, WIDTH)


def _markdown_parts(trials: Sequence[PromiseTrial]) -> Iterator[str]:
    yield f"# {PROMISES_TITLE}"
    yield f"**{escape(promises_line(trials))}**"
    yield markdown_table(promises_table(trials, _names(trials), detailed=True))
    yield "\n".join(f"- **{escape(promise.heading)}**: {escape(promise.meaning)}." for promise in Promise)
    if any(trial.readings for trial in trials):
        yield "## Seen by readers"
        yield (
            "While undisturbed runs replaced an earlier run's rows, readers on other connections kept taking snapshots "
            "of all tables at once."
        )
        yield markdown_table(reading_table(trials))
    if any(trial.points for trial in trials):
        yield "## After faults"
        yield (
            "What the tables held after each fault and before the re-run. *old*: all rows of the earlier run; *new*: "
            "all rows of the disturbed one."
        )
    for trial in trials:
        if trial.points:
            yield f"### {escape(trial.implementation)}"
            yield markdown_table(fault_table(trial))
    if any(trial.races for trial in trials):
        yield "## Two runs at the same time"
        yield markdown_table(race_table(trials))
    yield "## Where it was tested"
    yield "\n".join(f"- {sentence}" for sentence in _circumstances(trials, escape, identifier))


def _circumstances(
    trials: Sequence[PromiseTrial], words: Callable[[str], str] = plain, name: Callable[[str], str] = plain
) -> Iterator[str]:
    """Yield where each trial ran; ``words`` and ``name`` escape text and fingerprints for the output format."""
    for trial in trials:
        where = words(f"{trial.scan} ({trial.rows:,} rows), PostgreSQL {trial.server_version}")
        source = name(trial.source) if trial.source else "not known"
        yield (
            f"{words(trial.implementation)}: source {source}, {where} ({words(trial.server_source)}), "
            f"{words(trial.created)}."
        )
    if any(trial.server_source == "own" for trial in trials):
        yield _ON_OWN_SERVER


def _names(trials: Sequence[PromiseTrial]) -> tuple[str, ...]:
    return tuple(trial.implementation for trial in trials)
