"""Call trees: what one call held or spent, by call path; and the captures that were kept of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bench.worker.call_tree import OTHER, CallFrame, CallNode, TreeSubject

__all__ = ["OTHER", "CallFrame", "CallNode", "CallTree", "KeptCapture", "TreeSubject"]


@dataclass(frozen=True, kw_only=True)
class CallTree:
    """A CallTree is amounts by call path in one sample of one case. The values of all nodes add up to the whole."""

    scan: str
    implementation: str
    about: TreeSubject
    frames: tuple[CallFrame, ...]
    nodes: tuple[CallNode, ...]
    """Callers come before what they call."""
    kept_from: int
    """The least value of a path that has its own nodes; smaller ones are in nodes named OTHER below their caller."""

    @property
    def whole(self) -> int:
        """The sum over all nodes."""
        return sum(node.value for node in self.nodes)

    @property
    def counted(self) -> int:
        """The sum of all counts."""
        return sum(node.count for node in self.nodes)

    def frame_of(self, node: CallNode) -> CallFrame:
        """Return the function of one of the nodes."""
        return self.frames[node.frame]


@dataclass(frozen=True, kw_only=True)
class KeptCapture:
    """A KeptCapture is the memray capture of one case, and the pages that memray made of it."""

    scan: str
    implementation: str
    file: str
    """Relative to the folder of the results file, as the pages are."""
    pages: tuple[str, ...] = ()


CAPTURE_FILE = re.compile(r"captures/[A-Za-z0-9.+_-]+-heap(\.bin|-[a-z]+\.html)")
"""The name of a capture, or of a page made of it, relative to the results file."""


def capture_faults(capture: KeptCapture) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the names in ``capture``, which reports link."""
    names = (("file", capture.file), *((f"pages[{place}]", page) for place, page in enumerate(capture.pages)))
    for place, name in names:
        if not CAPTURE_FILE.fullmatch(name):
            yield place, "is not named as captures are"


def tree_faults(tree: CallTree) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with ``tree``, as the place in it and what is wrong there."""
    for index, node in enumerate(tree.nodes):
        if not -1 <= node.parent < index:
            yield f"nodes[{index}].parent", f"is {node.parent}; a caller comes before what it calls"
        if not 0 <= node.frame < len(tree.frames):
            yield f"nodes[{index}].frame", f"is {node.frame}; there are {len(tree.frames)} frames"
        for name, number in (("value", node.value), ("count", node.count), ("line", node.line)):
            if number < 0:
                yield f"nodes[{index}].{name}", f"is {number}; it cannot be negative"
