"""A suite on the test process's server, and implementations that run on it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bench.compliance.conformance.suite import CALL_SECONDS, Suite
from bench.compliance.conformance.tables import open_tables
from bench.compliance.job import JOB
from bench.harness.executor import ProcessExecutor
from bench.harness.scratch import scratch_folder
from bench.harness.stage import Stage
from tests.support.conformance_runs import Enter


@pytest.fixture(scope="session")
def suite(quick_stage: Stage) -> Iterator[Suite]:
    """The suite as ``bench prove conform`` opens it, on the test process's server."""
    server = quick_stage.server
    access = server.create_database(quick_stage.template(JOB))
    # pytest's temporary paths are too long for a socket.
    with scratch_folder() as folder, open_tables(access) as tables:
        yield Suite(server, tables, ProcessExecutor(folder), folder, CALL_SECONDS)
    server.drop_database(access)


@pytest.fixture(scope="session")
def enter(suite: Suite) -> Iterator[Enter]:
    """Return an implementation by name, each in a separate worker that starts on first use."""
    with ExitStack() as stack:
        yield functools.cache(lambda name: suite.contestant(name, stack.enter_context(suite.serving_worker())))
