"""Tests of the read side: what is read, how it is timed, and how it is reported."""
