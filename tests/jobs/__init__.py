"""Jobs: found, checked, loaded."""
