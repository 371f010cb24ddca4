"""The task after the pull request: findings stream in, rows stream out."""

from optimized_impl.task import create_compliance_requirements

__all__ = ["create_compliance_requirements"]
