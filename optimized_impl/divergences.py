"""Where these implementations differ from the rules: in reading odd compliance, and in what NUL leaves behind."""

from __future__ import annotations

from bench.declare.divergence import Divergence, alike

COMPLIANCE = (
    *alike(
        "compliance is taken for an object unless it is falsy, and its ThreatScore entry for a list",
        "compliance-list",
        "compliance-list-with-key",
        "compliance-text",
        "compliance-text-with-key",
        "compliance-number",
        "compliance-true",
        "threatscore-number",
    ),
    Divergence("threatscore-text", "a text under ThreatScore's key is taken for a list of its characters"),
    Divergence("threatscore-object", "an object under ThreatScore's key is taken for a list of its keys"),
    Divergence("threatscore-nested", "what ThreatScore lists is looked up as a key, which a list cannot be"),
)
"""Of every implementation that reads findings as ``task.aggregate_findings`` does."""

NUL = (
    *alike(
        "the old rows are deleted in a transaction of their own before COPY and INSERT refuse NUL",
        "nul-in-description",
        "nul-in-requirement-id",
        "nul-in-compliance-id",
        "nul-in-framework",
        "nul-in-version",
    ),
    Divergence("nul-after-10000-rows", "a batch of rows is committed before the next, which is then refused"),
    Divergence("nul-in-a-summary", "rows are committed before the summaries, which are then refused"),
)
"""Of those that commit in several transactions."""
