"""What an implementation needs of this project: its contract, and what it declares about itself.

One place to import from: ``from bench.declare import Law, Outcome, declares``.
"""

from __future__ import annotations

from bench.compliance.contract import Catalogue, Implementation, Outcome, compliance_catalogue
from bench.declare.divergence import Divergence, alike, diverges
from bench.declare.laws import Law, Step, declares
from bench.declare.promise import Promise, promises
from bench.declare.storage import Storage, stores_in

__all__ = [
    "Catalogue",
    "Divergence",
    "Implementation",
    "Law",
    "Outcome",
    "Promise",
    "Step",
    "Storage",
    "alike",
    "compliance_catalogue",
    "declares",
    "diverges",
    "promises",
    "stores_in",
]
