"""Peak heap by memray. Never time a traced call, and never read its RSS: the tracer's own costs are in both."""

from __future__ import annotations

import gc
import sysconfig
import tempfile
from collections import defaultdict
from pathlib import Path

import memray

from bench.messages.reading import Call, Reading
from bench.results.records import Allocation, HeapPoint

MOST_POINTS = 400
MOST_SITES = 15
SNAPSHOT_INTERVAL_MS = 10


def read_peak_heap(call: Call) -> Reading:
    """Peak bytes on the heap during the call, Python's allocators traced: the headline figure, near-exact.

    Also the heap over time and the largest call sites at the peak.
    """
    return _read(call, "peak_heap_bytes", traced=True)


def read_peak_heap_untraced(call: Call) -> Reading:
    """Peak bytes that Python's allocators took from the system: moves in arena steps of 1 MB."""
    return _read(call, "peak_heap_untraced_bytes", traced=False)


def _read(call: Call, metric: str, *, traced: bool) -> Reading:
    with tempfile.TemporaryDirectory(prefix="bench-memray-") as folder:
        path = Path(folder) / "capture.bin"
        gc.collect()
        with memray.Tracker(path, trace_python_allocators=traced, memory_interval_ms=SNAPSHOT_INTERVAL_MS):
            outcome = call()
        with memray.FileReader(path) as reader:
            peak = reader.metadata.peak_memory
            heap = heap_points(reader) if traced else ()
            sites = _sites(reader) if traced else ()
    return Reading(values={metric: peak}, outcome=outcome, heap=heap, allocations=sites)


def heap_points(reader: memray.FileReader) -> tuple[HeapPoint, ...]:
    """At most MOST_POINTS moments; of each stretch the one with the largest heap, so that no peak is thinned away."""
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


def _sites(reader: memray.FileReader) -> tuple[Allocation, ...]:
    totals: defaultdict[tuple[str, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for record in reader.get_high_watermark_allocation_records(merge_threads=True):
        stack = record.stack_trace(max_stacks=1)
        function, file, line = stack[0] if stack else ("(no Python frame)", "", 0)
        total = totals[function, _short(file), line]
        total[0] += record.size
        total[1] += record.n_allocations
    largest = sorted(totals.items(), key=lambda item: (-item[1][0], item[0]))[:MOST_SITES]
    return tuple(
        Allocation(function=function, file=file, line=line, bytes=size, count=count)
        for (function, file, line), (size, count) in largest
    )


def _short(file: str) -> str:
    """A path without its machine's part: below site-packages, the standard library or the working folder."""
    roots = (
        sysconfig.get_path("purelib"),
        sysconfig.get_path("platlib"),
        sysconfig.get_path("stdlib"),
        str(Path.cwd()),
    )
    for root in roots:
        if file.startswith(f"{root}/"):
            return file[len(root) + 1 :]
    return "/".join(Path(file).parts[-2:])
