"""A search over a real history finds the planted commit, and says what it could not find out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.bisect.judge import UndecidedError
from bench.bisect.metric_judge import ROWS_DIFFER
from bench.errors import InputError
from bench.results.bisection import Bisection, Commit
from tests.bisect.sought import PEAK, STATEMENTS, TIME, Sought
from tests.revisions.clones import commit
from tests.support.command import content
from tests.support.node_case import FIGURE
from tests.support.repository import git


def first_bad(bisection: Bisection) -> str:
    assert bisection.first_bad is not None
    return bisection.first_bad.subject


@pytest.mark.parametrize(
    ("metric", "figures", "planted"),
    [
        (STATEMENTS, ["18"] * 5 + ["19"] * 4, "c5"),
        (STATEMENTS, ["19"] * 7 + ["18"] * 2, "c7"),
        (PEAK, ["30e6", "30.1e6", "30e6", "52e6", "52.2e6", "52e6"], "c3"),
        (TIME, ["1.0"] * 6 + ["1.4"] * 3, "c6"),
    ],
)
def test_the_planted_commit_is_found_by_a_metric_of_each_kind(
    tmp_path: Path, metric: str, figures: list[str], planted: str
) -> None:
    """The clone is the same to the byte afterwards, and only a few of the commits were measured."""
    sought = Sought(tmp_path, figures)
    before = content(sought.folder)
    found = sought.found(metric)
    assert first_bad(found) == planted
    assert content(sought.folder) == before
    assert len(found.trials) < len(figures)
    assert (found.commits, found.changing) == (len(figures) - 1, len(set(figures)) - 1 if metric != PEAK else 5)
    assert [one.found for one in found.trials] == sorted((one.found for one in found.trials), reverse=True)
    assert (found.trials[0].found, found.trials[-1].found) == ("good", "bad")
    assert found.unfinished == ""


def test_commits_that_do_not_change_the_code_are_not_measured(tmp_path: Path) -> None:
    sought = Sought(tmp_path, ["18"] * 10 + ["19"] * 10)
    assert first_bad(sought.found()) == "c10"
    assert sought.measure.measured == ["c0", "c19"]


def test_code_that_was_measured_before_is_not_measured_again(tmp_path: Path) -> None:
    """A revert has the figures of what it goes back to."""
    sought = Sought(tmp_path, ["18 a", "18 b", "18 a", "18 b", "19 x", "19 y", "19 x", "19 y", "19 z"])
    found = sought.found()
    assert first_bad(found) == "c4"
    assert len(sought.measure.measured) == len(set(sought.measure.measured))
    (reverted,) = [one for one in found.trials if one.same_as]
    assert reverted.samples == (18.0,)


def test_commits_that_cannot_be_run_are_skipped(tmp_path: Path) -> None:
    sought = Sought(tmp_path, ["18", "18 b", "18 c", "broken import", "broken more", "19 d", "19 e", "19 f", "19 g"])
    found = sought.found()
    assert [one.subject for one in found.candidates] == ["c3", "c4", "c5"]
    assert found.first_bad is None
    assert {one.commit.subject: one.sentence for one in found.trials if one.found == "skipped"} == {
        "c3": "broken import",
        "c4": "broken more",
    }


def test_a_commit_that_leaves_other_rows_is_skipped(tmp_path: Path) -> None:
    """A figure for other rows proves nothing."""
    sought = Sought(tmp_path, ["18", "18 b", "18 c", "19 d rows", "19 d", "19 e"])
    found = sought.found()
    assert [one.sentence for one in found.trials if one.found == "skipped"] == [ROWS_DIFFER]
    assert [one.subject for one in found.candidates] == ["c3", "c4"]


@pytest.mark.parametrize(
    ("metric", "figures", "kind", "message"),
    [
        (STATEMENTS, ["18", "18 b"], InputError, "do not differ in Statements (Django): 18 and 18; name other commits"),
        (PEAK, ["30e6", "30.1e6"], InputError, "do not differ in Peak heap: 30.0 MB and 30.1 MB"),
        (TIME, ["1.0", "1.0 b"], UndecidedError, "were not found to differ in Time (wall): ~"),
        (STATEMENTS, ["18", "19 rows"], UndecidedError, f"one cannot be: {ROWS_DIFFER}"),
        (STATEMENTS, ["18", "broken b"], UndecidedError, "must both be measured, and one cannot be: broken b"),
    ],
)
def test_ends_that_do_not_differ_or_cannot_be_measured_are_refused(
    tmp_path: Path, metric: str, figures: list[str], kind: type[InputError], message: str
) -> None:
    sought = Sought(tmp_path, figures)
    with pytest.raises(kind) as caught:
        sought.found(metric)
    assert message in str(caught.value)
    assert caught.value.exit_code == (2 if kind is InputError else 3)


def test_a_noisy_figure_near_the_divide_gets_more_pairs_and_is_then_skipped(tmp_path: Path) -> None:
    sought = Sought(tmp_path, ["1.0", "1.0 b", "1.2", "1.44", "1.44 d"])
    found = sought.found(TIME)
    assert found.threshold == pytest.approx(1.2, rel=0.02)
    (skipped,) = [one for one in found.trials if one.found == "skipped"]
    assert skipped.commit.subject == "c2"
    assert "after 32 pairs does not decide" in skipped.sentence
    assert (len(skipped.samples), len(skipped.base_samples)) == (32, 32)
    assert [one.subject for one in found.candidates] == ["c2", "c3"]


def test_a_tolerance_finds_the_first_commit_beyond_it(tmp_path: Path) -> None:
    """Without one it is the commit with which half of the difference is there."""
    sought = Sought(tmp_path, ["20e6", "21e6", "23e6", "26e6", "36e6"])
    assert first_bad(sought.found(PEAK, 0.1)) == "c2"
    assert first_bad(sought.found(PEAK)) == "c4"


def test_a_merged_branch_is_searched_unless_first_parents_are_asked_for(tmp_path: Path) -> None:
    sought = Sought(tmp_path, ["18", "18 b"])
    git(sought.folder, "switch", "--quiet", "-c", "side")
    commit(sought.folder, {"pkg/other": "1"}, "side1")
    commit(sought.folder, {FIGURE: "19"}, "side2")
    commit(sought.folder, {"pkg/other": "2"}, "side3")
    git(sought.folder, "switch", "--quiet", "main")
    commit(sought.folder, {"pkg/more": "1"}, "main2")
    git(sought.folder, "merge", "--quiet", "--no-ff", "-m", "merge", "side")
    assert first_bad(sought.bisecting().run()) == "side2"
    assert first_bad(sought.bisecting(first_parent=True).run()) == "merge"


def test_a_good_commit_on_another_branch_needs_a_good_common_ancestor(tmp_path: Path) -> None:
    sought = Sought(tmp_path, ["18", "18 b", "19 c", "19 d"])
    for start, figure, name in (("main~3", "18 x", "good"), ("main~1", "18 y", "fixed")):
        git(sought.folder, "switch", "--quiet", "-c", name, start)
        commit(sought.folder, {FIGURE: figure}, name)
    found = sought.bisecting(good="good").run()
    assert first_bad(found) == "c2"
    assert [one.commit.subject for one in found.trials[:2]] == ["good", "c0"]
    with pytest.raises(UndecidedError, match="the common ancestor of good and bad, is bad already: the change is on"):
        sought.bisecting(good="fixed").run()


def test_an_interruption_keeps_what_was_measured(tmp_path: Path) -> None:
    sought = Sought(tmp_path, [f"18 {number}" for number in range(9)] + ["19"])
    bisecting = sought.bisecting()

    def interrupt(one: Commit) -> None:
        if len(sought.measure.measured) == 3:
            raise KeyboardInterrupt

    sought.measure.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        bisecting.run()
    found = bisecting.bisection("interrupted")
    assert [one.commit.subject for one in found.trials] == ["c0", "c4", "c9"]
    assert [one.subject for one in found.candidates] == ["c5", "c6", "c7", "c8", "c9"]
    assert (found.unfinished, found.first_bad) == ("interrupted", None)
    assert [len(one.trials) for one in sought.kept] == [2, 3]


def test_progress_names_the_commit_and_the_steps_that_are_left(tmp_path: Path) -> None:
    sought = Sought(tmp_path, [f"18 {number}" for number in range(9)] + ["19"])
    sought.found()
    assert sought.said[0].startswith("good ")
    assert sought.said[1].endswith("c4 (about 4 steps left)")
    assert sought.said[-1].endswith("(about 1 step left)")
