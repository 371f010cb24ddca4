"""A kept run is stored and found again in order; a file that is no run is skipped with a warning."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.results.history import earlier_runs, keep
from bench.results.records import Results
from bench.results.store import read_results, write_results
from tests.support import variants
from tests.support.builders import at_revision, figures_of, production_results


def run(created: str = "2026-01-02T03:04:05+00:00", revision: str = "0123abc", command: str = "bench run") -> Results:
    return replace(at_revision(production_results(), revision), created=created, command=command)


def test_a_run_is_named_by_moment_and_revision_and_read_back_whole(tmp_path: Path) -> None:
    path = keep(tmp_path / "new" / "history", run(revision="0123abc+changes"))
    assert path == tmp_path / "new" / "history" / "20260102T030405Z-0123abc+changes.json"
    assert read_results(path) == run(revision="0123abc+changes")
    assert earlier_runs(path.parent).runs == (figures_of(run(revision="0123abc+changes")),)
    assert keep(tmp_path, run(created="2026-01-02T05:04:05+02:00", revision="")).name == "20260102T030405Z-unknown.json"


def test_another_run_of_the_same_name_never_replaces_the_first_and_the_same_one_is_kept_once(tmp_path: Path) -> None:
    first, second = keep(tmp_path, run()), keep(tmp_path, run(command="bench run --seed 1"))
    assert second.name == "20260102T030405Z-0123abc-2.json"
    before = first.read_bytes()
    assert keep(tmp_path, run()) == first
    assert keep(tmp_path, run(command="bench run --seed 1")) == second
    assert first.read_bytes() == before
    assert len(earlier_runs(tmp_path).runs) == 2


def test_runs_that_end_at_once_are_all_kept(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda seed: keep(tmp_path, run(command=f"bench run --seed {seed}")), range(8)))
    assert len(set(paths)) == 8
    assert {one.command for one in earlier_runs(tmp_path).runs} == {f"bench run --seed {seed}" for seed in range(8)}


def test_a_damaged_file_of_the_name_is_left_as_it_is(tmp_path: Path) -> None:
    keep(tmp_path, run()).write_text("{")
    assert keep(tmp_path, run()).name == "20260102T030405Z-0123abc-2.json"
    assert (tmp_path / "20260102T030405Z-0123abc.json").read_text() == "{"


@pytest.mark.parametrize("text", ["../../etc/passwd", variants.HOSTILE, "/", "..", "", "a" * 500, "nul\x00"])
def test_no_text_of_a_run_leads_out_of_the_folder(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "history"
    path = keep(folder, run(created=text, revision=text))
    assert path.parent == folder
    assert [path] == list(folder.iterdir())
    assert not path.name.startswith((".", "-"))
    assert len(path.name) < 200
    assert set(path.name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+_-")


def test_runs_come_newest_last_whatever_their_names_and_time_zones(tmp_path: Path) -> None:
    moments = ("2026-01-02T03:00:00+00:00", "2026-01-02T04:30:00+02:00", "2025-12-31T23:59:59", "2026-01-02T02:45:00Z")
    for number, created in enumerate(moments):
        keep(tmp_path, run(created=created)).rename(tmp_path / f"{number}.json")
    assert [one.created for one in earlier_runs(tmp_path).runs] == [moments[2], moments[1], moments[3], moments[0]]


def test_what_is_no_run_is_skipped_with_a_warning_that_names_it(tmp_path: Path) -> None:
    keep(tmp_path, run())
    foreign = json.dumps({"machine_info": {}, "benchmarks": []})
    for name, text in (
        ("damaged.json", "{"),
        ("foreign.json", foreign),
        ("newer.json", '{"schema": 99}'),
        ("empty.json", ""),
    ):
        (tmp_path / name).write_text(text)
    keep(tmp_path, run(created="yesterday"))
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "README.md").write_text("not a run")
    write_results(tmp_path / ".hidden.json", run(command="bench run --seed 1"))
    write_results(tmp_path / "copy.json", run())
    write_results(tmp_path / "part.json", replace(run(command="bench run --seed 2"), unfinished="interrupted"))
    with (tmp_path / "huge.json").open("wb") as huge:
        huge.truncate(2**40)
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "loop.json").symlink_to("loop.json")
    (tmp_path / "gone.json").symlink_to("nowhere")
    found = earlier_runs(tmp_path)
    assert found.runs == (figures_of(run()),)
    others = ("README.md", ".hidden", "copy", "part", "huge", "pipe", "loop", "gone")
    assert len(found.warnings) == 6 + len(others) == len(list(tmp_path.iterdir())) - 1
    for name in ("damaged", "foreign", "newer", "empty", "yesterday", "folder.json", *others):
        assert sum(f"{name}" in warning for warning in found.warnings) == 1
    assert all("\n" not in warning for warning in found.warnings)


def test_no_folder_and_no_run_in_it_are_errors_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no folder .*missing; `bench run --history .*missing` keeps"):
        earlier_runs(tmp_path / "missing")
    with pytest.raises(InputError, match="no run is kept in "):
        earlier_runs(tmp_path)
    (tmp_path / "damaged.json").write_text("{")
    with pytest.raises(InputError, match=r"no run is kept in .*damaged\.json is not a results file"):
        earlier_runs(tmp_path)


def test_a_place_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot keep the run as .*; choose a folder"):
        keep(tmp_path / "file", run())
    with pytest.raises(InputError, match="cannot keep the run as "):
        keep(tmp_path / "file" / "below", run())
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
