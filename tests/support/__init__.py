"""What several tests use: builders, planted implementations, stand-ins, golden files, real processes."""
