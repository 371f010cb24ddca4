"""What implementations promise, tried on a real server: read meanwhile, hit by faults, run twice at once."""
