"""The two lanes as the suite names them; not by their entry points, which an older installation lacks."""

from __future__ import annotations

PUSHDOWN = "optimized_impl.pushdown:create_compliance_requirements"
FAST = "optimized_impl.pushdown:create_compliance_requirements_fast"
LANES = (PUSHDOWN, FAST)
STREAMING = "streaming"
