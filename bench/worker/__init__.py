"""The worker: a fresh process per sample, and the probes that run in it. It imports nothing of the parent's."""
