"""What loading a scan costs, by step: wall seconds, CPU seconds of this process and the server; and memory and disk.

``.venv/bin/python -m experiments.load_cost [--scan 60k/30]``; to compare with another revision, run it in turns in both
checkouts, with PYTHONPATH at each one's folder. Memory is this process's highest resident size. ``disk`` is by how much
the server's folder grew at most, looked at every second; of it the server's log is a part, which the server shortens
only after a checkpoint.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.compliance.job import JOB
from bench.database.access import DatabaseAccess
from bench.database.server_process import cpu_seconds, find_postmaster
from bench.datasets.catalogue.synthetic import synthetic_catalogue
from bench.datasets.scan.load import load_synthetic_scan
from bench.datasets.size import ScanSize
from bench.harness.stage import open_stage
from bench.jobs.size import parse_size

_STEPS = {"making": "indexes", "checking": "foreign keys", "vacuuming": "vacuum and statistics"}


@dataclass(frozen=True)
class Cost:
    """A Cost is what was used up to some moment, in seconds."""

    wall: float
    own: float
    server: float

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.wall - other.wall, self.own - other.own, self.server - other.server)

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.own + other.own, self.server + other.server)

    def __str__(self) -> str:
        return f"{self.wall:6.1f} s; CPU {self.own:5.1f} s here, {self.server:5.1f} s in the server"


class Steps:
    """A Progress that adds up what each kind of step of a load has cost."""

    def __init__(self, postmaster: int) -> None:
        self._postmaster = postmaster
        self.costs: dict[str, Cost] = {}
        self._step = "rows"
        self._began = self._now()

    def __call__(self, done: int, /) -> None:
        """See ``Progress``."""

    def step(self, text: str, /) -> None:
        """See ``Progress``."""
        now = self._now()
        self.costs[self._step] = self.costs.get(self._step, Cost(0, 0, 0)) + (now - self._began)
        self._step, self._began = _STEPS.get(text.partition(" ")[0], text), now

    def _now(self) -> Cost:
        return Cost(time.perf_counter(), time.process_time(), cpu_seconds(self._postmaster))


class Growth:
    """By how many bytes a folder has grown at most; the bytes of its log's folder beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._first = _bytes_in(folder)
        self.most = self.log = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no further."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(1.0):
            self.most = max(self.most, _bytes_in(self._folder) - self._first)
            self.log = max(self.log, _bytes_in(self._folder / "data/pg_wal"))


def _bytes_in(folder: Path) -> int:
    found = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                found += os.stat(os.path.join(parent, name)).st_blocks * 512  # noqa: PTH116, PTH118 - thousands of files
    return found


def _server_bytes(access: DatabaseAccess) -> str:
    with psycopg.connect(access.conninfo) as connection:
        row = connection.execute(
            "SELECT pg_database_size(datname), temp_bytes, wal_bytes::bigint FROM pg_stat_database, pg_stat_wal"
            " WHERE datname = current_database()"
        ).fetchone()
    data, temporary, log = row or (0, 0, 0)
    return f"database {data / 1e6:,.0f} MB, temporary files {temporary / 1e6:,.0f} MB, log {log / 1e6:,.0f} MB"


def main(arguments: Sequence[str] | None = None) -> None:
    """Load and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scan", default="60k/30")
    numbers = parse_size(JOB, parser.parse_args(arguments).scan).numbers
    size = ScanSize("", numbers["findings"], numbers["regions"])
    catalogue = synthetic_catalogue(0)
    with open_stage(None, 16) as stage:
        access = stage.server.create_database(stage.template(JOB))
        with psycopg.connect(access.conninfo) as connection:
            postmaster = find_postmaster(connection.info.backend_pid, access.database)
        assert postmaster is not None  # the server is on this machine
        assert access.log_directory is not None  # it is the embedded one
        growth = Growth(Path(access.log_directory).parent)
        steps = Steps(postmaster)
        scan = load_synthetic_scan(access, size, catalogue, 0, steps)
        steps.step("the end")
        growth.stop()
        lines = [f"{cost}: {step}" for step, cost in steps.costs.items()]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        lines += [
            f"{sum(steps.costs.values(), Cost(0, 0, 0))}: all",
            f"{peak} MB here; {_server_bytes(access)}; disk {growth.most / 1e6:,.0f} MB, of which log up to "
            f"{growth.log / 1e6:,.0f} MB; fingerprint {scan.fingerprint[:12]}",
        ]
        sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
