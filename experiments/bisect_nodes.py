"""How the rounds of a bisection fall with the number of nodes.

``python -m experiments.bisect_nodes [COMMITS]``: a history without merges of so many commits (128) after good, of which
each is the first bad one in turn. In a round every node tries one commit, of those to which the search may come
(``bench.revisions.search.Search.ahead``); all take the same time, and the first round measures good and bad. The last
column has nodes divide what is left into equal parts instead. ``docs/nodes.md`` has the figures.
"""

from __future__ import annotations

import statistics
import sys
from itertools import islice

from bench.revisions.search import Graph, Search, Standing

NODES = (1, 2, 3, 4, 6, 7, 8, 15)
COMMITS = 128


def history(length: int) -> Graph:
    """Return a history without merges, named by numbers."""
    parents = {str(number): (str(number - 1),) if number else () for number in range(length)}
    return Graph(parents=parents, changing=frozenset(parents))


def rounds(graph: Graph, planted: int, nodes: int) -> int:
    """Return how many rounds it takes until ``planted`` is known to be the first bad commit."""
    known: dict[str, Standing] = {}
    search, count = Search(graph), 1
    while search.next() is not None:
        for commit in [*islice(search.ahead(known.get), nodes)]:
            known[commit] = Standing.BAD if int(commit) >= planted else Standing.GOOD
        while (following := search.next()) is not None and following in known:
            search.record(following, known[following])
        count += 1
    return count


def equal_rounds(length: int, planted: int, nodes: int) -> int:
    """Return how many it takes where nodes try commits at equal distances."""
    first, last, count = 0, length - 1, 1
    while first < last:
        left = last - first + 1
        tried = {first + max(left * part // (nodes + 1), 1) - 1 for part in range(1, nodes + 1)}
        bad = [one for one in tried if one >= planted]
        first = max([first, *(one + 1 for one in tried if one < planted)])
        last = min([last, *bad])
        count += 1
    return count


def main() -> None:
    """Print the table as Markdown."""
    length = int(sys.argv[1]) if len(sys.argv) > 1 else COMMITS
    graph = history(length)
    alone = 0.0
    print("| nodes | rounds, mean | most | times as fast | in equal parts, mean |")  # noqa: T201 - a table
    print("|--:|--:|--:|--:|--:|")  # noqa: T201 - a table
    for nodes in NODES:
        taken = [rounds(graph, planted, nodes) for planted in range(length)]
        mean = statistics.fmean(taken)
        alone = alone or mean
        equal = statistics.fmean(equal_rounds(length, planted, nodes) for planted in range(length))
        print(f"| {nodes} | {mean:.1f} | {max(taken)} | {alone / mean:.1f}× | {equal:.1f} |")  # noqa: T201 - a table


if __name__ == "__main__":
    main()
