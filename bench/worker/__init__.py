"""The worker: a fresh process for each sample, and the probes that run in it. Nothing of the parent's is imported."""
