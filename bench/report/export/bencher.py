"""Bencher Metric Format: a JSON object of benchmarks, each of measures, each with a value and its bounds.

Source: https://bencher.dev/docs/reference/bencher-metric-format/, and its JSON schema, https://bencher.dev/bmf.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from bench.errors import InputError
from bench.report.export.figures import Figure, number, once

LONGEST_NAME = 1_024
"""Bytes of a benchmark's name."""


def render_bencher(figures: Iterable[Figure]) -> str:
    """Return a document for ``bencher run --adapter json --file FILE``: a benchmark for each case, a measure a metric.

    Raises InputError for two figures of one name, and for a name that is too long.
    """
    benchmarks: dict[str, dict[str, dict[str, float]]] = {}
    for one in once(figures):
        if len(one.case.encode()) > LONGEST_NAME:
            raise InputError(
                f"{one.source}: the name {one.case[:60]}… has more than {LONGEST_NAME:,} bytes, the most that Bencher "
                "takes; give the implementation or the file of the data a shorter one"
            )
        value = {"value": number(one.summary.centre)}
        if one.interval is not None:
            low, high = one.interval
            value |= {"lower_value": number(low), "upper_value": number(high)}
        benchmarks.setdefault(one.case, {})[one.summary.metric.name] = value
    return json.dumps(benchmarks, indent=2) + "\n"
