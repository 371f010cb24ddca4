"""The task with another schema: one row holds the counts of many requirements, and texts are stored once per catalogue.

It needs a migration: readers use a view with the columns of the rows' table.
"""

from optimized_impl.packed.task import create_compliance_requirements

__all__ = ["create_compliance_requirements"]
