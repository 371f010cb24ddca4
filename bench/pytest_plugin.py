"""The pytest plugin: ``@pytest.mark.bench_budget(peak_heap="50 MB", statements=18)`` holds one's own test to a budget.

The probes are the suite's own, around the call of the test alone, fixtures left out. Unlike the suite they run within
pytest's process: no process of its own can be had for any test, so what an earlier test has warmed is warm, and what
other threads allocate meanwhile counts. As probes disturb one another, a test with several budgets runs once for each.
There is no budget of time: one sample on a machine of which nothing is known proves nothing.

Every pytest of an environment loads this module, so it imports nothing but pytest until a marker is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from bench.compliance.contract import Outcome
    from bench.messages.reading import Call, Reading

MARKER = "bench_budget"
METRIC_OF = {"peak_heap": "peak_heap_bytes", "statements": "statements_django"}
"""The keys of the marker, and the metric that each limits."""

MOST_SHOWN = 8
"""Allocation sites or statements in a message."""

_PASS = "bench_budget_pass"  # noqa: S105 - no password, whatever the name resembles
_ANOTHER_TRACKER = "one Tracker instance can be active"
_BUDGET = pytest.StashKey["Budget"]()


@dataclass(frozen=True, kw_only=True)
class Budget:
    """A Budget is the most that one metric of a test may come to, in the metric's unit."""

    key: str
    limit: float


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(peak_heap='50 MB', statements=18): fail the test where its call takes more heap at its peak, or "
        "issues more statements as Django logs them.",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test with several budgets a pass for each."""
    keys = [key for key in METRIC_OF if key in _arguments(metafunc.definition)]
    if len(keys) > 1:
        metafunc.fixturenames.append(_PASS)
        metafunc.parametrize(_PASS, keys)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Read every marker before any test runs. Raises pytest.UsageError for one that cannot be read."""
    for item in items:
        if item.get_closest_marker(MARKER) is not None:
            item.stash[_BUDGET] = _budget(item)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Put the probe around the call of a test with a budget."""
    budget = item.stash.get(_BUDGET, None)
    if budget is None:
        return (yield)
    run = item.runtest
    setattr(item, "runtest", lambda: _hold(item, budget, run))  # noqa: B010 - mypy refuses assigning to a method
    try:
        return (yield)
    finally:
        delattr(item, "runtest")


def _arguments(node: pytest.Item) -> dict[str, object]:
    """The marker's keywords; what a function says goes before what its class or module says."""
    found: dict[str, object] = {}
    for marker in reversed(list(node.iter_markers(MARKER))):
        found |= marker.kwargs
    return found


def _budget(item: pytest.Item) -> Budget:
    from bench.errors import InputError
    from bench.gate.quantity import parse_quantity
    from bench.results.metrics import METRICS

    place = f"{MARKER} of {item.nodeid}"
    known = ", ".join(METRIC_OF)
    arguments = _arguments(item)
    if any(marker.args for marker in item.iter_markers(MARKER)) or not arguments:
        raise pytest.UsageError(f"{place} takes keywords only, and one at least; known are {known}")
    for key in arguments:
        if key not in METRIC_OF:
            raise pytest.UsageError(f"{place}: unknown key {key!r}; known are {known}")
    try:
        budgets = {
            key: parse_quantity(value, METRICS[METRIC_OF[key]].unit, f"{place}: {key}")
            for key, value in arguments.items()
        }
    except InputError as error:
        raise pytest.UsageError(str(error)) from error
    if len(budgets) == 1:
        return Budget(key=next(iter(budgets)), limit=next(iter(budgets.values())))
    callspec = getattr(item, "callspec", None)
    if callspec is None or _PASS not in callspec.params:
        raise pytest.UsageError(f"{place}: a method of a unittest.TestCase takes one budget; split the test")
    key = callspec.params[_PASS]
    return Budget(key=key, limit=budgets[key])


def _hold(item: pytest.Item, budget: Budget, run: Callable[[], None]) -> None:
    """Run the test under the probe of its budget, note the figure among its properties, and fail above the limit."""
    from bench.results.metrics import METRICS

    def call() -> Outcome:
        run()
        return cast("Outcome", None)  # a test returns nothing, and nobody looks

    reading = _read_statements(call) if budget.key == "statements" else _read_peak_heap(call)
    metric = METRICS[METRIC_OF[budget.key]]
    measured = reading.values[metric.name]
    item.user_properties.append((metric.name, measured))
    if measured > budget.limit:
        pytest.fail("\n".join(_message(budget, measured, reading)), pytrace=False)


def _read_peak_heap(call: Call) -> Reading:
    from bench.worker.probes.memory import read_peak_heap

    try:
        return read_peak_heap(call)
    except RuntimeError as error:
        # memray's own words, be it that our tracker came second or the other one did.
        if _ANOTHER_TRACKER not in str(error):
            raise
        raise pytest.fail.Exception(
            "the budget of peak_heap was not measured: another memray tracker is active, and a process has room for "
            "one; run this test without --memray and without `memray run`",
            pytrace=False,
        ) from None


def _read_statements(call: Call) -> Reading:
    from django.apps import apps
    from django.conf import settings

    if not (settings.configured and apps.ready):
        pytest.fail(
            "the budget of statements was not measured: Django is not set up in this process; call django.setup(), or "
            "use pytest-django with DJANGO_SETTINGS_MODULE",
            pytrace=False,
        )
    from bench.worker.probes.statements import read_django_statements

    return read_django_statements(call)


def _message(budget: Budget, measured: float, reading: Reading) -> Iterator[str]:
    from bench.gate.text import figures
    from bench.results.metrics import METRICS

    metric = METRICS[METRIC_OF[budget.key]]
    shown, limit = figures(metric.unit, measured, budget.limit)
    yield f"{metric.title}: measured {shown}, budget {limit} ({MARKER}, {budget.key})"
    if budget.key == "statements":
        yield "Most frequent statements:"
        yield from _statement_lines(reading)
    else:
        yield "Largest allocation sites at the peak:"
        yield from _allocation_lines(reading)


def _allocation_lines(reading: Reading) -> Iterator[str]:
    from bench.report.figures import quantity

    # Below a per cent of the peak are pytest's own frames.
    large = [site for site in reading.allocations if site.bytes * 100 >= reading.values[METRIC_OF["peak_heap"]]]
    for site in large[:MOST_SHOWN]:
        where = f"{site.file}:{site.line} in {site.function}" if site.file else site.function
        yield f"  {quantity('bytes', site.bytes)} in {site.count:,} allocations: {where}"


def _statement_lines(reading: Reading) -> Iterator[str]:
    """One line for each statement with its call site, the most frequent first."""
    from bench.report.tables.statements import shorten_statement
    from bench.results.fingerprint import normalise

    counted = Counter(zip(map(normalise, reading.django_statements), reading.django_sites, strict=True))
    for (statement, site), times in counted.most_common(MOST_SHOWN):
        yield f"  {times:,} × {shorten_statement(statement)} ({site or 'line not known'})"
    if len(counted) > MOST_SHOWN:
        yield f"  and {len(counted) - MOST_SHOWN:,} more"
