"""Heap by memray. A traced call is never timed, nor its RSS read: both would include the tracer's own cost."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import memray
from memray._memray import compute_statistics

from ..aside import Aside
from ..reading import CallReading, HeapPoint
from .heap_capture import bytes_by_path, captured_heap

MOST_POINTS = 400
MOST_PEAK_NODES = 250
MOST_RETAINED_NODES = 60
MOST_READ_TWICE_BYTES = 500_000_000
"""Of the peak. memray's reader keeps each block of memory that lives, which takes more than small blocks themselves;
of a larger heap two readers at once would take more memory than the call did."""


def read_peak_heap(call: Callable[[], Any], *, keep: str = "") -> CallReading:
    """Return the peak bytes on the heap during the call, with Python's allocators traced: the headline figure.

    Also the number of allocations and their bytes in all, what of them is still held after the call, the heap over
    time, and by call path what is held at the peak and after the call. What only the garbage collector can free is not
    held. ``keep`` is a file to keep the capture in, or ''. Raises MeasurementFault if memray cannot write its file.
    """
    found: dict[str, Any] = {}
    warnings: list[str] = []

    def read(capture: Path) -> None:
        # Each of these reads the whole capture; one after another they would make the pass a sixth longer.
        counting = Aside(lambda: _totals(capture))
        with memray.FileReader(capture) as reader:
            at_once = reader.metadata.peak_memory <= MOST_READ_TWICE_BYTES
            after = Aside(
                lambda: bytes_by_path(reader.get_leaked_allocation_records(), "retained", MOST_RETAINED_NODES),
                aside=at_once,
            )
            at_peak, _ = bytes_by_path(reader.get_high_watermark_allocation_records(), "peak", MOST_PEAK_NODES)
            retained, bytes_retained = after.result()
            found["heap"] = heap_points(reader)
            peak = reader.metadata.peak_memory
        found["values"] = {"peak_heap_bytes": peak, **counting.result(), "retained_bytes": bytes_retained}
        found["trees"] = (at_peak, retained)
        if keep:
            warnings.extend(_keep(capture, Path(keep)))

    with captured_heap(read, traced=True):
        outcome = call()
        gc.collect()
    return CallReading(outcome=outcome, warnings=tuple(warnings), **found)


def read_peak_heap_untraced(call: Callable[[], Any]) -> CallReading:
    """Return the peak bytes that Python's allocators took from the system, which move in arena steps of 1 MB.

    Raises as ``read_peak_heap``.
    """
    found: dict[str, float] = {}

    def read(capture: Path) -> None:
        with memray.FileReader(capture) as reader:
            found["peak_heap_untraced_bytes"] = reader.metadata.peak_memory

    with captured_heap(read, traced=False):
        outcome = call()
    return CallReading(values=found, outcome=outcome)


def _totals(capture: Path) -> dict[str, float]:
    """Return how many allocations a capture holds, and their bytes."""
    found = compute_statistics(str(capture), num_largest=1)
    return {"allocations": found.total_num_allocations, "allocated_bytes": found.total_memory_allocated}


def _keep(capture: Path, place: Path) -> tuple[str, ...]:
    """Move a capture to ``place``, where it appears whole or not at all; return why it could not be kept."""
    part = place.with_name(f"{place.name}.part")
    try:
        shutil.move(capture, part)
        part.replace(place)
    except OSError as error:
        part.unlink(missing_ok=True)
        return (f"the capture was not kept: {error.strerror or error}",)
    return ()


def heap_points(reader: memray.FileReader) -> tuple[HeapPoint, ...]:
    """Return at most MOST_POINTS moments: of each stretch of time the one with the largest heap, so peaks stay."""
    snapshots = list(reader.get_memory_snapshots())
    if not snapshots:
        return ()
    start = snapshots[0].time
    stretch = -(-len(snapshots) // MOST_POINTS)
    chosen = (
        max(snapshots[i : i + stretch], key=lambda snapshot: snapshot.heap) for i in range(0, len(snapshots), stretch)
    )
    return tuple(
        HeapPoint(seconds=(point.time - start) / 1000, heap_bytes=point.heap, rss_bytes=point.rss) for point in chosen
    )
