"""Where this implementation differs from the rules: the data that the pull request changed, and what NUL does."""

from __future__ import annotations

from bench.declare.divergence import Divergence, alike

REGIONS = alike(
    "regions are those of the finding's resources; the array is not read",
    "empty-region",
    "array-null",
    "array-empty",
    "every-array-null",
    "array-without-resource",
    "array-of-another-region",
    "array-of-more-regions",
    "array-entry-twice",
    "array-entry-twice-unscored",
    "two-resources-in-a-region",
)

COMPLIANCE = (
    *alike(
        "ThreatScore's key is looked for in whatever compliance is, and its value is iterated",
        "compliance-list-with-key",
        "compliance-text-with-key",
        "compliance-number",
        "compliance-true",
        "threatscore-null",
        "threatscore-falsy",
        "threatscore-number",
    ),
    Divergence("threatscore-text", "a text under ThreatScore's key is taken for a list of its characters"),
    Divergence("threatscore-object", "an object under ThreatScore's key is taken for a list of its keys"),
    Divergence("threatscore-nested", "what ThreatScore lists is looked up as a key, which a list cannot be"),
)

NUL = (
    *alike(
        "the old rows are deleted in a transaction of their own before COPY and INSERT refuse NUL",
        "nul-in-description",
        "nul-in-requirement-id",
        "nul-in-compliance-id",
        "nul-in-framework",
        "nul-in-version",
    ),
    Divergence("nul-after-10000-rows", "the first batch is committed; after the next fails, INSERT meets it again"),
    Divergence("nul-in-a-summary", "rows are committed before the summaries, which are then refused"),
)

DIVERGENCES = (*REGIONS, *COMPLIANCE, *NUL)
