"""Tests of ``bench bisect``."""
