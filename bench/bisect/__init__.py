"""The bisection: which commit made a figure worse, found by measuring as few commits as possible."""
