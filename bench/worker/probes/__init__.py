"""Probes: each measures one kind of quantity in a separate pass, because probes disturb one another."""
