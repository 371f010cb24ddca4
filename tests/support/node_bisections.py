"""Searches over nodes for tests: over real ones, or over an office that makes the answers up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench.bisect.judge import Judge, NotMeasuredError
from bench.bisect.metric_judge import MetricJudge
from bench.bisect.node_runs import NodeRuns
from bench.bisect.past import BisectPlan
from bench.bisect.runs import PROBES
from bench.bisect.spread import NodeSearch, SpreadBisecting
from bench.compliance.job import JOB
from bench.harness.plan import RunPlan
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size
from bench.nodes.kept import Ended
from bench.nodes.ledger import Place
from bench.nodes.messages import Beat, Case, Work
from bench.nodes.office import Office
from bench.nodes.options import SpreadOptions
from bench.nodes.roll import Present
from bench.results.store import write_results
from bench.revisions.code import PackageCode
from tests.bisect.sought import STATEMENTS, Sought
from tests.support.node_case import results_at
from tests.support.node_process import CLONE, KEY, LOST_SECONDS
from tests.support.pools import Silence

NAME = "pkg.task:create"
NOWHERE = "redis://127.0.0.1:1/0"


def over_nodes(
    sought: Sought,
    url: str,
    output: Path,
    metric: str | None = STATEMENTS,
    *,
    resume: bool = False,
    judge: Callable[[NodeRuns], Judge] | None = None,
    sizes: tuple[str, ...] = ("50/1",),
    office: type[Office] = Office,
    arguments: Mapping[str, str] | None = None,
) -> tuple[SpreadBisecting, Silence]:
    """Return a search over nodes, not begun, and what it tells: that of ``sought`` on one machine."""
    task = implementation_of(JOB, NAME)
    source = PackageCode.in_clone(sought.repository, task)
    plan = RunPlan(
        job=JOB,
        implementations=(task,),
        sources=tuple(DataSource(size=parse_size(JOB, size)) for size in sizes),
        command="bench bisect",
        samples=0,
        probes=("statements", "memory"),
    )
    good, bad = (sought.commit(one) for one in (sought.first, "main"))
    what = BisectPlan(
        repository=sought.repository,
        good=good,
        bad=bad,
        paths=source.deciding,
        implementation=NAME,
        scan=", ".join(sizes),
        command="bench bisect",
    )

    def by_metric(runs: NodeRuns) -> Judge:
        assert metric is not None
        return MetricJudge(runs, metric, pairs=8, most_pairs=32)

    search = NodeSearch(
        plan=what,
        measured=plan,
        source=source,
        judge=judge or by_metric,
        metric=metric,
        timed=metric is not None and PROBES[metric] == "time",
        arguments=arguments or {"--metric": metric or ""},
    )
    silence = Silence()
    output.mkdir(exist_ok=True)
    options = SpreadOptions(url=url, key=KEY, resume=resume, lost_seconds=LOST_SECONDS)
    return SpreadBisecting(search, options, output, silence, office), silence


def in_clone(sought: Sought) -> str:
    """Return the word that lets a node measure the commits of ``sought``."""
    return f"{CLONE}{sought.folder}"


def answering(
    sought: Sought, nodes: int, seed: int = 0, most: int = 1_000, *, in_rounds: bool = False
) -> type[AnsweringOffice]:
    """Return an office of so many nodes; of ``most`` cases, after which somebody presses Ctrl-C.

    ``in_rounds`` all nodes take the same time for any case.
    """

    class Made(AnsweringOffice):
        clone = sought
        size = nodes
        random = random.Random(seed)
        left = most
        equal = in_rounds

    return Made


class AnsweringOffice(Office):
    """An Office whose nodes are made up: of the cases that they have, any is answered next."""

    clone: Sought
    size: int
    random: random.Random
    left: int
    equal: bool
    asked_first: Work
    rounds = 0
    """How often all nodes were given something."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        type(self).asked_first = self._reference

    @property
    def fit(self) -> tuple[Present, ...]:
        """The nodes."""
        names = [f"{number:016x}" for number in range(1, self.size + 1)]
        beats = [Beat(node=one, name=f"node{one[-1]}", count=2, boot="", machine="") for one in names]
        return tuple(Present(beat, time.monotonic(), alive=True) for beat in beats)

    def check(self) -> None:
        """There is no broker."""

    def is_gone(self, _: str) -> bool:
        """No node is ever lost."""
        return False

    def carry_out(self, before_each_look: Callable[[], None] = lambda: None) -> None:
        """Answer what is asked for."""
        self._given: dict[str, Place] = {}
        while True:
            before_each_look()
            if not self._ledger.open:
                return
            for one in self.random.sample(self.fit, self.size):
                node = one.beat.node
                if node not in self._given and (place := self._ledger.take(node)) is not None:
                    self._given[node] = place
            self._given = {node: one for node, one in self._given.items() if one.number in self._ledger.places}
            if not self._given:
                continue
            type(self).rounds += 1
            ready = sorted(self._given)
            for node in ready if self.equal else [self.random.choice(ready)]:
                if not self.left:
                    raise KeyboardInterrupt
                type(self).left -= 1
                self._answer(node, self._given.pop(node))

    def _answer(self, node: str, place: Place) -> None:
        case = Case(run="", number=place.number, attempt=place.attempt, node=node, expires=0.0, work=place.work)
        name, wanted = f"node{node[-1]}", place.wanted
        ended: Ended
        try:
            found = results_at(place.work, self.clone.repository)
        except NotMeasuredError as error:
            ended = self._folder.keep_unrunnable(case, name, str(error), seconds=1.0, wanted=wanted)
        else:
            path = self.clone.folder.parent / "answer.json"
            write_results(path, found)
            ended = self._folder.keep(case, name, path.read_bytes(), b"[]", seconds=1.0, wanted=wanted)
        self._finish(ended)
