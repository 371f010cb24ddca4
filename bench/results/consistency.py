"""What a results file must satisfy besides the types of its fields: each check yields a place and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import product
from typing import Any, get_args

from bench.files.json_file import Faults
from bench.files.strict_json import shown, step
from bench.results.call_trees import TreeSubject, capture_faults, tree_faults
from bench.results.environment import Environment, NoiseFloor
from bench.results.metrics import METRICS, Kind
from bench.results.nodes import node_faults
from bench.results.records import COPY_BASELINE, Case, Measurement, Results

LONGEST_NAME = 500
"""Characters of a scan's label, an implementation's name or a metric's."""
TIMED = ("wall_seconds", "cpu_seconds")
"""The metrics of which the plan says how many samples there are."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAMES = re.compile(r"(?:[0-9a-f]{8})*")


def faults(results: Results) -> Faults:
    """Yield what is wrong with ``results``, in the order of the file."""
    yield from _environment_faults(results.environment)
    yield from _names(results)
    yield from _dataset_faults(results)
    yield from _law_faults(results)
    yield from _measurement_faults(results)
    yield from _digest_faults(results)
    yield from _detail_faults(results)
    yield from _tree_faults(results)
    for place, what in noise_floor_faults(results.noise_floor) if results.noise_floor else ():
        yield f"noise_floor.{place}", what
    yield from node_faults(results.nodes, [one.scan for one in results.datasets])
    yield from _server_work_faults(results)
    yield from _sample_count_faults(results)
    yield from _stop_faults(results)


def noise_floor_faults(floor: NoiseFloor) -> Faults:
    """Yield what is wrong with ``floor``."""
    if floor.pairs < 1:
        yield "pairs", f"is {floor.pairs}; a floor is measured in pairs"
    if not floor.deviations:
        yield "deviations", "is empty; a floor is the deviation of some metric"
    for name, deviation in floor.deviations.items():
        place = f"deviations.{name}"
        yield from _unknown_metric(place, name)
        yield from _negative(place, deviation)


def _environment_faults(environment: Environment) -> Faults:
    yield from _negative("environment.cores", environment.cores)
    yield from _negative("environment.memory_bytes", environment.memory_bytes)
    for index, load in enumerate(environment.load_average):
        yield from _negative(f"environment.load_average[{index}]", load)


def _names(results: Results) -> Faults:
    if not results.implementations:
        yield "implementations", "is empty; every run measures an implementation"
    yield from _repeated("implementations", "implementation", results.implementations)
    yield from _repeated("datasets", "scan", (one.scan for one in results.datasets), ".scan")
    yield from _repeated("laws", "implementation", (one.implementation for one in results.laws), ".implementation")
    trials = (one.implementation for one in results.promises)
    yield from _repeated("promises", "implementation", trials, ".implementation")
    conformed = (one.implementation for one in results.conformance)
    yield from _repeated("conformance", "implementation", conformed, ".implementation")
    yield from _repeated("code", "implementation", (one.implementation for one in results.code), ".implementation")
    yield from _repeated("job.size", "quantity", results.job.size)
    for index, name in enumerate(results.job.rows_follow):
        if name not in results.job.size:
            yield f"job.rows_follow[{index}]", f"{shown(name)} is none of job.size"
    for index, name in enumerate(results.implementations):
        yield from _long(f"implementations[{index}]", name)
    for index, one in enumerate(results.code):
        if one.implementation not in results.implementations:
            yield f"code[{index}].implementation", f"{shown(one.implementation)} is none of the implementations"


def _dataset_faults(results: Results) -> Faults:
    for index, dataset in enumerate(results.datasets):
        place = f"datasets[{index}]"
        yield from _long(f"{place}.scan", dataset.scan)
        for name in ("seed", "rows"):
            yield from _negative(f"{place}.{name}", getattr(dataset, name))
        for name in ("size", "quantities"):
            for quantity, number in getattr(dataset, name).items():
                yield from _negative(f"{place}.{name}{step(quantity)}", number)
        if dataset.job != results.job.name:
            yield f"{place}.job", f"is {shown(dataset.job)}; the run measured the job {shown(results.job.name)}"
        if set(dataset.size) != set(results.job.size):
            yield f"{place}.size", f"is not in {' and '.join(map(shown, results.job.size))}, as the job's is"
    if results.planned_samples is not None:
        yield from _negative("planned_samples", results.planned_samples)


def _law_faults(results: Results) -> Faults:
    for index, declared in enumerate(results.laws):
        for number, law in enumerate(declared.laws):
            for dataset in results.datasets:
                for name in law.unknown(dataset.countable):
                    known = ", ".join(map(shown, dataset.countable))
                    yield f"laws[{index}].laws[{number}]", f"speaks of {shown(name)}; the data has {known}"


def _measurement_faults(results: Results) -> Faults:
    first: dict[tuple[str, str, str], int] = {}
    for index, one in enumerate(results.measurements):
        place = f"measurements[{index}]"
        yield from _unlisted(place, one.scan, one.implementation, results)
        yield from _unknown_metric(f"{place}.metric", one.metric)
        key = (one.scan, one.implementation, one.metric)
        if first.setdefault(key, index) != index:
            yield place, f"{_named(key)} is in measurements[{first[key]}] already; keep one of the two"
        yield from _figure_faults(place, one)


def _figure_faults(place: str, one: Measurement) -> Faults:
    metric = METRICS[one.metric]
    if one.unit != metric.unit:
        yield f"{place}.unit", f"is {shown(one.unit)}; {metric.name} is in {metric.unit}"
    if not one.samples:
        yield f"{place}.samples", "is empty; a measurement has at least one sample"
    for number, value in enumerate(one.samples):
        at = f"{place}.samples[{number}]"
        yield from _negative(at, value)
        if metric.kind is Kind.EXACT and value != int(value):
            yield at, f"is {value!r}; {metric.name} counts, so it is a whole number"


def _digest_faults(results: Results) -> Faults:
    yield from _repeated_cases("digests", results.digests)
    count_of: dict[tuple[str, str, str], int] = {}
    titles: tuple[str, ...] | None = None
    for index, one in enumerate(results.digests):
        place = f"digests[{index}]"
        yield from _unlisted(place, one.scan, one.implementation, results)
        found = tuple(table.table for table in one.tables)
        titles = found if titles is None else titles
        if not found:
            yield f"{place}.tables", "is empty; every job writes a table"
        if found != titles:
            yield f"{place}.tables", "are others than those of digests[0]; all implementations write the same"
        for number, table in enumerate(one.tables):
            at = f"{place}.tables[{number}]"
            yield from _negative(f"{at}.count", table.count)
            if not _SHA256.fullmatch(table.sha256):
                yield f"{at}.sha256", "is not a SHA-256 in 64 hexadecimal digits"
            same = count_of.setdefault((one.scan, table.table, table.sha256), table.count)
            if same != table.count:
                yield f"{at}.count", f"is {table.count:,}; another digest of the same rows has {same:,}"


def _detail_faults(results: Results) -> Faults:
    for name in ("statements", "heap", "allocations", "calls", "server_work"):
        details = getattr(results, name)
        yield from _repeated_cases(name, details)
        for index, one in enumerate(details):
            yield from _unlisted(f"{name}[{index}]", one.scan, one.implementation, results)
    for index, series in enumerate(results.heap):
        for number, point in enumerate(series.points):
            for field in fields(point):
                yield from _negative(f"heap[{index}].points[{number}].{field.name}", getattr(point, field.name))
    for index, largest in enumerate(results.allocations):
        for number, site in enumerate(largest.sites):
            yield from _negative(f"allocations[{index}].sites[{number}].bytes", site.bytes)
            yield from _negative(f"allocations[{index}].sites[{number}].count", site.count)
    yield from _call_faults(results)


def _call_faults(results: Results) -> Faults:
    """Yield calls that are negative, and those by function that do not add up to a sample of all."""
    known = {(one.scan, one.implementation): one for one in results.measurements if one.metric == "function_calls"}
    for index, counts in enumerate(results.calls):
        place = f"calls[{index}]"
        for name in ("other_functions", "other_calls"):
            yield from _negative(f"{place}.{name}", getattr(counts, name))
        if not _NAMES.fullmatch(counts.other_names):
            yield f"{place}.other_names", "is not eight hexadecimal digits for each name"
        for number, one in enumerate(counts.functions):
            yield from _negative(f"{place}.functions[{number}].calls", one.calls)
        case = (counts.scan, counts.implementation)
        if case not in known or counts.total not in known[case].samples:
            yield place, f"adds up to {counts.total:,}, which is no sample of function_calls of {_named(case)}"


def _server_work_faults(results: Results) -> Faults:
    for index, work in enumerate(results.server_work):
        place = f"server_work[{index}]"
        kinds = (one.statement for one in work.statements)
        yield from _repeated(f"{place}.statements", "statement", kinds, ".statement")
        for number, one in enumerate(work.statements):
            at = f"{place}.statements[{number}]"
            for name in ("calls", "rows", "blocks_hit", "blocks_read"):
                yield from _negative(f"{at}.{name}", getattr(one, name))
            for name in ("index_tuples", "sequential_tuples", "wal_bytes", "blocks_dirtied", "temp_bytes"):
                yield from _negative(f"{at}.{name}", getattr(one, name) or 0)
            for row, planned in enumerate(one.plan):
                yield from _negative(f"{at}.plan[{row}].depth", planned.depth)


def _tree_faults(results: Results) -> Faults:
    for about in get_args(TreeSubject):
        yield from _repeated_cases("call_trees", (one for one in results.call_trees if one.about == about))
    for index, tree in enumerate(results.call_trees):
        yield from _unlisted(f"call_trees[{index}]", tree.scan, tree.implementation, results)
        for at, what in tree_faults(tree):
            yield f"call_trees[{index}].{at}", what
    yield from _repeated_cases("captures", results.captures)
    for index, capture in enumerate(results.captures):
        yield from _unlisted(f"captures[{index}]", capture.scan, capture.implementation, results)
        for at, what in capture_faults(capture):
            yield f"captures[{index}].{at}", what


def _sample_count_faults(results: Results) -> Faults:
    """Yield where time samples are more than planned, or fewer without a failure that says why."""
    planned = results.planned_samples
    if planned is None:
        return
    failed = {(one.scan, one.implementation) for one in results.failures}
    timed: set[Case] = set()
    for index, one in enumerate(results.measurements):
        if one.metric in TIMED:
            case = (one.scan, one.implementation)
            timed.add(case)
            excused = bool(results.unfinished) or case in failed
            if len(one.samples) > planned or (len(one.samples) < planned and not excused):
                yield f"measurements[{index}].samples", f"has {len(one.samples)} samples; the plan says {planned}"
    if planned and not results.unfinished:
        for case in product((one.scan for one in results.datasets), results.implementations):
            if case not in failed | timed:
                yield "measurements", f"{_named(case)} has no time sample, and no failure says why"


def _stop_faults(results: Results) -> Faults:
    """Yield stops of cases that are not listed or not measured so, and questions that ended twice."""
    counts = {(one.scan, one.implementation, one.metric): len(one.samples) for one in results.measurements}
    first: dict[tuple[object, ...], int] = {}
    for index, one in enumerate(results.stops):
        place = f"stops[{index}]"
        for name, side in (("base", one.base), ("other", one.other)):
            yield from _unlisted(place, one.scan, side, results)
            if one.pairs > (taken := counts.get((one.scan, side, one.metric), 0)):
                yield f"{place}.pairs", f"is {one.pairs}; the {name} has {taken} samples"
        yield from _unknown_metric(f"{place}.metric", one.metric)
        for field in ("pairs", "low", "high"):
            yield from _negative(f"{place}.{field}", getattr(one, field))
        if first.setdefault((key := (one.scan, one.base, one.other, one.metric, one.low, one.high)), index) != index:
            yield place, f"the pairs of {shown(one.other)} ended in stops[{first[key]}] already; keep one of the two"


def _repeated_cases(name: str, records: Iterable[Any]) -> Faults:
    first: dict[Case, int] = {}
    for index, one in enumerate(records):
        case = (one.scan, one.implementation)
        if first.setdefault(case, index) != index:
            yield f"{name}[{index}]", f"{_named(case)} is in {name}[{first[case]}] already; keep one of the two"


def _repeated(name: str, what: str, labels: Iterable[str], suffix: str = "") -> Faults:
    seen: set[str] = set()
    for index, label in enumerate(labels):
        if label in seen:
            yield f"{name}[{index}]{suffix}", f"{what} {shown(label)} is listed twice"
        seen.add(label)


def _unlisted(place: str, scan: str, implementation: str, results: Results) -> Faults:
    if all(one.scan != scan for one in results.datasets):
        yield f"{place}.scan", f"{shown(scan)} is none of the datasets"
    if implementation not in (*results.implementations, COPY_BASELINE):
        yield f"{place}.implementation", f"{shown(implementation)} is none of the implementations"


def _unknown_metric(place: str, name: str) -> Faults:
    if name not in METRICS:
        yield place, f"unknown metric {shown(name)}; known are {', '.join(METRICS)}"


def _negative(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, int | float) and value < 0:
        yield place, f"is {value!r}; it cannot be negative"


def _long(place: str, name: str) -> Faults:
    if len(name) > LONGEST_NAME:
        yield place, f"a name of {len(name):,} characters; the most are {LONGEST_NAME}"


def _named(key: tuple[str, ...]) -> str:
    if len(key) == 3:
        return f"{key[2]} of {shown(key[1])} on {shown(key[0])}"
    return f"{shown(key[1])} on {shown(key[0])}"
