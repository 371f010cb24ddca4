"""What an implementation declares about itself.

One place to import from: ``from bench.declare import Law, Step, declares``.
"""

from __future__ import annotations

from bench.declare.divergence import Divergence, alike, diverges
from bench.declare.laws import Law, Step, declares
from bench.declare.promise import Promise, promises
from bench.declare.storage import Storage, stores_in

__all__ = [
    "Divergence",
    "Law",
    "Promise",
    "Step",
    "Storage",
    "alike",
    "declares",
    "diverges",
    "promises",
    "stores_in",
]
