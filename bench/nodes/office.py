"""The office of a run: it hands the cases of a ledger to nodes, watches them, and takes back what is lost.

Only the run decides who measures what: a node has one case of it at a time, and an answer counts once, for the attempt
that is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress

from msgspec.structs import replace

from bench.broker.keys import BrokerLostError, Keys, longer
from bench.broker.own import check_broker
from bench.broker.traces import removed_afterwards
from bench.errors import DatabaseError, InputError
from bench.files.output_file import OutputError
from bench.nodes.kept import Ended, KeptCase, KeptCases
from bench.nodes.ledger import MOST_ATTEMPTS, Ledger, Place
from bench.nodes.messages import Answer, Work, run_prefix, unpacked
from bench.nodes.notices import Notices
from bench.nodes.options import SpreadOptions
from bench.nodes.post import Post
from bench.nodes.references import Next, References
from bench.nodes.roll import Present, Roll
from bench.nodes.seal import SealError, new_id
from bench.nodes.waiting import Waited, Waiting
from bench.words import enumerated, plain

_LOOK_SECONDS = 0.2
_UNFIT_SECONDS = 10.0
"""How long a run whose nodes have all refused it waits for another one."""
_CANCEL_SECONDS = 10.0


class Office:
    """An Office serves one run."""

    def __init__(
        self,
        options: SpreadOptions,
        ledger: Ledger,
        folder: KeptCases,
        notices: Notices,
        reference: Work,
        *,
        alone: bool = False,
    ) -> None:
        """Every node measures ``reference`` first, unless there is a single case, which one node measures ``alone``."""
        self._options = options
        self._ledger = ledger
        self._folder = folder
        self._notices = notices
        self._reference = reference
        self._alone = alone
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
        self._began = time.monotonic()

    @property
    def fit(self) -> tuple[Present, ...]:
        """The nodes that are there, as far as they take part."""
        return tuple(one for one in self._roll if one.beat.node not in self._unfit)

    def is_gone(self, node: str) -> bool:
        """Whether a node takes no part any more; one from before the run was resumed may still make itself heard."""
        unheard = time.monotonic() - self._began > self._options.lost_seconds
        return node in self._unfit or (unheard and self._roll.get(node) is None)

    def keep_earlier(self, reference: Ended) -> None:
        """Take the reference of a node from before the run was resumed."""
        if isinstance(reference, KeptCase):
            self._references.keep_earlier(reference.node, reference.name, reference.results)

    def check(self) -> None:
        """Raise InputError or DatabaseError where there is no broker that serves."""
        check_broker(self._options.url)

    def carry_out(self, before_each_look: Callable[[], None] = lambda: None) -> None:
        """Have nodes measure what is open in the ledger, and leave nothing on the broker.

        ``before_each_look`` may change what is to be measured. Raises InputError where no node can measure it,
        NodesDisagreeError, and what that raises.
        """
        self._began = time.monotonic()
        self.check()
        try:
            with closing(self._keys), removed_afterwards(self._options.url, run_prefix(self._run)):
                try:
                    self._loop(before_each_look)
                finally:
                    self._cancel()
        except DatabaseError as error:
            # What is left on a broker must not cost what was measured.
            self._notices.warn(str(error))

    def withdraw(self, places: Iterable[Place]) -> None:
        """Have nodes stop measuring ``places``, which nobody wants any more."""
        unwanted = {place.number for place in places}
        for node, waited in list(self._waited.items()):
            if waited.place is not None and waited.place.number in unwanted:
                self._waited.end(node)
                with suppress(BrokerLostError):
                    self._post.cancel(waited.case)

    def _loop(self, before_each_look: Callable[[], None]) -> None:
        pause = _LOOK_SECONDS
        while True:
            before_each_look()  # also after a case with which the broker was lost
            if not self._ledger.open:
                return
            try:
                self._roll.look()
                self._waited.reached()
                self._collect()
                before_each_look()
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
            wanted = Next.GO if self._alone else self._references.next_of(node)
            if wanted is Next.MEASURE:
                self._send(present, None)
            elif wanted is Next.GO and (place := self._ledger.take(node)) is not None:
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
        what = place.title if place is not None else f"{work.label}, to see whether its figures agree"
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
        self._notices.warn(f"the node {waited.name} {reason}; {waited.title} {again}")

    def _take(self, waited: Waited, answer: Answer) -> None:
        """Take what a node answered."""
        node, place = waited.case.node, waited.place
        unrunnable = answer.outcome == "unrunnable" and place is not None and bool(place.work.commits)
        if answer.outcome == "measured" or unrunnable:
            try:
                case = self._kept(waited, answer)
            except OutputError:
                raise  # a full disk here is no fault of the node
            except (SealError, InputError) as error:
                answer = replace(answer, outcome="failed", reason=f"its results: {error}")
            else:
                self._take_ended(waited, case)
                return
        if answer.outcome == "refused" or (place is None and answer.outcome in {"failed", "unrunnable"}):
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
            self._notices.warn(f"the node {waited.name} gave {place.title} back")

    def _kept(self, waited: Waited, answer: Answer) -> Ended:
        """Return what came of a case, checked and kept in the output folder. Raises SealError and InputError."""
        wanted = waited.place.wanted if waited.place is not None else None
        if answer.outcome == "unrunnable" and wanted is not None:
            return self._folder.keep_unrunnable(
                waited.case, waited.name, answer.reason, seconds=answer.seconds, wanted=wanted
            )
        return self._folder.keep(
            waited.case,
            waited.name,
            unpacked(answer.results),
            unpacked(answer.benchmarks),
            seconds=answer.seconds,
            wanted=wanted,
        )

    def _take_ended(self, waited: Waited, case: Ended) -> None:
        if waited.place is not None:
            self._finish(case)
            return
        assert isinstance(case, KeptCase)  # a node whose reference cannot be run does not take part
        self._references.add(case.node, case.name, case.results)
        for node, reason in self._references.apart().items():
            self._drop(node, reason)
        if self._references.next_of(case.node) is not Next.GO:
            return
        place = next((one for one in self._ledger.pending if one.work == self._reference), None)
        if place is not None:
            self._finish(self._folder.as_case(case, place.number, place.wanted))

    def _finish(self, case: Ended) -> None:
        place = self._ledger.places[case.number]
        self._ledger.finish(case)
        self._notices.done(place)
        how = "has measured" if isinstance(case, KeptCase) else "could not run"
        self._notices.stage(f"{case.name} {how} {place.title}")

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
            labels = enumerated([self._ledger.places[case.number].title for case in dropped])
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
        present, fit = list(self._roll), self.fit
        self._notices.look(self._roll, fit, self._waited)
        if fit or not present or self._waited:
            self._unfit_since = None
            return
        self._unfit_since = self._unfit_since or time.monotonic()
        if time.monotonic() - self._unfit_since > _UNFIT_SECONDS:
            reasons = "; ".join(f"{one.beat.name}: {self._unfit[one.beat.node]}" for one in present)
            raise InputError(f"no node that is there can measure this: {reasons}")
