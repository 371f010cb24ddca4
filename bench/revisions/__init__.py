"""Revisions: the code of commits of the user's clone, read without changing it, and the search for a bad one."""
