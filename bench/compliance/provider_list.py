"""The list of a catalogue's providers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.providers import PROVIDERS
from bench.report.table import Column, Content, Table
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.words import enumerated, plain


@dataclass(frozen=True, kw_only=True)
class ListedProvider:
    """A ListedProvider is how much one provider's catalogue holds."""

    provider: str
    frameworks: int
    requirements: int
    """Over all frameworks: the rows of one region."""
    checks: int
    """That some requirement maps."""
    known: bool
    """Whether the database knows the provider, so that it can have scans."""


@dataclass(frozen=True, kw_only=True)
class ProviderList:
    """A ProviderList is the providers of one catalogue."""

    catalogue: str
    """``synthetic`` or the name of a file or folder."""
    providers: tuple[ListedProvider, ...]
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, catalogues: Sequence[LoadedCatalogue]) -> ProviderList:
        """Count ``catalogues``, at least one, all of the same source."""
        return cls(
            catalogue=catalogues[0].source,
            providers=tuple(
                ListedProvider(
                    provider=one.provider,
                    frameworks=len(one.frameworks),
                    requirements=one.requirement_count,
                    checks=len(one.check_ids),
                    known=one.provider in PROVIDERS,
                )
                for one in catalogues
            ),
            warnings=catalogues[0].warnings,
        )


def render_providers(found: ProviderList) -> str:
    """Return ``found`` as text of at most ``WIDTH`` columns, with a newline at its end."""
    figures = (Column("frameworks"), Column("requirements"), Column("checks"))
    table = Table(
        (Column("provider", Content.LABEL), *figures),
        tuple(
            (plain(one.provider), f"{one.frameworks:,}", f"{one.requirements:,}", f"{one.checks:,}")
            for one in found.providers
        ),
    )
    lines = [*wrap(f"Catalogue: {plain(found.catalogue)}", WIDTH), *table_lines(table)]
    if unknown := [plain(one.provider) for one in found.providers if not one.known]:
        lines += wrap(f"Not known to the database, and so without scans: {enumerated(unknown)}.", WIDTH)
    return "\n".join(lines) + "\n"
