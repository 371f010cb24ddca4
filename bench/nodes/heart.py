"""The heart: says again and again that a node is there and what it does, and hears whether its case is still wanted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from msgspec.structs import replace

from bench.broker.keys import BrokerLostError, Keys, longer
from bench.nodes.messages import CANCELLED, Beat, Case, beat_name
from bench.nodes.seal import NodeKey

BEAT_SECONDS = 1.0
KEPT_SECONDS = 60
"""How long the broker keeps a beat."""
ABSENT_SECONDS = 30.0
"""A case that nobody waits for any more is given up after this: a run may have to come back to a broker that forgot."""


class Heart:
    """A Heart beats in a separate thread, from ``start`` to ``stop``."""

    def __init__(self, url: str, key: NodeKey, beat: Beat, say: Callable[[str], None]) -> None:
        self._keys = Keys(url)
        self._key = key
        self._beat = beat
        self._say = say
        self._case: Case | None = None
        self._absent_since: float | None = None
        self._stopped = threading.Event()
        self._changed = threading.Event()
        self._unwanted = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    @property
    def unwanted(self) -> bool:
        """Whether nobody waits for the case that is being measured."""
        return self._unwanted.is_set()

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more; the last beat goes with the node's other keys."""
        self._stopped.set()
        self._changed.set()
        self._thread.join()
        self._keys.close()

    def begin(self, case: Case) -> None:
        """Say that ``case`` is being measured."""
        self._unwanted.clear()
        self._absent_since = None
        self._case = case
        self._beat = replace(self._beat, run=case.run, number=case.number, attempt=case.attempt, stage="")
        self._changed.set()

    def stage(self, text: str) -> None:
        """Say what is being done of it."""
        self._beat = replace(self._beat, stage=text)

    def end(self) -> None:
        """Say that the node waits for a case."""
        self._case = None
        self._beat = replace(self._beat, run="", number=0, attempt=0, stage="")
        self._changed.set()

    def _run(self) -> None:
        count, pause, lost = 0, BEAT_SECONDS, False
        while not self._stopped.is_set():
            count += 1
            try:
                beat = replace(self._beat, count=count)
                self._keys.put(beat_name(beat.node), self._key.sealed("beat", beat), seconds=KEPT_SECONDS)
                self._listen()
            except BrokerLostError as error:
                if not lost:
                    self._say(f"{error}; trying again")
                lost, pause = True, longer(pause)
                self._absent_since = None
            else:
                if lost:
                    self._say("the broker is reached again")
                lost, pause = False, BEAT_SECONDS
            self._changed.wait(pause)
            self._changed.clear()

    def _listen(self) -> None:
        """Ask whether the case is still wanted."""
        case = self._case
        if case is None:
            return
        (found,) = self._keys.values([case.answer])
        if found == CANCELLED:
            self._unwanted.set()
        elif found is not None:
            self._absent_since = None
        elif self._absent_since is None:
            self._absent_since = time.monotonic()
        elif time.monotonic() - self._absent_since > ABSENT_SECONDS:
            self._unwanted.set()
