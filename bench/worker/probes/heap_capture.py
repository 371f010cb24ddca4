"""A capture of the heap by memray around a block, and what it says of call sites and call paths.

This module needs no package but memray, so that the pytest plugin can use it in anybody's environment.
"""

from __future__ import annotations

import gc
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import memray

from ..call_tree import NO_FRAME, CallTreeBuilder, PathAmounts, TreeSubject, below_the_worker
from ..failure import MeasurementFault
from .short_path import short_path

MOST_SITES = 15
SNAPSHOT_INTERVAL_MS = 1
"""The peak of a small scan lasts a few milliseconds; memray's default of 10 would miss it in the heap over time."""


@contextmanager
def captured_heap(read: Callable[[Path], None], *, traced: bool) -> Iterator[None]:
    """Trace the heap during the block, Python's allocators too if ``traced``; hand the capture to ``read`` afterwards.

    If the block raises, nothing is read. Raises MeasurementFault if memray could not write its file.
    """
    with tempfile.TemporaryDirectory(prefix="bench-memray-") as folder:
        path = Path(folder) / "capture.bin"
        rival = memray.Tracker(destination=memray.FileDestination(Path(folder) / "rival.bin", compress_on_exit=False))
        gc.collect()
        with memray.Tracker(path, trace_python_allocators=traced, memory_interval_ms=SNAPSHOT_INTERVAL_MS):
            yield
            complete = _is_refused(rival)
        if not complete:
            raise MeasurementFault(
                f"memray stopped tracking because it could not write its file to {tempfile.gettempdir()}; make room "
                "there, or set TMPDIR to a folder on a larger disk"
            )
        read(path)


def _is_refused(rival: memray.Tracker) -> bool:
    """Whether a tracker is active: it then refuses a second one.

    memray deactivates a tracker that cannot write, reports that to standard error alone, and gives the peak until then.
    """
    try:
        rival.__enter__()
    except RuntimeError:
        return True
    except AssertionError:
        return False
    rival.__exit__(None, None, None)
    return False


@dataclass(frozen=True)
class HeapSite:
    """A line and the bytes that it had allocated at the peak, in ``count`` allocations."""

    function: str
    file: str
    line: int
    bytes: int
    count: int


def largest_sites(reader: memray.FileReader) -> tuple[HeapSite, ...]:
    """The MOST_SITES lines that held most at the peak, the largest first."""
    totals: defaultdict[tuple[str, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for record in reader.get_high_watermark_allocation_records(merge_threads=True):
        stack = record.stack_trace(max_stacks=1)
        function, file, line = stack[0] if stack else (NO_FRAME, "", 0)
        total = totals[function, short_path(file), line]
        total[0] += record.size
        total[1] += record.n_allocations
    largest = sorted(totals.items(), key=lambda item: (-item[1][0], item[0]))[:MOST_SITES]
    return tuple(HeapSite(*place, *total) for place, total in largest)


def bytes_by_path(
    records: Iterable[memray.AllocationRecord], about: TreeSubject, most_nodes: int
) -> tuple[PathAmounts, int]:
    """Return the bytes of ``records`` by call path, and their sum."""
    builder = CallTreeBuilder()
    for record in records:
        # memray has the innermost call first.
        builder.add(below_the_worker(record.stack_trace()[::-1]), record.size, record.n_allocations)
    return builder.tree(about, most_nodes), builder.whole
