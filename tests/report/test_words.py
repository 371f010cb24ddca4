"""Text from data becomes one plain line of the width asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bench.report.terminal import pad, wrap
from bench.words import counted, enumerated, plain, shorten


def test_control_and_format_characters_become_spaces() -> None:
    assert plain(" a\nb\t\x1b[31mc\u202ed\u00a0e\x00 ") == "a b [31mc d e"


def test_long_names_keep_both_ends() -> None:
    assert shorten("package.module:function", 12) == "packag…ction"
    assert shorten("short", 5) == "short"
    assert shorten("ab", 1) == "…"


@given(st.text(), st.integers(1, 40))
def test_shortened_text_fits_and_short_text_stays(text: str, width: int) -> None:
    line = plain(text)
    shown = shorten(line, width)
    assert cell_len(shown) <= width
    assert shown == line or cell_len(line) > width


@given(st.text(), st.integers(4, 40))
def test_wrapped_text_fits_and_loses_nothing_but_spaces(text: str, width: int) -> None:
    line = plain(text)
    lines = list(wrap(line, width))
    assert all(cell_len(one) <= width for one in lines)
    assert "".join("".join(lines).split()) == "".join(line.split())


def test_padding_counts_screen_cells() -> None:
    assert pad("日本", 6, right=True) == "  日本"
    assert pad("日本", 6, right=False) == "日本  "


def test_enumeration_reads_as_english() -> None:
    assert [enumerated(words) for words in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [(0, "scan", "0 scans"), (1, "row", "1 row"), (1_200, "row", "1,200 rows"), (2, "summary", "2 summaries")],
)
def test_a_number_agrees_with_its_noun(number: int, noun: str, text: str) -> None:
    assert counted(number, noun) == text
