"""Where the implementations of this task run: in this environment, on the schema's own Django settings."""

from __future__ import annotations

from bench.compliance.schema.access_variables import VARIABLES
from bench.database.access import ADMIN
from bench.jobs.environment import WorkerEnvironment

ENVIRONMENT = WorkerEnvironment(
    variables=VARIABLES,
    settings="bench.compliance.schema.settings",
    set_up="bench.compliance.worker_set_up:set_up",
    migrate=("migrate", f"--database={ADMIN}", "--verbosity=0"),
)
GROUP = "create_compliance_requirements"
"""What the cases have in common in pytest-benchmark's file, whose readers know a case by this and its label."""


def worker_context(catalogue_path: str, provider: str, warm_up_provider: str | None = None) -> dict[str, str | None]:
    """Return the context of ``worker_set_up``: the catalogue to install, and for whom the warm-up's."""
    return {"catalogue": catalogue_path, "provider": provider, "warm_up_provider": warm_up_provider}
