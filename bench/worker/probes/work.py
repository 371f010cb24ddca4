"""Calls of functions, Python's and C's: what the process does, counted and not timed, so that no machine blurs it.

cProfile counts, whose hook is written in C. A generator counts once for each time that it runs on. Not counted are
calls that one function of C makes of another, and those of types, such as ``int()``.
"""

from __future__ import annotations

import re
import sys
import threading
from collections import Counter
from collections.abc import Callable
from cProfile import Profile
from types import CodeType, FrameType
from typing import Any

from ..function_names import name_hash
from ..reading import CallReading, CountedCalls, FunctionCalls
from ..watched_call import WatchedCall
from .short_path import short_path

METRIC = "function_calls"
MOST_FUNCTIONS = 200
"""Those that are kept with their calls. Of the many others, called a few times each, only their sum is."""

_OF_ALL_THREADS = sys.version_info >= (3, 12)
"""Whether a profiler counts in every thread; before, each thread has one."""
_ADDRESS = re.compile(" at 0x[0-9a-fA-F]+")
_OF_A_MODULE = re.compile(r"<built-in method ([\w.]+)>")
_OF_A_TYPE = re.compile(r"<(?:method|slot wrapper) '(\w+)' of '([\w.]+)' objects>")
_FROZEN = re.compile(r"<frozen ([\w.]+)>")
_REPLACED = "the call set a profiler or was set one, and calls after that are not counted"


def _last_call() -> None:
    """Be called last: a profiler that does not know of it was replaced before."""


_OWN = (_last_call.__code__, "<method 'disable' of '_lsprof.Profiler' objects>")


class CallCounter:
    """A CallCounter counts the calls of one call; make it before what is measured is imported.

    Threads count that ``threading`` starts from then on.
    """

    def __init__(self) -> None:
        self._profile = Profile(subcalls=False)
        self._profiles = [self._profile]
        self._counting = False
        if not _OF_ALL_THREADS:
            threading.setprofile(self._profile_thread)

    def read(self, call: WatchedCall) -> CallReading:
        """Count during ``call``. Its figure is incomplete where the call replaced the profiler."""
        outcome = call(self._count)
        calls = counted_calls(self._profiles)
        return CallReading(
            values={METRIC: float(sum(one.calls for one in calls.functions) + calls.other_calls)},
            outcome=outcome,
            calls=calls,
            incomplete={} if self._counted_to_the_end() else {METRIC: _REPLACED},
        )

    def _count(self, function: Callable[[], Any]) -> Any:
        self._counting = True
        self._profile.enable()
        try:
            return function()
        finally:
            _last_call()
            self._profile.disable()
            self._counting = False

    def _counted_to_the_end(self) -> bool:
        return any(entry.code is _last_call.__code__ for entry in self._profile.getstats())

    def _profile_thread(self, _frame: FrameType, _event: str, _argument: object) -> None:
        """Give the thread that calls this a profiler of its own once calls are counted."""
        if self._counting:
            profile = Profile(subcalls=False)
            self._profiles.append(profile)
            profile.enable()


def counted_calls(profiles: list[Profile]) -> CountedCalls:
    """Add up what ``profiles`` counted, by function: the MOST_FUNCTIONS called most by name, and the rest."""
    files = {
        file: name
        for name, module in list(sys.modules.items())
        if isinstance(file := getattr(module, "__dict__", {}).get("__file__"), str)
    }
    counts: Counter[tuple[str, str, int]] = Counter()
    for profile in profiles:
        for entry in profile.getstats():
            if entry.code not in _OWN:
                counts[_place(entry.code, files)] += entry.callcount
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    others = ordered[MOST_FUNCTIONS:]
    names = sorted({name_hash(name) for (name, *_), _ in others})
    return CountedCalls(
        functions=tuple(FunctionCalls(*place, calls) for place, calls in ordered[:MOST_FUNCTIONS]),
        other_functions=len(others),
        other_calls=sum(calls for _, calls in others),
        other_names="".join(names),
    )


def _place(code: CodeType | str, files: dict[str, str]) -> tuple[str, str, int]:
    """Return a function's name, file and line."""
    if isinstance(code, str):
        return _builtin(code), "", 0
    file = code.co_filename
    frozen = _FROZEN.fullmatch(file)
    module = frozen[1] if frozen else files.get(file) or short_path(file)
    return f"{module}:{code.co_qualname}", file if file.startswith("<") else short_path(file), code.co_firstlineno


def _builtin(text: str) -> str:
    """Return ``builtins.len`` for ``<built-in method builtins.len>``, ``list.append`` for the method of a type.

    Of others an address is left out, which differs from process to process.
    """
    if found := _OF_A_MODULE.fullmatch(text):
        return found[1]
    if found := _OF_A_TYPE.fullmatch(text):
        return f"{found[2]}.{found[1]}"
    return _ADDRESS.sub("", text).strip("<>")
