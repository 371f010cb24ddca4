"""Names, codes, messages, excerpts and examples in the documents are those of the code."""

from __future__ import annotations

import ast
import inspect
import json
import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from bench import declare
from bench.analysis.verdict import Standing
from bench.compliance.job import JOB
from bench.gate import policy_file
from bench.gate.policy_file import read_policy
from bench.results.metrics import METRICS
from bench.results.records import Results
from tests.support.command import ROOT, run
from tests.support.documents import README, code_blocks, code_spans, commands, table_under, tables
from tests.support.steps import read

pytestmark = pytest.mark.server

DOCS = ROOT / "docs"
_EXCERPT = re.compile(r"<!-- from (?P<file>\S+) -->\n```python\n(?P<code>.*?)```", re.DOTALL)


def test_results_json_lists_every_metric_with_unit_and_kind() -> None:
    rows = table_under(DOCS / "results-json.md", "## Metrics", "name", "unit", "kind")
    listed = {(name, unit, kind) for names, unit, kind in rows for name in code_spans(names)}
    assert listed == {(one.name, one.unit, one.kind.value) for one in METRICS.values()}


def test_results_json_lists_every_member() -> None:
    rows = table_under(DOCS / "results-json.md", "## Members", "member")
    listed = {name for row in rows for name in code_spans(row[0])}
    assert listed == {field.name for field in fields(Results)}


def test_the_policy_s_page_has_every_key_and_its_example_is_read(tmp_path: Path) -> None:
    page = DOCS / "policy.md"
    keys = {code_spans(row[0])[0].partition(".")[0] for row in table_under(page, "## Keys", "key", "type")}
    assert keys - {"provider"} == set(policy_file._KEYS)
    assert "provider" in {option.name for option in JOB.options}
    (example,) = code_blocks(page, "toml")
    (tmp_path / "policy.toml").write_text(example)
    policy = read_policy(tmp_path / "policy.toml", JOB)
    assert {rule.kind for rule in policy.rules} == {"law", "ceiling", "growth", "ratio", "baseline"}


def test_the_policy_s_page_has_every_standing_with_its_code() -> None:
    rows = table_under(DOCS / "policy.md", "## Exit codes", "code", "verdict")
    listed = {verdict: int(code) for code, verdicts, _ in rows for verdict in verdicts.split(", ")}
    assert listed == {standing.value: standing.exit_code for standing in Standing}


def test_the_workflow_of_in_your_ci_pins_the_checkout_that_ours_uses() -> None:
    examples = "".join(code_blocks(DOCS / "in-ci.md", "yaml"))
    (used,) = set(re.findall(r"uses: (actions/checkout@.*)", examples))
    assert f"uses: {used}\n" in (ROOT / ".github" / "workflows" / "benchmark.yml").read_text(encoding="utf-8")


def test_the_page_of_declarations_has_every_decorator() -> None:
    rows = table_under(DOCS / "your-own-implementation.md", "## What it may declare", "declaration", "says")
    listed = {code_spans(row[0])[0].partition("(")[0] for row in rows}
    assert listed == {name for name in declare.__all__ if inspect.isfunction(getattr(declare, name))} - {
        "alike",
        "compliance_catalogue",
    }


def test_the_readme_names_the_versions_that_are_tested() -> None:
    workflow = read(ROOT / ".github" / "workflows" / "test.yml")
    oldest, newest = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    text = " ".join(README.read_text(encoding="utf-8").split())
    assert f"Tested on Linux (x86-64) with Python {oldest} and {newest}; macOS is not tested." in text


def _constants() -> str:
    """Every text in the product's code, the constant parts of formatted ones included, and the Makefile."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "bench").rglob("*.py")]
    texts = [
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return "\n".join([*texts, (ROOT / "Makefile").read_text(encoding="utf-8")])


def test_every_message_of_troubleshooting_is_one_that_the_code_has() -> None:
    """An ellipsis stands for what a message inserts."""
    rows = [row for table in tables(DOCS / "troubleshooting.md") for row in table if table[0][0] == "message contains"]
    messages = [message for row in rows[1:] for message in code_spans(row[0])]
    assert len(messages) >= 30
    known = _constants()
    parts = [part.strip() for message in messages for part in message.split("…")]
    assert [part for part in parts if part not in known] == []


def test_every_name_that_contributing_places_in_a_file_is_in_it() -> None:
    """Written as `NAME` (`path`)."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    placed = re.findall(r"`(\w+)`(?: and `(\w+)`)? \(`([\w/]+\.py)`\)", text)
    assert len(placed) >= 4
    for *names, path in placed:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert [name for name in names if name not in source] == [], path


@pytest.mark.parametrize("page", ["pull-request.md"])
def test_an_excerpt_is_what_the_file_says(page: str) -> None:
    found = list(_EXCERPT.finditer((DOCS / page).read_text(encoding="utf-8")))
    assert len(found) >= 4
    assert len(found) == len(code_blocks(DOCS / page, "python"))
    for excerpt in found:
        assert excerpt["code"] in (ROOT / excerpt["file"]).read_text(encoding="utf-8"), excerpt["code"]


def test_the_example_of_pushdown_leaves_the_rows_of_its_page() -> None:
    page = DOCS / "pushdown.md"
    (line,) = (one for one in commands(page) if " rows " in one)
    finished = run(*shlex.split(line)[1:])
    assert (finished.returncode, finished.stderr) == (0, "")
    left = [json.loads(one) for one in finished.stdout.splitlines()]
    rows = [
        [
            str(one[name])
            for name in (
                "compliance_id",
                "requirement_id",
                "region",
                "requirement_status",
                "passed_checks",
                "failed_checks",
                "total_checks",
                "passed_findings",
                "total_findings",
            )
        ]
        for one in left
        if one["table"] == "rows"
    ]
    summaries = [
        [
            str(one[name])
            for name in (
                "compliance_id",
                "requirements_passed",
                "requirements_failed",
                "requirements_manual",
                "total_requirements",
            )
        ]
        for one in left
        if one["table"] == "summaries"
    ]
    assert sorted(rows) == sorted(table_under(page, "## 3. The rows", "compliance_id", "requirement_id"))
    assert summaries == table_under(page, "## 3. The rows", "compliance_id", "passed")


def test_the_glossary_has_each_word_once_in_order() -> None:
    words = [row[0].strip("*") for row in tables(DOCS / "glossary.md")[0][1:]]
    assert len(words) == len(set(words)) >= 40
    assert words == sorted(words, key=lambda word: word.replace("-", "").lower())
