"""Tests of the laws of statements: declared, checked, reported, and traced to the line that breaks one."""
