"""The synthetic catalogues: seeded, invented, and of the published shape of each provider's catalogue.

Whatever decides what a run costs is exact: frameworks, requirements, checks, links, and the lengths and scripts of the
texts of a row. Who maps what is random. Other providers than AWS borrow the texts of its frameworks.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

from bench.datasets.catalogue.catalogue import Framework
from bench.datasets.catalogue.frameworks import FRAMEWORKS, THREATSCORE_ID, FrameworkShape, requirement_ids
from bench.datasets.catalogue.links import check_degrees, check_names, link, requirement_degrees, skewed_degrees
from bench.datasets.catalogue.prose import descriptions, rank
from bench.datasets.catalogue.provider_shapes import SHAPES, ProviderShape
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.catalogue.text import Curve, Vocabulary, compose, shuffled, vocabularies
from bench.datasets.providers import DEFAULT_PROVIDER

SYNTHETIC = "synthetic"

_THREATSCORE_DEGREES = [17, 15, 3, 3, 2, 2] + [1] * 100
_THREATSCORE_CHECKS = 139
_TITLE_LENGTH = Curve(((0, 16), (0.5, 33), (0.9, 66), (1, 120)))
_TITLE_COMMA_EVERY = 12


@cache
def synthetic_catalogue(seed: int = 0, provider: str = DEFAULT_PROVIDER) -> LoadedCatalogue:
    """Return the synthetic catalogue of ``seed`` and ``provider``, always the same one; it is made once in a process.

    It is empty for a provider without frameworks.
    """
    if provider == DEFAULT_PROVIDER:
        return _aws_catalogue(seed)
    shape = SHAPES.get(provider)
    frameworks = _borrowed_frameworks(seed, provider, shape) if shape else {}
    return LoadedCatalogue(provider, SYNTHETIC, frameworks)


@cache
def _aws_catalogue(seed: int) -> LoadedCatalogue:
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
    return LoadedCatalogue(DEFAULT_PROVIDER, SYNTHETIC, frameworks)


def _borrowed_frameworks(seed: int, provider: str, shape: ProviderShape) -> dict[str, Framework]:
    """Return the frameworks of ``shape``, with texts of the AWS frameworks of ``seed``, evenly chosen or repeated."""
    rng = Random(f"{seed}/{provider}")  # noqa: S311 - repeatable on purpose
    aws = _aws_catalogue(seed).frameworks
    models = {one.compliance_id.removesuffix("_aws"): one for one in FRAMEWORKS}
    shapes = [replace(models[name], size=size) for name, size in shape.sizes.items()]
    names = check_names(rng, shape.checks, shape.services)
    broad = shape.requirements - shape.manual - shape.single
    degrees = [1] * shape.single + skewed_degrees(broad, shape.links - shape.single, 2, shape.most_checks)
    served = skewed_degrees(shape.checks, shape.links, 1, shape.most_requirements)
    mapped = iter(link(rng, _demands(rng, shapes, degrees), served))
    frameworks: dict[str, Framework] = {}
    for one in shapes:
        model = aws[one.compliance_id]
        texts = [requirement.get("description", "") for requirement in model["requirements"].values()]
        frameworks[f"{one.compliance_id.removesuffix('_aws')}_{provider}"] = {
            "framework": one.framework,
            "version": one.version,
            "requirements": {
                requirement_id: {
                    "description": texts[number * len(texts) // one.size],
                    "checks": dict.fromkeys(names[check] for check in next(mapped)),
                }
                for number, requirement_id in enumerate(requirement_ids(one.pattern, one.size))
            },
        }
    return frameworks


def _mapped_checks(rng: Random) -> dict[str, list[list[str]]]:
    """Return the checks of every requirement by compliance id.

    ThreatScore is dealt first, for its number of distinct checks is given too; the others share the links left.
    """
    names = check_names(rng)
    degrees = check_degrees()
    threatscore = _deal_threatscore(rng, degrees)
    others = [shape for shape in FRAMEWORKS if shape.compliance_id != THREATSCORE_ID]
    automated = requirement_degrees(sum(shape.size for shape in FRAMEWORKS))
    for degree in _THREATSCORE_DEGREES:
        automated.remove(degree)
    demands = _demands(rng, others, automated)
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


def _demands(rng: Random, shapes: list[FrameworkShape], degrees: list[int]) -> list[int]:
    """Return the number of checks of each requirement of ``shapes``: more of them in broader frameworks.

    ``degrees`` are those of the requirements with a check, in ascending order; the others, chosen at random, have none.
    """
    breadths = [shape.breadth for shape in shapes for _ in range(shape.size)]
    automated = shuffled(rng, range(len(breadths)))[len(breadths) - len(degrees) :]
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
