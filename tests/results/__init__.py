"""Tests of the results file and its records."""
