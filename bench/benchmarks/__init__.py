"""The benchmark that ``bench run`` times; ``pytest bench/benchmarks --benchmark-only`` runs it by hand."""
