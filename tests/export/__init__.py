"""Figures in the formats of other tools, each read as its tool reads it."""
