"""Tests of summaries, ratios and the verdict."""
