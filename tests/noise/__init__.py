"""Tests of how a machine's noise is measured and reported."""
