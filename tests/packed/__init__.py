"""Packed rows: the view that shows them, the catalogue that they refer to, and what a run promises."""
