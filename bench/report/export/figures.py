"""The figures of results files that other tools may have, by the name under which these tools know them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bench.analysis.rows import case_rows
from bench.analysis.summary import Spread, Summary, summaries_of
from bench.errors import InputError
from bench.results.cases import failed_cases
from bench.results.history import moment_of
from bench.results.metrics import METRICS
from bench.results.records import COPY_BASELINE, Results
from bench.words import plain

UNNAMED = "bench"
"""What stands for the name of a job that a file does not name, which those before schema 3 do not."""
RERUN = "rerun"

_LONGEST_NAME = 300


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A Figure is one metric of one case in one run, as other tools get it: named, summarised, dated."""

    source: str
    """The file that it comes from."""
    job: str
    scenario: str
    created: datetime
    revision: str
    python: str
    server_version: str
    summary: Summary

    @property
    def case(self) -> str:
        """The name of the case, which later runs repeat: ``JOB[SCAN IMPLEMENTATION]``, of a re-run ``JOB-rerun[…]``."""
        job = f"{self.job}-{RERUN}" if self.scenario == RERUN else self.job
        return f"{job}[{plain(self.summary.scan)} {plain(self.summary.implementation)}]"

    @property
    def name(self) -> str:
        """The name of the figure: that of its case, and its metric."""
        return f"{self.case} {self.summary.metric.name}"

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval; None where there is none, as with few samples or an exact metric."""
        return (self.summary.low, self.summary.high) if self.summary.spread is Spread.INTERVAL else None


@dataclass(frozen=True)
class Figures:
    """The Figures of some runs, in the order of the files, and in sentences what was left out."""

    figures: tuple[Figure, ...]
    left_out: tuple[str, ...]

    @property
    def cases(self) -> tuple[tuple[Figure, ...], ...]:
        """The figures by case of one run."""
        found: dict[tuple[str, datetime, str], list[Figure]] = {}
        for one in self.figures:
            found.setdefault((one.source, one.created, one.case), []).append(one)
        return tuple(map(tuple, found.values()))


def figures_of(runs: Sequence[tuple[str, Results]]) -> Figures:
    """Return the figures of ``runs``, each with the name of its file.

    A case that failed or left wrong rows has none, nor has an unfinished run: a tool that only sees numbers would take
    them for good. Raises InputError where nothing is left, and for a moment that cannot be read.
    """
    figures: list[Figure] = []
    left_out: list[str] = []
    for source, results in runs:
        if results.unfinished:
            left_out.append(f"{source}: the run is unfinished ({plain(results.unfinished)})")
            continue
        without = dict(_unusable(results))
        left_out += [f"{source}: {plain(reason)}" for reason in without.values()]
        figures += _figures(source, results, frozenset(without))
    if not figures:
        raise InputError(f"no figure can be exported: {'; '.join(left_out) or 'nothing was measured'}; measure again")
    return Figures(tuple(figures), tuple(left_out))


def once(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """Return ``figures`` for a format that has one figure under each name. Raises InputError where there are two."""
    found: dict[str, Figure] = {}
    for one in figures:
        other = found.setdefault(one.name, one)
        if other is not one:
            raise InputError(
                f"{other.source} and {one.source} both hold {one.name[:_LONGEST_NAME]}, and this format takes one; "
                "export them one by one, or with --format csv or openmetrics"
            )
    return tuple(found.values())


def number(value: float) -> float:
    """Return ``value`` as an integer where it is whole, so that counts and bytes are written as such."""
    return int(value) if float(value).is_integer() else value


def _unusable(results: Results) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the cases without a figure to export, each with the reason."""
    failed = failed_cases(results)
    for rows in case_rows(results):
        scan, implementation = rows.case
        if rows.case in failed:
            yield rows.case, f"{implementation} on {scan} failed"
        elif rows.faults or rows.bystanders_changed:
            yield rows.case, "; ".join(rows.faults) or f"{implementation} on {scan} changed rows of others"
        elif not rows.digested:
            yield rows.case, f"nothing proves the rows of {implementation} on {scan}"


def _figures(source: str, results: Results, without: frozenset[tuple[str, str]]) -> Iterator[Figure]:
    try:
        created = moment_of(results.created)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{source} has a time that cannot be read; write it again with `bench run`") from error
    incomplete = {(one.scan, one.implementation, one.metric) for one in results.measurements if one.incomplete}
    summaries = summaries_of(results)
    cases = dict.fromkeys((one.scan, one.implementation) for one in results.measurements)
    code = {one.implementation: one for one in results.code}
    for case in cases:
        if case in without or case[1] == COPY_BASELINE:
            continue
        where, environment = code.get(case[1]), results.environment_of(case[0])
        for metric in METRICS:
            summary = summaries.get(*case, metric)
            if summary is not None and (*case, metric) not in incomplete:
                yield Figure(
                    source=source,
                    job=plain(results.job.name) or UNNAMED,
                    scenario=results.scenario,
                    created=created,
                    revision=(where.revision if where else "") or environment.revision,
                    python=where.python if where else environment.python,
                    server_version=environment.server_version,
                    summary=summary,
                )
