"""The limit: what it costs to COPY the same rows from a file into the same table, and nothing else."""
