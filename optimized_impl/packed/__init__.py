"""The task with another schema: the counts of many requirements in one row, and their texts kept once per catalogue.

In a class of its own, for it needs a migration: readers go through a view with the columns of the table.
"""

from optimized_impl.packed.task import create_compliance_requirements

__all__ = ["create_compliance_requirements"]
