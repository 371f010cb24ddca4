"""The task as a database engineer would write it: the server counts, Python expands, one COPY writes what changed."""

from optimized_impl.pushdown.task import create_compliance_requirements, create_compliance_requirements_fast

__all__ = ["create_compliance_requirements", "create_compliance_requirements_fast"]
