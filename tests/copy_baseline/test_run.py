"""``bench run --copy-baseline``: it is measured in the same rounds, and leaves what its files hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.compliance.job import JOB
from bench.compliance.targets import SUMMARIES as SUMMARIES_TABLE
from bench.database.embedded import embedded_server
from bench.harness.executor import SampleError
from bench.harness.plan import schedule
from bench.harness.runner import Runner
from bench.harness.stage import DataStage, Stage, open_stage
from bench.harness.targets import TargetDigest
from bench.jobs.copy_baseline import copy_file
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Job, Progress
from bench.report.tables.copy_baseline import COPY_BASELINE_TITLE
from bench.results.records import COPY_BASELINE, Results
from bench.results.store import read_results
from tests.support.command import run
from tests.support.data import implementation, sampled, synthetic
from tests.support.notes import Notes, always, failures
from tests.support.small_scan import EXPECTED_ROWS
from tests.support.stand_in import StandIn, plan, sample

pytestmark = [pytest.mark.slow, pytest.mark.server]

SUMMARIES = 2


@pytest.fixture(scope="module", params=[16, 18])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with open_stage(None, request.param) as stage:
        yield stage


@pytest.fixture(scope="module")
def scan(stage: Stage, inputs: Path) -> Iterator[DataStage]:
    source = synthetic("30/2", inputs / "catalogue.json")
    with stage.data(JOB, source) as scan:
        yield scan


@pytest.fixture(scope="module")
def written(scan: DataStage) -> TargetDigest:
    """What the streaming implementation left, which is then in the copy baseline's files."""
    return scan.write_copy_files(implementation("streaming"), 120)


def test_the_copy_baseline_leaves_what_its_files_hold_and_nothing_of_anybody_else(
    scan: DataStage, written: TargetDigest
) -> None:
    reading, found = sampled(scan, "database", COPY_BASELINE, 120)
    assert found == written
    assert found.rows == reading.outcome == EXPECTED_ROWS
    assert found.bystanders == scan.untouched.bystanders
    assert reading.values["rows_inserted"] == EXPECTED_ROWS + SUMMARIES
    assert reading.values["rows_deleted"] == 0


def test_the_copy_baseline_is_one_transaction_with_a_copy_a_table(scan: DataStage, written: TargetDigest) -> None:
    reading, _ = sampled(scan, "statements", COPY_BASELINE, 120)
    verbs = [statement.split()[0] for statement in reading.server_statements]
    assert verbs == ["BEGIN", "DELETE", "DELETE", "COPY", "COPY", "COMMIT"]
    assert not reading.django_statements


def test_a_broken_file_ends_the_copy_baselines_sample_and_leaves_the_tables_as_they_were(
    scan: DataStage, written: TargetDigest
) -> None:
    path = copy_file(scan.copy_folder, SUMMARIES_TABLE, scan.loaded.arguments)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    try:
        with pytest.raises(SampleError, match="COPY"):
            sampled(scan, "rows", COPY_BASELINE, 120)
    finally:
        path.write_bytes(whole)
    assert scan.digest() == scan.untouched


def test_the_copy_baseline_takes_part_in_every_round_and_in_the_databases_probe() -> None:
    planned = list(schedule(("before", "after"), 2, copy_baseline=True))
    assert [one.probe for one in planned if one.implementation == COPY_BASELINE] == ["database", "time", "time"]
    timed = [one.implementation for one in planned if one.probe == "time"]
    assert timed == ["before", "after", COPY_BASELINE, COPY_BASELINE, "after", "before"]
    assert COPY_BASELINE not in {one.implementation for one in schedule(("before", "after"), 2)}


class WithCopyFiles(StandIn):
    """A StandIn on which the copy baseline's files can be written, by all implementations but those in ``broken``."""

    broken: tuple[str, ...] = ()

    @contextmanager
    def _data(
        self, job: Job, source: DataSource, implementations: tuple[Implementation, ...], progress: Progress | None
    ) -> Iterator[SimpleNamespace]:
        with super()._data(job, source, implementations, progress) as staged:
            staged.write_copy_files = self._write
            yield staged

    def _write(self, implementation: Implementation, timeout: float | None) -> TargetDigest:  # noqa: ARG002 - as DataStage
        self.events.append(f"files by {implementation.name}")
        if implementation.name in self.broken:
            raise SampleError("error", "it cannot write")
        return sample()[1]


