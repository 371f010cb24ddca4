"""The materialising implementation: the task before the pull request."""
