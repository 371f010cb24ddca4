"""The probe for work counts every call once, by function, and says so where it cannot."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from bench.worker.probes.work import MOST_FUNCTIONS
from bench.worker.reading import CallReading, FunctionCalls
from tests.support import worked
from tests.support.worked import MANY, TIMES

Result = TypeVar("Result")
Run = Callable[[Callable[[], Result]], Result]
MODULE = worked.__name__


@pytest.fixture(scope="module")
def in_a_process() -> Iterator[Run[object]]:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield lambda function: pool.submit(function).result()


def by_name(found: CallReading) -> dict[str, FunctionCalls]:
    assert found.calls is not None
    return {one.function: one for one in found.calls.functions}


def total(found: CallReading) -> int:
    assert found.calls is not None
    return sum(one.calls for one in found.calls.functions) + found.calls.other_calls


def test_calls_of_python_of_c_and_of_a_generator_are_counted_by_function(in_a_process: Run[CallReading]) -> None:
    found = in_a_process(partial(worked.reading, worked.plain))
    calls = by_name(found)
    assert calls[f"{MODULE}:plain"].calls == 1
    assert calls[f"{MODULE}:step"].calls == TIMES
    assert calls["list.append"].calls == 2 * TIMES
    # It also runs to find its end.
    assert calls[f"{MODULE}:steps"].calls == TIMES + 1
    assert calls["builtins.len"].calls == 1
    assert found.values == {"function_calls": total(found)}
    assert found.outcome == 2 * TIMES
    assert total(found) == 4 * TIMES + 3
    assert found.incomplete == {}


def test_a_function_has_the_line_of_its_definition_and_one_of_c_has_none(in_a_process: Run[CallReading]) -> None:
    calls = by_name(in_a_process(partial(worked.reading, worked.plain)))
    source = Path(worked.__file__).read_text(encoding="utf-8").splitlines()
    place = calls[f"{MODULE}:step"]
    assert place.file == "tests/support/worked.py"
    assert source[place.line - 1].startswith("def step(")
    assert (calls["list.append"].file, calls["list.append"].line) == ("", 0)


def test_nothing_of_the_suite_itself_is_counted(in_a_process: Run[CallReading]) -> None:
    calls = by_name(in_a_process(partial(worked.reading, worked.plain)))
    assert not [name for name in calls if name.startswith("bench.") or "Profiler" in name]


def test_threads_count_that_the_call_or_an_earlier_one_started(in_a_process: Run[CallReading]) -> None:
    for take in (partial(worked.reading, worked.in_threads), worked.reading_of_an_earlier_pool):
        calls = by_name(in_a_process(take))
        assert calls[f"{MODULE}:step"].calls == TIMES
        assert calls["list.append"].calls >= 2 * TIMES


def test_a_call_that_raises_raises_and_is_counted_no_more(in_a_process: Run[tuple[str, bool]]) -> None:
    assert in_a_process(worked.reading_of_raising) == ("as it does", True)


def test_the_figure_of_a_call_that_sets_a_profiler_of_its_own_is_incomplete(in_a_process: Run[CallReading]) -> None:
    found = in_a_process(partial(worked.reading, worked.profiling))
    assert by_name(found)[f"{MODULE}:step"].calls == 1
    # From Python 3.12 on a second profiler is refused, and nothing is missing.
    assert (found.incomplete != {}) == (sys.version_info < (3, 12))


def test_many_functions_are_kept_as_those_called_most_and_the_rest_as_one_number(
    in_a_process: Run[CallReading],
) -> None:
    calls = in_a_process(partial(worked.reading, worked.of_many)).calls
    assert calls is not None
    assert len(calls.functions) == MOST_FUNCTIONS
    assert calls.other_functions > MANY - MOST_FUNCTIONS
    assert calls.other_calls >= calls.other_functions
    counts = [one.calls for one in calls.functions]
    assert counts == sorted(counts, reverse=True)


def test_no_name_holds_an_address(in_a_process: Run[CallReading]) -> None:
    calls = by_name(in_a_process(partial(worked.reading, worked.of_types)))
    assert calls[f"{MODULE}:Named.__new__"].calls == TIMES
    assert [one.calls for name, one in calls.items() if "__new__ of type" in name] == [TIMES]
    assert not [name for name in calls if "0x" in name]
