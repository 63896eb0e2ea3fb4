"""A map of the lines of a record: who stands above whom, drawn in rows, and how they are tied to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

WIDTH, HEIGHT = 176, 58
GAP, DROP = 28, 52
EDGE = 12


@dataclass(frozen=True, slots=True)
class Node:
    """A line; ``weight`` counts from 1, the strongest, ``x`` and ``y`` are its upper left corner."""

    key: str
    title: str
    href: str
    label: str = ""
    tone: str = "gray"
    tone_title: str = ""
    weight: int = 0
    weight_title: str = ""
    above: str = ""
    x: int = 0
    y: int = 0

    @property
    def said(self) -> str:
        """What is told of it in a sentence."""
        return ", ".join(one for one in (self.title, self.label, self.tone_title, self.weight_title) if one)


@dataclass(frozen=True, slots=True)
class Tie:
    """A relation between two nodes that is no matter of rank."""

    source: str
    target: str
    label: str = ""
    tone: str = "gray"


@dataclass(frozen=True, slots=True)
class Line:
    """A line on the map: its path, and a word at a place of its own."""

    path: str
    label: str = ""
    tone: str = ""
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True)
class NetworkScreen:
    """A map ready to be drawn."""

    title: str
    width: int
    height: int
    nodes: tuple[Node, ...]
    ranks: tuple[Line, ...]
    ties: tuple[Line, ...]
    legend: tuple[tuple[str, str], ...]


def draw_network(title: str, nodes: Sequence[Node], ties: Sequence[Tie]) -> NetworkScreen:
    """Return the map: a row for each rank, each below whom it stands under."""
    known = {node.key: node for node in nodes}
    ranks = {key: _rank(known, key) for key in known}
    placed: dict[str, Node] = {}
    rows: list[list[str]] = [[] for _ in range(max(ranks.values(), default=0) + 1)]
    for key in known:
        rows[ranks[key]].append(key)
    for rank, row in enumerate(rows):
        row.sort(key=lambda key: placed[known[key].above].x if known[key].above in placed else 0)
        free = EDGE
        for key in row:
            upper = placed.get(known[key].above)
            x = free if upper is None else max(free, upper.x)
            placed[key] = replace(known[key], x=x, y=EDGE + rank * (HEIGHT + DROP))
            free = x + WIDTH + GAP
    width = max((node.x for node in placed.values()), default=0) + WIDTH + EDGE
    legend = dict.fromkeys((node.tone, node.tone_title) for node in nodes if node.tone_title)
    return NetworkScreen(
        title,
        width,
        2 * EDGE + len(rows) * (HEIGHT + DROP) - DROP + (DROP // 2 if ties else 0),
        tuple(placed[key] for key in known),
        tuple(_down(placed[node.above], node) for node in placed.values() if node.above in placed),
        tuple(
            _tied(placed[tie.source], placed[tie.target], tie)
            for tie in ties
            if {tie.source, tie.target} <= set(placed)
        ),
        tuple(legend),
    )


def _rank(known: Mapping[str, Node], key: str) -> int:
    """Return how many stand above a node; a circle ends where it would begin again."""
    seen = {key}
    rank, above = 0, known[key].above
    while above in known and above not in seen:
        seen.add(above)
        rank, above = rank + 1, known[above].above
    return rank


def _down(upper: Node, lower: Node) -> Line:
    x1, y1 = upper.x + WIDTH // 2, upper.y + HEIGHT
    x2, y2 = lower.x + WIDTH // 2, lower.y
    middle = (y1 + y2) // 2
    return Line(f"M{x1} {y1} V{middle} H{x2} V{y2}")


def _tied(source: Node, target: Node, tie: Tie) -> Line:
    """Return a curve: below nodes of one row, beside the ranks else."""
    x1, x2 = source.x + WIDTH // 2, target.x + WIDTH // 2
    if source.y == target.y:
        y = source.y + HEIGHT
        bend = y + DROP // 2 + 6
        return Line(f"M{x1} {y} C{x1} {bend} {x2} {bend} {x2} {y}", tie.label, tie.tone, (x1 + x2) // 2, y + 22)
    upper, lower = sorted((source, target), key=lambda node: node.y)
    x1, x2 = upper.x + WIDTH // 2 + 24, lower.x + WIDTH // 2 + 24
    y1, y2 = upper.y + HEIGHT, lower.y
    middle = (y1 + y2) // 2
    return Line(f"M{x1} {y1} C{x1} {middle} {x2} {middle} {x2} {y2}", tie.label, tie.tone, (x1 + x2) // 2, middle - 4)
