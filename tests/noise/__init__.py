"""Tests of what a machine's noise is found to be, and told."""
