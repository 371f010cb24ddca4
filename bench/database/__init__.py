"""The database room: an embedded PostgreSQL or the user's own, databases of our own naming, and what the server saw."""
