"""Readings of weather stations, and the reports of each day."""
