"""Tests of the promises: each planted fault is caught, and what is kept is found kept, on a real PostgreSQL."""
