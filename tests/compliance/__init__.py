"""The job of this project: its own rules, reads, catalogues and commands."""
