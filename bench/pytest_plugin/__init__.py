"""The pytest plugin: ``@pytest.mark.bench_budget(peak_heap="50 MB", statements=18)`` fails a test that takes more.

The probes are the suite's, around the test function or method alone, without fixtures, ``setUp`` and ``tearDown``.
Unlike the suite they run in pytest's process, so what an earlier test has loaded is loaded, and what other threads
allocate meanwhile counts. As probes disturb one another, a test with two budgets runs once for each. Where a figure
would be wrong, the test fails and says why. There is no budget of time: one sample on an unknown machine shows
nothing.

Every pytest of an environment loads this module, so it imports nothing but pytest until a marker is used, and then
memray and Django alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

MARKER = "bench_budget"
KEYS = ("peak_heap", "statements")

_PASS = "bench_budget_pass"  # noqa: S105 - no password, whatever the name resembles
_ERRORS = "bench_budget_errors"
_BUDGETS = pytest.StashKey[tuple[Any, ...]]()
"""Of ``budget.Budget``, whose module is loaded with the first marker."""
_WORKER_ERRORS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(peak_heap='50 MB', statements=18): fail the test if it takes more heap at its peak, or issues more "
        "statements through Django.",
    )
    config.stash[_WORKER_ERRORS] = []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test function with two budgets a pass for each."""
    if metafunc.definition.get_closest_marker(MARKER) is None:
        return
    from bench.pytest_plugin.budget import arguments_of

    keys = [key for key in KEYS if key in arguments_of(metafunc.definition)]
    if len(keys) > 1:
        metafunc.fixturenames.append(_PASS)
        metafunc.parametrize(_PASS, keys)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Read every marker before any test runs. Raises pytest.UsageError for one that cannot be read."""
    marked = [item for item in items if item.get_closest_marker(MARKER) is not None]
    if not marked:
        return
    from bench.pytest_plugin.budget import BudgetError, read_budgets

    try:
        for item in marked:
            item.stash[_BUDGETS] = read_budgets(item, _PASS)
    except BudgetError as error:
        output = getattr(config, "workeroutput", None)
        if output is None:
            raise pytest.UsageError(str(error)) from None
        # A worker of pytest-xdist would lose the message of a UsageError: its controller shows it instead.
        output[_ERRORS] = str(error)
        items.clear()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep what a worker of pytest-xdist could not read."""
    message = getattr(node, "workeroutput", {}).get(_ERRORS)
    if message is not None:
        node.config.stash[_WORKER_ERRORS].append(message)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End as after a UsageError if workers of pytest-xdist found one."""
    messages = session.config.stash[_WORKER_ERRORS]
    if messages:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
        sys.stderr.write(f"ERROR: {messages[0]}\n")


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Put the probe around the call of a test with a budget."""
    budgets = item.stash.get(_BUDGETS, ())
    if not budgets:
        return (yield)
    from bench.pytest_plugin.measure import run_within

    run = item.runtest
    setattr(item, "runtest", lambda: run_within(item, budgets, run))  # noqa: B010 - mypy refuses assigning to a method
    try:
        return (yield)
    finally:
        delattr(item, "runtest")
