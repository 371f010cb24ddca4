"""Brokers: where tasks and cases are queued, an embedded Valkey or the user's own."""
