"""Figures that should be the same on every machine: what counts as a difference, and that it names both nodes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.nodes.agreement import Measured, disagreement
from bench.nodes.kept import KeptCase
from bench.nodes.merge import merged
from bench.nodes.references import MOST_RUNS, Next, NodesDisagreeError, References
from bench.nodes.work import works_of
from bench.results.consistency import faults
from bench.results.records import Results, StatementTexts
from tests.support import builders
from tests.support.node_case import results_of
from tests.support.nodes import plan

WORK = works_of(plan("50/1", samples=2))[0]
OURS = results_of(WORK)


def changed(metric: str, *samples: float) -> Results:
    """The results with other samples of one metric."""
    return replace(
        OURS,
        measurements=tuple(replace(one, samples=samples) if one.metric == metric else one for one in OURS.measurements),
    )


def with_statement(statement: str) -> Results:
    """The results with one statement."""
    one = StatementTexts(
        scan="50/1", implementation="streaming", django=(statement,), server=(), server_source="unavailable"
    )
    return replace(OURS, statements=(one,))


def said(theirs: Results, ours: Results = OURS) -> str:
    """What the nodes do not agree in, of one run each."""
    return disagreement(Measured(node="alpha", runs=(ours,)), Measured(node="beta", runs=(theirs,))).sentence


def test_equal_figures_and_any_times_agree() -> None:
    assert said(changed("wall_seconds", 50.0, 60.0)) == ""


def test_near_exact_figures_agree_within_their_own_tolerance() -> None:
    assert said(changed("peak_heap_bytes", 20_500_000 * 1.009)) == ""
    apart = said(changed("peak_heap_bytes", 20_500_000 * 1.02))
    assert "the nodes alpha and beta do not agree: Peak heap of streaming on 50/1 is 20,500,000 bytes on alpha" in apart
    assert "and 20,910,000 bytes on beta, more than 1 % apart" in apart


def test_near_exact_figures_differ_only_if_they_do_each_time_and_counts_if_they_do_once() -> None:
    usual, moved = changed("peak_heap_bytes", 20_500_000), changed("peak_heap_bytes", 30_000_000)
    alpha, beta = Measured(node="alpha", runs=(usual, moved)), Measured(node="beta", runs=(moved,))
    assert not disagreement(alpha, beta).sentence
    found = disagreement(Measured(node="alpha", runs=(usual, usual)), beta)
    assert "Peak heap" in found.sentence
    assert not found.certain
    counted = Measured(node="beta", runs=(OURS, changed("statements_django", 19)))
    assert disagreement(Measured(node="alpha", runs=(OURS,)), counted).certain


def test_a_sample_that_failed_once_is_no_difference() -> None:
    failed = replace(OURS, measurements=tuple(one for one in OURS.measurements if one.implementation != "pushdown"))
    beta = Measured(node="beta", runs=(OURS,))
    found = disagreement(Measured(node="alpha", runs=(failed,)), beta)
    assert "'pushdown' on '50/1' was not measured on alpha" in found.sentence
    assert not found.certain
    assert not disagreement(Measured(node="alpha", runs=(failed, OURS)), beta).sentence


def test_nodes_measure_again_until_it_is_known_whether_a_near_exact_figure_differs() -> None:
    usual, moved = changed("peak_heap_bytes", 20_500_000), changed("peak_heap_bytes", 30_000_000)
    references = References()
    assert references.next_of("a") is Next.MEASURE
    references.add("a", "alpha", moved)
    assert references.next_of("a") is Next.GO
    for _ in range(MOST_RUNS):
        assert references.next_of("b") is Next.MEASURE
        references.add("b", "beta", usual)
    assert (references.next_of("a"), references.next_of("b")) == (Next.MEASURE, Next.WAIT)
    references.add("a", "alpha", usual)
    assert (references.next_of("a"), references.next_of("b")) == (Next.GO, Next.GO)
    for _ in range(MOST_RUNS):
        references.add("c", "gamma", changed("peak_heap_bytes", 25_000_000))
    with pytest.raises(NodesDisagreeError, match="alpha and gamma do not agree"):
        references.add("a", "alpha", usual)


def test_exact_figures_agree_only_where_they_are_equal() -> None:
    apart = said(changed("statements_django", 19))
    assert "Statements (Django) of streaming on 50/1 is 18 statements on alpha and 19 statements on beta" in apart


def test_other_rows_other_data_and_other_statements_are_differences() -> None:
    digests = tuple(builders.with_table(one, "rows", sha256="f" * 64) for one in OURS.digests)
    assert "the rows of streaming on 50/1" in said(replace(OURS, digests=digests))
    data = replace(OURS, datasets=(replace(OURS.datasets[0], fingerprint="0" * 64),))
    assert "the data of 50/1 are not the same" in said(data)
    assert said(with_statement("SELECT 1 FROM a"), with_statement("SELECT 2 FROM a")) == ""
    apart = said(with_statement("SELECT 1 FROM a"), with_statement("SELECT 1 FROM b"))
    assert "the statements of streaming on 50/1 are not the same" in apart


def test_a_missing_figure_is_a_difference_and_other_software_is_named_with_it() -> None:
    less = replace(
        OURS,
        environment=replace(OURS.environment, python="3.12.1"),
        measurements=tuple(one for one in OURS.measurements if one.metric != "peak_heap_bytes"),
    )
    apart = said(less)
    assert "Peak heap of streaming on 50/1 is missing on beta" in apart
    assert apart.endswith("their environments differ: Python: 3.11.9 → 3.12.1")


@pytest.mark.parametrize("names", [("alpha", "beta"), ("same", "same")])
def test_merged_results_are_consistent_and_keep_each_machine_apart(names: tuple[str, str]) -> None:
    cases = []
    for number, (work, name) in enumerate(zip(works_of(plan("50/1", "100/2", samples=2)), names, strict=True)):
        results = results_of(work)
        if number:
            results = replace(results, environment=replace(results.environment, cores=64))
        cases.append(
            KeptCase(
                schema=1,
                number=number,
                label=work.label,
                node=f"{number}" * 16,
                name=name,
                attempt=1,
                seconds=3.0,
                ended=float(number),
                results=results,
            )
        )
    found = merged(cases)
    assert found is not None
    assert [*faults(found)] == []
    assert [one.scan for one in found.datasets] == ["50/1", "100/2"]
    assert [found.environment_of(one.scan).cores for one in found.datasets] == [2, 64]
    assert len({one.name for one in found.nodes}) == 2
    assert found.noise_floor is None
