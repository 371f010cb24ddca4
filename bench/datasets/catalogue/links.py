"""Which requirement maps which checks: a random bipartite graph whose degrees, on both sides, are given exactly.

Havel and Hakimi's rule (serve the largest demand from the checks with the most links left) finds one such graph;
switching the ends of pairs of links then mixes it without changing a degree (Rao, Jana and Bandyopadhyay, 1996).
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from random import Random

from bench.datasets.catalogue.text import Curve, pick

MANUAL = 1_214
"""Requirements without a check."""
SINGLE = 2_713
"""Requirements with one check."""
LINKS = 17_395
CHECKS = 634

_CHECKS_PER_BROAD_REQUIREMENT = Curve(
    ((0, 2), (0.19, 2), (0.34, 3), (0.51, 5), (0.818, 14), (0.9645, 35), (0.985, 62), (0.9985, 108), (1, 455))
)
_REQUIREMENTS_PER_CHECK = Curve(
    ((0, 1), (0.05, 2), (0.25, 8), (0.5, 15), (0.75, 30), (0.9, 68), (0.95, 107), (0.99, 160), (1, 237))
)

_SERVICES = (
    "acm",
    "apigateway",
    "athena",
    "autoscaling",
    "backup",
    "bedrock",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "codebuild",
    "config",
    "dms",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "efs",
    "eks",
    "elasticache",
    "elbv2",
    "emr",
    "eventbridge",
    "firehose",
    "fsx",
    "glue",
    "guardduty",
    "iam",
    "inspector2",
    "kafka",
    "kinesis",
    "kms",
    "lambda",
    "lightsail",
    "macie",
    "mq",
    "neptune",
    "opensearch",
    "organizations",
    "rds",
    "redshift",
    "route53",
    "s3",
    "sagemaker",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "stepfunctions",
    "vpc",
    "waf",
)
_RESOURCES = (
    "account",
    "cluster",
    "endpoint",
    "function",
    "instance",
    "key",
    "policy",
    "queue",
    "role",
    "stack",
    "table",
    "volume",
    "workload",
)
_CONDITIONS = (
    "access_logging_enabled",
    "backup_plan_attached",
    "cross_account_access_restricted",
    "default_settings_not_used",
    "deletion_protection_enabled",
    "encrypted_at_rest_with_managed_key",
    "in_transit_encryption_required",
    "least_privilege_enforced",
    "multi_az_enabled",
    "no_secrets_in_environment",
    "not_publicly_accessible",
    "not_reachable_from_the_internet_on_admin_ports",
    "owner_tag_present",
    "retention_period_at_least_one_year",
    "rotation_within_90_days",
    "unused_for_45_days_removed",
    "version_supported",
)


def check_names(rng: Random, count: int = CHECKS, services: tuple[str, ...] = _SERVICES) -> list[str]:
    """Return the ids of ``count`` checks, distinct, in no order, at most 100 characters each."""
    names: dict[str, None] = {}
    while len(names) < count:
        names["_".join((pick(rng, services), pick(rng, _RESOURCES), pick(rng, _CONDITIONS)))] = None
    return list(names)


def requirement_degrees(requirements: int) -> list[int]:
    """Return the number of checks of every one of ``requirements`` that has some, in ascending order."""
    broad = _CHECKS_PER_BROAD_REQUIREMENT.sample(requirements - MANUAL - SINGLE)
    return [1] * SINGLE + _settled(broad, LINKS - SINGLE)


def check_degrees() -> list[int]:
    """Return the number of requirements of every check, in ascending order."""
    return _settled(_REQUIREMENTS_PER_CHECK.sample(CHECKS), LINKS)


def skewed_degrees(count: int, total: int, least: int, most: int) -> list[int]:
    """Return ``count`` degrees from ``least`` to ``most`` with the sum ``total``, in ascending order.

    They grow geometrically, as skewed as the sum asks for. Raises ValueError where no such degrees exist.
    """
    if not count * least <= total <= count * most:
        raise ValueError(f"no {count} degrees of {least} to {most} have the sum {total}")
    gentle, steep = 2.0**-10, 2.0**10
    for _ in range(60):
        middle = (gentle + steep) / 2
        if sum(_skewed(count, least, most, middle)) > total:
            gentle = middle
        else:
            steep = middle
    degrees = _skewed(count, least, most, steep)
    missing = total - sum(degrees)
    for turn in range(count * most):
        if not missing:
            break
        place = turn % count
        if degrees[place] < most:
            degrees[place] += 1
            missing -= 1
    return sorted(degrees)


def _skewed(count: int, least: int, most: int, skew: float) -> list[int]:
    return [round(least * (most / least) ** ((place / max(count - 1, 1)) ** skew)) for place in range(count)]


def _settled(values: list[int], total: int) -> list[int]:
    """Return the ascending ``values`` with the sum ``total``: what is missing is spread over their middle, by ones.

    The fourth fifth is that middle: it lies between the quantiles that are published.
    """
    settled = list(values)
    start, end = len(values) * 6 // 10, len(values) * 8 // 10
    missing = total - sum(values)
    step = 1 if missing > 0 else -1
    for turn in range(abs(missing)):
        settled[start + turn % (end - start)] += step
    return sorted(settled)


def link(rng: Random, requirements: Sequence[int], checks: Sequence[int]) -> list[list[int]]:
    """Return, for each requirement, the indices of its distinct checks.

    ``requirements`` and ``checks`` are the degrees, with equal sums; raises IndexError if no graph has them.
    """
    links = _connect(rng, requirements, checks)
    _mix(rng, links)
    chosen: list[list[int]] = [[] for _ in requirements]
    for requirement, check in links:
        chosen[requirement].append(check)
    return chosen


def _connect(rng: Random, requirements: Sequence[int], checks: Sequence[int]) -> list[tuple[int, int]]:
    """Return (requirement, check) links by Havel and Hakimi's rule, ties broken at random."""
    left = [(-degree, rng.random(), check) for check, degree in enumerate(checks) if degree]
    heapify(left)
    links = []
    for requirement in sorted(range(len(requirements)), key=requirements.__getitem__, reverse=True):
        served = [heappop(left) for _ in range(requirements[requirement])]
        for degree, _, check in served:
            links.append((requirement, check))
            if degree < -1:
                heappush(left, (degree + 1, rng.random(), check))
    return links


def _mix(rng: Random, links: list[tuple[int, int]]) -> None:
    """Switch the checks of each link and of a random other one, where that makes no link double."""
    taken = set(links)
    for place, (requirement, check) in enumerate(links):
        other_place = int(rng.random() * len(links))
        other_requirement, other_check = links[other_place]
        switched, other_switched = (requirement, other_check), (other_requirement, check)
        if switched in taken or other_switched in taken:
            continue
        taken -= {(requirement, check), (other_requirement, other_check)}
        taken |= {switched, other_switched}
        links[place], links[other_place] = switched, other_switched
