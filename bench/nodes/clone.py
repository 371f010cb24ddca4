"""The clone of a node: where it takes commits from that a run elsewhere names by their hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from bench.errors import InputError
from bench.harness.scratch import scratch_folder
from bench.jobs.implementation import Implementation
from bench.nodes.messages import Work
from bench.project.at_revision import ProjectCode
from bench.project.description import Project
from bench.revisions.code import CodeSource, PackageCode, open_checkouts
from bench.revisions.git import git
from bench.revisions.repository import Repository
from bench.words import enumerated, plain

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class NodeClone:
    """A NodeClone is the clone that whoever started a node permits to be measured, any commit of it."""

    folder: Path
    """For a project what its description calls the checkout."""
    project: Project | None = None
    """That of the node's job."""

    def source(self, implementations: Sequence[Implementation]) -> CodeSource:
        """Return where the code of ``implementations`` is in a commit of this clone. Raises InputError."""
        if self.project is not None:
            return ProjectCode.of(replace(self.project, checkout=self.folder))
        return PackageCode.in_clone(Repository.containing(self.folder), *implementations)

    def refuse_unless_there(self, work: Work, implementations: Sequence[Implementation]) -> None:
        """Raise InputError where the clone lacks a commit of ``work``, or has the code in other places."""
        source = self.source([one for one in implementations if one.name in work.commits])
        if tuple(source.deciding) != work.paths:
            raise InputError(
                f"the clone there has the code in {_named(source.deciding)}, and {_named(work.paths)} is wanted; name "
                "a clone of the same repository by --repository"
            )
        for commit in dict.fromkeys(work.commits.values()):
            if not _HASH.fullmatch(commit):
                raise InputError(f"{plain(commit)[:_SHOWN]} is no full hash of a commit; install the same bench there")
            found = git(source.repository.root, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
            if found.returncode or found.stdout.decode().strip() != commit:
                shallow = " --unshallow" if source.repository.is_shallow else ""
                raise InputError(
                    f"the clone there lacks commit {commit[:_SHOWN]}; run git fetch{shallow} in it, and start the node "
                    "again"
                )

    @contextmanager
    def taken(
        self, work: Work, implementations: Sequence[Implementation]
    ) -> Iterator[tuple[tuple[Implementation, ...], tuple[str, ...]]]:
        """Give ``implementations`` for the context, those at commits with their code written into a scratch folder.

        Beside them are warnings about what is not as committed. Raises RevisionError for a commit whose code cannot be
        run, and InputError.
        """
        source = self.source([one for one in implementations if one.name in work.commits])
        with scratch_folder() as scratch, open_checkouts(source, scratch) as checkouts:
            codes = {name: checkouts.code(checkouts.commit(commit)) for name, commit in work.commits.items()}
            found = tuple(
                codes[one.name].implementation(one.name, one.function) if one.name in codes else one
                for one in implementations
            )
            yield found, tuple(dict.fromkeys(chain.from_iterable(code.warnings for code in codes.values())))


def _named(paths: Sequence[str]) -> str:
    return enumerated([plain(path) or "all of it" for path in paths])
