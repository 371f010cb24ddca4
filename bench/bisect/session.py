"""A session: one bisection into one output folder, from the check of the folder to the written report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.bisect.bisecting import Keep, reason_of
from bench.files.output_file import OutputError, check_folder, claimed_folder, rescuing
from bench.harness.progress import Progress
from bench.report.bisection_markdown import write_bisection_report
from bench.report.report_files import REPORT_FILE
from bench.results.bisection import Bisection, write_bisection

BISECTION_FILE = "bisection.json"


@dataclass(frozen=True, kw_only=True)
class KeptBisection:
    """A KeptBisection is what a search found, and the paths of its files."""

    bisection: Bisection
    file: Path
    report: Path


class StepProgress:
    """A Progress that names the step of a search before each stage of its runs."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._step = ""

    def begin_step(self, step: str) -> None:
        """Take what ``step`` says for what is done from now on."""
        self._step = step

    def begin(self, work: float) -> None:
        """See ``Progress``."""
        self._progress.begin(work)

    def stage(self, text: str) -> None:
        """See ``Progress``."""
        self._progress.stage(f"{self._step}: {text}" if self._step else text)

    def detail(self, text: str) -> None:
        """See ``Progress``."""
        self._progress.detail(text)

    def done(self, work: float) -> None:
        """See ``Progress``."""
        self._progress.done(work)

    def left(self, seconds: float) -> None:
        """See ``Progress``."""
        self._progress.left(seconds)

    def warn(self, text: str) -> None:
        """See ``Progress``."""
        self._progress.warn(text)


class Searching(Protocol):
    """A search, here or over nodes: see ``bench.bisect.bisecting.Bisecting``."""

    def run(self) -> Bisection:
        """Search to the end. Raises BenchError."""
        ...

    def bisection(self, unfinished: str = "") -> Bisection:
        """Return all that was found so far."""
        ...


class Begin(Protocol):
    """Makes the search that is to be carried out."""

    def __call__(self, *, keep: Keep) -> Searching:
        """Return it; it hands what was found to ``keep`` after each trial."""
        ...


def bisect_into(output: Path, begin: Begin, progress: Progress) -> KeptBisection:
    """Carry out a search, and write what was found into ``output`` after each trial and at its end.

    One that ends early leaves what it measured with the reason, a report included. Raises BenchError.
    """
    with claimed_folder(output, BISECTION_FILE, REPORT_FILE):
        check_folder(output / "plots")

        def keep(found: Bisection) -> None:
            with rescuing():
                write_bisection(output / BISECTION_FILE, found)

        bisecting = begin(keep=keep)
        try:
            found = bisecting.run()
        except BaseException as error:
            _keep_unfinished(bisecting.bisection(reason_of(error)), output, progress)
            raise
        keep(found)
        report, *_ = write_bisection_report(output, found)
    return KeptBisection(bisection=found, file=output / BISECTION_FILE, report=report)


def _keep_unfinished(found: Bisection, output: Path, progress: Progress) -> None:
    if not found.trials:
        return
    try:
        with rescuing():
            write_bisection(output / BISECTION_FILE, found)
        report, *_ = write_bisection_report(output, found)
        progress.warn(f"what was measured so far is in {report}")
    except OutputError as error:
        progress.warn(str(error))
