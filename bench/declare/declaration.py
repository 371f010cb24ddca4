"""Declarations: what an implementation says of itself, attached to its function by a decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
Value = TypeVar("Value")


class Declaration(Generic[Value]):
    """A Declaration is one kind of value that a function may carry; ``default`` is what it says that carries none."""

    def __init__(self, attribute: str, default: Value) -> None:
        self._attribute = attribute
        self._default = default

    def attach(self, value: Value) -> Callable[[Function], Function]:
        """Return a decorator that has a function carry ``value``."""

        def attach(function: Function) -> Function:
            setattr(function, self._attribute, value)
            return function

        return attach

    def of(self, function: Callable[..., Any]) -> Value:
        """Return what ``function`` carries."""
        value: Value = getattr(function, self._attribute, self._default)
        return value
