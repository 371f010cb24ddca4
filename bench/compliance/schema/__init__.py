"""The tables of production as a Django app: models, row-level security, migrations. Only workers import it."""
