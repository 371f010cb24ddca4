"""Pools: Celery workers as production runs them, watched while they work off a queue under a memory limit."""
