"""Tests of promises on a real PostgreSQL: planted violations are caught, and kept promises are found kept."""
