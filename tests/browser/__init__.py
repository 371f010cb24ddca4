"""The page of a report in a real browser; ``make browser`` runs it, ``make test`` does not."""
