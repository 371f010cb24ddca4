"""What a function returns arrives as JSON, or is refused with its type."""

from __future__ import annotations

from typing import Any

import pytest

from bench.worker.json_value import as_json


def test_what_json_knows_stays_and_tuples_become_lists() -> None:
    assert as_json({"a": (1, 2.5, None, True, "ü\0")}) == {"a": [1, 2.5, None, True, "ü\0"]}


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ({1: "a"}, TypeError, "JSON has no key of type int"),
        ([{"a": object()}], TypeError, "JSON has no builtins.object"),
        (float("nan"), ValueError, "JSON has no nan"),
        ("\udcff", UnicodeEncodeError, "surrogates not allowed"),
    ],
)
def test_what_json_lacks_is_refused(value: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        as_json(value)
