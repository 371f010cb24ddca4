"""Tests of ``bench ab`` and of what it takes from a revision."""
