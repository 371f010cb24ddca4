"""Call trees: amounts by call path, such as bytes that are held or seconds that were spent, small enough to keep.

A path begins at the measured call: the worker's own frames around it are left out. What would take too much room goes
into a node named OTHER below its caller, so that the sum over all nodes stays what it was.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .probes.short_path import short_path

OTHER = "(other)"
"""The function of a node that stands for all smaller paths below its caller."""
NO_FRAME = "(no Python frame)"
"""The function of a node for what no Python function is known of."""

LEAST_SHARE = 0.0005
"""Of the whole; a path with less goes into OTHER."""
LONGEST_NAME = 160
"""Characters of a function or a file."""

TreeSubject = Literal["peak", "retained", "time"]
"""``peak``: bytes held at the peak of the traced heap; ``retained``: bytes still held after the call; ``time``:
microseconds under a profiler, of which only shares of the whole say anything."""

Step = tuple[str, str, int]
"""Function, file and line, as memray gives them."""

MEASURING: Sequence[Step] = (("(measuring)", "", 0),)
"""The path of what the worker itself did right before and after the call."""

_FOLDER = f"{Path(__file__).resolve().parent}/"
_CALLER = "__call__"
"""Of the WatchedCall, which makes the measured call."""


@dataclass(frozen=True)
class CallFrame:
    """A CallFrame is a function in a file; the file is relative to where packages or the project are."""

    function: str
    file: str
    library: bool = False
    """Whether the file belongs to an installed package or to Python."""


@dataclass(frozen=True)
class CallNode:
    """A CallNode is one step of call paths: a line of a function, reached from the line of ``parent``."""

    parent: int
    """Its place among the nodes, where it comes before this one; -1 for the measured call itself."""
    frame: int
    """Its place among the frames."""
    line: int
    value: int
    """What belongs to this line itself and to none that it called."""
    count: int
    """Of what: of the allocations, or of the samples."""


@dataclass(frozen=True, kw_only=True)
class PathAmounts:
    """A PathAmounts is amounts by call path. The values of all nodes add up to the whole."""

    about: TreeSubject
    frames: tuple[CallFrame, ...]
    nodes: tuple[CallNode, ...]
    kept_from: int
    """The least value of a path that has its own nodes; all smaller ones are in nodes named OTHER."""


@dataclass
class _Branch:
    value: int = 0
    count: int = 0
    whole: int = 0
    whole_count: int = 0
    below: dict[tuple[CallFrame, int], _Branch] = field(default_factory=dict)


class CallTreeBuilder:
    """A CallTreeBuilder adds amounts up by call path."""

    def __init__(self) -> None:
        self._root = _Branch()
        self._files = ShortFiles()
        self._frames: dict[tuple[str, str], CallFrame] = {}

    @property
    def whole(self) -> int:
        """The sum of all values."""
        return self._root.whole

    def add(self, path: Sequence[Step], value: int, count: int) -> None:
        """Add an amount at the end of ``path``, whose outermost call comes first."""
        branch = self._root
        branch.whole += value
        branch.whole_count += count
        for function, file, line in path:
            frame = self._frames.get((function, file))
            if frame is None:
                short = self._files.of(file)
                frame = CallFrame(function[:LONGEST_NAME], short, self._files.is_library(file))
                self._frames[function, file] = frame
            known = branch.below.get((frame, line))
            if known is None:
                known = branch.below[frame, line] = _Branch()
            branch = known
            branch.whole += value
            branch.whole_count += count
        branch.value += value
        branch.count += count

    def tree(self, about: TreeSubject, most_nodes: int) -> PathAmounts:
        """Return the whole with at most ``most_nodes`` nodes besides those named OTHER, of which each has at most one.

        The largest are kept.
        """
        least = max(1, int(self._root.whole * LEAST_SHARE))
        sizes = sorted(_sizes(self._root), reverse=True)
        if len(sizes) > most_nodes:
            least = max(least, sizes[most_nodes] + 1)
        frames: dict[CallFrame, int] = {}
        nodes: list[CallNode] = []

        def add(parent: int, frame: CallFrame, line: int, value: int, count: int) -> int:
            nodes.append(CallNode(parent, frames.setdefault(frame, len(frames)), line, value, count))
            return len(nodes) - 1

        # Not by recursion: a path may be as deep as Python allows.
        waiting = [(-1, self._root)]
        if self._root.value:
            add(-1, CallFrame(NO_FRAME, ""), 0, self._root.value, self._root.count)
        while waiting:
            place, branch = waiting.pop()
            left_out = left_out_count = 0
            for (frame, line), below in sorted(branch.below.items(), key=lambda one: -one[1].whole):
                if below.whole >= least:
                    waiting.append((add(place, frame, line, below.value, below.count), below))
                else:
                    left_out += below.whole
                    left_out_count += below.whole_count
            if left_out_count:
                add(place, CallFrame(OTHER, ""), 0, left_out, left_out_count)
        return PathAmounts(about=about, frames=tuple(frames), nodes=tuple(nodes), kept_from=least)


def _sizes(root: _Branch) -> list[int]:
    found = []
    waiting = [root]
    while waiting:
        below = waiting.pop().below.values()
        found += [one.whole for one in below]
        waiting += below
    return found


def below_the_worker(stack: Sequence[Step]) -> Sequence[Step]:
    """Return ``stack``, outermost first, from the measured call on; MEASURING for what the worker did around it.

    The stack of a thread that the call started has nothing of the worker, and stays whole.
    """
    depth = next((place for place, step in enumerate(stack) if not step[1].startswith(_FOLDER)), len(stack))
    if depth and (stack[depth - 1][0] != _CALLER or depth == len(stack)):
        return MEASURING
    return stack[depth:]


class ShortFiles:
    """A ShortFiles shortens paths, each once."""

    def __init__(self) -> None:
        paths = [sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib", "platstdlib")]
        self._libraries = tuple(dict.fromkeys(f"{one}/" for one in paths))
        self._known: dict[str, str] = {}

    def of(self, file: str) -> str:
        """Return a path without its machine's part: below site-packages, the standard library or the working folder."""
        known = self._known.get(file)
        if known is None:
            short = file if file.startswith("<") else short_path(file)
            known = self._known[file] = short[-LONGEST_NAME:]
        return known

    def is_library(self, file: str) -> bool:
        """Whether a path is below site-packages or the standard library, or of a module that has no file."""
        return file.startswith((*self._libraries, "<frozen "))
