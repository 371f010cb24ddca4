"""The tables of a run's report: each column is set here, and rendered elsewhere."""
