"""The case to time, on an embedded server that is started here.

All samples of a case run in this one process: a quick look. The figures of a report come from ``bench run``,
which starts a fresh process per sample.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from typing import Any

import pytest

from bench.benchmarks.timed_case import TimedCase
from bench.compliance.job import JOB
from bench.compliance.worker_set_up import set_up
from bench.datasets.providers import DEFAULT_PROVIDER, known_provider
from bench.harness.described import case_label
from bench.harness.stage import Stage, open_stage
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what ``bench run`` calls --scan, --implementation, --pairs, --provider and --seed."""
    group = parser.getgroup("bench", "the benchmark of create_compliance_requirements")
    group.addoption("--bench-scan", action="append", help="findings/regions; may be repeated (default: 100/3)")
    group.addoption("--bench-implementation", action="append", help="may be repeated (default: both of the project)")
    group.addoption("--bench-pairs", type=int, default=5, help="rounds (default: %(default)s)")
    group.addoption("--bench-provider", default=DEFAULT_PROVIDER, help="as in azure (default: %(default)s)")
    group.addoption("--bench-seed", type=int, default=0, help="seed of catalogue and scans (default: %(default)s)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per scan and implementation."""
    if "wanted" not in metafunc.fixturenames:
        return
    scans = metafunc.config.getoption("--bench-scan") or ["100/3"]
    names = metafunc.config.getoption("--bench-implementation") or ["materializing", "streaming"]
    wanted = [(scan, name) for scan in scans for name in names]
    metafunc.parametrize("wanted", wanted, ids=[f"{scan}-{name}" for scan, name in wanted], scope="session")


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A server with a migrated template; BENCH_DATABASE_URL names a server to use instead of an embedded one."""
    with open_stage(os.environ.get("BENCH_DATABASE_URL"), int(os.environ.get("BENCH_POSTGRES", "16"))) as stage:
        yield stage


@pytest.fixture
def case(request: pytest.FixtureRequest, wanted: tuple[str, str]) -> Iterator[TimedCase]:
    """The call to time."""
    # See bench.benchmarks: Python's collector walks through everything that pytest holds.
    gc.collect()
    gc.freeze()
    # pytest-django forbids the database outside its own fixtures; ours is not Django's test database. By hand, Django
    # is not set up when pytest starts, and nothing is blocked.
    blocker = request.getfixturevalue("django_db_blocker")
    with blocker.unblock() if blocker else nullcontext():
        yield from _case_by_hand(request, *wanted)


def _case_by_hand(request: pytest.FixtureRequest, label: str, name: str) -> Iterator[TimedCase]:
    # Django must not be imported before this point: without settings its models cannot be.
    from bench.compliance.schema.django_setup import close_connections, set_up_django
    from bench.worker.loading import load_function

    stage: Stage = request.getfixturevalue("stage")
    provider = known_provider(request.config.getoption("--bench-provider"))
    seed: Any = request.config.getoption("--bench-seed")
    rounds: Any = request.config.getoption("--bench-pairs")
    source = DataSource(size=parse_size(JOB, label), seed=seed, options={"provider": provider})
    wanted = implementation_of(JOB, name)
    with stage.data(JOB, source, (wanted,)) as scan:
        set_up_django(scan.access)
        loaded = scan.loaded
        set_up(loaded.context)
        implementation = load_function(name, wanted.function)

        def reset() -> None:
            close_connections()
            scan.reset()
            implementation(**(loaded.warm_up or {}))

        yield TimedCase(
            call=partial(implementation, **loaded.arguments),
            reset=reset,
            rounds=rounds,
            label=case_label(JOB, scan.dataset, name),
        )
        close_connections()
