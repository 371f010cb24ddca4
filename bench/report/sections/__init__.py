"""The sections of a run's report: each is a function from a JudgedRun, and ``order`` lists them all."""
