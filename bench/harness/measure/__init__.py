"""Measuring: what the parent reads of the server around a worker's call, and how a sample comes together."""
