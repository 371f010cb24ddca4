"""The OpenMetrics text format, version 1.0.0, which Prometheus and its like read.

Source: https://github.com/prometheus/OpenMetrics, specification/OpenMetrics.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from bench.errors import InputError
from bench.report.export.figures import Figure, number
from bench.results.metrics import METRICS, Metric

Labels = Mapping[str, str]

_PREFIX = "bench"


def render_open_metrics(figures: Sequence[Figure]) -> str:
    """Return gauges for each metric: the value, the ends of its interval, the number of samples, the moment of the run.

    Figures of several files carry that moment, so that a history can be loaded. Those of one do not: what collects from
    files and pushes refuses moments. Raises InputError where a case is there twice at one moment.
    """
    dated = len({one.source for one in figures}) > 1
    ordered = sorted(figures, key=lambda one: (one.case, one.created))
    _refuse_repeats(ordered)
    lines: list[str] = []
    for metric in METRICS.values():
        own = [one for one in ordered if one.summary.metric is metric]
        value = [(one, one.summary.centre) for one in own]
        lower = [(one, one.interval[0]) for one in own if one.interval]
        upper = [(one, one.interval[1]) for one in own if one.interval]
        for name, points, words in (
            (metric.name, value, ""),
            (f"lower_{metric.name}", lower, ", lower end of the 95 % interval"),
            (f"upper_{metric.name}", upper, ", upper end of the 95 % interval"),
        ):
            if points:
                lines += _family(name, _unit(metric), f"{metric.title}{words}")
                lines += [_sample(name, _labels(one), number(point), one, dated) for one, point in points]
    lines += _family("samples", "", "Samples of a metric")
    for metric in METRICS.values():
        lines += [
            _sample("samples", {**_labels(one), "metric": metric.name}, len(one.summary.samples), one, dated)
            for one in ordered
            if one.summary.metric is metric
        ]
    lines += _family("run_timestamp_seconds", "seconds", "When the run of a case began, in seconds since 1970")
    cases = {(one.case, one.created): one for one in ordered}
    lines += [
        _sample("run_timestamp_seconds", _labels(one), one.created.timestamp(), one, dated) for one in cases.values()
    ]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _refuse_repeats(ordered: Sequence[Figure]) -> None:
    seen: dict[tuple[str, object], Figure] = {}
    for one in ordered:
        other = seen.setdefault((one.name, one.created), one)
        if other is not one:
            raise InputError(
                f"{other.source} and {one.source} both hold {one.name[:300]} of {one.created.isoformat()}; "
                "name each run once"
            )


def _family(name: str, unit: str, text: str) -> Iterator[str]:
    yield f"# TYPE {_PREFIX}_{name} gauge"
    if unit:
        yield f"# UNIT {_PREFIX}_{name} {unit}"
    yield f"# HELP {_PREFIX}_{name} {_escaped(text)}"


def _unit(metric: Metric) -> str:
    """The unit, which has to end the name of its family; '' where it does not."""
    return metric.unit if metric.name.endswith(f"_{metric.unit}") else ""


def _labels(one: Figure) -> Labels:
    return {
        "job": one.job,
        "scan": one.summary.scan,
        "implementation": one.summary.implementation,
        "scenario": one.scenario,
    }


def _sample(name: str, labels: Labels, value: float, one: Figure, dated: bool) -> str:
    assert math.isfinite(value)  # as results files are read
    text = ",".join(f'{label}="{_escaped(content)}"' for label, content in labels.items())
    moment = f" {one.created.timestamp():.3f}" if dated else ""
    return f"{_PREFIX}_{name}{{{text}}} {value!r}{moment}"


def _escaped(text: str) -> str:
    """Return ``text`` as the format has it; a carriage return may not stand in it."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\r", " ").replace("\n", r"\n")
