"""Tests of the GitHub workflows and the action."""
