"""Each metric has the probe that measures it, and a policy's implementations are taken from the right commit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast, get_args

import pytest

from bench.bisect.runs import PROBES, RevisionRuns
from bench.compliance.job import JOB
from bench.harness.plan import RunPlan
from bench.harness.stage import Stage
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.implementation import Implementation
from bench.messages.request import ProbeName
from bench.results.metrics import METRICS
from bench.revisions.code import Checkouts, PackageCode
from tests.revisions.clones import commit, make
from tests.support.notes import Notes
from tests.support.repository import git


def test_every_metric_can_decide_a_search() -> None:
    assert set(PROBES) == set(METRICS)
    assert set(PROBES.values()) <= set(get_args(ProbeName))


def plan_at(clone: Path, *implementations: Implementation) -> tuple[Implementation, ...]:
    """What a policy's implementations are at the newest commit."""
    checkouts = Checkouts(PackageCode.of(implementations[0]), clone.parent / "scratch")
    plan = RunPlan(job=JOB, implementations=implementations, sources=(), command="bench bisect")
    opened: list[RunPlan] = []
    runs = RevisionRuns(plan, checkouts, cast(Stage, SimpleNamespace()), Notes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_measured", opened.append)
        runs.whole(checkouts.commit("main"))
    return opened[0].implementations


def test_a_policy_s_implementations_are_those_of_the_commit_or_of_the_revision_that_it_names(tmp_path: Path) -> None:
    """And one of another project, or of none, is as it is today."""
    clone = make(tmp_path / "clone")
    old = git(clone, "rev-parse", "HEAD").strip()
    new = commit(clone, {"pkg/task.py": "VERSION = 2\n"}, "second")
    here = WorkerEnvironment(path=(str(clone),))
    subject = Implementation(name="task", function="pkg.task:create", environment=here)
    named = replace(subject, name="task@main~1")
    other = Implementation(name="ours", function="elsewhere:create", project="another")
    found = plan_at(clone, subject, named, other)
    assert [(one.name, one.revision) for one in found] == [("task", new), ("task@main~1", old), ("ours", "")]
    assert found[2] == other
