"""Runs whose calls were counted: the measured counts of two implementations, and streaming with more of them."""

from __future__ import annotations

from dataclasses import replace

from bench.results.calls import CallCounts, FunctionCalls
from bench.results.records import Results
from bench.worker.function_names import name_hash
from tests.support.builders import measurement, production_results
from tests.support.gate_runs import CASE, run

STATUS = "optimized_impl.task:_status"
_SHARED = {"list.append": 3.9, "uuid:UUID.__init__": 1.0, "_csv.writer.writerow": 1.0, "dict.setdefault": 2.0}
"""Calls per row."""
_OWN = {
    "materializing": {"reference_impl.task:build_rows": 1.0, "json.decoder:JSONDecoder.decode": 4.2},
    "streaming": {"optimized_impl.task:build_rows": 1.0, STATUS: 1.0},
}
_OTHERS = tuple(f"django.db.backends:f{number}" for number in range(40))
_FILES = {"reference_impl.task": "reference_impl/task.py", "optimized_impl.task": "optimized_impl/task.py"}


def calls_of(scan: str, implementation: str, rows: int) -> CallCounts:
    """Return the calls of an implementation that wrote ``rows`` rows."""
    each = {**_SHARED, **_OWN[implementation]}
    functions = [
        FunctionCalls(
            function=name,
            file=_FILES.get(name.partition(":")[0], "lib.py") if ":" in name else "",
            line=100 + place if ":" in name else 0,
            calls=round(rows * per_row),
        )
        for place, (name, per_row) in enumerate(each.items())
    ]
    functions.sort(key=lambda one: -one.calls)
    return CallCounts(
        scan=scan,
        implementation=implementation,
        functions=tuple(functions),
        other_functions=len(_OTHERS),
        other_calls=9_000,
        other_names="".join(sorted(map(name_hash, _OTHERS))),
    )


def with_calls(results: Results | None = None) -> Results:
    """Return ``results``, or a whole run, with calls of its two implementations."""
    results = production_results() if results is None else results
    calls = tuple(calls_of(one.scan, name, one.rows) for one in results.datasets for name in results.implementations)
    counted = (measurement(one.scan, one.implementation, "function_calls", one.total) for one in calls)
    return replace(results, calls=calls, measurements=(*results.measurements, *counted))


def counted_run() -> Results:
    """Return a run for the gate, with calls."""
    return with_calls(run())


def with_more_calls(results: Results, more: int, function: str = STATUS) -> Results:
    """Return ``results`` with ``more`` calls of one function of streaming on the largest scan."""

    def changed(counts: CallCounts) -> CallCounts:
        if (counts.scan, counts.implementation) != CASE:
            return counts
        known = {one.function: one for one in counts.functions}
        old = known.get(function, FunctionCalls(function=function, file="extra.py", line=7, calls=0))
        known[function] = replace(old, calls=old.calls + more)
        return replace(counts, functions=tuple(sorted(known.values(), key=lambda one: -one.calls)))

    calls = tuple(map(changed, results.calls))
    totals = {(one.scan, one.implementation): one.total for one in calls}
    return replace(
        results,
        calls=calls,
        measurements=tuple(
            replace(one, samples=(float(totals[one.scan, one.implementation]),))
            if one.metric == "function_calls"
            else one
            for one in results.measurements
        ),
    )
