"""A Budget is what a marker allows one metric of a test."""

from __future__ import annotations

import unittest
from dataclasses import dataclass

import pytest

from bench.errors import InputError
from bench.gate.quantity import parse_quantity
from bench.pytest_plugin import KEYS, MARKER
from bench.results.metrics import METRICS, Metric

_METRIC_OF = {"peak_heap": "peak_heap_bytes", "statements": "statements_django"}


class BudgetError(Exception):
    """A marker that cannot be read, in one line."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """A Budget is the most that one metric of a test may come to, in the metric's unit."""

    key: str
    most: float

    @property
    def metric(self) -> Metric:
        """What is measured."""
        return METRICS[_METRIC_OF[self.key]]


def arguments_of(node: pytest.Item) -> dict[str, object]:
    """The marker's keywords; what a function says overrides what its class or module says."""
    found: dict[str, object] = {}
    for marker in reversed(list(node.iter_markers(MARKER))):
        found |= marker.kwargs
    return found


def read_budgets(item: pytest.Item, pass_name: str) -> tuple[Budget, ...]:
    """Return the budgets that this item is to keep: of a test function that has a pass for each, that of the pass.

    Raises BudgetError.
    """
    place = f"{MARKER} of {item.nodeid}"
    known = ", ".join(KEYS)
    arguments = arguments_of(item)
    if any(marker.args for marker in item.iter_markers(MARKER)) or not arguments:
        raise BudgetError(f"{place} takes keywords only, and one at least; known are {known}")
    for key in arguments:
        if key not in KEYS:
            raise BudgetError(f"{place}: unknown key {key!r}; known are {known}")
    budgets = []
    for key, value in arguments.items():
        try:
            most = parse_quantity(value, METRICS[_METRIC_OF[key]].unit, f"{place}: {key}")
        except InputError as error:
            raise BudgetError(str(error)) from None
        budgets.append(Budget(key=key, most=most))
    if len(budgets) == 1 or is_unittest(item):
        return tuple(budgets)
    callspec = getattr(item, "callspec", None)
    if callspec is None or pass_name not in callspec.params:
        raise BudgetError(f"{place}: only a test function or method takes two budgets; give this item one")
    return tuple(budget for budget in budgets if budget.key == callspec.params[pass_name])


def is_unittest(item: pytest.Item) -> bool:
    """Whether the item is a method of a unittest.TestCase, Django's included."""
    owner = getattr(item, "cls", None)
    return isinstance(owner, type) and issubclass(owner, unittest.TestCase)
