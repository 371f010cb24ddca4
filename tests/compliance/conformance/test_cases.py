"""The oracle agrees with what was worked out by hand, and shares no code with an implementation."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bench.compliance import oracle
from bench.compliance.cases import all_cases as cases
from bench.compliance.cases.all_cases import CASES, chosen_cases
from bench.compliance.cases.case import Case, finding, framework, scored
from bench.errors import InputError

FOLDER = Path(cases.__file__).parent
TASK = FOLDER.parent
MODULES = (TASK / "oracle.py", TASK / "written.py", *FOLDER.glob("*.py"))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_oracle_agrees_with_what_was_worked_out_by_hand(case: Case) -> None:
    if case.by_hand is None:
        assert case.refused is not None, "a case in which a run writes needs an expectation worked out by hand"
        return
    found = oracle.expected(case.scan, case.catalogue)
    assert found.counts == case.by_hand.counts
    assert found.summaries == case.by_hand.summaries
    assert found.regions == case.by_hand.regions
    assert found.frameworks == (tuple(case.catalogue) if case.by_hand.regions else ())
    if case.by_hand.texts:
        assert found.texts == case.by_hand.texts


def test_there_are_many_cases_and_each_states_another_rule() -> None:
    assert len(CASES) >= 120
    assert all(name == name.lower() and case.promise for name, case in CASES.items())
    texts = [case.promise for name, case in CASES.items() if not name.startswith(("text-", "compliance-", "array-"))]
    assert len(set(texts)) == len(texts)


def test_neither_cases_nor_oracle_import_an_implementation_or_the_contract() -> None:
    """An oracle that shared code with an implementation would share its bugs."""
    assert len(MODULES) >= 10
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        ours = {
            module for module in modules if module.partition(".")[0] in ("bench", "optimized_impl", "reference_impl")
        }
        allowed = ("bench.compliance.cases.", "bench.compliance.written", "bench.errors")
        assert all(module.startswith(allowed) for module in ours), path.name


def test_the_oracle_can_read_regions_by_resources() -> None:
    scan = {
        "findings": [
            finding("a", "FAIL", "eu", "eu", compliance=scored("1"), resource_regions=["us"]),
            finding("a", "PASS", "", resource_regions=[]),
        ]
    }
    catalogue = {"ts": framework("ProwlerThreatScore", "1.0", **{"1": ["a"]})}
    by_array, by_resources = oracle.expected(scan, catalogue), oracle.expected(scan, catalogue, "by resources")
    assert [count[2:] for count in by_array.counts] == [("us", "FAIL", 0, 1, 1, 0, 1)]
    assert [count[2:] for count in by_resources.counts] == [("", "PASS", 1, 0, 1, 0, 0), ("eu", "FAIL", 0, 1, 1, 0, 2)]


def test_cases_are_chosen_by_name_in_the_suites_order() -> None:
    assert list(chosen_cases(["rows-2000", "one-failure", "rows-2000"])) == ["one-failure", "rows-2000"]
    assert chosen_cases([]) == CASES


@pytest.mark.parametrize(
    ("name", "hint"), [("one-failyure", "did you mean one-failure?"), ("?", " cases are muted-and-manual to ")]
)
def test_an_unknown_case_is_refused_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        chosen_cases(["one-failure", name])
    assert str(caught.value).startswith(f"--case: there is no case {name!r}; ")
    assert hint in str(caught.value)
