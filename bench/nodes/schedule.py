"""List scheduling: cases handed to whichever node is free, longest first, and how long that takes.

R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM Journal on Applied Mathematics 17, 1969: longest first
takes at most 4/3 of the shortest possible time, and no order takes less than the longest case.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence


def longest_first(costs: Sequence[float]) -> tuple[int, ...]:
    """Return the places of ``costs`` from the largest to the smallest."""
    return tuple(sorted(range(len(costs)), key=lambda place: (-costs[place], place)))


def makespan(seconds: Iterable[float], free_after: Sequence[float]) -> float:
    """Return when the last case has ended, if each in its order goes to the node that is free first.

    ``free_after`` is when each node is free, one number a node.
    """
    free = list(free_after)
    heapq.heapify(free)
    for one in seconds:
        heapq.heappush(free, heapq.heappop(free) + one)
    return max(free)
