"""Measuring: a test's call under the probe of each of its budgets, and the message of one that was exceeded."""

from __future__ import annotations

import functools
import inspect
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.pytest_plugin import MARKER
from bench.pytest_plugin.budget import Budget, is_unittest

MOST_SHOWN = 8
"""Allocation sites or statements in a message."""

_LONGEST_STATEMENT = 110
_BENCHMARKS = {"pytest_benchmark", "pytest_codspeed"}
_ANOTHER_TRACKER = "one Tracker instance can be active"
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))

_forks = 0


def _note_fork() -> None:
    global _forks
    _forks += 1


os.register_at_fork(after_in_parent=_note_fork)


@dataclass
class Measurement:
    """A Measurement is what a probe found; nothing until the call has ended without an error."""

    value: float | None = None
    details: tuple[str, ...] = ()
    """Lines for the message."""


def run_within(item: pytest.Item, budgets: Sequence[Budget], run: Callable[[], None]) -> None:
    """Run the test under the probe of each of ``budgets``, note the figures as its properties, and fail above one."""
    refuse_repeated_calls(item)
    if not is_unittest(item):
        for budget in budgets:
            measurement = Measurement()
            with _probe(budget, measurement):
                run()
            _check(item, budget, measurement)
        return
    # A method runs once for each budget, with setUp and tearDown outside the probe and the instance as it was.
    instance = vars(getattr(item, "instance"))  # noqa: B009 - pytest.Item does not declare it
    pristine = dict(instance)
    for budget in budgets:
        instance.clear()
        instance.update(pristine)
        measurement = Measurement()
        _run_method(item, _probe(budget, measurement), run)
        if measurement.value is None:
            return  # it failed or was skipped, which unittest has reported
        _check(item, budget, measurement)


def refuse_repeated_calls(item: pytest.Item) -> None:
    """Fail a test whose fixture calls what it measures many times."""
    for name, value in getattr(item, "funcargs", {}).items():
        if type(value).__module__.partition(".")[0] in _BENCHMARKS:
            pytest.fail(
                f"the budget was not measured: the fixture {name!r} calls the code many times, and a probe would spoil "
                "its times; move the budget to a separate test",
                pytrace=False,
            )


def _run_method(item: pytest.Item, probe: AbstractContextManager[None], run: Callable[[], None]) -> None:
    """Run a unittest item with ``probe`` around its method alone."""
    case: Any = item
    original = case.obj
    called = False

    @functools.wraps(original)
    def method(*arguments: Any, **keywords: Any) -> Any:
        nonlocal called
        called = True
        with probe:
            return original(*arguments, **keywords)

    @functools.wraps(original)
    async def async_method(*arguments: Any, **keywords: Any) -> Any:
        nonlocal called
        called = True
        with probe:
            return await original(*arguments, **keywords)

    measured = async_method if inspect.iscoroutinefunction(original) else method
    # unittest looks the method up on the instance, where pytest puts ``obj`` and pytest-django does not.
    setattr(case.instance, original.__name__, measured)
    case.obj = measured
    try:
        run()
    finally:
        case.obj = original
    if not called:
        # Where unittest has noted a skip or an error in setUp, pytest reports that instead.
        pytest.fail("the budget was not measured: the test method was not called", pytrace=False)


@contextmanager
def _probe(budget: Budget, measurement: Measurement) -> Iterator[None]:
    before = _forks
    with _PROBES[budget.key](measurement):
        yield
    if _forks != before:
        measurement.value = None
        pytest.fail(
            f"the budget of {budget.key} was not measured: the test forked a process, whose work would be missing",
            pytrace=False,
        )


