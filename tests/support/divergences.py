"""What the implementations do, to the row, in the cases in which they are known to differ from the rules."""

from __future__ import annotations

from typing import NamedTuple

from bench.compliance.cases.reading_cases import EU, SHORT_EU, eu_and_failing, scored_times
from bench.compliance.written import ByHand, by_hand, counts, summaries
from tests.support.pair import AFTER, BEFORE


class Raised(NamedTuple):
    """Raised is what a run raises instead: the name of the class, and its whole message."""

    error: str
    message: str


def _short_scored(first: int, second: int) -> ByHand:
    """Return what the cases of odd ThreatScore entries leave if the two requirements count so many findings."""
    return by_hand(
        counts(f"ts 1 eu PASS 1/0/1 {first}/{first}", f"ts 2 eu MANUAL 0/0/0 {second}/{second}"),
        summaries("ts 1/0/1/2"),
        ["eu"],
    )


_CIS_EU = counts("cis 1 eu FAIL 0/1/1", "cis 2 eu FAIL 0/1/2")
_NO_GET = "object has no attribute 'get'"

DONE: dict[tuple[str, str], ByHand | Raised] = {
    # The pull request says that the data does not change. In these cases it does.
    (BEFORE, "empty-region"): eu_and_failing(""),
    (BEFORE, "array-null"): eu_and_failing("us"),
    (BEFORE, "array-empty"): eu_and_failing("us"),
    (BEFORE, "every-array-null"): EU,
    (BEFORE, "array-without-resource"): EU,
    (BEFORE, "array-of-another-region"): eu_and_failing("us"),
    (BEFORE, "array-of-more-regions"): by_hand(_CIS_EU, summaries("cis 0/2/0/2"), ["eu"]),
    (BEFORE, "two-resources-in-a-region"): scored_times(2),
    (BEFORE, "array-entry-twice"): scored_times(1),
    (BEFORE, "array-entry-twice-unscored"): by_hand(
        [*_CIS_EU, *counts("cis 1 us PASS 0/0/1", "cis 2 us PASS 1/0/2")], summaries("cis 0/2/0/2"), ["eu", "us"]
    ),
    (BEFORE, "threatscore-null"): Raised("TypeError", "'NoneType' object is not iterable"),
    (AFTER, "compliance-list"): Raised("AttributeError", f"'list' {_NO_GET}"),
    # Found by the conformance suite: compliance of other types.
    (AFTER, "compliance-list-with-key"): Raised("AttributeError", f"'list' {_NO_GET}"),
    (AFTER, "compliance-text"): Raised("AttributeError", f"'str' {_NO_GET}"),
    (AFTER, "compliance-text-with-key"): Raised("AttributeError", f"'str' {_NO_GET}"),
    (AFTER, "compliance-number"): Raised("AttributeError", f"'float' {_NO_GET}"),
    (AFTER, "compliance-true"): Raised("AttributeError", f"'bool' {_NO_GET}"),
    (AFTER, "threatscore-number"): Raised("TypeError", "'int' object is not iterable"),
    (AFTER, "threatscore-nested"): Raised("TypeError", "unhashable type: 'list'"),
    (AFTER, "threatscore-text"): _short_scored(2, 1),
    (AFTER, "threatscore-object"): _short_scored(1, 0),
    (BEFORE, "compliance-list-with-key"): Raised("TypeError", "list indices must be integers or slices, not str"),
    (BEFORE, "compliance-text-with-key"): Raised("TypeError", "string indices must be integers, not 'str'"),
    (BEFORE, "compliance-number"): Raised("TypeError", "argument of type 'float' is not iterable"),
    (BEFORE, "compliance-true"): Raised("TypeError", "argument of type 'bool' is not iterable"),
    (BEFORE, "threatscore-falsy"): Raised("TypeError", "'int' object is not iterable"),
    (BEFORE, "threatscore-number"): Raised("TypeError", "'int' object is not iterable"),
    (BEFORE, "threatscore-nested"): Raised("TypeError", "unhashable type: 'list'"),
    (BEFORE, "threatscore-text"): _short_scored(2, 1),
    (BEFORE, "threatscore-object"): _short_scored(1, 0),
    # And where the other one keeps the rules.
    (AFTER, "threatscore-null"): SHORT_EU,
    (BEFORE, "compliance-list"): EU,
}
