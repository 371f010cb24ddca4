"""Scan sizes are read as written, and every other text is refused in one line that shows a right one."""

from __future__ import annotations

import pytest

from bench.compliance.job import JOB
from bench.errors import InputError
from bench.jobs.job import Size
from bench.jobs.size import parse_size
from bench.results.metrics import METRICS


@pytest.mark.parametrize(
    ("label", "findings", "regions"),
    [
        ("100/3", 100, 3),
        ("1/1", 1, 1),
        ("10k/20", 10_000, 20),
        ("250K/40", 250_000, 40),
        ("1M/30", 1_000_000, 30),
        ("2m/017", 2_000_000, 17),
        ("100M/1000", 100_000_000, 1_000),
    ],
)
def test_a_size_is_findings_and_regions_with_its_label_as_typed(label: str, findings: int, regions: int) -> None:
    assert parse_size(JOB, label) == Size(label=label, numbers={"findings": findings, "regions": regions})


@pytest.mark.parametrize(
    "label",
    [
        "",
        "/",
        "10k",
        "10k/",
        "/3",
        "10k/20/3",
        "10kk/20",
        "10g/20",
        "k/20",
        "-1/3",
        "100/-3",
        "+1/3",
        "1e3/3",
        "1.5k/3",
        "1_000/3",
        "1,000/3",
        "ten/3",
        "100 /3",
        " 100/3",
        "100/3\n",
        "100\\3",
        "100x3",
        "\u0661\u0660/\u0663",
        "²/3",
        "9" * 5_000 + "/3",
        "100/" + "9" * 5_000,
    ],
)
def test_what_is_no_size_is_refused_with_an_example(label: str) -> None:
    with pytest.raises(InputError, match=r"write for example --scan 10k/20") as caught:
        parse_size(JOB, label)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("label", ["0/0", "0/3", "0k/3", "100/0", "101M/30", "999999999M/3", "100/1001", "100/3k"])
def test_a_size_out_of_bounds_is_refused_with_the_bounds(label: str) -> None:
    with pytest.raises(InputError, match=r"write 1 to 100M findings and 1 to 1,000 regions"):
        parse_size(JOB, label)


def test_every_metric_is_found_under_its_own_name_and_the_documented_ones_are_there() -> None:
    assert all(name == metric.name for name, metric in METRICS.items())
    documented = {
        "wall_seconds",
        "cpu_seconds",
        "peak_heap_bytes",
        "peak_heap_untraced_bytes",
        "peak_rss_bytes",
        "statements_django",
        "statements_server",
        "rows_written",
    }
    assert documented <= METRICS.keys()
