"""What ``bench workers`` found, as sentences and tables: shared by terminal, report and comment."""

from __future__ import annotations

from collections.abc import Iterator

from bench.analysis.pools import RIGHT_WITHIN, deviation, kept_bytes, prediction_holds
from bench.report.figures import MISSING, quantity
from bench.report.table import Column, Content, Footnotes, Table
from bench.report.tables.growth import size_text
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.results.pool import BESIDE_LIVING, Advice, Capacity, KillSearch, PoolReport, PoolRun, PoolSettings
from bench.results.promises import Holding
from bench.words import counted, enumerated, plain

POOLS_TITLE = "Pools of workers"
KILLS_TITLE = "Where a pool is killed"
CAPACITY_TITLE = "What fits into a limit"
ADVICE_TITLE = "Settings, each tried"


def render_pools(report: PoolReport) -> str:
    """Return the page as text of at most WIDTH columns."""
    lines = [line for sentence in pool_lines(report) for line in wrap(sentence, WIDTH)]
    for title, table in pool_tables(report):
        lines += ["", title, "", *table_lines(table)]
    for line in advice_lines(report):
        lines += wrap(line, WIDTH)
    for warning in report.warnings:
        lines += wrap(f"Warning: {plain(warning)}", WIDTH)
    return "\n".join(lines) + "\n"


def pool_tables(report: PoolReport) -> Iterator[tuple[str, Table]]:
    """Yield title and table of each thing that was found."""
    if report.pools:
        yield POOLS_TITLE, run_table(report)
    if report.kill_sizes:
        yield KILLS_TITLE, kill_size_table(report)
    if report.capacities:
        yield CAPACITY_TITLE, capacity_table(report)
        if any(one.advice for one in report.capacities):
            yield ADVICE_TITLE, advice_table(report)


def headline(report: PoolReport) -> str:
    """Return what was found in one sentence."""
    if report.wrong:
        more = f", and {len(report.wrong) - 1} more" if report.wrong[1:] else ""
        return f"Wrong: {plain(report.wrong[0])}{more}."
    killed = [run for run in report.pools if run.kills]
    spared = [run for run in report.pools if not run.kills]
    limit = next((limit_text(run.settings) for run in report.pools if run.settings.limit_bytes), "")
    said = []
    if killed:
        named = enumerated(tuple(f"{_name(run)} ({counted(len(run.kills), 'kill')})" for run in killed))
        others = f", none of {enumerated(tuple(map(_name, spared)))}" if spared else ""
        said.append(f"under {limit or 'no limit of ours'}, children of {named} were killed{others}")
    elif limit:
        said.append(f"under {limit}, no child was killed")
    if report.pools and not limit:
        peaks = enumerated(tuple(f"{_name(run)} {quantity('bytes', run.peak_pss_bytes)}" for run in report.pools))
        said.append(f"peak memory of the whole pool: {peaks}")
    if report.kill_sizes:
        wrong = sum(prediction_holds(one) is False for one in report.kill_sizes)
        said.append(f"{wrong} of {counted(len(report.kill_sizes), 'predicted kill size')} wrong by more than 10 %")
    if report.capacities:
        fits = enumerated(tuple(f"{at_once_text(one)} of {plain(one.implementation)}" for one in report.capacities))
        said.append(f"at once fit {fits}")
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."


def pool_lines(report: PoolReport) -> Iterator[str]:
    """Yield the headline, what is wrong, and under what conditions it was found."""
    yield headline(report)
    for wrong in report.wrong[1:]:
        yield f"- {plain(wrong)}"
    if report.pools and not report.wrong:
        yield f"No row is wrong: those of finished calls are those of a quiet one, killed ones left {_left(report)}."
    yield conditions(report)


def _left(report: PoolReport) -> str:
    holdings = {
        holding
        for run in report.pools
        for task in run.tasks
        if task.end in {"killed", "lost"}
        for holding in task.tables
    }
    words = {Holding.NONE: "none", Holding.PARTIAL: "a part of theirs", Holding.NEW: "all of theirs"}
    return " or ".join(words[one] for one in words if one in holdings) or "none, because none stayed killed"


