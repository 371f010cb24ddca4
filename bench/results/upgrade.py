"""Results files of schemas 1 to 3 as those of today.

Schema 3 only lacks what schema 4 added. Schemas 1 and 2 knew one job only and had its quantities as fields of a data
set: those that a data set has no longer are its size (whole numbers before ``rows``), its quantities (whole numbers
after it) and its facts (texts), named by their field with blanks for underscores. The order is that in which this suite
wrote the fields.

``python -m bench.results.upgrade FILE`` writes FILE again in today's schema.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from bench.results.records import COPY_BASELINE, SCHEMA, Dataset

_KEPT = {field.name for field in fields(Dataset)}
_TABLES = (("rows", "row_count"), ("summaries", "summary_count"))
"""What a digest had of each of the two tables: its digest and its count."""

Tree = dict[str, Any]


def upgraded(results: Tree) -> Tree:
    """Return the results file ``results``, as JSON holds it, in today's schema.

    What is not as those schemas have it stays as it is, for the check of types to find.
    """
    return {**(results if results["schema"] == 3 else _any_job(results)), "schema": SCHEMA}


def _any_job(results: Tree) -> Tree:
    """Return results of schema 1 or 2 with their job, its sizes and its tables as data."""
    known = [one for one in _objects(results, "datasets") if "rows" in one]
    size = [_named(name) for name in _size(known[0])] if known else []
    # Every field is named: msgspec does not write a default again that it filled in itself.
    job = {"name": "", "noun": "scan", "size": size, "rows_follow": size[-1:], "usual": {}, "about_published": ""}
    changed: Tree = {**results, "job": job, "code": []}
    for name, change in (
        ("datasets", _dataset),
        ("digests", _digest),
        ("digests", _renamed),
        ("measurements", _renamed),
        ("failures", _renamed),
        ("laws", lambda declared: _law(declared, known)),
        ("promises", _trial),
    ):
        if isinstance(changed.get(name), list):
            changed[name] = [change(one) if isinstance(one, dict) else one for one in changed[name]]
    return changed


def _objects(results: Tree, name: str) -> Iterator[Tree]:
    found = results.get(name)
    return (one for one in found if isinstance(one, dict)) if isinstance(found, list) else iter(())


def _dataset(dataset: Tree) -> Tree:
    size = _size(dataset)
    unknown = {name: value for name, value in dataset.items() if name not in _KEPT}
    return {
        **{name: value for name, value in dataset.items() if name in _KEPT},
        "job": "",
        "size": {_named(name): unknown[name] for name in size},
        "quantities": {
            _named(name): value for name, value in unknown.items() if isinstance(value, int) and name not in size
        },
        "facts": {_named(name): value for name, value in unknown.items() if not isinstance(value, int)},
        "published": [],
    }


def _size(dataset: Tree) -> list[str]:
    """The fields that say what the numbers of the size count."""
    before = list(dataset)[: list(dataset).index("rows")] if "rows" in dataset else []
    return [name for name in before if name not in _KEPT and isinstance(dataset[name], int)]


def _named(field: str) -> str:
    return field.replace("_", " ")


def _digest(digest: Tree) -> Tree:
    if not all(field in digest for fields in _TABLES for field in fields):
        return digest
    kept = {name: value for name, value in digest.items() if name not in {name for pair in _TABLES for name in pair}}
    tables = [{"table": table, "sha256": digest[table], "count": digest[count]} for table, count in _TABLES]
    return {**kept, "tables": tables}


def _trial(trial: Tree) -> Tree:
    """What ``bench prove promises`` found, with states of all tables in the place of those of two."""
    states = {
        name: [_state(one) for one in trial[name]]
        for name in ("readings", "points")
        if isinstance(trial.get(name), list)
    }
    return {**trial, "tables": [table for table, _ in _TABLES], "refusal": "DoesNotExist", **states}


def _state(seen: object) -> object:
    names = [table for table, _ in _TABLES]
    if not isinstance(seen, dict) or not all(name in seen for name in names):
        return seen
    kept = {name: value for name, value in seen.items() if name not in names}
    return {**kept, "tables": [seen[name] for name in names]}


def _renamed(record: Tree) -> Tree:
    # Schema 1 called the copy baseline so.
    return {**record, "implementation": COPY_BASELINE} if record.get("implementation") == "copy-limit" else record


def _law(declared: Tree, datasets: list[Tree]) -> Tree:
    """Let steps of a quantity of the size be steps of what counted of it, which is what those schemas meant."""
    counted = {name for one in datasets for name in one if name.startswith("counted_")}

    def renamed(step: object) -> object:
        if isinstance(step, dict) and f"counted_{step.get('of')}" in counted:
            return {**step, "of": f"counted {step['of']}"}
        return step

    def upgraded_law(law: object) -> object:
        if isinstance(law, dict) and isinstance(law.get("steps"), list):
            return {**law, "steps": [renamed(step) for step in law["steps"]]}
        return law

    laws = declared.get("laws")
    return {**declared, "laws": [upgraded_law(law) for law in laws]} if isinstance(laws, list) else declared


if __name__ == "__main__":
    from bench.results.store import read_results, write_results

    for name in sys.argv[1:]:
        write_results(Path(name), read_results(Path(name)))
