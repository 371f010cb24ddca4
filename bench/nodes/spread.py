"""A spread run: one plan whose data sets are measured by nodes, and whose results are merged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.errors import MeasurementError
from bench.harness.plan import RunPlan
from bench.harness.progress import Progress
from bench.nodes.kept import KeptCases
from bench.nodes.ledger import Ledger
from bench.nodes.merge import merged
from bench.nodes.notices import Notices, Planned
from bench.nodes.office import Office
from bench.nodes.options import SpreadOptions
from bench.nodes.work import costs_of, reference_of, works_of
from bench.results.records import Results


class SpreadRun:
    """A SpreadRun carries out one plan on nodes: what ``bench.harness.runner.Runner`` does on one machine."""

    def __init__(self, plan: RunPlan, options: SpreadOptions, output: Path, progress: Progress) -> None:
        """Raises InputError for a plan that cannot be spread."""
        self._plan = plan
        self._options = options
        works, costs = works_of(plan), costs_of(plan)
        self._works = works
        self._ledger = Ledger.of(works, costs)
        timed = plan.goal is not None or plan.samples > 0
        self._notices = Notices(progress, self._ledger, Planned(self._ledger, plan.job.noun), timed=timed)
        self._folder = KeptCases(output)
        reference = reference_of(works, costs)
        self._office = Office(options, self._ledger, self._folder, self._notices, reference, alone=len(works) == 1)

    @property
    def benchmarks(self) -> tuple[Mapping[str, object], ...]:
        """pytest-benchmark's own documents, one per time sample."""
        return tuple(one for case in self._ledger.finished for one in case.benchmarks)

    def results(self) -> Results | None:
        """All that was measured so far, as one run; None before the first case has come to its end."""
        return merged(self._ledger.finished, self._ledger.failures(self._plan.names))

    def run(self) -> None:
        """Measure every case. One that cannot be measured is recorded, and the rest goes on.

        Raises InputError where no node can measure it, NodesDisagreeError, and MeasurementError where nothing could be.
        """
        if not self._options.resume:
            self._office.check()
        self._take_kept()
        self._notices.begin()
        try:
            if self._ledger.open:
                self._office.carry_out()
        finally:
            if not self._ledger.finished:
                self._folder.remove()
        if not self._ledger.finished:
            reasons = dict.fromkeys(one.reason for one in self._ledger.places.values())
            raise MeasurementError(f"nothing could be measured: {'; '.join(reasons)}")

    def finish(self) -> None:
        """Remove what is kept of single cases, once the results of all are written."""
        self._folder.remove()

    def _take_kept(self) -> None:
        if not self._options.resume:
            self._folder.begin(self._works)
            return
        for case in self._folder.resume(self._works):
            if case.number < 0:
                self._office.keep_earlier(case)
            else:
                self._ledger.finish(case)
