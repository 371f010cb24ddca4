"""The database room: the embedded PostgreSQL or the user's own, the run's databases on it, and what the server saw."""
