"""The generator of synthetic findings: any number over any number of regions, from a seed.

On a synthetic scan the known divergences of the implementations do not occur: ``resource_regions`` holds exactly the
distinct regions of the finding's resources, one resource in each, and no region is ''.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate

from bench.datasets.scan.check import ScanCheck
from bench.datasets.scan.copy_table import array_field, json_field, text_field
from bench.datasets.scan.rows import Resource, ScanRows
from bench.datasets.scan.vocabulary import Vocabulary

MANUAL_SHARE = 0.05
FAIL_SHARE = 0.35
MUTED_SHARE = 0.03
MULTI_REGION_SHARE = 0.02
REGIONLESS_SHARE = 0.01
FINDINGS_PER_RESOURCE = (4, 12)
"""Minimum and maximum of a uniform distribution."""

_DELTAS = ("new", "changed", "\\N", "\\N", "\\N")
_ENVIRONMENTS = ("production", "production", "staging", "development", "sandbox")
_REGIONS_OF_A_MULTI_REGION_FINDING = (2, 4)


def synthetic_findings(
    rows: ScanRows, findings: int, regions: Sequence[str], checks: Sequence[ScanCheck], words: Vocabulary, seed: str
) -> Iterator[str]:
    """Yield the lines of ``findings`` findings, resource after resource; ``rows`` gathers resources and mappings.

    Region number n is about n times rarer than the first, but each one counts: the first resources cover them in turn,
    and the first finding of each of those is PASS or FAIL and not muted. With fewer findings than regions, each finding
    covers one region.
    """
    rng = random.Random(f"{seed}/findings")  # noqa: S311 - repeatable on purpose
    chance = rng.random

    def pick(values: Sequence[str]) -> str:
        return values[int(chance() * len(values))]

    weights = list(accumulate(1 / rank for rank in range(1, len(regions) + 1)))
    region_fields = {region: array_field([region]) for region in regions}
    reasons = [text_field(sentence) for sentence in words.sentences]
    least, most = FINDINGS_PER_RESOURCE
    to_cover = min(findings, len(regions))
    latest: dict[str, Resource] = {}
    left = findings
    serial = 0
    while left:
        covering = serial < to_cover
        region = regions[serial] if covering else regions[bisect(weights, chance() * weights[-1])]
        length = min(least + int(chance() * (most - least + 1)), len(checks), left)
        if covering:
            length = min(length, findings // to_cover)
        first = int(chance() * len(checks))
        resource = rows.resource(
            region,
            f"{pick(words.words)}-{pick(words.words)}-{serial:x}",
            checks[first],
            json_field({"Owner": pick(words.owners), "Team": pick(words.teams), "Environment": pick(_ENVIRONMENTS)}),
        )
        latest[region] = resource
        for position in range(length):
            check = checks[(first + position) % len(checks)]
            must_count = covering and position == 0
            status_draw = chance() * (1 - MANUAL_SHARE if must_count else 1)
            status = "FAIL" if status_draw < FAIL_SHARE else "PASS" if status_draw < 1 - MANUAL_SHARE else "MANUAL"
            muted_reason = pick(reasons) if chance() < MUTED_SHARE and not must_count else None
            kind_draw = chance()
            resources = [resource]
            if kind_draw < MULTI_REGION_SHARE:
                resources += _others(resource, latest, rng)
            elif kind_draw < MULTI_REGION_SHARE + REGIONLESS_SHARE and not must_count:
                resources = []
            names = [each.region for each in resources]
            yield rows.finding(
                check,
                status,
                resources,
                regions=names,
                regions_field=region_fields[region] if len(names) == 1 else array_field(names),
                compliance=check.compliance,
                muted_reason=muted_reason,
                delta=pick(_DELTAS),
            )
        left -= length
        serial += 1


def _others(resource: Resource, latest: dict[str, Resource], rng: random.Random) -> list[Resource]:
    """Return one to three of the latest resources of other regions, or as many as there are."""
    others = [each for region, each in latest.items() if region != resource.region]
    least, most = _REGIONS_OF_A_MULTI_REGION_FINDING
    wanted = least - 1 + int(rng.random() * (most - least + 1))
    return [others.pop(int(rng.random() * len(others))) for _ in range(min(wanted, len(others)))]
