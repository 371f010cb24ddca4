"""The roll: which nodes are there, by their beats, and what each of them does."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.broker.keys import Keys
from bench.nodes.messages import Beat, beat_name
from bench.nodes.seal import NodeKey, SealError

_ID = re.compile(r"[0-9a-f]{16}")


@dataclass
class Present:
    """A Present is a node as its last beat has it."""

    beat: Beat
    heard: float
    """When the count of its beats last rose, or it was first seen; of the clock of this side."""
    alive: bool = False
    """Whether its count has risen since it was first seen: an old beat may lie there, or be put there again."""


class Roll:
    """A Roll knows the nodes that have a run's key; ``look`` asks the broker."""

    def __init__(self, keys: Keys, key: NodeKey, silence: float, clock: Callable[[], float] = time.monotonic) -> None:
        """A node whose count does not rise for ``silence`` seconds is gone, while the broker is reached."""
        self._keys = keys
        self._key = key
        self._silence = silence
        self._clock = clock
        self._known: dict[str, Present] = {}
        self._looked = clock()
        self._left: set[str] = set()
        self.strangers: frozenset[str] = frozenset()
        """The keys of beats that are not sealed with this key."""

    def look(self) -> None:
        """Read all beats. Raises BrokerLostError."""
        names = self._keys.named(beat_name("*"))
        values = self._keys.values(names)
        now = self._clock()
        # Silence counts while the broker is reached: where it was not, nobody could be heard.
        if now - self._looked > self._silence / 2:
            for one in self._known.values():
                one.heard += now - self._looked
        self._looked = now
        strangers = set()
        for name, value in zip(names, values, strict=True):
            if value is None:
                continue
            try:
                self._take(name, self._key.opened("beat", value, Beat), now)
            except SealError:
                strangers.add(name)
        self.strangers = frozenset(strangers)
        for node in [node for node, one in self._known.items() if now - one.heard > self._silence]:
            del self._known[node]

    def leave(self, node: str) -> None:
        """Count ``node`` as gone: it said that it ends, and comes back under another name."""
        self._left.add(node)
        self._known.pop(node, None)

    def _take(self, name: str, beat: Beat, now: float) -> None:
        if not _ID.fullmatch(beat.node) or name != beat_name(beat.node):
            raise SealError("it is another node's")
        if beat.node in self._left:
            return
        known = self._known.get(beat.node)
        if known is None:
            self._known[beat.node] = Present(beat, now)
        elif beat.count > known.beat.count:
            known.beat, known.heard, known.alive = beat, now, True

    def get(self, node: str) -> Present | None:
        """Return a node that is there; None for one that is not, or not any more."""
        known = self._known.get(node)
        return known if known is not None and known.alive else None

    def __iter__(self) -> Iterator[Present]:
        """Yield the nodes that are there, by name."""
        return iter(
            sorted((one for one in self._known.values() if one.alive), key=lambda one: (one.beat.name, one.beat.node))
        )
