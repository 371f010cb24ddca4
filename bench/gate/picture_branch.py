"""The branch that holds comments' pictures: bounded, orphaned, and linked by commits that never change.

Each comment's pictures are a commit without parents, which is what its links name. The branch's one commit has those of
the comments that are kept as its parents, and nothing else: they can be reached as long as they are kept, and pruning
leaves out parents without touching what any other link names.
"""

from __future__ import annotations

import base64
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.errors import InputError
from bench.revisions.git import git, said

TITLE = "Pictures of benchmark comments"
"""The message of the branch's commit: a branch without it is somebody's else and stays as it is."""

_ABOUT = f"""\
# {TITLE}

Comments on pull requests link the parents of this branch's only commit. It is written anew with each comment, and
pictures that are old or many are left out. Do not commit here; the branch may be deleted, which breaks the pictures in
older comments.
"""
_PICTURES_TITLE = "Pictures of a benchmark comment"
_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "bench"), ("EMAIL", "bench@localhost"))
}
_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:[./][A-Za-z0-9_-]+)*")
_DAY = 86_400
_PUSH_SECONDS = 120
_PAUSE_SECONDS = 0.5
MOST_ATTEMPTS = 6
"""Each time another comment's pictures come between."""


class NotPublishedError(InputError):
    """The pictures could not be put on the branch, by no fault of theirs: the remote does not let us, for example."""


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """A Keeping is how many comments' pictures stay on the branch, and for how long."""

    most: int = 50
    days: float = 90


@dataclass(frozen=True, kw_only=True)
class PictureBranch:
    """A PictureBranch is a branch of a remote repository, reached through ``scratch``, an empty folder."""

    scratch: Path
    remote: str
    branch: str
    token: str = ""
    """Sent to an HTTPS remote as GitHub wants it; empty for one that needs none."""

    def publish(self, files: Mapping[str, bytes], keeping: Keeping, now: float | None = None) -> str:
        """Add a commit of ``files``, by name, prune the branch, and return the commit's hash.

        Raises InputError for a branch that is not ours, and NotPublishedError.
        """
        if not _BRANCH.fullmatch(self.branch):
            raise InputError(f"{self.branch!r} is no plain name of a branch; use letters, digits, - and /")
        moment = int(time.time() if now is None else now)
        self._read("init", "--quiet", "--bare")
        self._read("remote", "add", "origin", self.remote)
        pictures = self._commit(self._tree(files), (), _PICTURES_TITLE, moment)
        about = self._tree({"README.md": _ABOUT.encode()})
        before = None
        for attempt in range(MOST_ATTEMPTS):
            time.sleep(_PAUSE_SECONDS * attempt)
            tip, kept = self._known(keeping, moment)
            refused = self._push(self._commit(about, (*kept, pictures), TITLE, moment), tip)
            if not refused:
                return pictures
            if tip == before:  # twice, so it is not that another one is just being written
                raise NotPublishedError(f"the branch {self.branch} cannot be pushed: {refused}")
            before = tip
        raise NotPublishedError(f"the branch {self.branch} changed during each of {MOST_ATTEMPTS} pushes")

    def _known(self, keeping: Keeping, moment: int) -> tuple[str, list[str]]:
        """Return the branch's commit, '' if there is none, and the pictures to keep beside new ones, oldest first."""
        listed = self._reach("ls-remote", "origin", self._ref)
        if listed.returncode:
            raise NotPublishedError(f"the remote cannot be read: {said(listed)}")
        if not listed.stdout.strip():
            return "", []
        # Trees and files of others' pictures are not needed; a remote that cannot leave them out sends them.
        fetched = self._reach("fetch", "--quiet", "--no-tags", "--filter=tree:0", "origin", self._ref)
        if fetched.returncode:
            raise NotPublishedError(f"the branch {self.branch} cannot be fetched: {said(fetched)}")
        tip = self._read("rev-parse", "--verify", "FETCH_HEAD^{commit}")
        title, _, parents = self._read("show", "--no-patch", "--format=%s%x00%P", tip).partition("\0")
        if title != TITLE:
            raise InputError(
                f"the branch {self.branch} has other commits, which would be lost; name another by --branch"
            )
        dates = {one: int(self._read("show", "--no-patch", "--format=%ct", one)) for one in parents.split()}
        young = sorted(
            (one for one, date in dates.items() if moment - date <= keeping.days * _DAY), key=dates.__getitem__
        )
        return tip, young[max(len(young) - (keeping.most - 1), 0) :]

    @property
    def _ref(self) -> str:
        return f"refs/heads/{self.branch}"

    def _push(self, commit: str, tip: str) -> str:
        """Push ``commit`` if the branch still is at ``tip``; return why not, '' where it worked."""
        lease = f"--force-with-lease={self._ref}:{tip}"
        pushed = self._reach("push", "--quiet", lease, "origin", f"{commit}:{self._ref}")
        return said(pushed) if pushed.returncode else ""

    def _tree(self, files: Mapping[str, bytes]) -> str:
        lines = "".join(
            f"100644 blob {self._read('hash-object', '-w', '--stdin', stdin=content)}\t{name}\n"
            for name, content in sorted(files.items())
        )
        return self._read("mktree", stdin=lines.encode())

    def _commit(self, tree: str, parents: Sequence[str], message: str, moment: int) -> str:
        dates = {f"GIT_{who}_DATE": f"{moment} +0000" for who in ("AUTHOR", "COMMITTER")}
        named = [word for parent in dict.fromkeys(parents) for word in ("-p", parent)]
        return self._read("commit-tree", tree, *named, "-m", message, extra={**_IDENTITY, **dates})

    def _read(self, *arguments: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None) -> str:
        finished = git(self.scratch, *arguments, stdin=stdin, extra=extra)
        if finished.returncode:
            raise NotPublishedError(f"git {arguments[0]} failed: {said(finished)}")
        return finished.stdout.decode(errors="replace").strip()

    def _reach(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return git(self.scratch, *arguments, extra=self.access, timeout_seconds=_PUSH_SECONDS)
        except InputError as error:
            raise NotPublishedError(str(error)) from error

    @property
    def access(self) -> dict[str, str]:
        """The environment that gives git the token, which no argument shows and no file keeps."""
        if not self.token or not self.remote.startswith("https://"):
            return {}
        basic = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{self.remote}.extraheader",
            "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {basic}",
        }
