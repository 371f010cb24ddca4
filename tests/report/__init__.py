"""Tests of the report: text, Markdown and plots."""
