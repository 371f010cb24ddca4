"""The benchmark that ``bench run`` times, and that ``pytest bench/benchmarks --benchmark-only`` runs by hand."""
