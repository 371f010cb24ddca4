"""Cases of rule 6, ThreatScore, with what a run must write, worked out by hand."""

from __future__ import annotations

from bench.compliance.cases.case import CIS, SCORE, THREATSCORE, Case, case, finding, framework, scored
from bench.compliance.written import by_hand, counts, summaries

THREATSCORE_CASES: dict[str, Case] = {
    "threatscore-per-region": case(
        "each listed requirement counts one finding per region, and one passed finding if it passes",
        [
            finding("a", "PASS", "eu", compliance=scored("1.1", "1.2") | {"CIS-3.0": ["1", "2"]}),
            finding("a", "FAIL", "eu", compliance=scored("1.1")),
            finding("a", "PASS", "us", compliance=scored("1.1")),
            finding("a", "PASS", "us", compliance=scored("1.1"), muted=True),
            finding("a", "MANUAL", "us", compliance=scored("1.1")),
        ],
        {"cis": CIS, "ts": SCORE},
        by_hand(
            counts(
                "cis 1 eu FAIL 0/1/1",
                "cis 2 eu FAIL 0/1/2",
                "cis 1 us PASS 1/0/1",
                "cis 2 us PASS 1/0/2",
                "ts 1.1 eu FAIL 0/1/1 1/2",
                "ts 1.2 eu MANUAL 0/0/0 1/1",
                "ts 1.1 us PASS 1/0/1 1/1",
                "ts 1.2 us MANUAL 0/0/0",
            ),
            summaries("cis 0/2/0/2", "ts 0/1/1/2"),
            ["eu", "us"],
        ),
    ),
    "threatscore-listed-twice": case(
        "a requirement that a finding lists twice counts twice, and an unknown one is ignored",
        [
            finding("a", "PASS", "eu", compliance=scored("1.1", "9.9", "1.1")),
            finding("a", "FAIL", "eu", compliance=scored("1.1", "1.1", "", "ts")),
        ],
        {"ts": SCORE},
        by_hand(counts("ts 1.1 eu FAIL 0/1/1 2/4", "ts 1.2 eu MANUAL 0/0/0"), summaries("ts 0/1/1/2"), ["eu"]),
    ),
    "threatscore-of-any-check": case(
        "what a finding lists counts whatever its check is mapped to",
        [finding("0", "FAIL", "eu", compliance=scored("1.1")), finding("a", "PASS", "us")],
        {"ts": SCORE},
        by_hand(
            counts(
                "ts 1.1 eu PASS 0/0/1 0/1",
                "ts 1.2 eu MANUAL 0/0/0",
                "ts 1.1 us PASS 1/0/1",
                "ts 1.2 us MANUAL 0/0/0",
            ),
            summaries("ts 1/0/1/2"),
            ["eu", "us"],
        ),
    ),
    "threatscore-names": case(
        "every framework counts whose name and version normalise to the key's, and no other",
        [finding("a", "PASS", "eu", compliance=scored("1")), finding("a", "FAIL", "eu", compliance=scored("1"))],
        {
            name: framework(title, version, **{"1": []})
            for name, title, version in (
                ("blank", "prowler threatscore", "1.0"),
                ("plain", "ProwlerThreatScore", "1.0"),
                ("whole", "ProwlerThreatScore-1.0", None),
                ("split", "Prowler", "ThreatScore_10"),
                ("foreign-letters", "Prowler·ThreatScoreé 漢", " 1.0 "),
                ("other-version", "ProwlerThreatScore", "1.1"),
                ("no-version", "ProwlerThreatScore", ""),
                ("longer", "ProwlerThreatScore AWS", "1.0"),
                ("no-letters", "漢字", ""),
            )
        },
        by_hand(
            counts(
                "blank 1 eu MANUAL 0/0/0 1/2",
                "plain 1 eu MANUAL 0/0/0 1/2",
                "whole 1 eu MANUAL 0/0/0 1/2",
                "split 1 eu MANUAL 0/0/0 1/2",
                "foreign-letters 1 eu MANUAL 0/0/0 1/2",
                "other-version 1 eu MANUAL 0/0/0",
                "no-version 1 eu MANUAL 0/0/0",
                "longer 1 eu MANUAL 0/0/0",
                "no-letters 1 eu MANUAL 0/0/0",
            ),
            summaries(
                "blank 0/0/1/1",
                "plain 0/0/1/1",
                "whole 0/0/1/1",
                "split 0/0/1/1",
                "foreign-letters 0/0/1/1",
                "other-version 0/0/1/1",
                "no-version 0/0/1/1",
                "longer 0/0/1/1",
                "no-letters 0/0/1/1",
            ),
            ["eu"],
        ),
    ),
    "threatscore-keys": case(
        "only the key itself counts; compliance may be NULL, {}, [] or list nothing",
        [
            finding("a", "PASS", "eu", compliance=None),
            finding("a", "PASS", "eu", compliance={}),
            finding("a", "PASS", "eu", compliance=[]),
            finding("a", "PASS", "eu", compliance=scored()),
            finding("a", "PASS", "eu", compliance={"ProwlerThreatScore-2.0": ["1.1"]}),
            finding("a", "PASS", "eu", compliance={"prowlerthreatscore-1.0": ["1.1"]}),
            finding("a", "PASS", "eu", compliance={THREATSCORE: ["1.2"], "ProwlerThreatScore": ["1.1"]}),
        ],
        {"ts": SCORE},
        by_hand(counts("ts 1.1 eu PASS 1/0/1", "ts 1.2 eu MANUAL 0/0/0 1/1"), summaries("ts 1/0/1/2"), ["eu"]),
    ),
    "threatscore-without-framework": case(
        "without a ThreatScore framework its findings count nowhere",
        [finding("a", "PASS", "eu", compliance=scored("1", "2"))],
        {"cis": CIS},
        by_hand(counts("cis 1 eu PASS 1/0/1", "cis 2 eu PASS 1/0/2"), summaries("cis 2/0/0/2"), ["eu"]),
    ),
    "threatscore-look-alikes": case(
        "normalising drops what is neither a–z nor 0–9 after lower case, and no other names match",
        [finding("a", "FAIL", "eu", compliance=scored("1"))],
        {
            name: framework(title, version, **{"1": []})
            for name, title, version in (
                ("capitals", "PROWLERTHREATSCORE", "1.0"),
                ("cyrillic", "ProwlerThre\u0430tScore", "1.0"),
                ("accent", "ProwlerThreatScor\u00e9", "1.0"),
                ("full-width", "ProwlerThreatScore", "\uff11.\uff10"),
                ("superscript", "ProwlerThreatScore", "1.0\u00b2"),
                ("kelvin", "ProwlerThreatScore\u212a", "1.0"),
                ("dotted-i", "ProwlerThreatScore\u0130", "1.0"),
                ("combining", "ProwlerThreatScore\u0301", "1.0"),
            )
        },
        by_hand(
            counts(
                "capitals 1 eu MANUAL 0/0/0 0/1",
                "cyrillic 1 eu MANUAL 0/0/0",
                "accent 1 eu MANUAL 0/0/0",
                "full-width 1 eu MANUAL 0/0/0",
                "superscript 1 eu MANUAL 0/0/0 0/1",
                "kelvin 1 eu MANUAL 0/0/0",
                "dotted-i 1 eu MANUAL 0/0/0",
                "combining 1 eu MANUAL 0/0/0 0/1",
            ),
            summaries(
                "capitals 0/0/1/1",
                "cyrillic 0/0/1/1",
                "accent 0/0/1/1",
                "full-width 0/0/1/1",
                "superscript 0/0/1/1",
                "kelvin 0/0/1/1",
                "dotted-i 0/0/1/1",
                "combining 0/0/1/1",
            ),
            ["eu"],
        ),
    ),
    "threatscore-twice-a-region": case(
        "a finding in two regions counts in both, and two of its frameworks get the same",
        [finding("a", "PASS", "eu", "us", compliance=scored("1.1")), finding("a", "FAIL", "us")],
        {"ts": SCORE, "copy": SCORE},
        by_hand(
            counts(
                *(
                    line
                    for name in ("ts", "copy")
                    for line in (
                        f"{name} 1.1 eu PASS 1/0/1 1/1",
                        f"{name} 1.2 eu MANUAL 0/0/0",
                        f"{name} 1.1 us FAIL 0/1/1 1/1",
                        f"{name} 1.2 us MANUAL 0/0/0",
                    )
                )
            ),
            summaries("ts 0/1/1/2", "copy 0/1/1/2"),
            ["eu", "us"],
        ),
    ),
    "threatscore-without-requirement": case(
        "a ThreatScore framework without requirements counts no finding",
        [finding("a", "FAIL", "eu", compliance=scored("1.1"))],
        {"ts": framework("ProwlerThreatScore", "1.0")},
        by_hand(regions=["eu"]),
    ),
}  # fmt: skip
