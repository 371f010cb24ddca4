"""The MetricJudge: decides by one metric, compared with the good commit's."""

from __future__ import annotations

from dataclasses import replace

from bench.analysis.divide import Divide, Figure, divide
from bench.analysis.ratio import Ratio
from bench.analysis.rows import contents
from bench.bisect.judge import Measure, NotMeasuredError, UndecidedError, samples_of, trial
from bench.errors import InputError
from bench.report.figures import quantity, ratio_text
from bench.results.bisection import Commit, CommitTrial
from bench.results.environment import Environment
from bench.results.metrics import METRICS, Kind
from bench.results.records import Dataset, Results

ROWS_DIFFER = "its rows differ from the good commit's, so no figure of it may be compared"


class MetricJudge:
    """A MetricJudge measures each commit in one metric.

    A noisy metric is measured in pairs with the good commit, and in more of them while its interval does not decide.
    """

    policy = ""

    def __init__(
        self, measure: Measure, metric: str, tolerance: float | None = None, pairs: int = 10, most_pairs: int = 40
    ) -> None:
        self.metric = metric
        self.tolerance = tolerance
        self.threshold: float | None = None
        self.environment: Environment | None = None
        self.dataset: Dataset | None = None
        self._measure = measure
        self._described = METRICS[metric]
        self._pairs, self._most_pairs = pairs, most_pairs
        self._good: Commit | None = None
        self._divide: Divide | None = None
        self._rows: object = None
        """The content of the tables after the good commit's run."""

    def ends(self, good: Commit, bad: Commit) -> tuple[CommitTrial, CommitTrial]:
        """See ``Judge``."""
        self._good = good
        if self._noisy:
            return self._noisy_ends(good, bad)
        results = self._run([good, bad], 1)
        self._rows = self._left(results, good)
        before, after = self._figure(results, good), self._figure(results, bad)
        self._settle(divide(before, after, self.tolerance))
        if self._divide is None:
            raise InputError(
                f"good {good.short} and bad {bad.short} do not differ in {self._described.title}: "
                f"{self._value(before)} and {self._value(after)}; name other commits, or another metric"
            )
        return self._trial(good, before, bad=False), self._trial(bad, after, bad=True)

    def judge(self, commit: Commit) -> CommitTrial:
        """See ``Judge``."""
        assert self._divide is not None  # the ends come first
        if not self._noisy:
            figure = self._figure(self._run([commit], 1), commit)
            return self._trial(commit, figure, bad=bool(self._divide.is_bad(figure)))
        found, figure = None, Figure(metric=self._described, samples=())
        while found is None:
            figure = self._more(figure, commit)
            found = self._divide.is_bad(figure)
            if found is None and len(figure.samples) >= self._most_pairs:
                undecided = self._trial(commit, figure, bad=False)
                sentence = f"{self._value(figure)} after {len(figure.samples)} pairs does not decide"
                return replace(undecided, found="skipped", sentence=sentence)
        return self._trial(commit, figure, bad=found)

    @property
    def _noisy(self) -> bool:
        return self._described.kind is Kind.NOISY

    def _noisy_ends(self, good: Commit, bad: Commit) -> tuple[CommitTrial, CommitTrial]:
        figure = Figure(metric=self._described, samples=())
        start = Figure(metric=self._described, samples=())
        while self._divide is None:
            figure = self._more(figure, bad)
            start = Figure(metric=self._described, samples=figure.base, base=figure.base)
            self._settle(divide(start, figure, self.tolerance))
            if self._divide is None and len(figure.samples) >= self._most_pairs:
                beyond = f" by more than {self.tolerance:.3g}" if self.tolerance is not None else ""
                raise UndecidedError(
                    f"good {good.short} and bad {bad.short} were not found to differ in {self._described.title}"
                    f"{beyond}: {self._value(figure)} after {len(figure.samples)} pairs; name other commits, larger "
                    "data or another metric, or allow more pairs by --most-pairs"
                )
        itself = CommitTrial(
            commit=trial(good, "good", "").commit, found="good", sentence="", samples=figure.base, ratio=1.0
        )
        return itself, self._trial(bad, figure, bad=True)

    def _settle(self, found: Divide | None) -> None:
        self._divide = found
        self.threshold = None if found is None else found.threshold

    def _more(self, figure: Figure, commit: Commit) -> Figure:
        """Take the first pairs of a commit, or as many again as there are."""
        assert self._good is not None  # the ends come first
        wanted = min(len(figure.samples) or self._pairs, max(self._most_pairs - len(figure.samples), 1))
        results = self._run([self._good, commit], wanted)
        if self._left(results, self._good) != self._left(results, commit):
            raise NotMeasuredError(ROWS_DIFFER)
        base = samples_of(results, self._measure.name(self._good), self.metric)
        other = samples_of(results, self._measure.name(commit), self.metric)
        return Figure(metric=self._described, samples=figure.samples + other, base=figure.base + base)

    def _run(self, commits: list[Commit], samples: int) -> Results:
        results = self._measure.run(commits, self.metric, samples)
        self.environment = results.environment
        self.dataset = results.datasets[0] if results.datasets else None
        return results

    def _figure(self, results: Results, commit: Commit) -> Figure:
        figure = Figure(metric=self._described, samples=samples_of(results, self._measure.name(commit), self.metric))
        if self._left(results, commit) != self._rows:
            raise NotMeasuredError(ROWS_DIFFER)
        return figure

    def _left(self, results: Results, commit: Commit) -> object:
        name = self._measure.name(commit)
        return next((found for (_, one), found in contents(results.digests).items() if one == name), None)

    def _trial(self, commit: Commit, figure: Figure, *, bad: bool) -> CommitTrial:
        ratio = figure.ratio
        return replace(
            trial(commit, "bad" if bad else "good", self._value(figure)),
            samples=figure.samples,
            base_samples=figure.base,
            ratio=None if ratio is None else ratio.estimate,
            low=None if ratio is None else ratio.low,
            high=None if ratio is None else ratio.high,
        )

    def _value(self, figure: Figure) -> str:
        if not self._noisy:
            return quantity(self._described.unit, figure.centre)
        ratio = figure.ratio
        if ratio is None:
            return "no ratio"
        shown = Ratio(ratio.estimate, ratio.distinguished, ratio.low, ratio.high, self._described.unit)
        return f"{ratio_text(shown)} than good"
