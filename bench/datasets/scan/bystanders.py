"""The bystanders: scans beside the measured one, which a run must neither count nor change."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import islice

from bench.datasets.catalogue.catalogue import Catalogue
from bench.datasets.scan import ScanKey
from bench.datasets.scan.copy_table import OVERVIEWS, SUMMARIES, TIMESTAMP, line
from bench.datasets.scan.identifiers import ascending_ids
from bench.datasets.scan.loader import Loader
from bench.datasets.scan.warm_up import warm_up_catalogue

REGIONS = ("us-east-1", "bystander-1", "bystander-2")
"""One region that every synthetic scan has, to expose wrong counts; two that none has, to expose foreign regions."""
FINDINGS = 200
STRAY_FINDINGS = 40
"""Of the second tenant, under the id of the measured scan."""

_ROWS_PER_REGION = 100
_STATUSES = ("PASS", "FAIL", "MANUAL")


def load_target_rows(loader: Loader, key: ScanKey, frameworks: Catalogue, seed: str) -> None:
    """Load rows and summaries as an earlier run might have left them: three regions, a hundred requirements each."""
    rng = random.Random(f"{seed}/targets")  # noqa: S311 - repeatable on purpose
    ids = ascending_ids(seed, "targets")
    requirements = list(
        islice(
            (
                (compliance_id, framework, requirement_id, requirement)
                for compliance_id, framework in (frameworks or warm_up_catalogue()).items()
                for requirement_id, requirement in framework["requirements"].items()
            ),
            _ROWS_PER_REGION,
        )
    )
    loader.copy(
        OVERVIEWS,
        [
            line(
                *(next(ids), key.tenant_id, key.scan_id, TIMESTAMP, compliance_id),
                *(framework["framework"], framework.get("version", ""), requirement.get("description", "")),
                *(region, requirement_id, _STATUSES[int(rng.random() * 3)]),
                *(int(rng.random() * 9) for _ in range(5)),
            )
            for region in REGIONS
            for compliance_id, framework, requirement_id, requirement in requirements
        ],
    )
    loader.copy(
        SUMMARIES,
        [
            line(next(ids), key.tenant_id, key.scan_id, TIMESTAMP, compliance_id, *_summary(rng))
            for compliance_id in dict.fromkeys(compliance_id for compliance_id, *_ in requirements)
        ],
    )


def _summary(rng: random.Random) -> Sequence[int]:
    counts = [int(rng.random() * 40) for _ in _STATUSES]
    return [*counts, sum(counts)]
