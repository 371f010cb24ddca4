"""Invented prose of an exact length: descriptions and titles, in the three scripts of the real catalogue.

Length is exact because the bytes of a row decide the memory of a COPY batch. The script matters as much: one character
beyond Latin-1 doubles the width of the whole string that Python builds for the batch.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeVar

T = TypeVar("T")

SHORTEST = 12
"""Characters below which :func:`compose` cannot keep what it promises about marks and extras."""

_OPENINGS = ("Ensure", "Check", "Confirm", "Require", "Restrict", "Review", "Document", "Encrypt", "Monitor", "Limit")
_OPENING_FROM = 30
_SENTENCE = 120


@dataclass(frozen=True)
class Curve:
    """A Curve is a distribution's quantile function through ``knots``, pairs of (share from 0 to 1, value above 0).

    Between knots the value grows geometrically, because lengths and counts here are skewed like a log-normal.
    """

    knots: tuple[tuple[float, float], ...]

    def at(self, share: float) -> int:
        """Return the value below which ``share`` of the distribution lies, rounded."""
        upper = min(bisect_right(self.knots, share, key=lambda knot: knot[0]), len(self.knots) - 1)
        (start, low), (end, high) = self.knots[upper - 1], self.knots[upper]
        growth: float = (high / low) ** ((share - start) / (end - start))
        return round(low * growth)

    def sample(self, count: int) -> list[int]:
        """Return ``count`` values in ascending order, evenly spaced from the first knot to the last (at least two)."""
        return [self.at(position / (count - 1)) for position in range(count)]


@dataclass(frozen=True)
class Vocabulary:
    """A Vocabulary is the words of one language, with every length from 2 to ``longest`` among them.

    ``extras`` are words kept apart, to be put into a text by choice (accented ones, for instance).
    """

    words: tuple[str, ...]
    by_length: Mapping[int, tuple[str, ...]]
    longest: int
    openings: tuple[str, ...]
    extras: tuple[str, ...]

    @classmethod
    def of(cls, words: Iterable[str], openings: tuple[str, ...] = (), extras: tuple[str, ...] = ()) -> Vocabulary:
        """Build the vocabulary of ``words``; those too short or too long to fill a gap exactly are left out."""
        by_length: defaultdict[int, list[str]] = defaultdict(list)
        for word in dict.fromkeys(words):
            by_length[len(word)].append(word)
        longest = 2
        while longest + 1 in by_length:
            longest += 1
        usable = {length: tuple(by_length[length]) for length in range(2, longest + 1)}
        return cls(tuple(word for group in usable.values() for word in group), usable, longest, openings, extras)


@dataclass(frozen=True)
class Vocabularies:
    """The languages of the catalogue."""

    english: Vocabulary
    spanish: Vocabulary
    korean: Vocabulary


def vocabularies(seed: int) -> Vocabularies:
    """Return Faker's words: English, Spanish (accented words as extras) and Korean (drawn with ``seed``)."""
    # Faker takes longer to import than a catalogue takes to make, and a catalogue that is only read needs no words.
    from faker import Faker

    spanish = Faker("es_ES").get_words_list()
    korean = Faker("ko_KR")
    korean.seed_instance(seed)
    phrases = " ".join(korean.catch_phrase() + " " + korean.bs() for _ in range(120))
    return Vocabularies(
        english=Vocabulary.of(Faker("en_US").get_words_list(), openings=_OPENINGS),
        spanish=Vocabulary.of(
            (word for word in spanish if word.isascii()),
            extras=tuple(word for word in spanish if not word.isascii() and len(word) < SHORTEST - 4),
        ),
        korean=Vocabulary.of(word for word in phrases.split() if not word.isascii()),
    )


def pick(rng: Random, items: tuple[T, ...]) -> T:
    """Return one of ``items``. ``random()`` alone is promised to repeat in later Pythons, so nothing else is used."""
    return items[int(rng.random() * len(items))]


def shuffled(rng: Random, items: Iterable[T]) -> list[T]:
    """Return ``items`` in random order, for the same reason by ``random()`` alone."""
    return sorted(items, key=lambda _: rng.random())


def compose(
    rng: Random, vocabulary: Vocabulary, length: int, *, commas: int = 0, extras: tuple[str, ...] = (), end: str = "."
) -> str:
    """Return a text of exactly ``length`` characters with exactly ``commas`` commas and each of ``extras`` once.

    ``length`` is at least :data:`SHORTEST`, plus 8 for each comma and the length of the extras.
    """
    opening = (pick(rng, vocabulary.openings),) if vocabulary.openings and length >= _OPENING_FROM else ()
    stops = length // _SENTENCE
    # Every word costs its length and the space after it; the text ends with no space but with ``end``.
    gap = length + 1 - len(end) - commas - stops - sum(len(word) + 1 for word in opening + extras)
    words: list[str] = []
    while gap > vocabulary.longest + 1:
        word = pick(rng, vocabulary.words)
        if gap - len(word) - 1 >= 3:
            words.append(word)
            gap -= len(word) + 1
    words.append(pick(rng, vocabulary.by_length[gap - 1]))
    for extra in extras:
        words.insert(int(rng.random() * (len(words) + 1)), extra)
    words[:0] = opening
    return " ".join(_punctuate(rng, words, commas, stops)) + end


def _punctuate(rng: Random, words: list[str], commas: int, stops: int) -> list[str]:
    """Return ``words`` with sentences of even length, capitalised, and the commas in places that are left."""
    last = len(words) - 1
    ends = {last * (stop + 1) // (stops + 1) for stop in range(stops)}
    starts = {0} | {end + 1 for end in ends}
    free = [place for place in range(last) if place not in ends]
    breaks = set()
    for _ in range(commas):
        breaks.add(free.pop(int(rng.random() * len(free))))
    return [
        (word[:1].upper() + word[1:] if place in starts else word)
        + ("." if place in ends else "," if place in breaks else "")
        for place, word in enumerate(words)
    ]
