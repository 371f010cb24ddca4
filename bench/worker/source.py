"""The source of an implementation: a fingerprint that tells whether what was proved of it was proved of this code."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

DIGITS = 16


def source_fingerprint(module: str) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 over the source that ``module`` consists of.

    That is its own file, those of the packages it is in, and of all that these import, directly or not, from the same
    top-level package; a change in a neighbour that it does not import does not count. Nothing but the top-level package
    is looked up, and nothing is imported. Empty where the source is not to be had as files.
    """
    files = _files(module)
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name].read_bytes()
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:DIGITS] if files else ""


def _files(module: str) -> dict[str, Path]:
    """The files of ``module`` and what it imports from its top-level package, by module name."""
    top = module.partition(".")[0]
    spec = find_spec(top)
    roots = [Path(folder).parent for folder in (spec.submodule_search_locations or ())] if spec else []
    if spec and not roots and spec.origin:
        roots = [Path(spec.origin).parent]
    files: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _path(name, roots)
        if name in files or path is None or name.partition(".")[0] != top:
            continue
        files[name] = path
        waiting += name.rpartition(".")[:1]
        waiting += _imported(path, name if path.name == "__init__.py" else name.rpartition(".")[0])
    return files


def _path(module: str, roots: list[Path]) -> Path | None:
    for root in roots:
        place = root.joinpath(*module.split("."))
        for path in (place / "__init__.py", place.with_name(f"{place.name}.py")):
            if path.is_file():
                return path
    return None


def _imported(path: Path, package: str) -> Iterator[str]:
    """The names that the module at ``path``, in ``package``, imports: modules, and what may be modules."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
