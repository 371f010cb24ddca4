"""What a run leaves: records, and the file that keeps them."""
