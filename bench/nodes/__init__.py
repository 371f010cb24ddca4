"""Nodes: one run spread over many machines, each of which measures whole data sets of it."""
