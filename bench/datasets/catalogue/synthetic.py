"""The synthetic catalogue: seeded, invented, and of the published shape of the AWS catalogue.

Whatever decides what a run costs is exact: frameworks, requirements, checks, links, and the lengths and scripts of the
texts of a row. Who maps what is random.
"""

from __future__ import annotations

from functools import cache
from random import Random

from bench.compliance.contract import Framework
from bench.datasets.catalogue.frameworks import FRAMEWORKS, THREATSCORE_ID, FrameworkShape, requirement_ids
from bench.datasets.catalogue.links import MANUAL, check_degrees, check_names, link, requirement_degrees
from bench.datasets.catalogue.prose import descriptions, rank
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.catalogue.text import Curve, Vocabulary, compose, shuffled, vocabularies

SYNTHETIC = "synthetic"
SYNTHETIC_PROVIDER = "aws"

_THREATSCORE_DEGREES = [17, 15, 3, 3, 2, 2] + [1] * 100
_THREATSCORE_CHECKS = 139
_TITLE_LENGTH = Curve(((0, 16), (0.5, 33), (0.9, 66), (1, 120)))
_TITLE_COMMA_EVERY = 12


@cache
def synthetic_catalogue(seed: int = 0) -> LoadedCatalogue:
    """Return the synthetic catalogue of ``seed``, always the same one; it is made once in a process."""
    rng = Random(seed)  # noqa: S311 - the same seed must give the same catalogue; nothing here is a secret
    # Checks come first, so that another version of Faker, with other words, leaves them as they are.
    mapped = _mapped_checks(rng)
    words = vocabularies(seed)
    prose = descriptions(rng, words, FRAMEWORKS)
    frameworks: dict[str, Framework] = {}
    for shape, texts in zip(FRAMEWORKS, prose, strict=True):
        ids = requirement_ids(shape.pattern, shape.size) if shape.pattern else _titles(rng, words.english, shape.size)
        frameworks[shape.compliance_id] = {
            "framework": shape.framework,
            "version": shape.version,
            "requirements": {
                requirement_id: {"description": text, "checks": dict.fromkeys(checks)}
                for requirement_id, text, checks in zip(ids, texts, mapped[shape.compliance_id], strict=True)
            },
        }
    return LoadedCatalogue(SYNTHETIC_PROVIDER, SYNTHETIC, frameworks)


def _mapped_checks(rng: Random) -> dict[str, list[list[str]]]:
    """Return the checks of every requirement by compliance id.

    ThreatScore is dealt first, for its number of distinct checks is given too; the others share the links left.
    """
    names = check_names(rng)
    degrees = check_degrees()
    threatscore = _deal_threatscore(rng, degrees)
    others = [shape for shape in FRAMEWORKS if shape.compliance_id != THREATSCORE_ID]
    demands = _demands(rng, others)
    chosen = iter(link(rng, demands, degrees))
    linked = {shape.compliance_id: [next(chosen) for _ in range(shape.size)] for shape in others}
    linked[THREATSCORE_ID] = threatscore
    return {key: [[names[check] for check in checks] for checks in rows] for key, rows in linked.items()}


def _deal_threatscore(rng: Random, degrees: list[int]) -> list[list[int]]:
    """Return the checks of each ThreatScore requirement, and take their links off ``degrees``."""
    distinct = shuffled(rng, (check for check, degree in enumerate(degrees) if degree > 2))[:_THREATSCORE_CHECKS]
    # The few repeats come last, among the requirements with one check, so that none holds a check twice.
    dealt = distinct + distinct[: sum(_THREATSCORE_DEGREES) - _THREATSCORE_CHECKS]
    for check in dealt:
        degrees[check] -= 1
    rows = []
    for degree in _THREATSCORE_DEGREES:
        rows.append(dealt[:degree])
        del dealt[:degree]
    return shuffled(rng, rows)


def _demands(rng: Random, shapes: list[FrameworkShape]) -> list[int]:
    """Return the number of checks of each requirement of ``shapes``: more of them in broader frameworks."""
    breadths = [shape.breadth for shape in shapes for _ in range(shape.size)]
    degrees = requirement_degrees(sum(shape.size for shape in FRAMEWORKS))
    for degree in _THREATSCORE_DEGREES:
        degrees.remove(degree)
    automated = shuffled(rng, range(len(breadths)))[MANUAL:]
    demands = [0] * len(breadths)
    for place, degree in zip(rank(rng, [breadths[requirement] for requirement in automated]), degrees, strict=True):
        demands[automated[place]] = degree
    return demands


def _titles(rng: Random, vocabulary: Vocabulary, count: int) -> list[str]:
    """Return ``count`` distinct titles that serve as requirement ids, some of them with a comma."""
    titles: dict[str, None] = {}
    for number, length in enumerate(_TITLE_LENGTH.sample(count)):
        commas = int(length >= 30 and number % _TITLE_COMMA_EVERY == 0)
        title = compose(rng, vocabulary, length, commas=commas, end="")
        while title in titles:
            title = compose(rng, vocabulary, length, commas=commas, end="")
        titles[title] = None
    return shuffled(rng, titles)
