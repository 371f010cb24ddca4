"""Cases of texts that a careless writer of CSV, SQL, arrays or JSON would damage: every character is kept."""

from __future__ import annotations

from collections.abc import Sequence

from bench.compliance.cases.case import Case, Json, case, finding, framework, scored
from bench.compliance.written import Count, Summary, Text, by_hand

HOSTILE: dict[str, tuple[str, ...]] = {
    "quotes": ("a \"quoted\" 'word'", '"', '""', "'", "`"),
    "commas": (",a,,b,", ",", ";", "|"),
    "line-ends": ("\nfirst\n\nsecond\n", "\n", "\rfirst\r\nsecond\r", "\r\n"),
    "tabs-and-blanks": ("\ta\tb\t", "\t", "  a", "a  ", " ", "\u00a0", "\u3000"),
    "backslashes": ("\\ \\\\ \\n \\", "\\", "\\101 \\x41 \\t \\b"),
    "copy-signs": ("\\N", "\\.", "before\n\\.\nafter", "before\r\n\\.\r\nafter"),
    "nulls": ("NULL", "null", "None", "", "0", "false"),
    "sql": ("'; DROP TABLE scans; -- $1", "/* a -- b */ ;", "$$ $tag$ E'\\''", '"id"::text'),
    "placeholders": ("%s %% %(tenant)s", "%", "{0} {name} {}", ":a ? $1"),
    "arrays-and-json": ('{a,"b",NULL}', "{}", '{"a": "\\u0000"}', "[1]"),
    "html": ("<script>alert('&amp;')</script>", "&lt;", "]]>"),
    "formulas": ("=1+1", "@SUM(A1)", "-1+1|cmd", "+1"),
    "scripts": ("\U0001d518 𠮷 漢字", "😀 👩‍👩‍👧", "e\u0301 and \u00e9", "שלום"),
    "bidi": ("\u202eabc\u202c \u200f שלום \u200e", "\u2066a\u2069 \u2067b\u2069"),
    "zero-width": ("a\u200bb\u200cc\u200dd\u2060e", "\u200b", "\ufeffa"),
    "separators": ("a\u2028b\u2029c\x85d\x0be\x0cf", "\u2028", "\x1c\x1d\x1e\x1f"),
    "controls": ("\x01", "a\x01\x02\x03\x07\x08\x1a\x1b[31m\x7f", "\x80\x9f"),
    "noncharacters": ("\ufffe\uffff", "\ufffd", "\U0010ffff"),
}
"""Texts by kind, at most 100 characters each, so that each can also be a region and a check id."""

LONG = ('"\\.\n,漢😀' * 1_700)[:10_000]


def _in_every_field(texts: tuple[str, ...]) -> Case:
    """Each text has its own framework, finding and region, and a check that no other framework maps."""
    return case(
        "texts are kept as compliance id, framework, version, description, requirement id, check id and region",
        [finding(text or "-", "FAIL", text, compliance=scored(text)) for text in texts],
        {**{text: _framework(text) for text in texts}, "ts": _threatscore(texts)},
        by_hand(
            [
                *(
                    Count(text, text, region, "FAIL", 0, 1, 1)
                    if region == text
                    else Count(text, text, region, "PASS", 0, 0, 1)
                    for text in texts
                    for region in texts
                ),
                *(
                    Count("ts", text, region, "MANUAL", 0, 0, 0, 0, int(region == text))
                    for text in texts
                    for region in texts
                ),
            ],
            [*(Summary(text, 0, 1, 0, 1) for text in texts), Summary("ts", 0, 0, len(texts), len(texts))],
            texts,
            [
                *(Text(text, text, text, text, text) for text in texts),
                *(Text("ts", text, "ProwlerThreatScore", "1.0", "") for text in texts),
            ],
        ),
    )


def _framework(text: str) -> Json:
    return {
        "framework": text,
        "version": text,
        "requirements": {text: {"description": text, "checks": [text or "-"]}},
    }


def _threatscore(texts: Sequence[str]) -> Json:
    return {
        "framework": "ProwlerThreatScore",
        "version": "1.0",
        "requirements": {text: {"checks": []} for text in texts},
    }


