"""The read side: what is read, how it is timed, and how that is told."""
