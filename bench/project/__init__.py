"""Projects: where a job lives that has an environment, a database and names of its own, by a description in TOML."""
