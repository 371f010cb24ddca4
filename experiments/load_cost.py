"""What loading a scan costs: wall seconds, CPU seconds of this process and the server, and this process's memory.

``.venv/bin/python -m experiments.load_cost [--scan 60k/30]``; to compare with another revision, run it in turns in both
checkouts, with PYTHONPATH at each one's folder.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Sequence

import psycopg

from bench.compliance.job import JOB
from bench.database.server_process import cpu_seconds, find_postmaster
from bench.datasets.catalogue.synthetic import synthetic_catalogue
from bench.datasets.scan.load import load_synthetic_scan
from bench.datasets.size import ScanSize
from bench.harness.stage import open_stage
from bench.jobs.size import parse_size


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
        server, own, began = cpu_seconds(postmaster), time.process_time(), time.perf_counter()
        scan = load_synthetic_scan(access, size, catalogue, 0)
        seconds = time.perf_counter() - began
        used = f"CPU {time.process_time() - own:.1f} s here, {cpu_seconds(postmaster) - server:.1f} s in the server"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{seconds:.1f} s; {used}; {peak} MB here; fingerprint {scan.fingerprint[:12]}")  # noqa: T201 - its output


if __name__ == "__main__":
    main()
