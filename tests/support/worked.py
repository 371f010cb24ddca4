"""Calls whose number is known, read by the probe for work in a process of its own: it counts in every later thread."""

from __future__ import annotations

import cProfile
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.worker.probes.work import CallCounter
from bench.worker.reading import CallReading
from bench.worker.watched_call import WatchedCall

TIMES = 1_000
MANY = 900


def step(number: int) -> int:
    return number


def steps(number: int) -> Iterable[int]:
    one = 0
    while one < number:
        yield one
        one += 1


def plain() -> int:
    """Call one function TIMES times, one of C twice as often, and run a generator on TIMES times."""
    found: list[int] = []
    for number in range(TIMES):
        found.append(step(number))
        found.append(number)
    for _ in steps(TIMES):
        pass
    return len(found)


def raising() -> None:
    step(1)
    raise ValueError("as it does")


def in_threads() -> None:
    thread = threading.Thread(target=plain)
    thread.start()
    thread.join()


def profiling() -> None:
    """Use a profiler of its own, as an implementation might."""
    step(1)
    own = cProfile.Profile()
    try:
        own.enable()
    except ValueError:
        return  # Python 3.12 and later refuse a second one.
    own.disable()
    step(2)


def of_many() -> None:
    names: dict[str, Any] = {}
    exec("\n".join(f"def f{number}(): pass" for number in range(MANY)), names)  # noqa: S102 - a text of our own
    for number in range(MANY):
        names[f"f{number}"]()


class Named:
    def __new__(cls) -> Named:
        return object.__new__(cls)


def of_types() -> None:
    for _ in range(TIMES):
        Named()


def reading(function: Callable[[], Any]) -> CallReading:
    """Return what the probe reads of ``function``, after a first call that pays for what is only done once."""
    counter = CallCounter()
    WatchedCall(function)()
    return counter.read(WatchedCall(function))


def reading_of_raising() -> tuple[str, bool]:
    """Return what came out of a call that raises, and whether counting has ended."""
    try:
        CallCounter().read(WatchedCall(raising))
    except ValueError as error:
        return str(error), sys.getprofile() is None
    return "", False


def reading_of_an_earlier_pool() -> CallReading:
    """Count work in a thread that an earlier call started."""
    counter = CallCounter()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(step, 0).result()
        return counter.read(WatchedCall(lambda: pool.submit(plain).result()))
