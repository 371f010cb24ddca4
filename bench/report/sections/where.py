"""Where memory and time went: what changed, what each implementation holds or spends, and pictures of it."""

from __future__ import annotations

from bench.report.judged_run import JudgedRun
from bench.report.plots.icicle_charts import icicle_charts
from bench.report.section import Block, Heading, Links, Prose, Section
from bench.report.tables.call_sites import (
    ABOUT,
    CHANGED,
    MOST_ROWS,
    TITLES,
    change_table,
    changes_of,
    largest_scan,
    site_table,
    trees_of,
)
from bench.results.call_trees import TreeSubject
from bench.results.records import Results


def memory_section(run: JudgedRun) -> Section | None:
    """Return what is held at the peak; None where that is not known."""
    return _section(run.results, "peak", "memory", _captures(run.results))


def retained_section(run: JudgedRun) -> Section | None:
    """Return what is held after the call; None where that is not known."""
    return _section(run.results, "retained", "retained", ())


def time_section(run: JudgedRun) -> Section | None:
    """Return where time goes; None where the run had no profile."""
    return _section(run.results, "time", "profile", ())


def _section(results: Results, about: TreeSubject, name: str, last: tuple[Block, ...]) -> Section | None:
    table = site_table(trees_of(results, about), results.job.noun)
    if table is None:
        return None
    heading = f"{CHANGED[about]}, on {largest_scan(results, about)}"
    changes = changes_of(results, about)
    changed, most = change_table(changes, MOST_ROWS), change_table(changes)
    blocks: list[Block] = [Prose(ABOUT[about])]
    if changed is not None:
        blocks += [Heading(heading), changed]
    blocks += [Heading(f"In each implementation, on {largest_scan(results, about)}"), table]
    return Section(
        name=name,
        title=TITLES[about],
        blocks=(*blocks, *icicle_charts(results, about), *last),
        terminal=() if most is None else (Heading(heading), most),
    )


def _captures(results: Results) -> tuple[Block, ...]:
    """Return links to what memray itself shows of each capture that was kept."""
    links = tuple(
        (f"{one.implementation} on {one.scan}: {_kind(name)}", name)
        for one in results.captures
        for name in (*one.pages, one.file)
    )
    return (Prose("memray's own pages, made of the captures that were kept:"), Links(links)) if links else ()


def _kind(file: str) -> str:
    return "the capture" if file.endswith(".bin") else file.rpartition("-")[2].removesuffix(".html")
