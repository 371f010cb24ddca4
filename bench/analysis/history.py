"""A history judged: its runs on one data set, what changed in them, and the verdict on the newest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.analysis.change_points import ChangePoint, change_points, undecided
from bench.analysis.run_verdict import judge
from bench.analysis.series import Series, series_of
from bench.analysis.summary import Summaries
from bench.analysis.timeline import Moment, common_scan, timeline
from bench.analysis.verdict import Verdict
from bench.results.metrics import Metric
from bench.results.records import Results


@dataclass(frozen=True, kw_only=True)
class History:
    """A History is the kept runs, those on one data set as moments, and every change, oldest first."""

    runs: tuple[Results, ...]
    moments: tuple[Moment, ...]
    changes: tuple[ChangePoint, ...]
    """On all data sets, unless one was chosen."""
    undecided: tuple[Series, ...]
    """The noisy series of the newest run that are too short to have a change."""
    newest: Verdict
    """The verdict on the newest run of ``moments``."""

    @property
    def scan(self) -> str:
        """The data set of the moments."""
        return self.moments[-1].scan

    @property
    def worse(self) -> tuple[ChangePoint, ...]:
        """The changes for the worse."""
        return tuple(one for one in self.changes if one.worse)


def history_of(runs: Sequence[Results], scan: str | None, metrics: Sequence[Metric]) -> History:
    """Judge ``runs``, oldest first; the moments hold ``metrics`` and those that changed on their data set.

    Without ``scan`` they are of the one that most runs measured. Raises InputError where no run measured it, or any.
    """
    series = series_of(runs, None if scan is None else (scan,))
    changes = change_points(series)
    shown = scan or common_scan(runs)
    moments = timeline(runs, shown, metrics_of(shown, metrics, changes))
    return History(
        runs=tuple(runs),
        moments=moments,
        changes=changes,
        undecided=tuple(one for one in undecided(series) if one.points[-1].place == moments[-1].place),
        newest=judge(runs[moments[-1].place], Summaries({})),
    )


def metrics_of(scan: str, always: Sequence[Metric], changes: Sequence[ChangePoint]) -> tuple[Metric, ...]:
    """Return the metrics to show of ``scan``: those that are shown always, and those that changed on it."""
    return tuple(dict.fromkeys((*always, *(one.metric for one in changes if one.scan == scan))))
