"""Tests of what is read from a clone, and of the search for the first bad commit."""
