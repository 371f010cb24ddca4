"""A session leaves everything that was measured: in the output folder, in interrupted.json, or elsewhere and named."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.errors import DatabaseError, InputError
from bench.harness.session import INTERRUPTED_FILE, RESULTS_FILE, measure_into
from bench.messages.request import ProbeName
from bench.results.history import earlier_runs
from bench.results.store import read_figures, read_results
from tests.support.command import content
from tests.support.stand_in import Sample, StandIn, plan, sample


@dataclass
class Warned:
    """A Progress that keeps the warnings."""

    warnings: list[str] = field(default_factory=list)

    def begin(self, work: float) -> None:
        """Do nothing."""

    def stage(self, text: str) -> None:
        """Do nothing."""

    def detail(self, text: str) -> None:
        """Do nothing."""

    def done(self, work: float) -> None:
        """Do nothing."""

    def left(self, seconds: float) -> None:
        """Do nothing."""

    def warn(self, text: str) -> None:
        """Keep it."""
        self.warnings.append(text)


def take(scan: str, probe: ProbeName, implementation: str) -> Sample:
    return sample({"wall_seconds": 1.0} if probe == "time" else {})


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_results_report_and_history_are_written_and_named(tmp_path: Path) -> None:
    output = tmp_path / "reports" / "out"
    kept = measure_into(output, plan(), Warned(), opener=StandIn(take).open, history=tmp_path / "history")
    assert read_results(kept.results_file) == kept.results
    assert kept.results.unfinished == ""
    assert kept.report.read_text(encoding="utf-8").startswith("# ")
    assert {
        str(path.relative_to(output)) for path in (kept.results_file, kept.report, kept.page, *kept.pictures)
    } == set(content(output)) - {"benchmark.json"}
    (file,) = (tmp_path / "history").iterdir()
    assert read_results(file) == kept.results
    assert earlier_runs(tmp_path / "history").runs == (read_figures(file),)


@pytest.mark.parametrize(
    "place", ["out/results.json/", "out/report.md/", "out/benchmark.json/", "out/interrupted.json/", "out/plots", "out"]
)
def test_nothing_is_measured_where_a_file_cannot_be_written(tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    if place.endswith("/"):
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("in the way")
    stand_in = StandIn(take)
    with pytest.raises(InputError, match=r"cannot write .*: (it is a folder|a file is in the place of a folder)"):
        measure_into(tmp_path / "out", plan(), Warned(), opener=stand_in.open)
    assert stand_in.events == []


def test_nothing_is_measured_where_the_history_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "history").write_text("in the way")
    stand_in = StandIn(take)
    with pytest.raises(InputError, match=r"cannot write .*history: a file is in the place of a folder"):
        measure_into(tmp_path / "out", plan(), Warned(), opener=stand_in.open, history=tmp_path / "history")
    assert stand_in.events == []


def test_a_second_run_into_the_folder_is_refused_at_once_and_does_the_first_no_harm(tmp_path: Path) -> None:
    second = StandIn(take)

    def take_while_another_starts(scan: str, probe: ProbeName, implementation: str) -> Sample:
        with pytest.raises(InputError, match=r"another run is writing to .*out; wait for it, or choose another folder"):
            measure_into(tmp_path / "out", plan(), Warned(), opener=second.open)
        return take(scan, probe, implementation)

    kept = measure_into(tmp_path / "out", plan(), Warned(), opener=StandIn(take_while_another_starts).open)
    assert second.events == []
    assert read_results(tmp_path / "out" / RESULTS_FILE) == kept.results


@pytest.mark.parametrize(
    ("error", "reason"),
    [(KeyboardInterrupt(), "interrupted"), (DatabaseError("the server is gone"), "the server is gone")],
)
def test_a_run_that_ends_early_keeps_what_it_measured_marked_and_the_earlier_report(
    tmp_path: Path, error: BaseException, reason: str
) -> None:
    output = tmp_path / "out"
    measure_into(output, plan(), Warned(), opener=StandIn(take).open)
    before = content(output)

    def end(scan: str, probe: ProbeName, implementation: str) -> Sample:
        if (probe, implementation) == ("time", "after"):
            raise error
        return take(scan, probe, implementation)

    progress = Warned()
    with pytest.raises(type(error)):
        measure_into(output, plan(), progress, opener=StandIn(end).open)
    after = content(output)
    assert after.pop(INTERRUPTED_FILE)
    assert after == before
    assert progress.warnings == [f"what was measured so far is in {output / INTERRUPTED_FILE}"]
    kept = read_results(output / INTERRUPTED_FILE)
    assert kept.measurements
    assert kept.unfinished == reason


def test_results_that_can_no_longer_be_written_are_kept_elsewhere_and_the_place_is_named(
    tmp_path: Path, elsewhere: Path
) -> None:
    output = tmp_path / "out"

    def take_the_place_away(scan: str, probe: ProbeName, implementation: str) -> Sample:
        (output / RESULTS_FILE).mkdir(exist_ok=True)
        return take(scan, probe, implementation)

    with pytest.raises(
        InputError, match=r"results\.json: it is a folder; name a file; its content is kept in "
    ) as found:
        measure_into(output, plan(), Warned(), opener=StandIn(take_the_place_away).open)
    kept = Path(str(found.value).rpartition(" ")[2])
    assert kept.is_relative_to(elsewhere)
    assert read_results(kept).measurements


def test_a_report_that_can_no_longer_be_written_does_not_hide_where_the_results_are(tmp_path: Path) -> None:
    output = tmp_path / "out"

    def take_the_place_away(scan: str, probe: ProbeName, implementation: str) -> Sample:
        (output / "report.md").mkdir(exist_ok=True)
        return take(scan, probe, implementation)

    with pytest.raises(
        InputError, match=r"report\.md: it is a folder; name a file; the results are in .*results\.json"
    ):
        measure_into(output, plan(), Warned(), opener=StandIn(take_the_place_away).open)
    assert read_results(output / RESULTS_FILE).measurements


def test_an_interruption_stays_one_where_its_file_cannot_be_written_and_loses_nothing(
    tmp_path: Path, elsewhere: Path
) -> None:
    output = tmp_path / "out"

    def end(scan: str, probe: ProbeName, implementation: str) -> Sample:
        if probe == "time":
            (output / INTERRUPTED_FILE).mkdir()
            raise KeyboardInterrupt
        return take(scan, probe, implementation)

    progress = Warned()
    with pytest.raises(KeyboardInterrupt):
        measure_into(output, plan(), progress, opener=StandIn(end).open)
    (warning,) = progress.warnings
    assert read_results(Path(warning.rpartition(" ")[2])).unfinished == "interrupted"
    assert list(elsewhere.rglob(INTERRUPTED_FILE))
