"""The one case to time, as a file names it."""

from __future__ import annotations

import gc
from functools import partial
from pathlib import Path

import pytest

from bench.benchmarks.given_case import read_given_case
from bench.benchmarks.timed_case import TimedCase
from bench.worker import project
from bench.worker.loading import load_function


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the file."""
    group = parser.getgroup("bench", "the benchmark of a call")
    group.addoption("--bench-given", help="the file of the one case to time, as `bench doctor --clocks` writes it")


@pytest.fixture
def case(request: pytest.FixtureRequest) -> TimedCase:
    """The call to time: the project set up and warm, as in a worker."""
    # Python's collector walks through everything that pytest holds, which costs a fifth of a small call's CPU time and
    # is nothing that a worker has.
    gc.collect()
    gc.freeze()
    given = read_given_case(Path(request.config.getoption("--bench-given")))
    project.set_up(given.path, given.settings)
    function = load_function(given.function, given.function)
    project.run_hook(given.set_up, given.context)
    if given.warm_up is not None:
        function(**given.warm_up)
    return TimedCase(call=partial(function, **given.arguments), reset=lambda: None, rounds=1, label=given.label)
