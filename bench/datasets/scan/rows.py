"""Builds the COPY lines of one scan's resources, findings and mappings from encoded fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.datasets.providers import DEFAULT_PROVIDER
from bench.datasets.scan import ScanKey
from bench.datasets.scan.check import ScanCheck
from bench.datasets.scan.copy_table import TIMESTAMP, line
from bench.datasets.scan.identifiers import ascending_ids

COUNTED = ("PASS", "FAIL")


@dataclass(frozen=True, slots=True)
class Resource:
    """A Resource is a row of ``resources`` that findings refer to; ``raw`` and ``tags`` are encoded for COPY."""

    id: str
    name: str
    region: str
    raw: str
    tags: str


@dataclass(frozen=True)
class Account:
    """An Account is a row of ``providers``: the cloud account that was scanned."""

    provider_id: str
    uid: str
    cloud: str = DEFAULT_PROVIDER
    """The provider as texts of resources and findings name it."""


class ScanRows:
    """The rows of one scan. ``finding`` returns its line; ``resources`` and ``mappings`` gather theirs until taken.

    Findings are by far the most and the longest lines, so they are yielded one by one and not kept.
    """

    def __init__(self, key: ScanKey, account: Account, name: str, seed: str) -> None:
        self.key = key
        self.account = account
        self.name = name
        self.resources: list[str] = []
        self.mappings: list[str] = []
        self.counted_regions: set[str] = set()
        self.counted = 0
        """Findings that are not muted and PASS or FAIL."""
        self.resource_count = 0
        self._finding_ids = ascending_ids(seed, "findings")
        self._resource_ids = ascending_ids(seed, "resources")
        self._mapping_ids = ascending_ids(seed, "mappings")
        self._finding_end = line(key.tenant_id, key.scan_id, TIMESTAMP, TIMESTAMP, TIMESTAMP)
        self._resource_end = line(key.tenant_id, account.provider_id, TIMESTAMP, TIMESTAMP)
        self._cloud = line(account.cloud)
        self._uid = f"prowler-{line(key.provider)}-"
        self._raw_end = f'],"cloud":{{"account":{{"uid":"{account.uid}"}},"provider":"{self._cloud}"}},'

    def take_resources(self) -> list[str]:
        """The lines of the resources since the last call."""
        taken, self.resources = self.resources, []
        return taken

    def take_mappings(self) -> list[str]:
        """The lines of the mappings since the last call."""
        taken, self.mappings = self.mappings, []
        return taken

    def resource(self, region: str, name: str, check: ScanCheck, tags: str, uid: str | None = None) -> Resource:
        """Add a resource of the type that ``check`` checks; ``name`` is ASCII and unique in the account.

        ``uid`` is a field and unique as well; None for an ARN made of the other values.
        """
        resource_id = next(self._resource_ids)
        where = line(region)
        # An ARN is the uid of a resource, so one account's names must differ; its region may be any text.
        arn = f"arn:{self._cloud}:{line(check.service)}:{where}:{self.account.uid}:{name}" if uid is None else uid
        self.resources.append(
            f"{resource_id}\t{arn}\t{name}\t{where}\t{line(check.service)}\t{check.resource_type}\t0\t{self._resource_end}"
        )
        self.resource_count += 1
        raw = (
            f'{{"name":"{name}","cloud_partition":"{self._cloud}","group":{{"name":"{self.account.uid}"}},"labels":[]}}'
        )
        return Resource(resource_id, name, region, raw, tags)

    def finding(
        self,
        check: ScanCheck,
        status: str,
        resources: Sequence[Resource],
        *,
        regions: Sequence[str],
        regions_field: str,
        compliance: str,
        muted_reason: str | None,
        delta: str,
    ) -> str:
        """The line of a finding, in the columns of ``FINDINGS``; ``muted_reason`` is None if it is not muted.

        ``compliance``, ``regions_field`` (the array ``regions``), ``muted_reason`` and ``delta`` are fields.
        """
        finding_id = next(self._finding_ids)
        if muted_reason is None and status in COUNTED:
            self.counted_regions.update(regions)
            self.counted += 1
        if resources:
            first = resources[0]
            name, tags, raw_resource = first.name, first.tags, first.raw
            end = f"\t{self.key.tenant_id}"
            for resource in resources:
                self.mappings.append(f"{next(self._mapping_ids)}\t{finding_id}\t{resource.id}{end}")
        else:
            name, tags, raw_resource = "account", "{}", ""
        detail = f"{check.title}: {name} is in state {status}"
        muted = "f\t\\N" if muted_reason is None else f"t\t{muted_reason}"
        return (
            f"{finding_id}\t{self._uid}{check.check_id}-{self.account.uid}-{name}\t{status}\t{detail}\t{delta}\t{muted}"
            f'\t{check.raw}{raw_resource}{self._raw_end}"status_code":"{status}","status_detail":"{detail}"}}\t{tags}'
            f"\t{regions_field}\t{compliance}\t{check.columns}\t{self._finding_end}"
        )
