"""The task before the pull request: everything is built in memory, then written."""

from reference_impl.task import create_compliance_requirements

__all__ = ["create_compliance_requirements"]
