"""The descriptions of the synthetic catalogue: how long they are, which repeat, and what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from bench.datasets.catalogue.frameworks import FrameworkShape, Language
from bench.datasets.catalogue.text import Curve, Vocabularies, Vocabulary, compose, pick, shuffled

DISTINCT = 3_273
WITH_COMMA = 1_725
WITH_NEWLINE = 10
WITH_QUOTE = 9
ACCENTED = 133
"""Descriptions with a letter of Latin-1, all of them Spanish."""
TYPOGRAPHIC = 92
"""English descriptions with a curly quote or a dash, which lie beyond Latin-1 as Korean does."""

_REPEATS = ((13, 50), (9, 60), (6, 80), (4, 140), (2, 248))
"""(requirements that share one text, such texts): as in real editions of one framework, and in its sub-requirements."""

_LENGTH = Curve(
    (
        (0, 14), (0.01, 19), (0.05, 42), (0.1, 51), (0.25, 72), (0.5, 111), (0.75, 180),
        (0.9, 321), (0.95, 558), (0.99, 1_470), (0.998, 2_250), (1, 3_577),
    )
)  # fmt: skip
_COMMA_FROM = 45
_COMMA_EVERY = 65
_EXTRA_FROM = 60
_KOREAN_LENGTHS = range(40, 260)
_MARKED = ("\u201c{}\u201d", "\u2018{}\u2019", "{}\u2019s", "{} \u2014", "{} \u2013")


@dataclass
class _Slot:
    """A text to be written: its length, how many requirements share it, and what it must hold."""

    length: int
    shared_by: int
    commas: int = 0
    extras: tuple[str, ...] = ()
    newline: bool = False


def descriptions(rng: Random, words: Vocabularies, shapes: Sequence[FrameworkShape]) -> list[list[str]]:
    """Return the descriptions of every requirement of every framework, in the order of ``shapes``.

    One English description is empty. The wordier a framework, the longer its texts; Spanish ones are the shortest.
    """
    slots = _slots(rng, sum(shape.size for shape in shapes))
    written: dict[Language, list[str]] = {}
    wanted = {language: sum(shape.size for shape in shapes if shape.language is language) for language in Language}
    spanish = _take(slots, [slot for slot in slots if slot.shared_by == 1][: wanted[Language.SPANISH]])
    for slot in shuffled(rng, spanish)[:ACCENTED]:
        slot.extras = (pick(rng, words.spanish.extras),)
    written[Language.SPANISH] = shuffled(rng, _write(rng, words.spanish, spanish))
    fitting = [slot for slot in slots if slot.shared_by == 1 and slot.length in _KOREAN_LENGTHS]
    korean = _take(slots, shuffled(rng, fitting)[: wanted[Language.KOREAN]])
    written[Language.KOREAN] = _write(rng, words.korean, korean)
    _mark_english(rng, words.english, slots)
    written[Language.ENGLISH] = ["", *_write(rng, words.english, slots)]

    english = [shape for shape in shapes if shape.language is Language.ENGLISH]
    ranked = rank(rng, [shape.wordiness for shape in english for _ in range(shape.size)])
    placed = [""] * len(ranked)
    for requirement, text in zip(ranked, written[Language.ENGLISH], strict=True):
        placed[requirement] = text
    written[Language.ENGLISH] = placed
    queues = {language: iter(texts) for language, texts in written.items()}
    return [[next(queues[shape.language]) for _ in range(shape.size)] for shape in shapes]


def rank(rng: Random, levels: Sequence[float]) -> list[int]:
    """Return the indices of ``levels`` from low to high, blurred so that neighbouring levels overlap."""
    blurred = [level + 1.5 * rng.random() for level in levels]
    return sorted(range(len(levels)), key=blurred.__getitem__)


def _slots(rng: Random, requirements: int) -> list[_Slot]:
    """Return the slots of all texts but the empty one, shortest first; they serve every requirement but one."""
    repeats = [shared_by for shared_by, texts in _REPEATS for _ in range(texts)]
    singles = [1] * (DISTINCT - 1 - len(repeats))
    # The longest texts stand alone, as they do in real catalogues, and so do the shortest.
    short, long = singles[: len(singles) // 20], singles[: len(singles) // 4]
    middle = repeats + singles[len(short) + len(long) :]
    slots = []
    served = 0
    for shared_by in short + shuffled(rng, middle) + long:
        share = (served + shared_by / 2) / requirements
        slots.append(_Slot(_LENGTH.at(share), shared_by))
        served += shared_by
    slots[-1].length = _LENGTH.at(1)
    return slots


def _take(slots: list[_Slot], taken: list[_Slot]) -> list[_Slot]:
    """Remove ``taken`` from ``slots`` and return it."""
    gone = {id(slot) for slot in taken}
    slots[:] = [slot for slot in slots if id(slot) not in gone]
    return taken


def _mark_english(rng: Random, vocabulary: Vocabulary, slots: list[_Slot]) -> None:
    """Decide which English texts hold commas, quotes, typographic characters and newlines, to the exact count."""
    # The longer a text, the likelier a comma; a text shared by many counts as often as it is shared.
    by_chance = sorted(slots, key=lambda slot: slot.length * (0.15 + rng.random()), reverse=True)
    missing = WITH_COMMA
    for slot in by_chance:
        if slot.length >= _COMMA_FROM and slot.shared_by <= missing:
            slot.commas = 1 + slot.length // _COMMA_EVERY
            missing -= slot.shared_by
    alone = [slot for slot in slots if slot.shared_by == 1 and slot.length >= _EXTRA_FROM]
    for slot in shuffled(rng, alone)[:WITH_QUOTE]:
        slot.extras += (f'"{pick(rng, vocabulary.by_length[5])}"',)
    for slot in shuffled(rng, alone)[:TYPOGRAPHIC]:
        slot.extras += (pick(rng, _MARKED).format(pick(rng, vocabulary.by_length[6])),)
    for slot in shuffled(rng, alone)[:WITH_NEWLINE]:
        slot.newline = True


def _write(rng: Random, vocabulary: Vocabulary, slots: Sequence[_Slot]) -> list[str]:
    """Return the texts of ``slots``, each distinct, as often as it is shared."""
    seen: set[str] = set()
    texts = []
    for slot in slots:
        text = _text(rng, vocabulary, slot)
        while text in seen:
            text = _text(rng, vocabulary, slot)
        seen.add(text)
        texts.extend([text] * slot.shared_by)
    return texts


def _text(rng: Random, vocabulary: Vocabulary, slot: _Slot) -> str:
    text = compose(rng, vocabulary, slot.length, commas=slot.commas, extras=slot.extras)
    return text.replace(" ", "\n", 1) if slot.newline else text
