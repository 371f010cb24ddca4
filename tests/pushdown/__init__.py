"""Tests of ``optimized_impl.pushdown``."""
