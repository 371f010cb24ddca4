"""All hand-made cases, by name."""

from __future__ import annotations

from tests.implementations.case import Case
from tests.implementations.divergence_cases import DIVERGENCE_CASES
from tests.implementations.hostile_cases import HOSTILE_CASES
from tests.implementations.rule_cases import RULE_CASES
from tests.implementations.threatscore_cases import THREATSCORE_CASES

SAME_CASES: dict[str, Case] = RULE_CASES | THREATSCORE_CASES | HOSTILE_CASES
CASES: dict[str, Case] = SAME_CASES | DIVERGENCE_CASES