def conditions(report: PoolReport) -> str:
    """Say how the pools ran."""
    settings = next(
        (one.settings for group in (report.pools, report.kill_sizes, report.capacities) for one in group), None
    )
    if settings is None:
        return f"Broker: {plain(report.broker)}."
    children = (
        "children live on" if not settings.tasks_per_child else f"{counted(settings.tasks_per_child, 'task')} a child"
    )
    taken = "taken again" if settings.redeliver else "lost"
    return (
        f"Celery, prefork, {settings.start}, {children}, acknowledged late, tasks of killed children {taken}; broker: "
        f"{plain(report.broker)}; limit by {settings.limit_by or 'nobody'}."
    )


def run_table(report: PoolReport) -> Table:
    """Build the table of pools: one row each."""
    notes = Footnotes()
    notes.legend(
        "Peak: PSS of parent and children together, in which a page that they share counts once, as for a container. "
        "Kept: the largest PSS of a child right after a call. Server: CPU of all its processes, and the private memory "
        "of the database's sessions at its highest."
    )
    rows = []
    for run in report.pools:
        causes = {f"killed by the {one.by}" if one.by else "killed by somebody else" for one in run.kills}
        stayed = [f"{counted(run.never_finished, 'task')} never finished"] if run.never_finished else []
        rows.append(
            (
                _name(run),
                f"{run.settings.concurrency}",
                notes.marked(f"{len(run.kills)}", sorted(causes)),
                notes.marked(f"{run.finished} of {len(run.tasks)}", stayed),
                f"{run.redelivered}",
                quantity("bytes", run.peak_pss_bytes),
                quantity("bytes", run.peak_rss_bytes),
                quantity("bytes", kept_bytes(run)),
                MISSING if run.per_hour is None else f"{run.per_hour / 60:,.1f}",
                quantity("seconds", run.server_cpu_seconds),
                quantity("bytes", run.backend_peak_bytes),
            )
        )
    columns = (
        Column("implementation", Content.LABEL),
        Column("at once"),
        Column("killed"),
        Column("finished"),
        Column("taken again"),
        Column("peak"),
        Column("sum of RSS"),
        Column("kept"),
        Column(f"{plain(report.noun)}s a minute"),
        Column("server CPU"),
        Column("sessions"),
    )
    return Table(columns, tuple(rows), notes.texts())


def kill_size_table(report: PoolReport) -> Table:
    """Build the table of kill sizes: observed beside predicted."""
    notes = Footnotes()
    varied = dict.fromkeys(one.varied for one in report.kill_sizes)
    notes.legend(
        "All calls of a pool start at once. Predicted: where `bench sweep` puts it for as many children, each process "
        "with the memory of the column before; wrong if it is off by more than "
        f"{RIGHT_WITHIN * 100:.0f} % from the nearer observed size."
    )
    rows = [
        (
            plain(one.implementation),
            limit_text(one.settings),
            f"{one.settings.concurrency}",
            _observed(one.survives, MISSING),
            notes.marked(_observed(one.killed, f"> {size_text(one.largest_tried)}"), _untried(one)),
            quantity("bytes", one.base_bytes),
            notes.marked(_predicted(one), [plain(one.why_no_prediction)] if one.predicted is None else []),
            _judged(one),
        )
        for one in report.kill_sizes
    ]
    columns = (
        Column("implementation", Content.LABEL),
        Column("limit"),
        Column("at once"),
        Column("survives", detail=enumerated(tuple(map(plain, varied)))),
        Column("killed"),
        Column("held before"),
        Column("predicted"),
        Column("prediction", Content.LABEL),
    )
    return Table(columns, tuple(rows), notes.texts())


def _observed(size: int | None, otherwise: str) -> str:
    return otherwise if size is None else f"{size:,}"


def _untried(search: KillSearch) -> list[str]:
    return ["nothing larger was tried"] if search.killed is None else []


def _predicted(search: KillSearch) -> str:
    return MISSING if search.predicted is None else size_text(search.predicted)


def _judged(search: KillSearch) -> str:
    holds = prediction_holds(search)
    off = deviation(search)
    if holds is None:
        return "not decided"
    if holds:
        return "right" if not off else f"right ({off * 100:+.0f} %)".replace("-", "−")
    return "wrong" if off is None else f"wrong ({off * 100:+.0f} %)".replace("-", "−")


