"""The machine: what makes its figures noisy, as warnings, and how much CPU time other guests took."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FEWEST_CORES = 4
"""One each for the implementation, its backend, the checkpointer and the rest of the system."""
HIGHEST_LOAD_SHARE = 0.25
SLOWEST_FSYNC_SECONDS = 0.005
FEWEST_FREE_BYTES = 5_000_000_000
HIGHEST_STOLEN_SHARE = 0.01
_FSYNC_SAMPLES = 40
_BLOCK = b"\0" * 8192


@dataclass(frozen=True)
class CpuTimes:
    """CPU time of all cores since boot, in clock ticks; ``stolen`` went to other guests of the same host."""

    total: int
    stolen: int


def machine_warnings(folder: Path | None) -> tuple[str, ...]:
    """Return what makes timings on this machine unreliable, one sentence each.

    ``folder`` is where the server's files will be; None if they are not on this machine.
    """
    return (*_processor_warnings(), *(_disk_warnings(folder) if folder else ()))


def _processor_warnings() -> Iterator[str]:
    cores = os.cpu_count() or 1
    if cores < FEWEST_CORES:
        yield f"{cores} cores: implementation, server and everything else share them; {FEWEST_CORES} or more are better"
    load = os.getloadavg()[0]
    if load > HIGHEST_LOAD_SHARE * cores:
        yield f"load average {load:.1f} on {cores} cores: something else is running; stop it before timing"
    governors = sorted(_scaling_governors() - {"performance"})
    if governors:
        yield f"frequency scaling by {', '.join(governors)}: set the governor performance before timing"


def _disk_warnings(folder: Path) -> Iterator[str]:
    seconds = fsync_seconds(folder)
    if seconds > SLOWEST_FSYNC_SECONDS:
        yield (
            f"fsync takes {seconds * 1000:.1f} ms in {folder}: commits wait for the disk; set TMPDIR to a faster one"
        )
    free = shutil.disk_usage(folder).free
    if free < FEWEST_FREE_BYTES:
        yield f"{free / 1e9:.1f} GB free in {folder}: data of a million input rows take several GB; set TMPDIR"


def _scaling_governors() -> set[str]:
    governors = set()
    for path in Path("/sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq/scaling_governor"):
        # A core that is switched off has the file and does not let it be read.
        with suppress(OSError):
            governors.add(path.read_text(encoding="utf-8").strip())
    return governors


def fsync_seconds(folder: Path) -> float:
    """Return the median time to append a block of 8 kB to a file in ``folder`` and have it on the disk."""
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        taken = []
        for _ in range(_FSYNC_SAMPLES):
            start = time.perf_counter()
            file.write(_BLOCK)
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def cpu_times() -> CpuTimes | None:
    """Read the system's CPU times; None if the system does not say (only Linux does)."""
    if sys.platform != "linux":
        return None
    # proc(5): user nice system idle iowait irq softirq steal guest guest_nice; the guests are within user and nice.
    fields = Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0].split()[1:9]
    ticks = [int(field) for field in fields]
    return CpuTimes(total=sum(ticks), stolen=ticks[7])


def stolen_warning(before: CpuTimes | None, after: CpuTimes | None) -> tuple[str, ...]:
    """Return a warning if the host gave a noticeable share of the time between two readings to other guests."""
    if before is None or after is None or after.total == before.total:
        return ()
    share = (after.stolen - before.stolen) / (after.total - before.total)
    if share <= HIGHEST_STOLEN_SHARE:
        return ()
    return (f"the host gave {share * 100:.0f} % of the CPU time to other guests meanwhile: times vary with them",)
