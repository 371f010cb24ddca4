"""Cases of names that look alike: one different character makes another requirement, check or region."""

from __future__ import annotations

import json

from bench.compliance.cases.case import Case, Json, case, finding, framework, scored, with_requirements
from bench.compliance.written import Count, Summary, Text, by_hand, counts, summaries

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"
LATIN, CYRILLIC = "a", "\u0430"
ALIKE = (
    *("a", "A", CYRILLIC, "\uff41", "\u00aa", "a\u200b", "a ", " a", "a\ufe0f", "\u00e4", "a\u0308"),
    *(COMPOSED, DECOMPOSED, "\u212b", "\u00c5", "\ufb01", "fi", "\u00df", "ss", "SS", "\u0130", "i", "I", "\u0131"),
)
"""Texts that normalising, case folding or a language's collation would treat as equal."""

TWICE = '{"framework": "CIS", "requirements": {"1": {"checks": ["x"]}, "2": {"checks": []}, "1": {"checks": ["a"]}}}'


def _alike(requirement: str, checks: list[str]) -> Json:
    return {"framework": "Alike", "version": "", "requirements": {requirement: {"checks": checks}}}


IDENTITY_CASES: dict[str, Case] = {
    "compliance-ids-by-case": case(
        "compliance ids that differ only by case are different frameworks",
        [finding("a", "FAIL", "eu"), finding("b", "PASS", "eu")],
        {
            "CIS": framework("CIS", "1", **{"1": ["a"]}),
            "cis": framework("cis", "1", **{"1": ["b"]}),
            "Cis": framework("Cis", "1", **{"1": []}),
        },
        by_hand(
            counts("CIS 1 eu FAIL 0/1/1", "cis 1 eu PASS 1/0/1", "Cis 1 eu MANUAL 0/0/0"),
            summaries("CIS 0/1/0/1", "cis 1/0/0/1", "Cis 0/0/1/1"),
            ["eu"],
        ),
    ),
    "compliance-ids-alike": case(
        "compliance ids that look alike are different frameworks",
        [finding("a", "FAIL", "eu")],
        {name: _alike("1", ["a"]) for name in ALIKE},
        by_hand(
            [Count(name, "1", "eu", "FAIL", 0, 1, 1) for name in ALIKE],
            [Summary(name, 0, 1, 0, 1) for name in ALIKE],
            ["eu"],
        ),
    ),
    "requirement-ids-alike": case(
        "requirement ids that look alike are different requirements, also for ThreatScore",
        [finding("a", "PASS", "eu", compliance=scored(*ALIKE[::2]))],
        {"ts": with_requirements("ProwlerThreatScore", "1.0", {name: ["a"] for name in ALIKE})},
        by_hand(
            [
                Count("ts", name, "eu", "PASS", 1, 0, 1, scores, scores)
                for name, scores in ((name, 1 - number % 2) for number, name in enumerate(ALIKE))
            ],
            [Summary("ts", len(ALIKE), 0, 0, len(ALIKE))],
            ["eu"],
        ),
    ),
    "regions-alike": case(
        "regions that look alike are different regions",
        [finding("a", "FAIL" if number % 2 else "PASS", name) for number, name in enumerate(ALIKE)],
        {"cis": framework("CIS", "3.0", **{"1": ["a"]})},
        by_hand(
            [
                Count("cis", "1", name, "FAIL", 0, 1, 1) if number % 2 else Count("cis", "1", name, "PASS", 1, 0, 1)
                for number, name in enumerate(ALIKE)
            ],
            [Summary("cis", 0, 1, 0, 1)],
            ALIKE,
        ),
    ),
    "checks-alike": case(
        "checks that look alike are different checks, each mapped by itself",
        [finding(name, "FAIL" if number % 3 else "PASS", "eu") for number, name in enumerate(ALIKE)],
        {"cis": with_requirements("CIS", "3.0", {name: [name] for name in ALIKE})},
        by_hand(
            [
                Count("cis", name, "eu", "FAIL", 0, 1, 1) if number % 3 else Count("cis", name, "eu", "PASS", 1, 0, 1)
                for number, name in enumerate(ALIKE)
            ],
            [Summary("cis", len(ALIKE[::3]), len(ALIKE) - len(ALIKE[::3]), 0, len(ALIKE))],
            ["eu"],
        ),
    ),
    "same-requirement-elsewhere": case(
        "the same requirement id in several frameworks is several requirements, each with its own text",
        [finding("a", "FAIL", "eu"), finding("b", "PASS", "eu")],
        {
            "one": {"framework": "One", "requirements": {"1": {"description": "first", "checks": ["a"]}}},
            "two": {"framework": "Two", "requirements": {"1": {"description": "second", "checks": ["b"]}}},
            "three": {"framework": "One", "requirements": {"1": {"description": "third", "checks": ["a", "b"]}}},
        },
        by_hand(
            counts("one 1 eu FAIL 0/1/1", "two 1 eu PASS 1/0/1", "three 1 eu FAIL 1/1/2"),
            summaries("one 0/1/0/1", "two 1/0/0/1", "three 0/1/0/1"),
            ["eu"],
            [
                Text("one", "1", "One", "", "first"),
                Text("two", "1", "Two", "", "second"),
                Text("three", "1", "One", "", "third"),
            ],
        ),
    ),
    "requirement-id-twice": case(
        "if a JSON object has a requirement id twice, the last value counts, in the first one's position",
        [finding("a", "FAIL", "eu")],
        {"cis": json.loads(TWICE)},
        by_hand(counts("cis 1 eu FAIL 0/1/1", "cis 2 eu MANUAL 0/0/0"), summaries("cis 0/1/1/2"), ["eu"]),
    ),
    "numbers-as-ids": case(
        "ids that read as numbers, dates or truth values are texts: 1, 01 and 1.0 are three requirements",
        [finding("1", "PASS", "1"), finding("01", "FAIL", "01"), finding("true", "FAIL", "2026-01-01")],
        {"1": with_requirements("1", "1.0", {"1": ["1"], "01": ["01"], "1.0": ["true"], "1e0": [], "null": []})},
        by_hand(
            [
                *counts("1 1 1 PASS 1/0/1", "1 01 1 PASS 0/0/1", "1 1.0 1 PASS 0/0/1"),
                *counts("1 1e0 1 MANUAL 0/0/0", "1 null 1 MANUAL 0/0/0"),
                *counts("1 1 01 PASS 0/0/1", "1 01 01 FAIL 0/1/1", "1 1.0 01 PASS 0/0/1"),
                *counts("1 1e0 01 MANUAL 0/0/0", "1 null 01 MANUAL 0/0/0"),
                *counts("1 1 2026-01-01 PASS 0/0/1", "1 01 2026-01-01 PASS 0/0/1", "1 1.0 2026-01-01 FAIL 0/1/1"),
                *counts("1 1e0 2026-01-01 MANUAL 0/0/0", "1 null 2026-01-01 MANUAL 0/0/0"),
            ],
            summaries("1 1/2/2/5"),
            ["1", "01", "2026-01-01"],
        ),
    ),
    "frameworks-in-order": case(
        "frameworks are returned in the catalogue's order, not sorted",
        [finding("a", "PASS", "eu")],
        {name: framework(name, "1", **{"1": ["a"]}) for name in ("zulu", "Alpha", "mike", "alpha", "10", "9")},
        by_hand(
            [Count(name, "1", "eu", "PASS", 1, 0, 1) for name in ("zulu", "Alpha", "mike", "alpha", "10", "9")],
            [Summary(name, 1, 0, 0, 1) for name in ("zulu", "Alpha", "mike", "alpha", "10", "9")],
            ["eu"],
        ),
    ),
    "empty-ids": case(
        "'' is a compliance id, a requirement id and a region like any other",
        [finding("a", "FAIL", "", compliance=scored("")), finding("b", "PASS", "eu", compliance=scored(""))],
        {"": with_requirements("ProwlerThreatScore", "1.0", {"": ["a"], " ": ["b"]})},
        by_hand(
            [
                Count("", "", "", "FAIL", 0, 1, 1, 0, 1),
                Count("", " ", "", "PASS", 0, 0, 1),
                Count("", "", "eu", "PASS", 0, 0, 1, 1, 1),
                Count("", " ", "eu", "PASS", 1, 0, 1),
            ],
            [Summary("", 1, 1, 0, 2)],
            ["", "eu"],
        ),
    ),
}  # fmt: skip
