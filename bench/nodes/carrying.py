"""Carrying a case out: what a node does with one message, from its seal to the delivery of the answer."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from bench.broker.keys import BrokerLostError, Keys, longer
from bench.errors import BenchError, InputError
from bench.nodes.child import BENCHMARKS_FILE, RESULTS_FILE, UNRUNNABLE_FILE, Child, started
from bench.nodes.heart import ABSENT_SECONDS, Heart
from bench.nodes.identity import code_differences, code_identity, file_digest
from bench.nodes.messages import WANTED, Answer, Case, Work, packed
from bench.nodes.options import NodeOptions
from bench.nodes.permitted import permitted
from bench.nodes.seal import SealError
from bench.words import plain, shorten

_LONGEST_REASON = 600
_GIVE_BACK_SECONDS = 3.0


class GivenBackError(BenchError):
    """The node was asked to end while it measured."""


class UnwantedError(BenchError):
    """Nobody waits for the case any more."""


class Node:
    """A Node carries out what comes out of its queue, if that is meant for it and permitted."""

    def __init__(self, options: NodeOptions, heart: Heart, scratch: Path, say: Callable[[str], None]) -> None:
        self._options = options
        self._heart = heart
        self._scratch = scratch
        self._say = say
        self._keys = Keys(options.url)
        self._seen: set[tuple[str, int, int]] = set()
        self._child: Child | None = None
        self.busy = False
        """Whether a message is being dealt with."""
        self.ending = False
        """Whether the node was asked to end."""

    def end(self) -> None:
        """Ask the node to end; asked again, it does not wait for what it measures to be cleared away."""
        if self.ending and self._child is not None:
            self._child.kill()
        self.ending = True

    def close(self) -> None:
        """Close its connections."""
        self._keys.close()

    def take(self, sealed: object) -> None:
        """Deal with one message from the queue; whatever is wrong with it or happens is said, and nothing raised."""
        self.busy = True
        try:
            case = self._options.key.opened("case", sealed, Case)
            self._refuse_unless_meant(case)
        except SealError as error:
            self._say(f"refused a message: {error}")
        else:
            self._carry_out(case)
        finally:
            self.busy = False

    def _refuse_unless_meant(self, case: Case) -> None:
        """Raise SealError for a message that is for another node, was there before, or is too old."""
        if case.node != self._options.id:
            raise SealError("it was meant for another node")
        if case.expires < time.time():
            raise SealError("it is too old; check that the clocks of both machines are right")
        place = case.run, case.number, case.attempt
        if place in self._seen:
            raise SealError("it was here before")
        self._seen.add(place)

    def _carry_out(self, case: Case) -> None:
        self._heart.begin(case)
        began = time.monotonic()
        try:
            answer = self._measured(case, began)
        except UnwantedError:
            self._say(f"{case.work.label}: stopped, as it is not wanted any more")
        except GivenBackError:
            self._say(f"{case.work.label}: given back")
            self._deliver(case, _answer(case, "given back", "its node ended"), patience=_GIVE_BACK_SECONDS)
        except InputError as error:
            self._say(f"{case.work.label}: refused, {error}")
            self._deliver(case, _answer(case, "refused", str(error)))
        else:
            self._say(f"{case.work.label}: {answer.outcome} after {answer.seconds:.0f} s{_because(answer)}")
            self._deliver(case, answer)
        finally:
            self._heart.end()

    def _measured(self, case: Case, began: float) -> Answer:
        """Have a child measure ``case``. Raises InputError for what this node does not do."""
        self._refuse_unwanted(case)
        self._refuse_other_code(case.work)
        self._say(f"{case.work.label}: {', '.join(case.work.implementations)}, attempt {case.attempt}")
        with (
            tempfile.TemporaryDirectory(prefix="case-", dir=self._scratch) as name,
            self._started(Path(name), case) as child,
        ):
            self._follow(child)
            code, seconds, folder = child.exit_code(), time.monotonic() - began, Path(name)
            if self.ending:
                raise GivenBackError
            if code:
                said = child.last_words() or f"it ended with {code}"
                return _answer(case, "failed", said, seconds=seconds)
            if (unrunnable := folder / UNRUNNABLE_FILE).exists():
                return _answer(case, "unrunnable", unrunnable.read_text(), seconds=seconds)
            return _answer(
                case,
                "measured",
                seconds=seconds,
                results=packed((folder / RESULTS_FILE).read_bytes()),
                benchmarks=packed((folder / BENCHMARKS_FILE).read_bytes()),
            )

    def _refuse_other_code(self, work: Work) -> None:
        """Raise InputError where what is to be measured is not what this node has."""
        if work.commits and self._options.clone is None:
            raise InputError("it measures no commits; start it with --repository, which names its own clone")
        implementations = permitted(work, self._options.job, anything=self._options.anything)
        installed = [one for one in implementations if one.name not in work.commits]
        for difference in code_differences(work.code, code_identity(installed)):
            raise InputError(f"{difference}; have the same commit checked out and installed on both machines")
        for path, digest in work.files.items():
            if file_digest(Path(path)) != digest:
                raise InputError(f"the file {path} is another one there; copy it to the same place on every machine")
        if work.commits and self._options.clone is not None:
            self._options.clone.refuse_unless_there(work, implementations)

    def _follow(self, child: Child) -> None:
        """Follow ``child`` to its end. Raises UnwantedError and GivenBackError where that comes earlier."""
        for told in child.said():
            if self._heart.unwanted:
                raise UnwantedError
            if self.ending:
                raise GivenBackError
            if told is not None and told.stage:
                self._heart.stage(told.stage)
            if told is not None and told.warning:
                self._say(f"warning: {told.warning}")

    @contextmanager
    def _started(self, folder: Path, case: Case) -> Iterator[Child]:
        with started(self._options.command, folder, case.work, self._options.database_url) as child:
            self._child = child
            try:
                yield child
            finally:
                self._child = None

    def _refuse_unwanted(self, case: Case) -> None:
        """Raise UnwantedError for a case that nobody waits for by now: its run has ended, or gave it to another."""
        try:
            (found,) = self._keys.values([case.answer])
        except BrokerLostError:
            return  # it came a moment ago, so it is worth the work
        if found != WANTED:
            raise UnwantedError

    def _deliver(self, case: Case, answer: Answer, patience: float | None = None) -> None:
        """Put the answer where it is waited for, once the broker is reached and as long as somebody waits.

        ``patience`` are the seconds after which that is given up; without, only a request to end does.
        """
        sealed = self._options.key.sealed("answer", answer)
        began, pause, reached_without = time.monotonic(), 0.25, 0.0
        while True:
            try:
                (found,) = self._keys.values([case.answer])
                if found == WANTED and self._keys.put(case.answer, sealed, if_known=True):
                    return
                if found is not None or reached_without > ABSENT_SECONDS:
                    return
                reached_without += pause
            except BrokerLostError:
                pass
            spent = time.monotonic() - began
            if (patience is not None and spent > patience) or (patience is None and self.ending):
                self._say(f"{case.work.label}: its answer could not be delivered")
                return
            time.sleep(pause)
            pause = longer(pause)


def _answer(case: Case, outcome: str, reason: str = "", **members: Any) -> Answer:
    return msgspec.convert(
        {
            "run": case.run,
            "number": case.number,
            "attempt": case.attempt,
            "node": case.node,
            "outcome": outcome,
            "reason": shorten(plain(reason), _LONGEST_REASON),
            **members,
        },
        Answer,
    )


def _because(answer: Answer) -> str:
    return f": {answer.reason}" if answer.reason else ""
