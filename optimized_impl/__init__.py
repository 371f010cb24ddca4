"""The streaming implementation: the task after the pull request."""
