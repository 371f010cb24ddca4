"""Plans: what EXPLAIN says as JSON, as steps without the statement's values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bench.results.fingerprint import normalise
from bench.results.server_work import PlanStep
from bench.words import plain, shorten

LONGEST_STEP = 400
MOST_STEPS = 60
_CONDITIONS = (
    "Index Cond",
    "Recheck Cond",
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "One-Time Filter",
    "Filter",
    "Sort Key",
    "Group Key",
)
_REMOVED = ("Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter")
_BLOCKS = ("Shared Hit Blocks", "Shared Read Blocks")
_TEMPORARY = ("Temp Read Blocks", "Temp Written Blocks")


def plan_of(explained: str, usual: Mapping[str, str]) -> tuple[PlanStep, ...]:
    """Return the steps of a plan from the outermost on; none for an empty text.

    Settings of the session that are not the ``usual`` ones of the server stand in the first step.
    """
    if not explained:
        return ()
    whole: list[Mapping[str, Any]] = json.loads(explained)
    if not whole or "Plan" not in whole[0]:
        return ()
    settings: Mapping[str, str] = whole[0].get("Settings", {})
    named = "".join(f"; {name} = {value}" for name, value in settings.items() if usual.get(name) != value)
    return tuple(_steps(whole[0]["Plan"], 0, named))[:MOST_STEPS]


def _steps(node: Mapping[str, Any], depth: int, more: str = "") -> Iterator[PlanStep]:
    loops = node.get("Actual Loops", 1)
    executed = "Actual Rows" in node
    yield PlanStep(
        depth=depth,
        step=shorten(plain(f"{_named(node)}{more}"), LONGEST_STEP),
        expected_rows=float(node.get("Plan Rows", 0)),
        rows=float(node["Actual Rows"]) * loops if executed else None,
        removed=sum(float(node.get(name, 0)) for name in _REMOVED) * loops if executed else None,
        blocks=_sum(node, _BLOCKS),
        blocks_dirtied=node.get("Shared Dirtied Blocks"),
        wal_bytes=node.get("WAL Bytes"),
        temp_blocks=_sum(node, _TEMPORARY),
    )
    for below in node.get("Plans", ()):
        yield from _steps(below, depth + 1)


def _sum(node: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    return sum(int(node[name]) for name in names) if all(name in node for name in names) else None


def _named(node: Mapping[str, Any]) -> str:
    kind = str(node["Node Type"])
    match kind:
        case "ModifyTable":
            kind = str(node.get("Operation", kind))
        case "Aggregate" if node.get("Strategy") in {"Hashed", "Sorted", "Mixed"}:
            kind = f"{node['Strategy']} Aggregate"
        case "Nested Loop" | "Hash Join" | "Merge Join" if node.get("Join Type", "Inner") != "Inner":
            kind = f"{kind} ({node['Join Type']})"
    if node.get("Scan Direction") == "Backward":
        kind += " Backward"
    if name := node.get("Index Name"):
        kind += f" using {name}" if "Relation Name" in node else f" on {name}"
    if name := node.get("Relation Name") or node.get("CTE Name") or node.get("Function Name"):
        kind += f" on {name}"
    conditions = (f"{name}: {normalise(_text(node[name]))}" for name in _CONDITIONS if name in node)
    return "; ".join((kind, *conditions))


def _text(condition: object) -> str:
    return ", ".join(map(str, condition)) if isinstance(condition, list) else str(condition)
