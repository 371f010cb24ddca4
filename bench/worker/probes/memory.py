"""Peak heap by memray. A traced call is never timed, nor its RSS read: both would include the tracer's own cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import memray

from ..reading import CallReading, HeapPoint
from .heap_capture import captured_heap, largest_sites

MOST_POINTS = 400


def read_peak_heap(call: Callable[[], Any]) -> CallReading:
    """Return the peak bytes on the heap during the call, with Python's allocators traced: the headline figure.

    Also the heap over time and the largest call sites at the peak. Raises MeasurementFault if memray cannot write
    its file.
    """
    return _read(call, "peak_heap_bytes", traced=True)


def read_peak_heap_untraced(call: Callable[[], Any]) -> CallReading:
    """Return the peak bytes that Python's allocators took from the system, which move in arena steps of 1 MB.

    Raises as ``read_peak_heap``.
    """
    return _read(call, "peak_heap_untraced_bytes", traced=False)


def _read(call: Callable[[], Any], metric: str, *, traced: bool) -> CallReading:
    found: dict[str, Any] = {}

    def read(reader: memray.FileReader) -> None:
        found["values"] = {metric: reader.metadata.peak_memory}
        if traced:
            found["heap"] = heap_points(reader)
            found["allocations"] = largest_sites(reader)

    with captured_heap(read, traced=traced):
        outcome = call()
    return CallReading(outcome=outcome, **found)


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