@contextmanager
def _heap(measurement: Measurement) -> Iterator[None]:
    try:
        import memray
    except ImportError:
        pytest.fail(
            "the budget of peak_heap was not measured: memray is missing; pip install 'compliance-bench[plugin]'",
            pytrace=False,
        )
    from bench.errors import MeasurementError
    from bench.worker.probes.heap_capture import captured_heap, largest_sites

    def read(capture: Path) -> None:
        with memray.FileReader(capture) as reader:
            peak = reader.metadata.peak_memory
            # Below a per cent of the peak are pytest's own frames.
            large = [site for site in largest_sites(reader) if site.bytes * 100 >= peak]
        measurement.value = float(peak)
        measurement.details = (
            "Largest allocation sites at the peak:",
            *(
                f"  {_figures('bytes', site.bytes)[0]} in {site.count:,} allocations: "
                + (f"{site.file}:{site.line} in {site.function}" if site.file else site.function)
                for site in large[:MOST_SHOWN]
            ),
        )

    try:
        with captured_heap(read, traced=True):
            yield
    except MeasurementError as error:
        raise pytest.fail.Exception(f"the budget of peak_heap was not measured: {error}", pytrace=False) from None
    except RuntimeError as error:
        # memray's own words, whether our tracker came second or the other one did.
        if _ANOTHER_TRACKER not in str(error):
            raise
        raise pytest.fail.Exception(
            "the budget of peak_heap was not measured: another memray tracker is active, and a process has room for "
            "one; run this test without --memray and without `memray run`",
            pytrace=False,
        ) from None


@contextmanager
def _statements(measurement: Measurement) -> Iterator[None]:
    if not _django_is_ready():
        pytest.fail(
            "the budget of statements was not measured: Django is not set up in this process; call django.setup(), or "
            "use pytest-django with DJANGO_SETTINGS_MODULE",
            pytrace=False,
        )
    from bench.results.fingerprint import normalise
    from bench.worker.probes.django_statements import counted_statements

    with counted_statements() as found:
        yield
    measurement.value = float(len(found.texts))
    counted = Counter(zip(map(normalise, found.texts), found.sites, strict=True))
    lines = [
        f"  {times:,} × {_shortened(statement)} ({site or 'line not known'})"
        for (statement, site), times in counted.most_common(MOST_SHOWN)
    ]
    if len(counted) > MOST_SHOWN:
        lines.append(f"  and {len(counted) - MOST_SHOWN:,} more")
    measurement.details = ("Most frequent statements:", *lines)


_PROBES: dict[str, Callable[[Measurement], AbstractContextManager[None]]] = {
    "peak_heap": _heap,
    "statements": _statements,
}


def _django_is_ready() -> bool:
    try:
        from django.apps import apps
        from django.conf import settings
    except ImportError:
        return False
    return settings.configured and apps.ready


def _check(item: pytest.Item, budget: Budget, measurement: Measurement) -> None:
    value = measurement.value
    assert value is not None  # the call ended without an error
    item.user_properties.append((budget.metric.name, value))
    if value > budget.most:
        measured, most = _figures(budget.metric.unit, value, budget.most)
        headline = f"{budget.metric.title}: measured {measured}, budget {most} ({MARKER}, {budget.key})"
        pytest.fail("\n".join([headline, *measurement.details]), pytrace=False)


def _figures(unit: str, *values: float) -> tuple[str, ...]:
    """Return ``values`` with their unit at one scale; in full where two that differ would read alike."""
    if unit != "bytes":
        return tuple(f"{value:,.12g}" for value in values)
    largest, smallest = max(values), min(values)
    size, symbol = next((one for one in _UNITS if largest >= one[0] and smallest >= one[0] / 10), (1.0, "B"))
    decimals = 0 if size == 1 else 1 if smallest >= 10 * size else 2
    texts = tuple(f"{value / size:,.{decimals}f} {symbol}" for value in values)
    return texts if len(set(texts)) == len(set(values)) else tuple(f"{value:,.12g} bytes" for value in values)


def _shortened(statement: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in statement)
    return printable if len(printable) <= _LONGEST_STATEMENT else f"{printable[: _LONGEST_STATEMENT - 1]}…"
