"""Names are unique in a file and the same in every run; what is not proven has none."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from bench.cli.export import Format
from bench.errors import InputError
from bench.report.export.figures import figures_of, once
from bench.report.export.formats import FORMATS
from bench.results.records import Failure
from tests.support import variants
from tests.support.builders import measurement, production_results
from tests.support.run_pairs import later, other_rows, small_run


def names(*runs: object) -> list[str]:
    return [one.name for one in figures_of([(f"{place}.json", run) for place, run in enumerate(runs)]).figures]  # type: ignore[misc]  # results


def test_each_figure_has_a_name_of_its_own_that_later_runs_repeat() -> None:
    found = names(production_results())
    assert len(set(found)) == len(found) == 3 * 2 * 17
    assert "compliance[10k/20 streaming] peak_heap_bytes" in found
    assert names(later(production_results())) == found
    shuffled = replace(production_results(), measurements=production_results().measurements[::-1])
    assert sorted(names(shuffled)) == sorted(found)


def test_a_rerun_is_not_the_first_run_and_an_unnamed_job_has_a_name() -> None:
    first, rerun = names(small_run()), names(replace(small_run(), scenario="rerun"))
    assert not set(first) & set(rerun)
    assert rerun[0].startswith("compliance-rerun[1k/8 ")
    unnamed = replace(small_run(), job=replace(small_run().job, name=""))
    assert names(unnamed)[0].startswith("bench[1k/8 ")


def test_what_failed_is_wrong_or_unproven_is_left_out_and_named() -> None:
    failure = Failure(scan="1k/8", implementation="streaming", probe="rss", kind="killed", message="gone")
    undigested = replace(small_run(), digests=small_run().digests[:1])
    for run, reason in (
        (replace(small_run(), failures=(failure,)), "streaming on 1k/8 failed"),
        (other_rows(), "streaming on 1k/8 differs from materializing"),
        (undigested, "nothing proves the rows of streaming on 1k/8"),
    ):
        found = figures_of([("a.json", run)])
        assert {one.summary.implementation for one in found.figures} == {"materializing"}
        assert [reason in one and one.startswith("a.json: ") for one in found.left_out] == [True]


def test_a_figure_that_does_not_cover_all_of_the_work_is_left_out() -> None:
    one, *rest = small_run().measurements
    found = names(replace(small_run(), measurements=(replace(one, incomplete="forked"), *rest)))
    assert f"compliance[1k/8 materializing] {one.metric}" not in found
    assert len(found) == len(rest)


def test_an_unfinished_run_and_one_without_figures_are_errors() -> None:
    with pytest.raises(InputError, match=r"no figure can be exported: a\.json: the run is unfinished \(interrupted\)"):
        figures_of([("a.json", replace(small_run(), unfinished="interrupted"))])
    with pytest.raises(InputError, match="nothing was measured"):
        figures_of([("a.json", variants.empty())])


def test_two_figures_of_one_name_are_refused_where_a_format_takes_one() -> None:
    found = figures_of([("a.json", small_run()), ("b.json", later(small_run()))])
    with pytest.raises(
        InputError, match=r"a\.json and b\.json both hold compliance\[1k/8 materializing\] wall_seconds"
    ):
        once(found.figures)


def test_names_that_differ_in_a_blank_alone_do_not_become_one() -> None:
    """A scan and an implementation may hold blanks: together they could read alike."""
    run = small_run()
    digests = [replace(run.digests[0], scan=scan, implementation=name) for scan, name in (("a b", "c"), ("a", "b c"))]
    clash = replace(
        run,
        implementations=("c", "b c"),
        datasets=tuple(replace(run.datasets[0], scan=scan) for scan in ("a b", "a")),
        measurements=(measurement("a b", "c", "wal_bytes", 1), measurement("a", "b c", "wal_bytes", 2)),
        digests=tuple(digests),
    )
    with pytest.raises(InputError, match="both hold"):
        once(figures_of([("a.json", clash)]).figures)


def test_the_command_line_names_every_format() -> None:
    assert set(get_args(Format)) == set(FORMATS)
