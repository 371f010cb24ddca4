"""Figures in the formats of other tools: each module writes one, as its tool publishes it.

Tools that follow figures over time know each by its name alone, so names are unique within a file and the same in every
run: see ``figures``. A format is added as a module with a function from figures to text, and in ``formats``.
"""
