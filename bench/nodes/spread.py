"""A spread run: the cases of one plan handed to nodes, watched, taken back from those that are lost, and merged.

Only the run decides who measures what: a node has one case of it at a time, and an answer counts once, for the attempt
that is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from msgspec.structs import replace

from bench.broker.keys import BrokerLostError, Keys, longer
from bench.broker.own import check_broker
from bench.broker.traces import removed_afterwards
from bench.errors import DatabaseError, InputError, MeasurementError
from bench.files.output_file import OutputError
from bench.harness.plan import RunPlan
from bench.harness.progress import Progress
from bench.nodes.kept import KeptCase, KeptCases
from bench.nodes.ledger import MOST_ATTEMPTS, Ledger, Place
from bench.nodes.merge import merged
from bench.nodes.messages import Answer, run_prefix, unpacked
from bench.nodes.notices import Notices
from bench.nodes.options import SpreadOptions
from bench.nodes.post import Post
from bench.nodes.references import Next, References
from bench.nodes.roll import Present, Roll
from bench.nodes.seal import SealError, new_id
from bench.nodes.waiting import Waited, Waiting
from bench.nodes.work import costs_of, reference_of, works_of
from bench.results.records import Results
from bench.words import enumerated, plain

_LOOK_SECONDS = 0.2
_UNFIT_SECONDS = 10.0
"""How long a run whose nodes have all refused it waits for another one."""
_CANCEL_SECONDS = 10.0


class SpreadRun:
    """A SpreadRun carries out one plan on nodes: what ``bench.harness.runner.Runner`` does on one machine."""

    def __init__(self, plan: RunPlan, options: SpreadOptions, output: Path, progress: Progress) -> None:
        """Raises InputError for a plan that cannot be spread."""
        self._plan = plan
        self._options = options
        works, costs = works_of(plan), costs_of(plan)
        self._works = works
        self._reference = reference_of(works, costs)
        self._ledger = Ledger(works, costs)
        timed = plan.goal is not None or plan.samples > 0
        self._notices = Notices(progress, self._ledger, plan.job.noun, timed=timed)
        self._folder = KeptCases(output)
        self._keys = Keys(options.url)
        self._run = new_id()
        self._post = Post(options.url, self._keys, options.key, self._run)
        self._roll = Roll(self._keys, options.key, options.lost_seconds)
        self._waited = Waiting(options.lost_seconds)
        self._unfit: dict[str, str] = {}
        self._references = References()
        self._asked = 0
        """How many references were asked for."""
        self._unfit_since: float | None = None

    @property
    def benchmarks(self) -> tuple[Mapping[str, object], ...]:
        """pytest-benchmark's own documents, one per time sample."""
        return tuple(one for case in self._ledger.finished for one in case.benchmarks)

    def results(self) -> Results | None:
        """All that was measured so far, as one run; None before the first case has come to its end."""
        return merged(self._ledger.finished, self._ledger.failures(self._plan.names))

    def run(self) -> None:
        """Measure every case. One that cannot be measured is recorded, and the rest goes on.

        Raises InputError where no node can measure it, NodesDisagreeError, and MeasurementError where nothing could be.
        """
        if not self._options.resume:
            check_broker(self._options.url)
        self._take_kept()
        self._notices.begin(len(self._ledger.finished))
        try:
            if self._ledger.open:
                self._carry_out()
        finally:
            if not self._ledger.finished:
                self._folder.remove()
        if not self._ledger.finished:
            reasons = dict.fromkeys(one.reason for one in self._ledger.places)
            raise MeasurementError(f"nothing could be measured: {'; '.join(reasons)}")

    def _carry_out(self) -> None:
        """Have nodes measure what is open, and leave nothing on the broker."""
        check_broker(self._options.url)
        try:
            with closing(self._keys), removed_afterwards(self._options.url, run_prefix(self._run)):
                try:
                    self._loop()
                finally:
                    self._cancel()
        except DatabaseError as error:
            # What is left on a broker must not cost what was measured.
            self._notices.warn(str(error))

    def finish(self) -> None:
        """Remove what is kept of single cases, once the results of all are written."""
        self._folder.remove()

    def _take_kept(self) -> None:
        if not self._options.resume:
            self._folder.begin(self._works)
            return
        for case in self._folder.resume(self._works):
            if case.number < 0:
                self._references.keep_earlier(case.node, case.name, case.results)
            else:
                self._ledger.finish(case)

    def _loop(self) -> None:
        pause = _LOOK_SECONDS
        while self._ledger.open:
            try:
                self._roll.look()
                self._waited.reached()
                self._collect()
                self._assign()
            except BrokerLostError as error:
                self._notices.warn_once(f"{error}; nodes go on with what they have, and this run tries again")
                pause = longer(pause)
            else:
                pause = _LOOK_SECONDS
                self._notice()
            if self._ledger.open:
                time.sleep(pause)

    def _assign(self) -> None:
        """Give each node that waits a case: first the reference, then the longest that is left."""
        for present in self._roll:
            node = present.beat.node
            if present.beat.run or node in self._waited or node in self._unfit or not self._ledger.pending:
                continue
            self._references.is_back(node)
            # What one node measures alone needs no agreement.
            wanted = Next.GO if len(self._works) == 1 else self._references.next_of(node)
            if wanted is Next.MEASURE:
                self._send(present, None)
            elif wanted is Next.GO and (place := self._ledger.take()) is not None:
                self._send(present, place)
            elif wanted is Next.WAIT and self._roll.get(self._references.first) is None:
                self._do_without(self._references.first)

    def _send(self, present: Present, place: Place | None) -> None:
        beat = present.beat
        if place is None:
            self._asked += 1
            number, attempt, work = -self._asked, 1, self._reference
        else:
            number, attempt, work = place.number, place.attempt, place.work
        try:
            case = self._post.send(number, attempt, beat.node, work)
        except BrokerLostError:
            if place is not None:
                self._ledger.give_back(place)
            raise
        self._waited.begin(case, beat.name, place)
        what = work.label if place is not None else f"{work.label}, to see whether its figures agree"
        self._notices.stage(f"{beat.name} measures {what}")

    def _collect(self) -> None:
        for node, waited in list(self._waited.items()):
            try:
                answer = self._post.answer(waited.case)
            except SealError as error:
                self._notices.warn(f"an answer in the name of {waited.name} was ignored: {error}")
                self._post.again(waited.case)
                continue
            if answer is not None:
                self._waited.end(node)
                self._take(waited, answer)
                self._post.close(waited.case)
            elif reason := self._waited.loss(node, self._roll):
                self._waited.end(node)
                self._lose(waited, reason)
                with suppress(BrokerLostError):
                    self._post.cancel(waited.case)
            else:
                self._post.keep_waiting(waited.case)

    def _lose(self, waited: Waited, reason: str) -> None:
        if waited.place is None:
            self._notices.warn(f"the node {waited.name} {reason}")
            return
        self._ledger.lose(waited.place, f"{waited.name} {reason}")
        attempt = f"attempt {waited.place.attempts + 1} of {MOST_ATTEMPTS}"
        again = "is given up" if waited.place.reason else f"is measured again elsewhere, {attempt}"
        self._notices.warn(f"the node {waited.name} {reason}; {waited.case.work.label} {again}")

    def _take(self, waited: Waited, answer: Answer) -> None:
        """Take what a node answered."""
        node, place = waited.case.node, waited.place
        if answer.outcome == "measured":
            try:
                case = self._kept(waited, answer)
            except OutputError:
                raise  # a full disk here is no fault of the node
            except (SealError, InputError) as error:
                answer = replace(answer, outcome="failed", reason=f"its results: {error}")
            else:
                self._take_measured(waited, case)
                return
        if answer.outcome == "refused" or (place is None and answer.outcome == "failed"):
            self._unfit[node] = answer.reason
            self._notices.warn(f"the node {waited.name} does not take part: {answer.reason}")
        if answer.outcome == "given back":
            self._roll.leave(node)
        if place is None:
            return
        if answer.outcome == "failed":
            self._lose(waited, f"failed ({plain(answer.reason)})")
        else:
            self._ledger.give_back(place)
            self._notices.warn(f"the node {waited.name} gave {place.work.label} back")

    def _kept(self, waited: Waited, answer: Answer) -> KeptCase:
        """Return what a node measured, checked and kept in the output folder. Raises SealError and InputError."""
        return self._folder.keep(
            waited.case,
            waited.name,
            unpacked(answer.results),
            unpacked(answer.benchmarks),
            seconds=answer.seconds,
        )

    def _take_measured(self, waited: Waited, case: KeptCase) -> None:
        if waited.place is not None:
            self._finish(case)
            return
        self._references.add(case.node, case.name, case.results)
        for node, reason in self._references.apart().items():
            self._drop(node, reason)
        if self._references.next_of(case.node) is not Next.GO:
            return
        number = next((place.number for place in self._ledger.pending if place.work is self._reference), None)
        if number is not None:
            self._finish(self._folder.as_case(case, number))

    def _finish(self, case: KeptCase) -> None:
        self._ledger.finish(case)
        self._notices.done(self._ledger.places[case.number])
        self._notices.stage(f"{case.name} has measured {case.label}")

    def _do_without(self, node: str) -> None:
        """Leave out a node that is gone before it could be known whether others agree with it."""
        self._references.forget(node)
        self._drop(node, "it is gone, and others may not agree with it")

    def _drop(self, node: str, reason: str) -> None:
        """Have what a node measured measured again."""
        dropped = self._ledger.drop(node)
        for case in dropped:
            self._folder.drop(case)
        if dropped:
            labels = enumerated([case.label for case in dropped])
            self._notices.warn(f"{labels} by the node {dropped[0].name} is measured again: {reason}")

    def _cancel(self) -> None:
        """Have nodes stop what they measure for this run, and give them a moment to hear of it."""
        with suppress(BrokerLostError):
            for waited in self._waited.values():
                self._post.cancel(waited.case)
            deadline = time.monotonic() + _CANCEL_SECONDS
            while time.monotonic() < deadline:
                self._roll.look()
                if not any(one.beat.run == self._run for one in self._roll):
                    return
                time.sleep(_LOOK_SECONDS)

    def _notice(self) -> None:
        """Say what the nodes do. Raises InputError where there are nodes, and none of them can measure the run."""
        present = list(self._roll)
        fit = [one for one in present if one.beat.node not in self._unfit]
        self._notices.look(self._roll, fit, self._waited)
        if fit or not present or self._waited:
            self._unfit_since = None
            return
        self._unfit_since = self._unfit_since or time.monotonic()
        if time.monotonic() - self._unfit_since > _UNFIT_SECONDS:
            reasons = "; ".join(f"{one.beat.name}: {self._unfit[one.beat.node]}" for one in present)
            raise InputError(f"no node that is there can measure this: {reasons}")
