"""Tests of the conformance suite: its cases and oracle, its verdicts, and what every registered implementation gets."""
