"""Capacity and kill sizes on real pools: run by ``make soak``, because they take many of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench.harness.stage import Stage
from bench.pool.capacity import find_capacity
from bench.pool.grounds import Grounds
from bench.pool.kill_search import Prediction, SearchPlan, search
from tests.support.pools import HUNGRY, SETTINGS, opened_grounds, pool_plan
from tests.support.sandbox_maker import CATALOGUE

LIMIT = 330 * 2**20
"""More than one hungry call needs beside its pool, and less than two."""


@pytest.fixture(scope="module")
def grounds(quick_stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    catalogue = tmp_path_factory.mktemp("pools") / "catalogue.json"
    catalogue.write_text(json.dumps(CATALOGUE), encoding="utf-8")
    with opened_grounds(quick_stage, pool_plan(catalogue, "pushdown", f"{HUNGRY}:hungry")) as made:
        yield made


def test_the_capacity_is_the_most_calls_of_which_none_is_killed(grounds: Grounds) -> None:
    quick, hungry = grounds.plan.implementations
    settings = replace(SETTINGS, limit_bytes=LIMIT)
    with grounds.field(grounds.plan.sources, 3) as field:
        field.keep_references()
        found = find_capacity(field, hungry, settings, 3)
        assert (found.at_once, found.killed_at) == (1, 2)
        assert [one.setting for one in found.advice][:2] == ["as it is", "--tasks-per-child 0"]
        assert len(found.advice) == 5
        assert found.per_hour
        most = find_capacity(field, quick, settings, 2)
        assert (most.at_once, most.killed_at) == (2, None)


def test_a_search_ends_at_what_is_tried_where_nothing_is_killed_and_at_once_where_everything_is(
    grounds: Grounds,
) -> None:
    quick, hungry = grounds.plan.implementations
    plan = SearchPlan(varied="findings", held={"regions": 3}, most=60, least=30)
    settings = replace(SETTINGS, limit_bytes=LIMIT)
    spared = search(grounds, quick, settings, plan, Prediction(size=None, why_none="no growth"))
    assert (spared.survives, spared.killed) == (60, None)
    killed = search(grounds, hungry, settings, plan, Prediction(size=45.0))
    assert (killed.survives, killed.killed) == (None, 30)
