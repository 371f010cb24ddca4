"""Tests of the two implementations against the task's rules, on a real PostgreSQL."""
