"""The calls of functions that one run of an implementation made, counted by function."""

from __future__ import annotations

from dataclasses import dataclass

from bench.worker.function_names import name_hash


@dataclass(frozen=True, kw_only=True)
class FunctionCalls:
    """FunctionCalls is how often one function was called."""

    function: str
    """``module:qualified name``; of one that is not written in Python its type or module with its name, such as
    ``list.append``."""
    file: str
    """Where it is defined, without the machine's part; '' for one that is not written in Python."""
    line: int
    """Of its definition; 0 for one that is not written in Python."""
    calls: int


@dataclass(frozen=True, kw_only=True)
class CountedCalls:
    """CountedCalls are the calls of the functions that were called most, most first, and those of all others."""

    functions: tuple[FunctionCalls, ...]
    other_functions: int
    """How many others were called."""
    other_calls: int
    """How often, all together."""
    other_names: str = ""
    """Eight hexadecimal digits, the CRC-32 of its name, for each of the others, so that a function that is none of them
    is known not to have been called; '' where they were not kept."""

    @property
    def total(self) -> int:
        """All calls: the metric ``function_calls``."""
        return sum(one.calls for one in self.functions) + self.other_calls

    def most_calls(self, function: str) -> int:
        """Return how often a function may have been called that is not among those with their calls."""
        if not self.other_functions or not self.functions:
            return 0
        digits = name_hash(function)
        known = {
            self.other_names[place : place + len(digits)] for place in range(0, len(self.other_names), len(digits))
        }
        return self.functions[-1].calls if not known or digits in known else 0


@dataclass(frozen=True, kw_only=True)
class CallCounts(CountedCalls):
    """CallCounts are the calls of an implementation on a scan."""

    scan: str
    implementation: str
