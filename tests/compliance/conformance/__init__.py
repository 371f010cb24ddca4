"""Tests of the conformance suite: cases, oracle, verdicts, and the conformance of every registered implementation."""
