"""The part that outcomes share: the checks of a verdict, as JSON can hold them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bench.analysis.verdict import Check
from bench.words import plain


def plain_checks(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return ``checks`` with plain texts: a path or a name may be any bytes, and JSON is text."""
    return tuple(
        replace(
            one,
            name=plain(one.name),
            sentence=plain(one.sentence),
            evidence=tuple(map(plain, one.evidence)),
            scan=None if one.scan is None else plain(one.scan),
        )
        for one in checks
    )
