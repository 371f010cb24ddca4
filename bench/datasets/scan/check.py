"""The fields that all findings of a check share: severity, metadata and compliance, encoded once per check."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count, islice

from bench.datasets.catalogue.catalogue import Catalogue
from bench.datasets.providers import DEFAULT_PROVIDER
from bench.datasets.scan.copy_table import array_field, json_field, line
from bench.datasets.scan.vocabulary import Vocabulary

CHECK_ID_LENGTH = 100
"""The length of the column ``findings.check_id``, in characters."""

_UNMAPPED_SHARE = 0.05
_METADATA_CHARACTERS = (1000, 1700)
_SEVERITIES = ("critical", "high", "high", "medium", "medium", "medium", "low", "low", "informational")
_CATEGORIES = ("encryption", "internet-exposed", "logging", "secrets", "trustboundaries", "forensics-ready")


@dataclass(frozen=True)
class ScanCheck:
    """A ScanCheck is what all findings of one check share; everything but ``service`` is encoded for COPY."""

    check_id: str
    service: str
    title: str
    resource_type: str
    compliance: str
    columns: str
    """The line of the columns from ``check_id`` to ``categories``."""
    raw: str
    """The beginning of ``raw_result``, up to its resources."""


def compliance_by_check(frameworks: Catalogue) -> dict[str, dict[str, list[str]]]:
    """Return what production stores in ``findings.compliance``, by mapped check.

    The key is ``framework-version``, or the framework alone where it has no version; the value lists the requirements
    that hold the check, in the catalogue's order.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for framework in frameworks.values():
        version = framework.get("version")
        key = f"{framework['framework']}-{version}" if version else framework["framework"]
        for requirement_id, requirement in framework["requirements"].items():
            for check in requirement["checks"]:
                found.setdefault(check, {}).setdefault(key, []).append(requirement_id)
    return found


def _unmapped(mapped: Iterable[str], words: Vocabulary, wanted: int) -> list[str]:
    """Return names for checks that no framework maps, built like the mapped ones."""
    taken = set(mapped)
    services = sorted({check.partition("_")[0][:40] for check in taken}) or ["account"]
    names = (f"{services[n * 7 % len(services)]}_{words.words[n % len(words.words)]}_{n}" for n in count(1))
    return list(islice((name for name in names if name not in taken), wanted))


def scan_check(
    check_id: str,
    compliance: dict[str, list[str]],
    words: Vocabulary,
    seed: str,
    provider: str = DEFAULT_PROVIDER,
) -> ScanCheck:
    """Make one check's fields; the same check under the same seed gets the same ones in any scan."""
    rng = random.Random(f"{seed}/check/{check_id}")  # noqa: S311 - repeatable on purpose

    def pick(values: tuple[str, ...]) -> str:
        return values[int(rng.random() * len(values))]

    service = check_id.partition("_")[0][:40]
    title = f"{pick(words.words)} {pick(words.words)} {pick(words.words)}".capitalize()
    severity = pick(_SEVERITIES)
    categories = sorted({pick(_CATEGORIES) for _ in range(int(rng.random() * 3))})
    resource_type = f"{provider.capitalize()}{service.capitalize()}{pick(words.words).capitalize()}"
    url = f"https://docs.example.com/{service}/{pick(words.words)}-{pick(words.words)}"
    metadata = {
        "provider": provider,
        "checkid": check_id,
        "checktitle": title,
        "checktype": [pick(words.sentences)],
        "servicename": service,
        "subservicename": "",
        "severity": severity,
        "resourcetype": resource_type,
        "description": pick(words.sentences),
        "risk": "",
        "relatedurl": url,
        "remediation": {
            "code": {"cli": f"{service} modify-{pick(words.words)} --{pick(words.words)} true", "terraform": url},
            "recommendation": {"text": pick(words.sentences), "url": url},
        },
        "categories": categories,
        "dependson": [],
        "relatedto": [],
        "notes": "",
    }
    least, most = _METADATA_CHARACTERS
    missing = least + rng.random() * (most - least) - len(json.dumps(metadata))
    risk = []
    while missing > 0:
        risk.append(pick(words.sentences))
        missing -= len(risk[-1]) + 1
    metadata["risk"] = " ".join(risk)
    raw = {
        "metadata": {"event_code": check_id, "product": {"name": "Prowler", "vendor_name": "Prowler"}},
        "class_name": "Detection Finding",
        "severity": severity.capitalize(),
        "finding_info": {"title": title, "desc": pick(words.sentences), "types": [pick(words.sentences)]},
        "remediation": {"desc": pick(words.sentences), "references": [url]},
        "risk_details": pick(words.sentences),
        "unmapped": {"categories": categories, "related_url": url},
    }
    return ScanCheck(
        check_id=line(check_id),
        service=service,
        title=title,
        resource_type=line(resource_type),
        compliance=json_field(compliance),
        columns="\t".join(
            (
                line(check_id, severity, severity, pick(words.sentences)),
                json_field(metadata),
                array_field([service]),
                array_field([resource_type]),
                array_field(categories),
            )
        ),
        raw=json_field(raw)[:-1] + ',"resources":[',
    )


def scan_checks(
    frameworks: Catalogue, words: Vocabulary, seed: str, provider: str = DEFAULT_PROVIDER
) -> tuple[ScanCheck, ...]:
    """Return the checks of a synthetic scan, by name: the catalogue's and 5 % more that no framework maps.

    A check whose id is too long for the column can have no finding, and is left out.
    """
    compliance = compliance_by_check(frameworks)
    mapped = [check for check in compliance if len(check) <= CHECK_ID_LENGTH]
    unmapped = _unmapped(mapped, words, math.ceil(len(mapped) * _UNMAPPED_SHARE) or 1)
    return tuple(
        scan_check(check, compliance.get(check, {}), words, seed, provider) for check in sorted(mapped + unmapped)
    )
