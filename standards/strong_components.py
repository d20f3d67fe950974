"""Circles of a graph."""

from collections.abc import Iterator, Mapping, Sequence


def strong_components(graph: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """The sets of nodes that reach each other, sorted; single nodes are left aside (Tarjan, 1972).

    Without recursion: a chain of imports may be longer than Python's stack.
    """
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_nodes: list[str] = []
    for start in graph:
        if start in numbers:
            continue
        work = [(start, iter(graph[start]))]
        numbers[start] = lowest[start] = len(numbers)
        open_nodes.append(start)
        while work:
            node, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[node])
                if lowest[node] == numbers[node]:
                    component = closed(open_nodes, node)
                    if len(component) > 1:
                        yield sorted(component)
            elif following not in numbers:
                numbers[following] = lowest[following] = len(numbers)
                open_nodes.append(following)
                work.append((following, iter(graph.get(following, ()))))
            elif following in open_nodes:
                lowest[node] = min(lowest[node], numbers[following])


def closed(open_nodes: list[str], root: str) -> list[str]:
    """Take the nodes that were opened since `root`, and it."""
    place = open_nodes.index(root)
    component = open_nodes[place:]
    del open_nodes[place:]
    return component
