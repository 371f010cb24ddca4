"""pytest-benchmark over a call that somebody else prepared: ``bench doctor --clocks`` compares its clock with ours."""
