"""Probes: each measures one kind of quantity in a pass of its own, because probes disturb one another."""
