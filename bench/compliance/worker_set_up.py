"""The hook of this task's workers: installs the catalogues that a call finds warm, as production has them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.compliance.contract import install_catalogue
from bench.datasets.catalogue.record import read_catalogue
from bench.datasets.scan.warm_up import warm_up_catalogue


def set_up(context: Mapping[str, Any]) -> None:
    """Install what ``bench.compliance.environment.worker_context`` names. Raises InputError."""
    install_catalogue(context["provider"], read_catalogue(Path(context["catalogue"])).frameworks)
    if context["warm_up_provider"]:
        install_catalogue(context["warm_up_provider"], warm_up_catalogue())
