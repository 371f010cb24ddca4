"""The collector keeps every sample in the order taken, and no warning twice."""

from __future__ import annotations

from bench.harness.collector import Collector, _abridged
from bench.harness.environment import describe_environment
from bench.harness.plan import PlannedSample
from bench.harness.targets import TargetDigest
from bench.messages.reading import Reading
from bench.messages.request import ProbeName
from bench.results.fingerprint import fingerprint
from bench.results.metrics import METRICS
from bench.results.records import ImplementationEnvironment, Measurement, Results
from tests.support.builders import JOB
from tests.support.stand_in import OTHERS, digest, outcome

ENVIRONMENT = describe_environment("16.0", "embedded", {})


def sample(implementation: str = "a", number: int = 1, probe: ProbeName = "time") -> PlannedSample:
    return PlannedSample(probe, implementation, number)


def found(content: str) -> TargetDigest:
    return TargetDigest((digest(12, content), digest(2, "summaries", "summaries")), OTHERS)


def measured(results: Results, implementation: str, metric: str) -> Measurement:
    (one,) = (m for m in results.measurements if (m.implementation, m.metric) == (implementation, metric))
    return one


def test_why_a_figure_is_incomplete_stays_with_its_metric_whichever_sample_it_was() -> None:
    collector = Collector("bench run", ("a",), JOB)
    values = {"wall_seconds": 1.0, "cpu_seconds": 1.0}
    for number, incomplete in enumerate(({}, {"cpu_seconds": "forked"}, {}), start=1):
        reading = Reading(values=values, outcome=outcome(), incomplete=incomplete)
        collector.add_reading("10k/20", sample("a", number), reading, 12)
    results = collector.results(ENVIRONMENT)
    assert measured(results, "a", "cpu_seconds").incomplete == "forked"
    assert measured(results, "a", "wall_seconds").incomplete == ""


def test_samples_of_one_case_and_metric_are_one_measurement_in_the_order_taken() -> None:
    collector = Collector("bench run", ("a", "b"), JOB)
    for number, seconds in enumerate((3.0, 1.0, 2.0), start=1):
        for name in ("a", "b"):
            collector.add_reading(
                "10k/20", sample(name, number), Reading(values={"wall_seconds": seconds}, outcome=outcome()), 12
            )
    results = collector.results(ENVIRONMENT)
    wall = measured(results, "a", "wall_seconds")
    assert (wall.scan, wall.unit, wall.samples) == ("10k/20", "seconds", (3.0, 1.0, 2.0))
    rows = measured(results, "b", "rows_written")
    assert (rows.unit, rows.samples) == (METRICS["rows_written"].unit, (12.0, 12.0, 12.0))
    assert len(results.measurements) == 4


def test_the_results_say_how_many_time_samples_were_planned() -> None:
    assert Collector("bench run", ("a",), JOB, planned_samples=7).results(ENVIRONMENT).planned_samples == 7


def test_a_probes_warning_is_kept_once_and_with_its_own_metric_alone() -> None:
    collector = Collector("bench run", ("a",), JOB)
    for number in (1, 2):
        reading = Reading(values={"peak_rss_bytes": 1.0}, outcome=outcome(), warnings=("cannot be reset",))
        collector.add_reading("10k/20", sample(number=number, probe="rss"), reading, 12)
    results = collector.results(ENVIRONMENT)
    assert measured(results, "a", "peak_rss_bytes").warnings == ("cannot be reset",)
    assert measured(results, "a", "rows_written").warnings == ()


def test_a_digest_that_differs_from_an_earlier_samples_is_said_and_one_that_agrees_is_not() -> None:
    collector = Collector("bench run", ("a",), JOB)
    assert collector.add_digest("10k/20", "a", found("x"), bystanders_unchanged=True) is None
    assert collector.add_digest("10k/20", "a", found("x"), bystanders_unchanged=True) is None
    assert collector.add_digest("1k/8", "a", found("y"), bystanders_unchanged=True) is None
    assert "another digest" in str(collector.add_digest("10k/20", "a", found("y"), bystanders_unchanged=True))


def test_a_digest_with_changed_bystanders_stays_on_record() -> None:
    for order in ((True, False), (False, True)):
        collector = Collector("bench run", ("a",), JOB)
        for unchanged in order:
            collector.add_digest("10k/20", "a", found("x"), bystanders_unchanged=unchanged)
        (kept,) = collector.results(ENVIRONMENT).digests
        assert not kept.bystanders_unchanged


def test_a_statement_with_very_many_values_is_kept_without_them_and_with_its_fingerprint() -> None:
    ids = ", ".join(f"'{number:08d}'::uuid" for number in range(10_000))
    statement = f"SELECT * FROM resources WHERE id IN ({ids})"
    kept = _abridged(statement)
    assert len(kept) < 100
    assert fingerprint(kept) == fingerprint(statement)
    assert _abridged("SELECT 1") == "SELECT 1"


def test_the_results_say_of_each_implementation_once_which_code_ran_and_where() -> None:
    collector = Collector("bench run", ("a", "b"), JOB)
    code = {
        name: ImplementationEnvironment(
            implementation=name, function=f"own:{name}", python="3.12.1", packages={}, skipped_statements=("CREATE x",)
        )
        for name in ("b", "a")
    }
    for number in (1, 2):
        for name, one in code.items():
            reading = Reading(values={"wall_seconds": 1.0}, outcome=outcome(), code=one)
            collector.add_reading("10k/20", sample(name, number), reading, 12)
    collector.add_reading("10k/20", sample("copy-baseline"), Reading(values={}, outcome=None), 12)
    assert collector.results(ENVIRONMENT).code == (code["a"], code["b"])
