"""The copy baseline: what its files hold, what it measures, and how a report shows it."""
