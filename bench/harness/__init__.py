"""The harness: the parent's side of a run, from its plan to the collected results."""
