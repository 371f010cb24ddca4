"""The gate: a policy, a run and a baseline in, a verdict with an exit code out."""
