"""Cases of texts that a careless writer of CSV or SQL would damage; both implementations keep every character."""

from __future__ import annotations

from tests.implementations.case import Case, Row, Summary, Text, finding, framework, same, scored, written

HOSTILE: dict[str, str] = {
    "quotes": "a \"quoted\" 'word'",
    "only-quote": '"',
    "doubled-quotes": '""',
    "commas": ",a,,b,",
    "newlines": "\nfirst\n\nsecond\n",
    "carriage-returns": "\rfirst\r\nsecond\r",
    "tabs": "\ta\tb\t",
    "backslashes": "\\ \\\\ \\n \\",
    "copy-null": "\\N",
    "copy-end": "\\.",
    "copy-end-on-its-line": "before\n\\.\nafter",
    "copy-end-on-its-line-with-cr": "before\r\n\\.\r\nafter",
    "null-word": "NULL",
    "leading-blanks": "  a",
    "trailing-blanks": "a  ",
    "only-blank": " ",
    "empty": "",
    "non-bmp": "\U0001d518 𠮷 😀 👩‍👩‍👧",
    "right-to-left": "\u202eabc\u202c \u200f שלום \u200e",
    "combining": "e\u0301 and \u00e9",
    "separators": "a\u2028b\u2029c\x85d\x0be\x0cf\x7fg\x01h",
    "byte-order-mark": "\ufeffa",
    "sql": "'; DROP TABLE scans; -- $1 %s %(x)s {}",
}

LONG = ('"\\.\n,漢😀' * 1_700)[:10_000]

_IN_ALL_TEXTS = same(
    "each text is kept in compliance id, framework, version, description, requirement id and check id",
    [finding(text or "-", "FAIL", "eu", compliance=scored(text)) for text in HOSTILE.values()],
    {
        text: {
            "framework": text,
            "version": text,
            "requirements": {text: {"description": text, "checks": [text or "-"]}},
        }
        for text in HOSTILE.values()
    },
    written(
        [Row(text, text, "eu", "FAIL", 0, 1, 1) for text in HOSTILE.values()],
        [Summary(text, 0, 1, 0, 1) for text in HOSTILE.values()],
        ["eu"],
    ),
    [Text(text, text, text, text, text) for text in HOSTILE.values()],
)

_IN_REGIONS = same(
    "each text is a region of its own, also one of blanks only, and '' where array and resource both have it",
    [finding("a", "PASS", text) for text in (*HOSTILE.values(), "eu", "EU", " eu", "eu ")],
    {"cis": framework("CIS", "3.0", **{"1": ["a"]})},
    written(
        [Row("cis", "1", text, "PASS", 1, 0, 1) for text in (*HOSTILE.values(), "eu", "EU", " eu", "eu ")],
        [Summary("cis", 1, 0, 0, 1)],
        [*HOSTILE.values(), "eu", "EU", " eu", "eu "],
    ),
)

_LONG = same(
    "a description of 10,000 characters and a requirement id of 120 with blanks and commas are kept",
    [finding("a", "PASS", "eu")],
    {"cis": {"framework": "CIS", "requirements": {"a, b " * 24: {"description": LONG, "checks": ["a"]}}}},
    written([Row("cis", "a, b " * 24, "eu", "PASS", 1, 0, 1)], [Summary("cis", 1, 0, 0, 1)], ["eu"]),
    [Text("cis", "a, b " * 24, "CIS", "", LONG)],
)

_IN_THREATSCORE = same(
    "each text as a ThreatScore requirement's id is found again by the id that findings list",
    [finding("a", "PASS", "eu", compliance=scored(*HOSTILE.values()))],
    {
        "ts": {
            "framework": "ProwlerThreatScore",
            "version": "1.0",
            "requirements": {text: {"checks": []} for text in HOSTILE.values()},
        }
    },
    written(
        [Row("ts", text, "eu", "MANUAL", 0, 0, 0, 1, 1) for text in HOSTILE.values()],
        [Summary("ts", 0, 0, len(HOSTILE), len(HOSTILE))],
        ["eu"],
    ),
)

HOSTILE_CASES: dict[str, Case] = {
    "hostile-texts": _IN_ALL_TEXTS,
    "hostile-regions": _IN_REGIONS,
    "long-texts": _LONG,
    "hostile-threatscore": _IN_THREATSCORE,
}
