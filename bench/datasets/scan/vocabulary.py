"""The words that synthetic scans are made of: Faker's, drawn once per seed, and the names of regions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import count, product

from faker import Faker

_AWS_REGIONS = """
    us-east-1 eu-west-1 us-west-2 eu-central-1 us-east-2 ap-southeast-1 ap-northeast-1 ap-southeast-2 eu-west-2
    ap-south-1 sa-east-1 ca-central-1 us-west-1 eu-west-3 eu-north-1 ap-northeast-2 ap-northeast-3 ap-east-1
    eu-south-1 me-south-1 af-south-1 eu-central-2 eu-south-2 me-central-1 il-central-1 ap-south-2 ap-southeast-3
    ap-southeast-4 ap-southeast-5 ap-southeast-7 ca-west-1 mx-central-1 us-gov-west-1 us-gov-east-1
"""
_AREAS = ("us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "nz")
_DIRECTIONS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest", "central")


def region_names(wanted: int) -> tuple[str, ...]:
    """``wanted`` distinct region names, most used first: AWS's own 34, then invented ones of the same form."""
    names = dict.fromkeys(_AWS_REGIONS.split()[:wanted])
    invented = (
        f"{area}-{direction}-{number}" for number in count(1) for area, direction in product(_AREAS, _DIRECTIONS)
    )
    while len(names) < wanted:
        names.setdefault(next(invented))
    return tuple(names)


@dataclass(frozen=True)
class Vocabulary:
    """A Vocabulary is a few hundred values from which rows are built; calling Faker for each cell would take hours."""

    words: tuple[str, ...]
    sentences: tuple[str, ...]
    owners: tuple[str, ...]
    teams: tuple[str, ...]
    accounts: tuple[str, ...]


@cache
def vocabulary(seed: str) -> Vocabulary:
    """The vocabulary of ``seed``; distinct values, in the order drawn."""
    faker = Faker("en_US", use_weighting=False)
    faker.seed_instance(seed)
    return Vocabulary(
        words=tuple(dict.fromkeys(faker.words(300))),
        sentences=tuple(f"{faker.catch_phrase()} to {faker.bs()}.".capitalize() for _ in range(200)),
        owners=tuple(dict.fromkeys(faker.user_name() for _ in range(60))),
        teams=tuple(dict.fromkeys(faker.job() for _ in range(40))),
        accounts=tuple(dict.fromkeys(faker.numerify("%###########") for _ in range(8))),
    )
