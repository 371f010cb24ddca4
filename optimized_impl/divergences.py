"""Where these implementations differ from the rules: on malformed ``compliance``, and in what NUL leaves behind."""

from __future__ import annotations

from bench.declare import Divergence, alike

COMPLIANCE = (
    *alike(
        "compliance is used as an object unless it is falsy",
        dict.fromkeys(
            (
                "compliance-list",
                "compliance-list-with-key",
                "compliance-text",
                "compliance-text-with-key",
                "compliance-number",
                "compliance-true",
            ),
            "AttributeError; nothing changed",
        ),
    ),
    Divergence("threatscore-number", "what stands under ThreatScore's key is iterated", "TypeError; nothing changed"),
    Divergence(
        "threatscore-text",
        "a text under ThreatScore's key is read as a list of its characters",
        "2 rows differ: 'ts' '1' 'eu' has passed_findings 2 instead of 0, total_findings 2 instead of 0 and 'ts' '2' 'eu' has passed_findings 1 instead of 0, total_findings 1 instead of 0",
    ),
    Divergence(
        "threatscore-object",
        "an object under ThreatScore's key is read as a list of its keys",
        "1 row differs: 'ts' '1' 'eu' has passed_findings 1 instead of 0, total_findings 1 instead of 0",
    ),
    Divergence(
        "threatscore-nested",
        "each entry of ThreatScore's list is used as a key, which a list cannot be",
        "TypeError; nothing changed",
    ),
)
"""Of every implementation that reads findings with ``task.aggregate_findings``."""

NUL = (
    *alike(
        "the old rows are deleted in a separate transaction before COPY and INSERT refuse NUL",
        dict.fromkeys(
            (
                "nul-in-description",
                "nul-in-requirement-id",
                "nul-in-compliance-id",
                "nul-in-framework",
                "nul-in-version",
            ),
            "DataError, and yet 0 of 2 old rows left, 1 of 1 old summaries left",
        ),
    ),
    Divergence(
        "nul-after-10000-rows",
        "the first batch is committed before the second is refused",
        "DataError, and yet 0 of 2 old rows left and 10,000 new, 1 of 1 old summaries left",
    ),
)
"""Of the implementation that commits each batch separately."""
