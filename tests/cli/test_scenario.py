"""``bench run --scenario rerun`` measures over the rows of an earlier run, and deletes them; ``--history`` keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.compliance.job import JOB
from bench.harness.executor import SampleError
from bench.harness.plan import RunPlan
from bench.harness.runner import Runner
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Job, Progress
from bench.results.records import Digest, Results
from bench.results.store import read_results
from tests.support.command import Finished, run
from tests.support.data import implementations, synthetic
from tests.support.notes import Notes, always
from tests.support.small_scan import EXPECTED_ROWS
from tests.support.stand_in import StandIn, plan, sample

pytestmark = [pytest.mark.slow, pytest.mark.server]

SUMMARIES = 2


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, inputs: Path) -> tuple[Finished, Path]:
    """A re-run at the smallest size, kept in ``history`` as well."""
    folder = tmp_path_factory.mktemp("rerun")
    scan = ["--scan", "30/2", "--catalogue-file", inputs / "catalogue.json"]
    kept = ["--output", folder / "report", "--history", folder / "history"]
    return run("run", "--scenario", "rerun", *scan, "--pairs", 1, *kept), folder


@pytest.fixture(scope="session")
def rerun(finished: tuple[Finished, Path]) -> Results:
    assert finished[0].returncode == 0, finished[0].stderr
    return read_results(finished[1] / "report" / "results.json")


def counted(results: Results, metric: str) -> dict[str, set[float]]:
    """The samples of one metric, by implementation."""
    return {one.implementation: set(one.samples) for one in results.measurements if one.metric == metric}


def test_what_an_earlier_run_left_is_deleted_and_written_again(rerun: Results) -> None:
    both = {"materializing": {EXPECTED_ROWS + SUMMARIES}, "streaming": {EXPECTED_ROWS + SUMMARIES}}
    assert counted(rerun, "rows_deleted") == counted(rerun, "rows_inserted") == both


def test_the_statements_and_the_laws_are_those_of_a_first_run(rerun: Results) -> None:
    assert counted(rerun, "statements_django") == {"materializing": {19}, "streaming": {18}}
    assert rerun.failures == ()
    assert {one.implementation for one in rerun.laws} == {"materializing", "streaming"}


def test_what_is_left_is_what_a_first_run_leaves(rerun: Results, inputs: Path) -> None:
    first = Runner(
        RunPlan(
            job=JOB,
            sources=(synthetic("30/2", inputs / "catalogue.json"),),
            implementations=implementations("streaming"),
            samples=0,
            command="bench run",
            probes=("database",),
        ),
        Notes(),
    )
    first.run()
    results = first.results()
    assert results is not None
    assert counted(results, "rows_deleted") == {"streaming": {0}}

    def contents(digests: tuple[Digest, ...]) -> set[Digest]:
        return {replace(one, implementation="whichever") for one in digests}

    assert contents(rerun.digests) == contents(results.digests)
    assert len(contents(rerun.digests)) == 1


def test_terminal_report_and_results_say_that_it_was_a_re_run(finished: tuple[Finished, Path], rerun: Results) -> None:
    process, folder = finished
    assert "re-run over the rows of an earlier run" in process.stdout
    assert "Re-run over the rows of an earlier run" in (folder / "report" / "report.md").read_text(encoding="utf-8")
    assert rerun.scenario == "rerun"


def test_the_history_keeps_the_results_of_the_run(finished: tuple[Finished, Path], rerun: Results) -> None:
    (kept,) = (finished[1] / "history").iterdir()
    assert read_results(kept) == rerun


class WithEarlierRows(StandIn):
    """A StandIn on which earlier rows can be written, by all implementations but one."""

    @contextmanager
    def _data(
        self, job: Job, source: DataSource, implementations: tuple[Implementation, ...], progress: Progress | None
    ) -> Iterator[SimpleNamespace]:
        with super()._data(job, source, implementations, progress) as staged:
            staged.write_earlier_rows = self._write
            yield staged

    def _write(self, implementation: Implementation, timeout: float | None) -> None:  # noqa: ARG002 - as DataStage has it
        self.events.append(f"earlier rows by {implementation.name}")
        if implementation.name == "before":
            raise SampleError("error", "it cannot write")


def test_an_implementation_that_cannot_write_earlier_rows_fails_alone_and_the_next_one_writes_them() -> None:
    stand_in = WithEarlierRows(lambda *_: sample())
    runner = Runner(replace(plan(), scenario="rerun"), Notes(), stand_in.open)
    runner.run()
    results = runner.results()
    assert results is not None
    assert [(one.implementation, one.probe, one.message) for one in results.failures] == [
        ("before", "rows", "it cannot write")
    ]
    assert {implementation for _, _, implementation in stand_in.taken} == {"after"}
    assert [one for one in stand_in.events if "earlier" in one] == ["earlier rows by before", "earlier rows by after"]


def test_a_first_run_writes_no_earlier_rows_and_a_re_run_only_once() -> None:
    first = plan(implementations=("after", "later"))
    for planned, expected in ((first, []), (replace(first, scenario="rerun"), ["earlier rows by after"])):
        stand_in = WithEarlierRows(always)
        Runner(planned, Notes(), stand_in.open).run()
        assert [one for one in stand_in.events if "earlier" in one] == expected
