"""What ``bench sweep`` predicts for a pool: its fits of peak RSS growth, on what the pool's processes hold before."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

from bench.analysis.growth import Fit, fits_of
from bench.analysis.kill_size import MemoryLimit, Reach, kill_size
from bench.analysis.run_verdict import judge
from bench.analysis.summary import summaries_of
from bench.errors import InputError
from bench.harness.plan import RunPlan
from bench.harness.runner import Runner
from bench.pool.grounds import Grounds
from bench.pool.kill_search import Prediction, SearchPlan, sized_source
from bench.results.pool import PoolRun
from bench.results.records import Results
from bench.results.sharing import Sharing

_FEWEST = 3


@dataclass(frozen=True)
class Growth:
    """The Growth of each implementation's peak RSS with what varies, by its name."""

    fits: dict[str, Fit]
    each: float = 1.0
    """How many of what the fits are against come with one of what varies."""

    def base(self, run: PoolRun, size: int) -> float | None:
        """What each process of a pool holds before a call, parent and children alike, by a run that was not killed.

        That is what the peak of all leaves beside the growth of its calls, so pages that they share count once. None
        without a fit.
        """
        fit = self.fits.get(run.implementation)
        if fit is None:
            return None
        children = min(run.settings.concurrency, len(run.tasks))
        return max(0.0, (run.peak_pss_bytes - children * fit.at(size * self.each)) / (children + 1))

    def predict(self, implementation: str, base: float | None, limit: int, sharing: Sharing) -> Prediction:
        """Return the size at which the pool reaches ``limit``."""
        fit = self.fits.get(implementation)
        if fit is None or base is None:
            return Prediction(size=None, why_none="its peak RSS was measured at too few sizes")
        kill = kill_size(fit, base, MemoryLimit("", limit), sharing)
        if kill.reach is Reach.REACHED:
            assert kill.size is not None  # that is what reached means
            return Prediction(size=kill.size / self.each)
        start = round(fit.smallest / self.each) if kill.reach is Reach.EXCEEDED else None
        return Prediction(size=None, why_none=kill.reach.value, start=start)


def growth_of(results: Results, plan: SearchPlan) -> Growth:
    """Return the growth that ``bench sweep`` measured along what varies, all else held as in ``plan``.

    Raises InputError where it measured none.
    """
    fits = fits_of(results, summaries_of(results), judge(results))
    found = {
        fit.implementation: fit
        for fit in fits
        if fit.metric.name == "peak_rss_bytes" and fit.axis.varied == plan.varied and dict(fit.held) == dict(plan.held)
    }
    if not found:
        held = ", ".join(f"{number:,} {name}" for name, number in plan.held.items()) or "nothing else"
        raise InputError(
            f"the sweep has no fit over {plan.varied} with {held}; sweep at least {_FEWEST} sizes of it, or leave out "
            "--sweep"
        )
    against = next(iter(found.values())).axis.against
    each = {one.countable[against] / one.size[plan.varied] for one in results.datasets if against != plan.varied}
    return Growth(found, max(each, default=1.0))


def measured_growth(grounds: Grounds, plan: SearchPlan, sizes: tuple[int, ...]) -> Growth:
    """Measure peak RSS at ``sizes`` of what varies, one sample each, on the server that runs already."""
    own = grounds.plan
    sources = tuple(sized_source(own.sources[0], plan, size, grounds) for size in sizes)
    run = RunPlan(
        job=own.job,
        implementations=own.implementations,
        sources=sources,
        command=own.command,
        samples=0,
        timeout_seconds=own.timeout_seconds,
        probes=("rss",),
    )
    runner = Runner(run, grounds.progress, lambda *_: nullcontext(grounds.stage))
    runner.run()
    results = runner.results()
    assert results is not None  # the run came to its end
    return growth_of(results, plan)
