"""Tests of the wheel: what it holds, and what each extra is enough for."""
