"""Peak heap by memray. A traced call is never timed, nor its RSS read: both would include the tracer's own cost."""

from __future__ import annotations

import gc
import sysconfig
import tempfile
from collections import defaultdict
from pathlib import Path

import memray

from bench.errors import MeasurementError
from bench.messages.reading import Call, Reading
from bench.results.records import Allocation, HeapPoint

MOST_POINTS = 400
MOST_SITES = 15
SNAPSHOT_INTERVAL_MS = 10


def read_peak_heap(call: Call) -> Reading:
    """Return the peak bytes on the heap during the call, with Python's allocators traced: the headline figure.

    Also the heap over time and the largest call sites at the peak. Raises MeasurementError where memray cannot write
    its file.
    """
    return _read(call, "peak_heap_bytes", traced=True)


def read_peak_heap_untraced(call: Call) -> Reading:
    """Return the peak bytes that Python's allocators took from the system, which move in arena steps of 1 MB.

    Raises as ``read_peak_heap``.
    """
    return _read(call, "peak_heap_untraced_bytes", traced=False)


def _read(call: Call, metric: str, *, traced: bool) -> Reading:
    with tempfile.TemporaryDirectory(prefix="bench-memray-") as folder:
        path = Path(folder) / "capture.bin"
        rival = memray.Tracker(destination=memray.FileDestination(Path(folder) / "rival.bin", compress_on_exit=False))
        gc.collect()
        with memray.Tracker(path, trace_python_allocators=traced, memory_interval_ms=SNAPSHOT_INTERVAL_MS):
            outcome = call()
            complete = _is_refused(rival)
        if not complete:
            raise MeasurementError(
                f"memray stopped tracking because it could not write its file to {tempfile.gettempdir()}; make room "
                "there, or set TMPDIR to a folder on a larger disk"
            )
        with memray.FileReader(path) as reader:
            peak = reader.metadata.peak_memory
            heap = heap_points(reader) if traced else ()
            sites = _sites(reader) if traced else ()
    return Reading(values={metric: peak}, outcome=outcome, heap=heap, allocations=sites)


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
    """Return ``file`` relative to site-packages, the standard library or the working folder."""
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
