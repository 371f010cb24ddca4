"""A search over nodes finds what one machine does, however many there are and in whatever order they answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.bisect.judge import Judge, UndecidedError
from bench.bisect.metric_judge import MetricJudge
from bench.bisect.node_runs import NodeRuns
from bench.bisect.policy_judge import PolicyJudge
from bench.compliance.job import JOB
from bench.errors import InputError
from bench.gate.policy import Policy, Rule
from bench.harness.plan import RunPlan
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size
from bench.nodes.kept import FOLDER
from bench.nodes.ledger import Ledger
from bench.results.bisection import Bisection
from bench.revisions.code import PackageCode
from tests.bisect.sought import PEAK, STATEMENTS, TIME, Sought
from tests.support.node_bisections import NAME, NOWHERE, answering, over_nodes

LONG = [f"18 {number}" for number in range(7)] + [f"19 {number}" for number in range(5)]
FLAPPING = [f"{18 + (number % 3 == 1)} {number}" for number in range(11)]
BROKEN = ["18", "18 b", "18 c", "broken import", "broken more", "19 d", "19 e", "19 f", "19 g"]
REVERTED = ["18 a", "18 b", "18 a", "18 b", "19 x", "19 y", "19 x", "19 y", "19 z"]
ROWS = ["18e6", "18e6 b", "18e6 c", "19e6 d rows", "19e6 d", "19e6 e"]


def searched(sought: Sought, folder: Path, metric: str, nodes: int, seed: int) -> Bisection:
    """What is found over so many nodes."""
    bisecting, _ = over_nodes(sought, NOWHERE, folder / "out", metric, office=answering(sought, nodes, seed))
    found = bisecting.run()
    bisecting.finish()
    assert [*(folder / "out").iterdir()] == []
    return found


@pytest.mark.parametrize(
    ("figures", "metric"),
    [(LONG, STATEMENTS), (FLAPPING, STATEMENTS), (BROKEN, STATEMENTS), (REVERTED, STATEMENTS), (ROWS, PEAK)],
)
def test_any_number_of_nodes_finds_what_one_machine_does(figures: list[str], metric: str, tmp_path: Path) -> None:
    """Of a figure that goes up and down as well, where another order of trials would find another commit."""
    sought = Sought(tmp_path, figures)
    alone = sought.found(metric)
    for nodes in (1, 2, 5):
        found = searched(sought, tmp_path, metric, nodes, seed=nodes)
        assert found.candidates == alone.candidates
        known = {one.commit: (one.found, one.samples) for one in found.trials}
        assert {one.commit: (one.found, one.samples) for one in alone.trials}.items() <= known.items()
        assert nodes > 1 or len(found.trials) == len(alone.trials)
        measured = {name for one in found.trials for name in one.nodes}
        assert measured <= {f"node{number}" for number in range(1, nodes + 1)}


def test_a_noisy_metric_has_all_pairs_of_a_commit_from_one_node(tmp_path: Path) -> None:
    sought = Sought(tmp_path, ["1.0", "1.0 b", "1.2", "1.44", "1.44 d", "1.44 e"])
    found = searched(sought, tmp_path, TIME, 3, seed=2)
    assert [one.subject for one in found.candidates] == ["c2", "c3"]
    taken = {one.commit.subject: (len(one.samples), len(one.base_samples), len(one.nodes)) for one in found.trials}
    assert taken["c2"] == (32, 32, 1)
    assert {nodes for _, _, nodes in taken.values()} == {1}


def test_more_nodes_take_fewer_rounds(tmp_path: Path) -> None:
    """One decides a step at a time, three two, and fifteen four."""
    sought = Sought(tmp_path, [f"18 {number}" for number in range(15)] + ["19", "19 b"])
    rounds = []
    for nodes in (1, 3, 15):
        office = answering(sought, nodes, in_rounds=True)
        found = over_nodes(sought, NOWHERE, tmp_path / f"out{nodes}", office=office)[0].run()
        assert (len({name for one in found.trials for name in one.nodes}) > 1) == (nodes > 1)
        rounds.append(office.rounds)
    assert rounds == [1 + 4, 1 + 2, 1 + 1]


def test_a_policy_is_tried_on_each_of_its_scans(tmp_path: Path) -> None:
    sought = Sought(tmp_path, ["18e6", "18e6 b", "18e6 c", "19e6 d", "19e6 e"])
    rule = Rule(kind="ceiling", metric=PEAK, scan="50/2", implementation=NAME, limit=18.5e6, place="here")
    policy = Policy(scans=("50/1", "50/2"), implementations=(NAME,), rules=(rule,), baseline=False)

    def judge(runs: NodeRuns) -> Judge:
        return PolicyJudge(runs, policy, "pyproject.toml", None)

    office = answering(sought, 3)
    scans = ("50/1", "50/2")
    bisecting, _ = over_nodes(sought, NOWHERE, tmp_path / "out", None, judge=judge, sizes=scans, office=office)
    found = bisecting.run()
    assert found.first_bad is not None
    assert found.first_bad.subject == "c3"
    assert found.metric == PEAK
    assert {one.found for one in found.trials} == {"good", "bad"}


def test_what_every_node_measures_first_is_good_and_bad_by_figures_that_are_the_same_everywhere(
    tmp_path: Path,
) -> None:
    sought = Sought(tmp_path, ["18", "19"])
    ends = [sought.commit(one) for one in (sought.first, "main")]

    def by(runs: NodeRuns) -> Judge:
        return MetricJudge(runs, STATEMENTS)

    for metric, probe in ((STATEMENTS, "statements"), (PEAK, "memory"), (TIME, "statements"), (None, "statements")):
        office = answering(sought, 1)
        over_nodes(sought, NOWHERE, tmp_path / "out", metric, sizes=("50/2", "50/1"), judge=by, office=office)
        work = office.asked_first
        assert [*work.commits.values()] == [one.hash for one in ends]
        assert work.implementations == tuple(f"{NAME}@{one.short}" for one in ends)
        assert (work.probes[0], work.samples, work.paths) == (probe, 0, ("pkg",))
        assert work.label == ("50/2" if metric else "50/1")


def test_what_a_policy_names_beside_the_measured_code_is_as_it_is_installed(tmp_path: Path) -> None:
    sought = Sought(tmp_path, ["18", "19"])
    task = implementation_of(JOB, NAME)
    named = (task, replace(implementation_of(JOB, "streaming"), project="another"))
    plan = RunPlan(job=JOB, implementations=named, sources=(DataSource(size=parse_size(JOB, "50/1")),), command="")
    runs = NodeRuns(plan, PackageCode.in_clone(sought.repository, task), Ledger())
    work = runs.reference(sought.commit(sought.first), sought.commit("main"), None)
    assert [name.partition("@")[0] for name in work.implementations] == [NAME, NAME, "streaming"]
    assert [*work.commits] == [*work.implementations[:2]]
    assert [*work.code.implementations] == ["streaming"]


def test_a_search_that_ended_is_resumed_with_what_it_had_measured(tmp_path: Path) -> None:
    sought, output = Sought(tmp_path, LONG), tmp_path / "out"
    bisecting, _ = over_nodes(sought, NOWHERE, output, office=answering(sought, 2, most=4))
    with pytest.raises(KeyboardInterrupt):
        bisecting.run()
    before = bisecting.bisection("interrupted")
    assert 2 < len(before.trials) < 6
    with pytest.raises(InputError, match="holds what a run that ended early has measured; continue it with --resume"):
        over_nodes(sought, NOWHERE, output, office=answering(sought, 1))[0].run()
    with pytest.raises(InputError, match=r'--resume: --metric was "statements_django" in that run, and is "peak'):
        over_nodes(sought, NOWHERE, output, PEAK, office=answering(sought, 1), resume=True)[0].run()
    office = answering(sought, 1)
    again, told = over_nodes(sought, NOWHERE, output, office=office, resume=True)
    found = again.run()
    assert "4 cases were measured before" in told.said
    assert found.candidates == sought.found().candidates
    assert {one.commit for one in before.trials} <= {one.commit for one in found.trials}
    assert 1_000 - office.left <= len(found.trials) - len(before.trials)


def test_ends_that_do_not_differ_leave_nothing_to_resume(tmp_path: Path) -> None:
    sought, output = Sought(tmp_path, ["18", "18 b", "18 c"]), tmp_path / "out"
    with pytest.raises(InputError, match="do not differ in"):
        over_nodes(sought, NOWHERE, output, office=answering(sought, 1))[0].run()
    assert not (output / FOLDER).exists()
    broken = Sought(tmp_path / "broken", ["18", "broken b"])
    with pytest.raises(UndecidedError, match="must both be measured, and one cannot be: broken b"):
        over_nodes(broken, NOWHERE, output, office=answering(broken, 1))[0].run()
