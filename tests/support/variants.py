"""Runs that went otherwise: other rows, a failed implementation, other numbers of implementations, hostile names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from bench.declare.laws import Law, Step
from bench.results.environment import NoiseFloor
from bench.results.records import DeclaredLaws, Failure, Results, StatementTexts
from bench.results.stops import Stop, StopReason
from tests.support.builders import digest, measurement, production_results

HOSTILE = "evil|`name`\n<script>alert(1)</script>\x1b[31m[x](y)$z$ _a_ \\| *b* 日本語"
"""Everything that Markdown, HTML, a terminal and matplotlib could take for more than a name."""


def mismatch() -> Results:
    """Return a run in which streaming lost a row on the largest scan."""
    results = production_results()
    digests = (*results.digests[:-1], digest("10k/20", "streaming", 108_419, "bad0" * 16))
    return replace(results, digests=digests)


def failed() -> Results:
    """Return a run in which every sample of streaming on the largest scan was killed."""
    results = production_results()

    def kept(scan: str, implementation: str) -> bool:
        return (scan, implementation) != ("10k/20", "streaming")

    failure = Failure(
        scan="10k/20",
        implementation="streaming",
        probe="peak_heap",
        kind="killed",
        message="the worker was killed by signal 9",
        log_tail="last line of the log\n```\nnot the end of the block",
    )
    return replace(
        results,
        measurements=tuple(one for one in results.measurements if kept(one.scan, one.implementation)),
        digests=tuple(one for one in results.digests if kept(one.scan, one.implementation)),
        statements=tuple(one for one in results.statements if kept(one.scan, one.implementation)),
        heap=tuple(one for one in results.heap if kept(one.scan, one.implementation)),
        failures=(failure,),
        warnings=("the load average was 3.1 at the start",),
    )


def stopped() -> Results:
    """Return a run that chose the number of its pairs: decided on two scans, out of time on the third."""
    results = production_results()
    jitter = (1.01, 0.99, 1.02, 0.98, 1.0, 1.03, 0.97, 1.0)
    ratios = {"100/3": 0.5, "1k/8": 1.0, "10k/20": 0.98}
    measurements = [
        replace(
            one,
            samples=tuple(2 * ratios[one.scan] * factor for factor in jitter)
            if one.implementation == "streaming"
            else (2.0,) * len(jitter),
            sequential=True,
        )
        if one.metric == "wall_seconds"
        else one
        for one in results.measurements
    ]
    reasons = {
        "100/3": (StopReason.BELOW, 1.0, 1.0),
        "1k/8": (StopReason.WITHIN, 0.0, 1.1),
        "10k/20": (StopReason.BUDGET, 1.0, 1.0),
    }
    stops = tuple(
        Stop(
            scan=scan,
            base="materializing",
            other="streaming",
            metric="wall_seconds",
            pairs=len(jitter),
            reason=reason,
            low=low,
            high=high,
        )
        for scan, (reason, low, high) in reasons.items()
    )
    return replace(results, measurements=tuple(measurements), stops=stops, planned_samples=None)


def three() -> Results:
    """Return a run with a third implementation, which was only measured in part."""
    results = production_results()
    name = "my_package.compliance.tasks:create_compliance_requirements"
    return replace(
        results,
        implementations=(*results.implementations, name),
        measurements=(
            *results.measurements,
            measurement("10k/20", name, "wall_seconds", 9.9),
            measurement("10k/20", name, "peak_heap_bytes", 40_100_000),
            measurement("10k/20", name, "statements_django", 14, 15),
        ),
        digests=(*results.digests, digest("10k/20", name, 108_420)),
    )


def single() -> Results:
    """Return a run of one implementation on one scan."""
    results = production_results()
    return replace(
        results,
        implementations=("streaming",),
        code=results.code[1:],
        datasets=results.datasets[:1],
        measurements=tuple(o for o in results.measurements if (o.scan, o.implementation) == ("100/3", "streaming")),
        digests=results.digests[1:2],
        statements=results.statements[1:2],
        heap=(),
        allocations=(),
    )


def broken_law() -> Results:
    """Return a run whose implementations declare laws, of which streaming breaks one by a query per region."""
    results = production_results()
    regions = {one.scan: one.size["regions"] for one in results.datasets}

    def issued(texts: StatementTexts) -> StatementTexts:
        task = "reference_impl/task.py" if texts.implementation == "materializing" else "optimized_impl/task.py"
        each = () if texts.implementation == "materializing" else ('SELECT "id" FROM "regions" WHERE "name" = \'x\'',)
        more = each * regions[texts.scan]
        return replace(
            texts,
            server=(*texts.server, *more),
            django_sites=(f"{task}:71",) * len(texts.django),
            server_sites=(*(f"{task}:71",) * len(texts.server), *("regions|of|mine.py:8",) * len(more)),
        )

    statements = tuple(map(issued, results.statements))
    counts = {(one.scan, one.implementation): len(one.server) for one in statements}
    batches = (Step(4, 10_000, "rows"),)
    return replace(
        results,
        statements=statements,
        measurements=tuple(
            replace(one, samples=(counts[one.scan, one.implementation],)) if one.metric == "statements_server" else one
            for one in results.measurements
        ),
        laws=tuple(
            DeclaredLaws(
                implementation=name,
                laws=(Law("statements_django", django), Law("statements_server", server, batches)),
            )
            for name, django, server in (("materializing", 19, 19), ("streaming", 18, 18))
        ),
        noise_floor=NoiseFloor(
            created="2026-01-01T00:00:00+00:00",
            environment_fingerprint="f100" * 16,
            scan="1k/8",
            implementation="streaming",
            pairs=10,
            deviations={"wall_seconds": 0.12, "cpu_seconds": 0.1},
        ),
    )


def hostile() -> Results:
    """Return the whole run with hostile text wherever text comes from data."""
    results = msgspec.convert(_renamed(msgspec.to_builtins(production_results())), type=Results)
    failure = Failure(
        scan=HOSTILE, implementation=HOSTILE, probe=HOSTILE, kind="error", message=HOSTILE, log_tail=f"```\n{HOSTILE}"
    )
    return replace(results, warnings=(HOSTILE,), failures=(failure,), command=f"bench run --scan-file '{HOSTILE}'")


def _renamed(value: Any) -> Any:
    """Return ``value`` with another name for streaming, for the largest scan and for what allocates."""
    if isinstance(value, dict):
        return {key: _renamed(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(part) for part in value]
    names = {
        "streaming": HOSTILE,
        "10k/20": f"{HOSTILE}.json",
        "build_rows_1": HOSTILE,
        "COMMIT": f"COMMIT -- {HOSTILE}",
    }
    return names.get(value, value) if isinstance(value, str) else value


def empty() -> Results:
    """Return a run in which nothing could be measured."""
    return replace(
        production_results(), measurements=(), digests=(), statements=(), heap=(), allocations=(), datasets=()
    )
