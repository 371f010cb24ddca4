"""A probe finds a planted cost of known size: bytes, statements, seconds."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import memray
import pytest

from bench.analysis.call_paths import paths_of, sites_of
from bench.analysis.path_changes import site_changes
from bench.harness.stage import DataStage
from bench.messages.reading import Reading
from bench.messages.request import ProbeName
from bench.results.call_trees import CallTree, TreeSubject
from bench.worker.probes.memory import MOST_POINTS, heap_points
from tests.support.data import sampled
from tests.support.implementations import ALLOCATIONS, BLOCK_BYTES, QUERIES, SLEEP_SECONDS
from tests.support.small_scan import EXPECTED_ROWS

pytestmark = pytest.mark.server

COSTS = "tests.support.implementations.costs"
MATERIALIZING = "materializing"
STREAMING = "streaming"

Take = Callable[[ProbeName, str], Reading]


@pytest.fixture(scope="module")
def take(small_scan: DataStage) -> Take:
    """Take a sample in a worker, once for all tests that use it."""

    @functools.cache
    def sample(probe: ProbeName, implementation: str) -> Reading:
        name = implementation if implementation in (MATERIALIZING, STREAMING) else f"{COSTS}:{implementation}"
        reading, digest = sampled(small_scan, probe, name, 120)
        assert digest.rows == EXPECTED_ROWS
        return reading

    return sample


@pytest.mark.parametrize(
    ("probe", "metric"),
    [
        ("memory", "peak_heap_bytes"),
        ("memory-untraced", "peak_heap_untraced_bytes"),
        ("rss", "peak_rss_bytes"),
    ],
)
def test_a_block_held_during_the_call_is_in_the_peak(take: Take, probe: ProbeName, metric: str) -> None:
    more = take(probe, "more_memory").values[metric] - take(probe, STREAMING).values[metric]
    # A heap that was free before, below 2 MB here, may serve what the block adds to.
    assert BLOCK_BYTES - 2_000_000 < more < BLOCK_BYTES * 1.1


@pytest.mark.parametrize(("probe", "metric"), [("memory", "peak_heap_bytes"), ("rss", "peak_rss_bytes")])
def test_a_peak_before_the_call_is_not_in_its_peak(take: Take, probe: ProbeName, metric: str) -> None:
    assert take(probe, "more_memory_before").values[metric] < BLOCK_BYTES / 2


def test_the_traced_peak_counts_the_block_to_the_byte_and_the_little_that_else_changed(take: Take) -> None:
    values = (take("memory", name).values["peak_heap_bytes"] for name in ("more_memory", STREAMING))
    more = next(values) - next(values)
    assert more == pytest.approx(BLOCK_BYTES, rel=0.01)


def tree(take: Take, name: str, about: TreeSubject) -> CallTree:
    """What one sample holds or spends by call path."""
    reading = take("profile" if about == "time" else "memory", name)
    (found,) = (one for one in reading.trees if one.about == about)
    return CallTree(
        scan="small",
        implementation=name,
        about=about,
        frames=found.frames,
        nodes=found.nodes,
        kept_from=found.kept_from,
    )


def test_the_largest_function_at_the_peak_is_that_of_the_block_and_its_line_is_known(take: Take) -> None:
    first = sites_of(tree(take, "more_memory", "peak"))[0]
    assert (first.frame.function, first.frame.file) == ("more_memory", "tests/support/implementations/costs.py")
    assert first.own.value >= BLOCK_BYTES
    line = Path(first.frame.file).read_text(encoding="utf-8").splitlines()[first.line - 1]
    assert "bytearray" in line


def test_paths_at_the_peak_add_up_to_it_and_begin_at_the_measured_call(take: Take) -> None:
    found = tree(take, STREAMING, "peak")
    assert found.whole == take("memory", STREAMING).values["peak_heap_bytes"]
    outermost = paths_of(found)
    assert outermost[0].frame.function == "create_compliance_requirements"
    assert outermost[0].whole.value > 0.98 * found.whole
    assert {one.frame.library for one in outermost[0].below} <= {True, False}
    assert any(node.library for node in found.frames if node.file.startswith("django/"))


def test_a_block_that_is_held_is_the_largest_growth_by_call_path(take: Take) -> None:
    changes = site_changes(tree(take, STREAMING, "peak"), tree(take, "more_memory", "peak"))
    assert changes[0].frame.function == "more_memory"
    assert changes[0].change == pytest.approx(BLOCK_BYTES, rel=0.01)
    more = sum(one.change for one in changes) - changes[0].change
    assert abs(more) < 0.01 * BLOCK_BYTES


def test_a_cache_that_is_kept_is_in_what_is_retained_and_its_path_is_known(take: Take) -> None:
    values, plain = take("memory", "keeps_a_cache").values, take("memory", STREAMING).values
    assert values["retained_bytes"] - plain["retained_bytes"] == pytest.approx(BLOCK_BYTES, rel=0.01)
    assert plain["retained_bytes"] < 0.01 * BLOCK_BYTES
    found = tree(take, "keeps_a_cache", "retained")
    assert found.whole == values["retained_bytes"]
    first = sites_of(found)[0]
    assert (first.frame.function, first.own.value) == ("_loaded", BLOCK_BYTES + b"".__sizeof__())


def test_each_temporary_allocation_is_counted(take: Take) -> None:
    values, plain = take("memory", "more_allocations").values, take("memory", STREAMING).values
    # A list, its items, and the number in it.
    assert values["allocations"] - plain["allocations"] == pytest.approx(3 * ALLOCATIONS, rel=0.03)
    assert values["allocated_bytes"] - plain["allocated_bytes"] > 50 * ALLOCATIONS
    assert values["retained_bytes"] - plain["retained_bytes"] < 10_000


def test_a_profile_knows_what_waits_for_the_server_what_waits_elsewhere_and_what_computes(take: Take) -> None:
    found = tree(take, "waits_elsewhere", "time")
    reading = take("profile", "waits_elsewhere")
    assert not reading.values
    assert reading.warnings == ()
    own = {one.frame.function: one.own.value / 1e6 for one in sites_of(found)}
    for name in ("(waiting for the server)", "(waiting)"):
        assert SLEEP_SECONDS * 0.8 < own[name] < SLEEP_SECONDS * 3
    assert own["_compute"] > SLEEP_SECONDS * 0.5
    (call,) = paths_of(found)
    assert call.frame.function == "waits_elsewhere"
    assert {"_compute", "(waiting)"} <= {one.frame.function for one in call.below}


def test_the_heap_over_time_is_in_order_and_reaches_the_peak(take: Take) -> None:
    reading = take("memory", "more_memory")
    seconds = [point.seconds for point in reading.heap]
    assert seconds
    assert seconds == sorted(seconds)
    assert seconds[0] == 0
    highest = max(point.heap_bytes for point in reading.heap)
    peak = reading.values["peak_heap_bytes"]
    assert peak * 0.9 < highest <= peak
    assert all(point.rss_bytes > 0 for point in reading.heap)


def test_a_long_series_is_thinned_and_keeps_every_peak() -> None:
    """Snapshots every 10 ms, with a heap that is high at one moment of each second."""
    snapshots = [
        SimpleNamespace(time=1_000 + 10 * number, heap=900 if number % 100 == 77 else number % 5, rss=1)
        for number in range(10 * MOST_POINTS + 1)
    ]
    points = heap_points(cast(memray.FileReader, SimpleNamespace(get_memory_snapshots=lambda: snapshots)))
    assert len(points) <= MOST_POINTS
    assert sum(point.heap_bytes == 900 for point in points) == 10 * MOST_POINTS // 100
    assert points[0].seconds < 0.1
    assert points[-1].seconds == pytest.approx(10 * MOST_POINTS * 0.01, abs=0.2)


def test_more_queries_are_counted_one_by_one_by_django_and_by_the_server(take: Take) -> None:
    more, plain = take("statements", "more_queries"), take("statements", STREAMING)
    for metric in ("statements_django", "statements_server"):
        assert more.values[metric] - plain.values[metric] == QUERIES
    for texts in (more.django_statements, more.server_statements):
        assert texts.count("SELECT 'one more'") == QUERIES


@pytest.mark.parametrize(
    "implementation",
    ["more_queries_in_threads", "more_queries_asynchronously", "more_queries_on_a_later_connection"],
)
def test_queries_of_other_threads_and_connections_are_counted_in_both_views(take: Take, implementation: str) -> None:
    more, plain = take("statements", implementation), take("statements", STREAMING)
    for metric in ("statements_django", "statements_server"):
        assert more.values[metric] - plain.values[metric] == QUERIES
    assert more.values["statements_django"] == len(more.django_statements) == len(more.django_sites)


def test_a_copy_on_a_connection_of_its_own_is_in_the_servers_view_alone(take: Take) -> None:
    more, plain = take("statements", "more_copies"), take("statements", STREAMING)
    assert more.values["statements_django"] == plain.values["statements_django"]
    assert "COPY (SELECT 'one more') TO STDOUT" in more.server_statements
    # With the BEGIN and COMMIT of its connection.
    assert more.values["statements_server"] - plain.values["statements_server"] == 3


@pytest.mark.parametrize(("implementation", "expected"), [(MATERIALIZING, 19), (STREAMING, 18)])
def test_both_views_agree_with_their_texts_and_django_logs_the_published_number(
    take: Take, implementation: str, expected: int
) -> None:
    reading = take("statements", implementation)
    assert reading.values["statements_django"] == expected == len(reading.django_statements)
    assert reading.values["statements_server"] == len(reading.server_statements)
    assert reading.server_source == "log"
    assert any(text.startswith("COPY") for text in reading.server_statements)
    assert not any(text.startswith("COPY") for text in reading.django_statements)


def test_a_sleep_is_in_wall_time_and_not_in_cpu_time(take: Take) -> None:
    values = take("time", "more_time").values
    assert values["wall_seconds"] >= SLEEP_SECONDS
    assert values["wall_seconds"] - values["cpu_seconds"] >= SLEEP_SECONDS - 0.05
    assert values["cpu_seconds"] > 0


def test_the_time_probe_hands_over_pytest_benchmarks_own_document_of_one_round(take: Take) -> None:
    reading = take("time", "more_time")
    entries = reading.benchmark["benchmarks"]
    assert isinstance(entries, list)
    (entry,) = entries
    assert entry["name"].endswith(f"{COSTS}:more_time")
    assert entry["stats"]["data"] == [reading.values["wall_seconds"]]
    assert entry["extra_info"]["cpu_seconds"] == [reading.values["cpu_seconds"]]


def test_the_rows_probe_measures_nothing(take: Take) -> None:
    reading = take("rows", STREAMING)
    assert not reading.values
    assert reading.outcome["requirements_created"] == EXPECTED_ROWS
    assert len(reading.outcome["regions_processed"]) == 2
    assert reading.outcome["compliance_frameworks"] == ["cis_3.0_aws", "prowler_threatscore_aws"]
