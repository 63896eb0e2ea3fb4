"""Time on the wall and of the processors, those of the database's server counted in."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.processes import tree_seconds


@dataclass(frozen=True)
class Line:
    """One figure: what was found beside what is demanded."""

    database: str
    figure: str
    what: str
    found: str
    demanded: str


@dataclass(frozen=True)
class Taken:
    """Seconds on the wall of each act, and seconds of processors of all acts together."""

    walls: Sequence[float]
    processor: float

    @property
    def p95(self) -> float:
        """What 95 of 100 acts stay below, in seconds on the wall."""
        return statistics.quantiles(self.walls, n=20)[-1] if len(self.walls) > 1 else self.walls[0]

    @property
    def each(self) -> float:
        """Seconds of processors of one act."""
        return self.processor / len(self.walls)

    def __str__(self) -> str:
        return f"{self.p95 * 1000:.1f} ms, processor {self.each * 1000:.1f}"


class Watch:
    """Reads the clocks. ``servers`` are processes whose time counts with that of this one."""

    def __init__(self, servers: Sequence[int]) -> None:
        self._servers = tuple(servers)

    def processor(self) -> float:
        """Return the seconds that processors have spent so far."""
        return time.process_time() + self.of_servers()

    def of_servers(self) -> float:
        """Return the seconds that processors have spent for the database's server."""
        return sum(tree_seconds(pid) for pid in self._servers)

    def each(self, rounds: int, act: Callable[[], object]) -> Taken:
        """Do something many times, once more before to warm up."""
        act()
        return self.over([act] * rounds)

    def over(self, acts: Sequence[Callable[[], object]]) -> Taken:
        """Do one thing after the other."""
        walls, before = [], self.processor()
        for act in acts:
            began = time.perf_counter()
            act()
            walls.append(time.perf_counter() - began)
        return Taken(walls, self.processor() - before)

    def whole(self, act: Callable[[], object]) -> Taken:
        """Do one thing."""
        return self.over([act])


def seconds(taken: Taken) -> str:
    """Say how long something took that takes long."""
    return f"{sum(taken.walls):.1f} s, processor {taken.processor:.1f}"