def capacity_table(report: PoolReport) -> Table:
    """Build the table of what fits into a limit."""
    notes = Footnotes()
    notes.legend("An hour: at that many at once, on this machine; its cores decide it as much as the memory.")
    rows = [
        (
            plain(one.implementation),
            plain(one.scan),
            limit_text(one.settings),
            at_once_text(one),
            MISSING if one.killed_at is None else f"{one.killed_at}",
            quantity("bytes", one.peak_pss_bytes or None),
            MISSING if one.per_hour is None else f"{one.per_hour:,.0f}",
            ", ".join(
                f"{trial.concurrency}: {'killed' if trial.kills else f'{trial.per_hour or 0:,.0f}'}"
                for trial in one.trials
            ),
        )
        for one in report.capacities
    ]
    columns = (
        Column("implementation", Content.LABEL),
        Column(plain(report.noun), Content.LABEL),
        Column("limit"),
        Column("at once"),
        Column("killed at"),
        Column("peak"),
        Column("an hour"),
        Column("tried, an hour", Content.LABEL),
    )
    return Table(columns, tuple(rows), notes.texts())


def at_once_text(capacity: Capacity) -> str:
    """Return how many calls at once fit."""
    return f"{capacity.at_once}" if capacity.killed_at is not None else f"{capacity.at_once} or more"


def advice_table(report: PoolReport) -> Table:
    """Build the table of settings that were tried at the largest concurrency that fits."""
    notes = Footnotes()
    notes.legend(
        f"{BESIDE_LIVING.strip()}: beside --tasks-per-child 0. Kept: PSS of a child right after a call, the median of "
        "all calls."
    )
    rows = [
        (
            plain(capacity.implementation) if place == 0 else "",
            f"{capacity.settings.concurrency}" if place == 0 else "",
            plain(one.setting),
            f"{one.kills}",
            quantity("bytes", one.peak_pss_bytes),
            quantity("bytes", one.kept_bytes),
            f"{one.children}",
            MISSING if one.per_hour is None else f"{one.per_hour:,.0f}",
        )
        for capacity in report.capacities
        for place, one in enumerate(capacity.advice)
    ]
    columns = (
        Column("implementation", Content.LABEL),
        Column("at once"),
        Column("setting", Content.LABEL),
        Column("killed"),
        Column("peak"),
        Column("kept"),
        Column("children"),
        Column("an hour"),
    )
    return Table(columns, tuple(rows), notes.texts())


def advice_lines(report: PoolReport) -> Iterator[str]:
    """Yield what follows for an operator from what was tried, one sentence for each implementation."""
    for capacity in report.capacities:
        name = plain(capacity.implementation)
        if not capacity.at_once:
            yield f"{name}: not even one {plain(report.noun)} fits into {limit_text(capacity.settings)}."
            continue
        best = best_concurrency(capacity)
        said = f"{name}: --concurrency {best}" + (
            f" gives as many {plain(report.noun)}s an hour as {capacity.at_once}" if best < capacity.at_once else ""
        )
        said += "".join(f"; {text}" for text in _effects(capacity.advice))
        yield f"{said}."


def best_concurrency(capacity: Capacity) -> int:
    """Return the smallest concurrency that was tried, fits, and comes within 5 % of the best rate."""
    fitting = [one for one in capacity.trials if not one.kills and one.per_hour]
    most = max((one.per_hour or 0.0 for one in fitting), default=0.0)
    return min((one.concurrency for one in fitting if (one.per_hour or 0.0) >= 0.95 * most), default=capacity.at_once)


def _effects(advice: tuple[Advice, ...]) -> Iterator[str]:
    """Say what each setting did to the peak, beside the pool with the same life of children."""
    if len(advice) < 2:
        return
    first, living, *others = advice
    yield f"children that live on change the peak by {_share(living.peak_pss_bytes, first.peak_pss_bytes)}"
    for one in others:
        change = _share(one.peak_pss_bytes, living.peak_pss_bytes)
        yield f"{plain(one.setting).removeprefix(BESIDE_LIVING)} then by {change}"


def _share(value: int, base: int) -> str:
    if not base:
        return MISSING
    return f"{(value / base - 1) * 100:+.0f} %".replace("-", "−").replace("+0 %", "0 %").replace("−0 %", "0 %")


def limit_text(settings: PoolSettings) -> str:
    """Return the limit in binary units, as containers have it."""
    size = settings.limit_bytes
    if size is None:
        return "no limit"
    for unit, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if size % unit == 0:
            return f"{size // unit:,} {name}"
    return quantity("bytes", size)


def _name(run: PoolRun) -> str:
    return plain(run.implementation)
