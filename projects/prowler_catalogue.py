"""Hooks for Prowler's API: what the call under test finds loaded. They run in the API's environment and import it.

Each is called with the context of the data: ``catalogue``, a JSON file whose ``frameworks`` are the catalogue that the
expected rows were computed with, ``provider``, and ``warm_up_provider``, another one, that of the unmeasured call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# One framework with one requirement, called ThreatScore so that its code path is warm, too.
_WARM_UP = {
    "warm_up": {
        "framework": "ProwlerThreatScore",
        "version": "1.0",
        "requirements": {"1": {"description": "Have every code path loaded.", "checks": {"warm_up_check": None}}},
    }
}


def use_given(context: Mapping[str, Any]) -> None:
    """Let the API find the suite's catalogue loaded, instead of that of its own revision.

    So revisions can be compared whose catalogues differ. With ``--catalogue CHECKOUT`` of one revision it is the same
    content, only without the seconds that every worker needs to load it.
    """
    from api.compliance import PROWLER_COMPLIANCE_OVERVIEW_TEMPLATE

    # Where the API keeps what it has loaded, by provider: there is no other way in.
    loaded = PROWLER_COMPLIANCE_OVERVIEW_TEMPLATE._cache
    loaded[context["provider"]] = _with_versions(json.loads(Path(context["catalogue"]).read_bytes())["frameworks"])
    if context.get("warm_up_provider"):
        loaded[context["warm_up_provider"]] = _WARM_UP
    _import_sdk(context["provider"])


def load_own(context: Mapping[str, Any]) -> None:
    """Load the catalogue of the API's own revision, as the first task of a process does."""
    from api.compliance import PROWLER_COMPLIANCE_OVERVIEW_TEMPLATE

    for provider in (context["provider"], context.get("warm_up_provider")):
        if provider:
            PROWLER_COMPLIANCE_OVERVIEW_TEMPLATE.get(provider)
    _import_sdk(context["provider"])


def load_attack_surface(context: Mapping[str, Any]) -> None:
    """Read the checks of the provider, which ``aggregate_attack_surface`` keeps from its first call on."""
    from tasks.jobs.scan import _get_attack_surface_mapping_from_provider

    _get_attack_surface_mapping_from_provider(context["provider"])


def _with_versions(frameworks: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Add the keys that the API expects in every framework and requirement; JSON may leave them out."""
    for framework in frameworks.values():
        framework.setdefault("version", "")
        for requirement in framework["requirements"].values():
            requirement.setdefault("description", "")
    return frameworks


def _import_sdk(provider: str) -> None:
    """Import the SDK's part for the provider, which the first call for an account of it does."""
    from api.models import Provider
    from api.utils import return_prowler_provider

    return_prowler_provider(Provider(provider=provider))
