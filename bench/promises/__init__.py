"""What implementations promise, tried on a real server: read meanwhile, struck by faults, run twice at once."""
