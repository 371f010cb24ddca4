"""Tests of the laws of statements: declared, checked, told, and traced to the line behind a broken one."""
