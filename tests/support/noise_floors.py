"""A noise floor as ``bench doctor`` finds it."""

from __future__ import annotations

from bench.results.environment import NoiseFloor

FLOOR = NoiseFloor(
    created="2026-01-01T00:00:00+00:00",
    environment_fingerprint="f100" * 16,
    scan="1k/8",
    implementation="streaming",
    pairs=10,
    deviations={"wall_seconds": 0.15},
)
