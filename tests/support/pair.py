"""The two implementations of the pull request."""

BEFORE, AFTER = "materializing", "streaming"
IMPLEMENTATIONS = (BEFORE, AFTER)
