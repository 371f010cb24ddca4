"""What an implementation is run on: the catalogue of compliance frameworks, and the scans loaded into the database."""