def results_of(stand_in: StandIn, implementations: tuple[str, ...] = ("before", "after")) -> Results:
    runner = Runner(replace(plan(implementations=implementations), copy_baseline=True), Notes(), stand_in.open)
    runner.run()
    results = runner.results()
    assert results is not None
    return results


def test_the_results_hold_the_copy_baselines_figures_and_do_not_count_it_as_an_implementation() -> None:
    stand_in = WithCopyFiles(always)
    results = results_of(stand_in)
    assert results.implementations == ("before", "after")
    (wall,) = (
        one for one in results.measurements if (one.implementation, one.metric) == (COPY_BASELINE, "wall_seconds")
    )
    assert len(wall.samples) == 3, "the script gives a time to the database's probe as well"
    assert COPY_BASELINE in {one.implementation for one in results.digests}
    assert [one for one in stand_in.events if "files" in one] == ["files by before"]


def test_the_next_implementation_writes_the_files_where_the_first_one_cannot() -> None:
    stand_in = WithCopyFiles(always)
    stand_in.broken = ("before",)
    results = results_of(stand_in)
    assert failures(results) == [("100/3", "before", "rows", "error")]
    assert [one for one in stand_in.events if "files" in one] == ["files by before", "files by after"]
    assert (("100/3", "time", COPY_BASELINE)) in stand_in.taken


def test_without_files_the_copy_baseline_is_not_measured() -> None:
    stand_in = WithCopyFiles(always)
    stand_in.broken = ("before", "after")
    results = results_of(stand_in)
    assert failures(results) == [("100/3", "before", "rows", "error"), ("100/3", "after", "rows", "error")]
    assert stand_in.taken == []


def test_a_copy_baseline_that_leaves_other_rows_than_its_files_hold_is_a_failure() -> None:
    stand_in = WithCopyFiles(lambda _, __, name: sample(content="other" if name == COPY_BASELINE else "rows"))
    assert failures(results_of(stand_in)) == [("100/3", COPY_BASELINE, "database", "wrong-rows")]


def test_a_re_run_deletes_the_old_rows_first_also_in_the_copy_baseline(inputs: Path, tmp_path: Path) -> None:
    options = ["--implementation", "streaming", "--pairs", 1, "--copy-baseline", "--output", tmp_path]
    scan = ["--scan", "30/2", "--catalogue-file", inputs / "catalogue.json"]
    finished = run("run", "--scenario", "rerun", *scan, *options)
    assert finished.returncode == 0, finished.stderr
    assert COPY_BASELINE_TITLE in finished.stdout
    results = read_results(tmp_path / "results.json")
    deleted = {one.implementation: one.samples for one in results.measurements if one.metric == "rows_deleted"}
    assert deleted == {"streaming": (EXPECTED_ROWS + SUMMARIES,), COPY_BASELINE: (EXPECTED_ROWS + SUMMARIES,)}


@pytest.mark.nightly
def test_a_recorded_scan_on_the_users_own_server_has_its_copy_baseline_too(inputs: Path, tmp_path: Path) -> None:
    options = ["--implementation", "streaming", "--pairs", 1, "--copy-baseline", "--output", tmp_path]
    files = ["--scan-file", inputs / "scan.json", "--catalogue-file", inputs / "catalogue.json"]
    with embedded_server(16, {"fsync": "off"}) as theirs:
        finished = run("run", *files, *options, "--database-url", theirs.conninfo)
    assert finished.returncode == 0, finished.stderr
    results = read_results(tmp_path / "results.json")
    assert results.environment.server_source == "own"
    first, second = results.digests
    assert {first.implementation, second.implementation} == {"streaming", COPY_BASELINE}
    assert first.tables == second.tables


def test_no_implementation_can_be_called_by_the_copy_baselines_name() -> None:
    finished = run("run", "--implementation", COPY_BASELINE)
    assert finished.returncode == 2
    assert f"unknown implementation '{COPY_BASELINE}'" in finished.stderr