_ALL = [text for texts in HOSTILE.values() for text in texts]
_REGIONS = [*_ALL, "eu", "EU", " eu", "eu "]

TEXT_CASES: dict[str, Case] = {
    **{f"text-{name}": _in_every_field(texts) for name, texts in HOSTILE.items()},
    "hostile-texts": case(
        "all those texts in one catalogue, each in its own framework",
        [finding(text or "-", "FAIL", "eu", compliance=scored(text)) for text in _ALL],
        {text: _framework(text) for text in _ALL},
        by_hand(
            [Count(text, text, "eu", "FAIL", 0, 1, 1) for text in _ALL],
            [Summary(text, 0, 1, 0, 1) for text in _ALL],
            ["eu"],
            [Text(text, text, text, text, text) for text in _ALL],
        ),
    ),
    "hostile-regions": case(
        "each text is a distinct region, also one of blanks only, and '' if array and resource both have it",
        [finding("a", "PASS", text) for text in _REGIONS],
        {"cis": framework("CIS", "3.0", **{"1": ["a"]})},
        by_hand(
            [Count("cis", "1", text, "PASS", 1, 0, 1) for text in _REGIONS],
            [Summary("cis", 1, 0, 0, 1)],
            _REGIONS,
        ),
    ),
    "hostile-regions-of-one": case(
        "all texts are regions of the same finding",
        [finding("a", "FAIL", *_REGIONS, compliance=scored("1"))],
        {"ts": framework("ProwlerThreatScore", "1.0", **{"1": ["a"]})},
        by_hand(
            [Count("ts", "1", text, "FAIL", 0, 1, 1, 0, 1) for text in _REGIONS],
            [Summary("ts", 0, 1, 0, 1)],
            _REGIONS,
        ),
    ),
    "hostile-threatscore": case(
        "each text as a ThreatScore requirement's id matches the id that findings list",
        [finding("a", "PASS", "eu", compliance=scored(*_ALL))],
        {"ts": _threatscore(_ALL)},
        by_hand(
            [Count("ts", text, "eu", "MANUAL", 0, 0, 0, 1, 1) for text in _ALL],
            [Summary("ts", 0, 0, len(_ALL), len(_ALL))],
            ["eu"],
        ),
    ),
    "hostile-checks": case(
        "each text as a check's id is a distinct check, also in one requirement with all others",
        [finding(text or "-", "FAIL" if number % 2 else "PASS", "eu") for number, text in enumerate(_ALL)],
        {"cis": framework("CIS", "3.0", all=[text or "-" for text in _ALL])},
        by_hand(
            [Count("cis", "all", "eu", "FAIL", (len(_ALL) + 1) // 2, len(_ALL) // 2, len(_ALL))],
            [Summary("cis", 0, 1, 0, 1)],
            ["eu"],
        ),
    ),
    "long-texts": case(
        "a description of 10,000 characters and a requirement id of 120 with blanks and commas are kept",
        [finding("a", "PASS", "eu")],
        {"cis": {"framework": "CIS", "requirements": {"a, b " * 24: {"description": LONG, "checks": ["a"]}}}},
        by_hand(
            [Count("cis", "a, b " * 24, "eu", "PASS", 1, 0, 1)],
            [Summary("cis", 1, 0, 0, 1)],
            ["eu"],
            [Text("cis", "a, b " * 24, "CIS", "", LONG)],
        ),
    ),
    "long-ids": case(
        "check id and region of the maximum length, and framework texts of thousands of characters",
        [finding("é" * 100, "FAIL", "漢" * 100)],
        {"x" * 500: {"framework": "y" * 3_000, "version": "z" * 3_000, "requirements": {"1": {"checks": ["é" * 100]}}}},
        by_hand(
            [Count("x" * 500, "1", "漢" * 100, "FAIL", 0, 1, 1)],
            [Summary("x" * 500, 0, 1, 0, 1)],
            ["漢" * 100],
            [Text("x" * 500, "1", "y" * 3_000, "z" * 3_000, "")],
        ),
    ),
}
