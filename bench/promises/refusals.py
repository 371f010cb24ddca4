"""Calls for a scan that is not the tenant's: each must raise ``Scan.DoesNotExist`` and write nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from bench.datasets.scan import ScanKey
from bench.promises.lane import Lane
from bench.results.promises import Refusal

NOBODYS = str(UUID(int=0))
"""The id of no scan."""
CASES = 3


def refusals(lane: Lane) -> Iterator[Refusal]:
    """Make the calls on a lane whose tables hold the rows of an earlier run, and yield how each went."""
    lane.turn()
    before = lane.look()
    for case, key in _cases(lane):
        ended = lane.run(lane.request(key))
        yield Refusal(case=case, ended=ended.error, unchanged=lane.look() == before)
    lane.reset()


def _cases(lane: Lane) -> Iterator[tuple[str, ScanKey]]:
    key = lane.key
    foreign = next(one for one in lane.setting.loaded.bystanders if one.tenant_id != key.tenant_id)
    # There are findings, rows and summaries of that tenant under the scan's id: an easy prey.
    yield "another tenant with this scan", replace(key, tenant_id=foreign.tenant_id)
    yield "this tenant with another's scan", replace(key, scan_id=foreign.scan_id)
    yield "this tenant with no scan at all", replace(key, scan_id=NOBODYS)
