"""Call trees from a few lines: ``path value`` each, the path as functions with slashes, ``name@file`` for a file."""

from __future__ import annotations

from bench.results.call_trees import CallFrame, CallNode, CallTree, TreeSubject


def call_tree(
    lines: dict[str, int],
    *,
    scan: str = "10k/20",
    implementation: str = "streaming",
    about: TreeSubject = "peak",
    kept_from: int = 1,
    file: str = "app/task.py",
) -> CallTree:
    """Return a tree in which each path has its value; a line number may follow its last function: ``call/build:7``."""
    frames: dict[CallFrame, int] = {}
    nodes: list[CallNode] = []
    known: dict[str, int] = {}
    for path, value in lines.items():
        path, _, line = path.partition(":")
        names = path.split("/")
        parent = -1
        for depth, name in enumerate(names):
            key = "/".join(names[: depth + 1])
            last = depth == len(names) - 1
            if key not in known or last:
                function, _, where = name.partition("@")
                special = function.startswith("(")
                frame = CallFrame(function, "" if special else (f"{where}/task.py" if where else file))
                place = frames.setdefault(frame, len(frames))
                nodes.append(CallNode(parent, place, int(line or 1) if last else 1, value if last else 0, int(last)))
                known.setdefault(key, len(nodes) - 1)
            parent = known[key]
    return CallTree(
        scan=scan,
        implementation=implementation,
        about=about,
        frames=tuple(frames),
        nodes=tuple(nodes),
        kept_from=kept_from,
    )
