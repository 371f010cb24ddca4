"""Benchmarks for one bulk database task of Prowler's API: peak heap, statements, time and rows, before and after."""

from importlib.metadata import version

__version__ = version("compliance-bench")
