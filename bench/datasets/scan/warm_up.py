"""The warm-up: a scan of one finding and its catalogue, run once by each worker before anything is measured."""

from __future__ import annotations

from bench.datasets.catalogue.catalogue import Catalogue, Requirement

CHECK = "warm_up_check"
REGION = "warm-up-1"


def warm_up_catalogue() -> Catalogue:
    """Return one framework with one requirement, named ThreatScore so that its code path is warmed up too."""
    requirement: Requirement = {"description": "Have every code path loaded.", "checks": {CHECK: None}}
    return {"warm_up": {"framework": "ProwlerThreatScore", "version": "1.0", "requirements": {"1": requirement}}}
