"""Tests of the harness: plan, executor, worker, stage, runner, collector, probes."""
